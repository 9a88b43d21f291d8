/* SPDX-License-Identifier: Apache-2.0 */
/* The statements on a journal's tables (journal.h) and what they are made of. */
#pragma once

#include "engine/rows.h"

#include <jansson.h>

/* `"catalog"."sqlflow".`, what the names of its tables begin with. */
char *journal_prefix(const char *catalog);

/* A statement on the journal's tables; its failure is told as the journal's. */
bool journal_execute(const struct engine_class *class, struct session *session, const char *sql,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks the journal. */
bool journal_query(const struct engine_class *class, struct session *session, const char *sql,
                   struct rows *rows, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The one number that a query gives; 0 for NULL. */
bool journal_number(const struct engine_class *class, struct session *session, const char *sql,
                    gint64 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A literal. What another side says, and what a file is called, need not be UTF-8; the engine takes
 * nothing else. */
char *journal_text(const char *text);

/* `2026-11-23 08:15:00.123456`, in UTC. */
char *journal_moment(gint64 time_us);

/* `INSERT INTO log VALUES `, for rows that journal_append_record adds. */
GString *journal_insert_into_log(const char *prefix);

/* A row of the log; `sequence` is a number or NULL, as SQL has it. Takes the record. */
void journal_append_record(GString *sql, const char *run, const char *sequence, json_t *record);
