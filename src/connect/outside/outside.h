/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connectors (include/sqlflow/connector.h) as the program uses them: those in shared objects and
 * those that come with it alike. What they give is checked here, before an engine sees it; what
 * they say is covered where it holds a secret.
 */
#pragma once

#include "base/batches.h"
#include "connect/connector.h"
#include "project/project.h"

/* One use of a connector. What it points to outlives whatever is opened with it. */
struct usage {
    const struct connector *connector;
    const struct options *options;
    const struct options *storage; /* of storage_options, for find_files; NULL: none given */
    const struct project *project; /* whose environment and folder secrets are looked for in */
    gint *is_interrupted;          /* atomic: not 0 when it is to end; may be NULL */
    const char *destination;       /* EXPORT: behind TO, or NULL */
    const char *token;             /* EXPORT: names the step and its run, or NULL */
    struct outside_moment *moment; /* SOURCE: at which it is read; NULL: at one of its own */
    guint tries;                   /* of what may be tried again, the first included; 0: not said */
    guint retry_ms;                /* the shortest wait between them */
    /* Told lines about what was done, on any thread; may be NULL. */
    void (*note)(void *user_data, const char *line);
    void *note_data;
};

/* Can it be reached? */
bool outside_check(const struct usage *usage, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One thing that is there. */
struct found {
    char *kind;
    char *name;
    char *detail; /* or NULL */
};

/* Copies the texts. */
struct found *found_new(const char *kind, const char *name, const char *detail);
/* A list that owns them. */
GPtrArray *found_list_new(void);

/* What there is to read: struct found. ERROR_USAGE when the connector can't tell. */
GPtrArray *outside_discover(const struct usage *usage, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a connector says of the files that it means. */
struct related {
    char *format;       /* as it is written; NULL: not said */
    GPtrArray *paths;   /* char * */
    GPtrArray *options; /* char * name, char * text in turn; several of one name are its items */
};

/* Asks one that relates; `connector`, `options` and `destination` of the usage count. NULL on
 * failure. */
struct related *outside_relate(const struct usage *usage, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void related_free(struct related *related);
DEFINE_AUTO(related, related_free);

/* One moment of another system, at which several sources are read. It is taken when the first of
 * them is opened, and lives as long as any of them. Any thread may call any of these. */
struct outside_moment;

/* What the sources have in common that can be read at one moment: the same text. NULL: the
 * connector has no moments. The caller's. */
char *outside_place(const struct connector *connector, const struct options *options);
/* The options are those of one of the sources; borrowed. */
struct outside_moment *outside_moment_new(const struct connector *connector,
                                          const struct options *options);
struct outside_moment *outside_moment_ref(struct outside_moment *moment);
void outside_moment_unref(struct outside_moment *moment);
/* Lets it go: readings that begin now are each of their own moment. */
void outside_moment_end(struct outside_moment *moment);
/* What the connector had to say since the last call: char *. The caller's. */
GPtrArray *outside_moment_take_notes(struct outside_moment *moment);

/* Opens a source. Conditions of `where` (SQL; NULL: none) that the connector may understand are
 * handed to it; the engine has to filter all the same. */
struct batch_source *outside_open(const struct usage *usage, const char *where,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* It gives records as text (`fetch`) instead of batches; it takes rows so (`deliver`). */
bool outside_gives_records(const struct connector *connector);
bool outside_takes_records(const struct connector *connector);

/* It has nothing more to say: whoever was told lines is going. */
void outside_hush(struct batch_source *source);

/* Records as text, in a file without a name: it is gone when it is closed. */
struct fetched {
    int file;
    gint64 records;
    struct relation *relation; /* reads it as long as it is open */
};

/* The file lies in `folder`. To be cleared in any case. */
bool outside_fetch(const struct usage *usage, const char *folder, struct fetched *out,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void fetched_clear(struct fetched *fetched);

/* Sends the rows in the file `rows` on; how far it came is in the file `progress`, which is made
 * when there is none. *out_rows: how many are there now, those of earlier calls included. */
bool outside_deliver(const struct usage *usage, const char *rows, const char *progress,
                     gint64 *out_rows, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An export that is being made. */
struct sink;

/* `columns` is what will come. */
struct sink *sink_open(const struct usage *usage, const struct ArrowSchema *columns,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes all rows of the stream, which stays the caller's. When the stream itself failed the error
 * is a general one: the caller knows better. */
bool sink_write(struct sink *sink, struct ArrowArrayStream *rows, gint64 *out_rows,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool sink_commit(struct sink *sink, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Any thread, between sink_open and sink_close: what it does ends soon. */
void sink_cancel(struct sink *sink);
/* Without a commit the destination is as it was. NULL is fine. */
void sink_close(struct sink *sink);
DEFINE_AUTO(sink, sink_close);
