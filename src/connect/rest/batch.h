/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of an export as bodies of requests: always the same ones for the same file and options.
 *
 * Threads: one at a time.
 */
#pragma once

#include "base/auto.h"

#include <stdbool.h>

enum batch_format { BATCH_ARRAY = 1, BATCH_LINES, BATCH_OBJECT };

struct batch_rules {
    enum batch_format format;
    const char *records_key; /* OBJECT */
    gint64 rows;             /* at most, of a batch */
    gint64 bytes;            /* at most, of a body */
};

struct batch {
    gint64 number;    /* from 1 */
    gint64 first_row; /* from 1 */
    gint64 rows;
    GString *body;
    char hash[17]; /* of the body */
};

void batch_init(struct batch *batch);
void batch_clear(struct batch *batch);

struct batch_reader;

/* Reads `file` from its beginning, by pread. The rules are borrowed. */
struct batch_reader *batch_reader_new(int file, const struct batch_rules *rules);
void batch_reader_free(struct batch_reader *reader);
DEFINE_AUTO(batch_reader, batch_reader_free);

/* Does each row of `file` fit into a batch? ERROR_DATA: which one doesn't; ERROR_SYSTEM. */
bool batch_check(int file, const struct batch_rules *rules,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next batch; without rows: there is none. ERROR_DATA: a row doesn't fit into any.
 * ERROR_SYSTEM. */
bool batch_reader_next(struct batch_reader *reader, struct batch *batch,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

enum batch_format batch_format_of(const char *word);
const char *batch_content_type(enum batch_format format);
