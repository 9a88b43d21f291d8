/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as --log-format json has it: the lines of events.jsonl on stderr as things happen, with
 * progress every 10 s. With --quiet only those of level error. Rows of queries go to stdout.
 */
#pragma once

#include "cli/command.h"
#include "run/run.h"

struct json_log;

struct json_log *json_log_new(const struct call *call);
void json_log_free(struct json_log *log);
DEFINE_AUTO(json_log, json_log_free);

/* For run_options.observers; belongs to the log. */
const struct run_observer *json_log_observer(struct json_log *log);
