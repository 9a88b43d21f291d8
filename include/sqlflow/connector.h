/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a connector is written: a shared object NAME.so that exports one function, sqlflow_connector,
 * which gives one constant descriptor. It stands alone (C11) and a connector links to nothing of
 * SQLFlow. The connectors that come with the program are made with this header, too.
 * docs/plugins.md leads through two examples.
 *
 * Rows are Arrow C Data Interface structs: https://arrow.apache.org/docs/format/CDataInterface.html
 * What comes from a connector is checked (lengths, buffers, UTF-8, indexes); what can't be is
 * refused: run-end encoding, unions, string and list views, dictionaries inside of lists, the type
 * without values inside of lists of fixed size.
 *
 * Growth: structs that have a `size` grow at their end only. Their maker writes sizeof; whoever
 * reads a member behind what the first version had looks at `size` first. `abi` changes when that
 * can't be kept, and a connector of another abi is refused.
 *
 * Threads: functions of different sources, scans and sinks are called by different threads at the
 * same time; those of one by one thread at a time, not always the same; different streams of one
 * scan by different threads at the same time. `scan_cancel` and `sink_cancel` come from another
 * thread at any time.
 *
 * Errors: a function that can fail returns false after host->fail(error, ..), which returns false.
 * Text is UTF-8. What is handed in lives until the call returns unless it says otherwise. What a
 * function gives in `out_` counts when it returns true, and isn't NULL then.
 */
#ifndef SQLFLOW_CONNECTOR_H
#define SQLFLOW_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NOLINTBEGIN(readability-identifier-naming): the names are part of Arrow's interface. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *schema);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *array);
    void *private_data;
};

#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *stream, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *stream, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *stream);
    void (*release)(struct ArrowArrayStream *stream);
    void *private_data;
};

#endif
/* NOLINTEND(readability-identifier-naming) */

#define SQLFLOW_CONNECTOR_ABI 1

/* What kind of failure it is decides what happens next: only TRANSIENT ones are tried again. */
enum sqlflow_error_kind {
    SQLFLOW_ERROR_USAGE = 1,  /* how it was asked: options, names */
    SQLFLOW_ERROR_DATA,       /* the rows or the statement are wrong; a retry gives the same */
    SQLFLOW_ERROR_TRANSIENT,  /* the other side may answer the next time */
    SQLFLOW_ERROR_PERMISSION, /* rights are missing, a password is wrong */
    SQLFLOW_ERROR_CANCELLED,  /* host->is_cancelled said so */
    SQLFLOW_ERROR_SYSTEM,     /* disk, memory, anything else here */
};

/* The types of options, and what a connector gets for what the user wrote. */
enum sqlflow_option_type {
    SQLFLOW_OPTION_STRING = 1, /* the text */
    SQLFLOW_OPTION_INTEGER,    /* "10" */
    SQLFLOW_OPTION_SIZE,       /* 64KB: "64000", bytes */
    SQLFLOW_OPTION_DURATION,   /* 500ms: "0.5", seconds */
    SQLFLOW_OPTION_BOOLEAN,    /* "true" or "false" */
    SQLFLOW_OPTION_LIST,       /* texts: host->option_item */
    SQLFLOW_OPTION_WORD,       /* one of `words`, as it stands there */
    /* {"a": "x", "b": [1, 2]}: host->option_item gives names and texts in turn, a, x, b, 1, b, 2;
     * option_count counts both. SECRET: in messages the values are covered whose names say that
     * they are secret (auth, cookie, key, password, secret, session, signature, token). */
    SQLFLOW_OPTION_MAP,
    SQLFLOW_OPTION_JSON, /* any value, as JSON on one line; a string: its text */
};

enum sqlflow_option_flag {
    SQLFLOW_OPTION_REQUIRED = 1 << 0,
    /* Shown nowhere; of a STRING, INTEGER, LIST or MAP. A STRING may be kept in the environment, a
     * file, or with a command. */
    SQLFLOW_OPTION_SECRET = 1 << 1,
    SQLFLOW_OPTION_FOR_SOURCE = 1 << 2,
    SQLFLOW_OPTION_FOR_EXPORT = 1 << 3,
    SQLFLOW_OPTION_PLACE = 1 << 4, /* says where the other side is, or who asks: see moment_new */
};

/* One option, FOR_SOURCE, FOR_EXPORT or both; a name may stand twice, once for each. A table of
 * them ends with one without name; option_size is sizeof of its maker. An option "auth.token" can
 * also be written as {"auth": {"token": ..}}. Every statement has options of its own (timeout,
 * retries, tags, ..: docs/connectors.md), whose names can't be used. */
struct sqlflow_option {
    const char *name;
    const char *const *aliases; /* NULL-terminated, or NULL */
    uint32_t type;              /* enum sqlflow_option_type */
    uint32_t flags;
    const char *default_text; /* as the user would write it, or NULL; LIST and MAP have none */
    int64_t minimum, maximum; /* of INTEGER and SIZE, where maximum is not 0 */
    const char *const *words; /* of WORD: NULL-terminated; "pg=postgres" is another spelling */
    const char *excludes;     /* the option that can't be given beside this one, or NULL */
    const char *help;         /* one line */
};

/* The program's own: opaque. */
struct sqlflow_error;
struct sqlflow_context;
struct sqlflow_listing;
struct sqlflow_relation;

/* What the program does for a connector. Any thread may call any of them. */
struct sqlflow_host {
    uint32_t abi;
    uint32_t size;
    const char *version; /* of the program */

    /* An option by its name in the table, as the types above have it. NULL: not given, and no
     * default. Lives as long as the source or sink that was opened with the context. */
    const char *(*option_text)(const struct sqlflow_context *context, const char *name);
    /* LIST, MAP: how many texts, and one of them; NULL behind the last. */
    uint32_t (*option_count)(const struct sqlflow_context *context, const char *name);
    const char *(*option_item)(const struct sqlflow_context *context, const char *name,
                               uint32_t index);
    /* The user or a deadline ends it. Ask at least ten times a second while waiting. */
    bool (*is_cancelled)(const struct sqlflow_context *context);
    /* A line for people about what was done ("amount: kept as text"). */
    void (*note)(const struct sqlflow_context *context, const char *format, ...);
    /* Sets the error (NULL: nobody asks); the first one counts. `code` is the other side's own
     * ("42P01") or NULL. Secrets in them are covered, as in notes and in what is found. Always
     * false. */
    bool (*fail)(struct sqlflow_error *error, enum sqlflow_error_kind kind, const char *code,
                 const char *format, ...);
    /* The other side said when to come again. */
    void (*retry_after)(struct sqlflow_error *error, int64_t milliseconds);
    /* Tells one thing that is there; for `discover`. `detail` may be NULL. */
    void (*found)(struct sqlflow_listing *listing, const char *kind, const char *name,
                  const char *detail);
    /* The connector has tried again itself, as often as the call allows: nobody else does. */
    void (*gave_up)(struct sqlflow_error *error);

    /* For `relate`. The format: csv, parquet, json or ndjson. Not said: the descriptor's, or what
     * the extension of the first path tells. */
    void (*relation_format)(struct sqlflow_relation *relation, const char *format);
    /* SOURCE: a file, pattern or address (s3://, http://) more, at least one. EXPORT: where to;
     * not said: what stands behind TO. */
    void (*relation_path)(struct sqlflow_relation *relation, const char *path);
    /* An option of the format or the storage, for when the user doesn't give it: as option_text
     * has it; of a LIST or MAP each call adds what option_item has. */
    void (*relation_option)(struct sqlflow_relation *relation, const char *name, const char *text);
    /* For `check` and `discover`: tells the files or objects that fit a path, pattern or address
     * (of "s3://" alone the buckets), reached with the storage's options that were given. Without
     * a listing it only looks whether they are there and may be read. */
    bool (*find_files)(const struct sqlflow_context *context, const char *pattern,
                       struct sqlflow_listing *listing, struct sqlflow_error *error);
};

/* One use of a connector. It lives until what was opened with it is closed. */
struct sqlflow_call {
    uint32_t size;
    const struct sqlflow_host *host;
    const struct sqlflow_context *context;
    const char *destination; /* EXPORT: what stands behind TO; else NULL */
    /* EXPORT: names this step of this run, the same when the run is resumed: with it a second
     * write of the same rows is known. NULL when the run keeps no journal. */
    const char *token;
    /* SOURCE: what moment_new gave, when its rows are to be those of that moment; else NULL. It
     * outlives the source. */
    void *moment;
    /* How often one thing that may be tried again (SQLFLOW_ERROR_TRANSIENT) is tried, the first
     * time included, and the shortest wait in between. 0 tries: not said. A connector that doesn't
     * look at them is called again as a whole. */
    uint32_t tries;
    uint32_t retry_milliseconds;
};

/* A condition that the rows have to meet: column, operator, constant. A connector may use it to
 * give fewer rows; it must not leave out a row that meets it, nor need it be complete: the engine
 * filters again. Never grows. */
enum sqlflow_operator {
    SQLFLOW_EQUAL = 1,
    SQLFLOW_NOT_EQUAL,
    SQLFLOW_LESS,
    SQLFLOW_LESS_OR_EQUAL,
    SQLFLOW_GREATER,
    SQLFLOW_GREATER_OR_EQUAL,
    SQLFLOW_IS_NULL,
    SQLFLOW_IS_NOT_NULL,
};

enum sqlflow_constant {
    SQLFLOW_CONSTANT_NONE = 0, /* IS NULL, IS NOT NULL */
    SQLFLOW_CONSTANT_NUMBER,   /* "-12.50" */
    SQLFLOW_CONSTANT_TEXT,
    SQLFLOW_CONSTANT_BOOLEAN, /* "true", "false" */
    SQLFLOW_CONSTANT_TIME,    /* DATE '..' or TIMESTAMP '..': texts beside it are read as such */
};

struct sqlflow_filter {
    const char *column; /* as the user wrote it: names are compared without case */
    uint32_t operation; /* enum sqlflow_operator */
    uint32_t constant;  /* enum sqlflow_constant */
    const char *text;
};

/* What one reading wants. */
struct sqlflow_scan {
    uint32_t size;
    const uint32_t *columns; /* indexes in the source's schema: the columns of the streams, in this
                                order. There may be none: then rows are only counted */
    uint32_t column_count;
    const struct sqlflow_filter *filters; /* all of them have to be met */
    uint32_t filter_count;
    uint32_t threads; /* how many streams are pulled at the same time */
    /* As in struct sqlflow_call; is_cancelled is that of this reading. */
    const struct sqlflow_context *context;
    /* Where its streams tell why get_next or get_schema failed (host->fail); else it is what
     * get_last_error says, as SQLFLOW_ERROR_SYSTEM. Lives until the scan is closed. */
    struct sqlflow_error *error;
};

/* Records as text: one JSON object a line, UTF-8, in a file that the engine reads. It finds columns
 * and types from all of them and loses no digit. */
struct sqlflow_fetch {
    uint32_t size;
    int file;        /* open for writing, empty */
    int64_t records; /* out: how many were written */
    int64_t longest; /* out: bytes of the longest, its line end included */
};

/* The rows of an export as such a file. They are the same when the step is tried again, and when a
 * run that failed or died is continued. */
struct sqlflow_delivery {
    uint32_t size;
    int file; /* open for reading (pread) */
    int64_t bytes;
    /* Open for reading and writing, empty at first. What the connector notes here, it finds here
     * the next time: how far it came. It is gone when the step is done. */
    int progress;
    int64_t rows; /* out: how many are there now, those of earlier tries included */
};

enum sqlflow_ability {
    SQLFLOW_SOURCE = 1 << 0,
    SQLFLOW_EXPORT = 1 << 1,
};

/* The descriptor. Lives as long as the program. A function that isn't needed is NULL: source_* and
 * scan_* without SQLFLOW_SOURCE or beside `fetch`, sink_* without SQLFLOW_EXPORT or beside
 * `deliver`, all of them beside `format` or `relate`, and those that say so. */
struct sqlflow_connector {
    uint32_t abi;  /* SQLFLOW_CONNECTOR_ABI */
    uint32_t size; /* sizeof(struct sqlflow_connector) */
    const char *name;
    const char *summary; /* one line */
    uint32_t abilities;
    uint32_t option_size; /* sizeof(struct sqlflow_option) */
    const struct sqlflow_option *options;

    /* Can it be reached with these options? Really connects, changes nothing. */
    bool (*check)(const struct sqlflow_call *call, struct sqlflow_error *error);
    /* Tells what there is to read (host->found). May be NULL. */
    bool (*discover)(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                     struct sqlflow_error *error);

    /* A source knows its columns. It may be read several times, also at the same time. */
    bool (*source_open)(const struct sqlflow_call *call, void **out_source,
                        struct sqlflow_error *error);
    void (*source_close)(void *source);
    /* The columns: a struct ("+s") with a child for each, the same ones each time. The caller
     * releases it. */
    bool (*source_schema)(void *source, struct ArrowSchema *out, struct sqlflow_error *error);

    /* Starts a reading. *out_streams: how many streams give its rows, at least 1. */
    bool (*scan_open)(void *source, const struct sqlflow_scan *scan, void **out_scan,
                      uint32_t *out_streams, struct sqlflow_error *error);
    /* One of them, each once. Its schema has the wanted columns, names included; its arrays are
     * structs of them, of any length, and the one that is released already is its end. It is
     * released before its scan is closed, its arrays perhaps later. */
    bool (*scan_stream)(void *scan, uint32_t stream, struct ArrowArrayStream *out,
                        struct sqlflow_error *error);
    /* Called when is_cancelled has become true. May be NULL. */
    void (*scan_cancel)(void *scan);
    void (*scan_close)(void *scan);

    /* An export. Types without a format of their own in Arrow come as extension types: arrow.uuid,
     * arrow.json, arrow.bool8 (a boolean may come so, too), arrow.opaque with the engine's name for
     * it (hugeint). Until sink_commit has returned true nothing of it may be seen at the
     * destination; sink_close without it leaves the destination as it was. `columns` is what will
     * come. */
    bool (*sink_open)(const struct sqlflow_call *call, const struct ArrowSchema *columns,
                      void **out_sink, struct sqlflow_error *error);
    /* Takes all arrays of the stream (which the caller releases) and counts their rows. When the
     * stream fails it returns false; an error need not be set then. Who finds the call's token at
     * the destination takes none and gives the number of then. */
    bool (*sink_write)(void *sink, struct ArrowArrayStream *rows, int64_t *out_rows,
                       struct sqlflow_error *error);
    bool (*sink_commit)(void *sink, struct sqlflow_error *error);
    void (*sink_cancel)(void *sink); /* as scan_cancel. May be NULL */
    void (*sink_close)(void *sink);

    /* All NULL, or none: one moment of the other side, at which several sources of one run are
     * read; all their options with the flag PLACE are equal. It is taken when the first of them is
     * opened: moment_new waits for nothing, and its call is for notes alone (which of them could
     * not be read at the moment). After moment_end (any thread) sources that are opened, and
     * readings that begin, are of moments of their own. */
    void *(*moment_new)(const struct sqlflow_call *call);
    void (*moment_end)(void *moment);
    void (*moment_free)(void *moment);

    /* Instead of source_* and scan_*, where columns are only known from the records: writes all of
     * them to a file. An option `columns` (MAP) of names and the engine's types, if the table has
     * one and it is given, says which members are read. */
    bool (*fetch)(const struct sqlflow_call *call, struct sqlflow_fetch *fetch,
                  struct sqlflow_error *error);
    /* Instead of sink_*, where what was sent can't be taken back: sends the rows of a file on. It
     * must send none again that the other side has taken; `progress` is there to know. */
    bool (*deliver)(const struct sqlflow_call *call, struct sqlflow_delivery *delivery,
                    struct sqlflow_error *error);

    /* Instead of all source_*, scan_* and sink_*: relations, files that the program finds and
     * fetches and the engine reads and writes itself. */
    /* The format of all of them (csv, parquet, json), or NULL. */
    const char *format;
    /* Says which files (host->relation_*), by the options and the destination alone: it is called
     * when the plan is made and looks at nothing. Options that aren't in the table, in which
     * there are no secrets, are the format's and the storage's. NULL beside `format`: the table has
     * but the option `path` (LIST, SOURCE), which names the files. */
    bool (*relate)(const struct sqlflow_call *call, struct sqlflow_relation *relation,
                   struct sqlflow_error *error);
};

/* The one symbol of a shared object. NULL: it can't work with this host. */
typedef const struct sqlflow_connector *(*sqlflow_connector_function)(
    const struct sqlflow_host *host);

#define SQLFLOW_CONNECTOR_SYMBOL "sqlflow_connector"

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const struct sqlflow_connector *
sqlflow_connector(const struct sqlflow_host *host);

#ifdef __cplusplus
}
#endif

#endif
