/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to stderr, as text or (--log-format json) one JSON object a line with `level` and
 * `message`. Nothing of this is data.
 */
#pragma once

#include "base/diagnostics.h"
#include "base/error.h"
#include "cli/command.h"

#include <jansson.h>

/* "error: .." with the way out below. */
void report_error(const struct call *call, const GError *error);

/* Said unless --quiet. */
void report_note(const struct call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* "warning: .." with a hint (or NULL) below; not with --quiet. */
void report_warning(const struct call *call, const char *hint, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* All messages of the list, in the house form; nothing when it is empty. */
void report_diagnostics(const struct call *call, struct diagnostics *list);

/* One JSON line on stderr; takes the object over. */
void report_json_line(const struct call *call, json_t *object);

/* The document on stdout; takes it over. */
void report_document(const struct call *call, json_t *document);

/* A message as members code, level, message, hint, file, line, column. */
json_t *diagnostic_to_json(const struct diagnostic *diagnostic);
json_t *diagnostics_to_json(struct diagnostics *list);
