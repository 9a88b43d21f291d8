/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the growing things were read, in the journal's table `watermarks`. Rows are only added:
 * the newest row of a key counts, one without a value says that nothing was read.
 *
 * Invariant: a mark is recorded in the transaction of the rows that it stands for.
 */
#pragma once

#include "run/journal.h"

enum watermark_kind {
    WATERMARK_COLUMN = 1, /* the greatest value of a column */
    WATERMARK_FILE,       /* a file that was loaded: its size and time */
};

struct watermark {
    enum watermark_kind kind;
    char *source; /* of a LOAD; "" for INCREMENTAL BY */
    char *target; /* the table's key */
    char *field;  /* the column, the file's path */
    char *value;  /* NULL: none */
};
void watermark_free(struct watermark *mark);
DEFINE_AUTO(watermark, watermark_free);

/* All texts are copied. */
struct watermark *watermark_new(enum watermark_kind kind, const char *source, const char *target,
                                const char *field, const char *value);

/* Fills in the newest value of the mark with the same key; NULL when there is none. */
bool watermark_read(const struct journal *journal, struct session *session, struct watermark *mark,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Files (path -> size and time) of a source that were loaded into a table. */
GHashTable *watermark_files(const struct journal *journal, struct session *session,
                            const char *source, const char *target,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Records marks (struct watermark) of a step. */
bool watermarks_record(const struct journal *journal, struct session *session, guint step,
                       const GPtrArray *marks, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For people: the marks of all pipelines, or of one (NULL: all). */
bool watermarks_list(const struct engine_class *class, struct session *session, const char *catalog,
                     const char *pipeline, struct rows *rows,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets the marks of a pipeline, or of one of its tables (NULL: all). How many; -1 on failure. */
gint64 watermarks_reset(const struct engine_class *class, struct session *session,
                        const char *catalog, const char *pipeline, const char *target,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
