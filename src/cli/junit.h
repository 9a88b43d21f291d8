/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs as JUnit XML, the form that CI servers read: a test suite a pipeline, a test case a step. A
 * CHECK that finds rows is a failure; what could not be done otherwise is an error. Only elements
 * and attributes that both the schema of Ant's reports and that of Jenkins have.
 */
#pragma once

#include "run/run.h"

#include <jansson.h>

struct junit;

struct junit *junit_new(void);
void junit_free(struct junit *junit);
DEFINE_AUTO(junit, junit_free);

/* A pipeline that ran, well or not. */
void junit_add_run(struct junit *junit, const struct plan *plan, const struct run_result *result);

/* A pipeline that was left out, and why. */
void junit_add_skipped(struct junit *junit, const char *pipeline, const char *reason);

/* What kept a call from running: those of the messages (as struct call has them) that are errors.
 * `name` is that of the suite. */
void junit_add_errors(struct junit *junit, const char *name, const json_t *messages);

/* No suite has been added. */
bool junit_is_empty(const struct junit *junit);

/* The document. */
char *junit_text(const struct junit *junit);
