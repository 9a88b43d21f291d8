/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What any engine can do. Everything above speaks this interface; all engine-specific SQL is made
 * behind it. An engine is a module that is loaded when it is first opened, so that commands which
 * need none don't pay for it.
 *
 * Threads: an engine may be used by all; a session by one thread at a time. session_interrupt and
 * session_progress may be called from any thread at any time between session_new and session_free.
 * An interrupt ends the statement that runs (ERROR_CANCELLED); one that arrives between two
 * statements is lost and must not end the next.
 * Errors: of SQLFLOW_ERROR, with error_details: the engine's code and the position as a byte offset
 * in the text that the caller gave (a body, a WHERE), -1 where it isn't in it.
 */
#pragma once

#include "base/batches.h"
#include "base/error.h"
#include "base/relation.h"
#include "engine/parts.h"

struct engine;
struct session;
struct sqlflow_filter; /* sqlflow/connector.h */
struct trace;          /* engine/trace.h */

struct engine_options {
    const char *path;           /* of the database; NULL: in memory */
    const char *memory_limit;   /* "2GB", NULL: the engine's default */
    gint threads;               /* 0: the engine's default */
    const char *temp_directory; /* NULL: the engine's default, beside the database */
    const char *timezone;       /* "UTC" */
    bool read_only;
    gint64 wait_lock_ms; /* how long to wait for another process' lock */
    /* Told once when it begins to wait, with what it waits for; may be NULL. */
    void (*waiting)(void *user_data, const GError *reason);
    void *waiting_data;
    gint64 now_us; /* microseconds since 1970 in UTC: what now() is; 0: not fixed */
};

/* What is wanted of Parquet files that are read as one table. */
struct parquet_wish {
    const GPtrArray *columns;             /* char *, a name of none is passed over; NULL: all */
    const struct sqlflow_filter *filters; /* rows that don't meet all of them aren't wanted */
    guint filter_count;
    /* The engine's, to be handed on from file to file: names of columns in `filters` and their
     * types in the first file, which are those of the table. char * -> char *; empty at first. */
    GHashTable *types;
};

enum engine_capability {
    ENGINE_TRANSACTIONS = 1 << 0,
    ENGINE_UPSERT = 1 << 1,
    ENGINE_NATIVE_FORMATS = 1 << 2, /* scans and writes relations itself */
    ENGINE_EXACT_ROW_COUNTS = 1 << 3,
};

struct column {
    char *name;
    char *type; /* the engine's name for it */
};

/* A plain list of columns; free with g_ptr_array_unref. */
GPtrArray *columns_new(void);
void columns_add(GPtrArray *columns, const char *name, const char *type);
/* The first of this name in any case, or NULL. */
struct column *columns_find(const GPtrArray *columns, const char *name);

struct view_definition {
    char *name;
    char *sql; /* CREATE VIEW .. AS .. */
};

/* A plain list of views; free with g_ptr_array_unref. */
GPtrArray *views_new(void);
void views_add(GPtrArray *views, const char *name, const char *sql);

/* Receives rows as text. Both return false to stop early (which is no error). */
struct row_sink {
    bool (*columns)(void *user_data, const GPtrArray *columns);
    bool (*row)(void *user_data, const char *const *cells, const gsize *lengths); /* NULL: null */
    void *user_data;
};

struct progress {
    gdouble share;     /* 0..1; -1: unknown */
    guint64 rows_done; /* rows processed by the running query; 0 when unknown */
    gint64 bytes;      /* written so far, told above the engine; 0 when unknown */
};

enum table_kind { TABLE_NONE = 0, TABLE_BASE, TABLE_VIEW };

/* How rows get into their table. All but REPLACE make the table when there is none. */
enum write_mode {
    WRITE_REPLACE = 0,
    WRITE_APPEND,
    WRITE_UPSERT, /* rows whose keys match are updated, the others inserted */
    WRITE_WINDOW, /* the table's rows inside of a window are replaced */
};

/* What is done where the rows and the table differ. They are matched by name; a type of the rows
 * that the table's holds without loss is no difference. */
enum schema_policy {
    SCHEMA_STRICT = 0, /* an error that shows both sides */
    SCHEMA_EVOLVE,     /* columns are added, types become wider where that loses nothing */
    SCHEMA_IGNORE,     /* columns that the table hasn't are left out */
};

/* What window is wanted of a column that grows. Texts as the user wrote them, or as the engine gave
 * them; each but the type may be NULL. */
struct window_request {
    const char *type;      /* the engine's name for the column's type */
    const char *watermark; /* the greatest value that was seen */
    const char *lookback;  /* '7 days', '7' */
    const char *start;     /* instead of the watermark less lookback */
    const char *end;       /* instead of now, or for integers of no end */
};

/* The values [start, end) of a column, as literals in the engine's SQL; NULL: no limit. */
struct window {
    char *start;
    char *end;
    char *start_date; /* what the macros of that name stand for */
    char *end_date;
    char *start_dt;
    char *end_dt;
};

void window_clear(struct window *window);

/* What a query becomes. */
struct target {
    const char *name; /* as the user wrote it, variables resolved: may be dotted and quoted */
    bool is_view;
    bool keep_declaration; /* REPLACE the rows, not the table */
    enum write_mode mode;
    enum schema_policy schema; /* APPEND, UPSERT */
    const char *const *keys;   /* UPSERT: names of columns, without quotes; ended by NULL */
    /* Only rows inside of the window are taken; a row without a value is an error. An APPEND leaves
     * out those of them that the table has already. NULL: all rows, but for WINDOW. */
    const struct window *window;
    const char *column; /* of the window, without quotes */
};

/* What became of the rows; all -1 for a view. */
struct row_counts {
    gint64 read; /* by the query, or from the source as far as WHERE took them */
    gint64 inserted;
    gint64 updated;
    gint64 unchanged; /* the table had them just so */
    gint64 deleted;   /* WINDOW: of the table, before rows were inserted */
    gint64 rejected;  /* of the source, besides those that were read */
};

static inline struct row_counts row_counts_none(void)
{
    return (struct row_counts){-1, -1, -1, -1, -1, -1};
}

/* What a write into a table came to. */
struct written {
    struct row_counts rows;
    char *greatest;   /* of the window's column in the rows that were read, as text; or NULL */
    GPtrArray *notes; /* char *: what the user should know, a line each; NULL: nothing */
};

void written_clear(struct written *written);
/* Takes `note` over. */
void written_note(struct written *written, char *note);

struct engine_class {
    const char *name;
    guint capabilities;

    bool (*open)(const struct engine_options *options, struct engine **out, GError **error);
    /* Checkpoints and closes. Sessions are freed before. */
    void (*close)(struct engine *engine);
    const char *(*version)(void);

    bool (*session_new)(struct engine *engine, struct session **out, GError **error);
    void (*session_free)(struct session *session);
    void (*session_interrupt)(struct session *session);
    struct progress (*session_progress)(struct session *session);

    bool (*begin)(struct session *session, GError **error);
    bool (*commit)(struct session *session, GError **error);
    void (*rollback)(struct session *session); /* fine without a transaction */

    /* Unqualified names are looked up in `schema` first and made there; NULL: as before, which is
     * the default or what the last USE said. */
    bool (*use_schema)(struct session *session, const char *schema, GError **error);
    bool (*create_schema)(struct session *session, const char *schema, GError **error);

    /* Any one statement. *out_rows: rows changed, or rows of its result; -1 when it has none. */
    bool (*execute)(struct session *session, const char *sql, gint64 *out_rows, GError **error);
    /* Any one statement that gives rows, PIVOT and DESCRIBE too. */
    bool (*query)(struct session *session, const char *sql, const struct row_sink *sink,
                  GError **error);
    /* The rows of any one statement that gives rows, as a stream of Arrow arrays. Until the stream
     * is released, its session does nothing else; both are used by one thread at a time. What fails
     * later is told by the stream (get_last_error). */
    bool (*stream)(struct session *session, const char *sql, struct ArrowArrayStream *out,
                   GError **error);
    /* Binds without running: the columns of a query; of any other statement no columns. */
    bool (*describe)(struct session *session, const char *sql, GPtrArray **out_columns,
                     GError **error);

    enum table_kind (*table_exists)(struct session *session, const char *name);
    bool (*table_columns)(struct session *session, const char *name, GPtrArray **out_columns,
                          GError **error);
    /* Names of all tables and views, "schema.table" without the default schema, sorted. */
    bool (*table_list)(struct session *session, GPtrArray **out_names, GError **error);

    /* All views of the database but the journal's: struct view_definition, names as table_list has
     * them. */
    bool (*view_list)(struct session *session, GPtrArray **out_views, GError **error);

    /* The window for a request; window_clear it. ERROR_DATA for a type that has none, for a text
     * that is no value of it; ERROR_USAGE for a start behind its end. */
    bool (*window)(struct session *session, const struct window_request *request,
                   struct window *out, GError **error);
    /* Writes the query's rows as the target says, or makes the view. `out` is empty before, and
     * the caller's to clear in any case. ERROR_DATA for rows that don't fit the table, for keys
     * that are NULL, there twice, or no columns. All or nothing, also without a transaction. */
    bool (*create)(struct session *session, const struct target *target, const char *query,
                   struct written *out, GError **error);
    /* The same with the relation's rows; `where` (NULL: all) is pushed into the scan. */
    bool (*load)(struct session *session, const struct target *target,
                 const struct relation *relation, const char *where, struct written *out,
                 GError **error);
    /* Writes the query's rows as the relation says (one path). */
    bool (*export)(struct session *session, const char *query, const struct relation *relation,
                   gint64 *out_rows, GError **error);

    /* Makes `name` readable in SQL of every session, without a table: a real table of that name
     * wins. May be called while sessions work: they know it from their next statement on. */
    bool (*define_source)(struct engine *engine, const char *name, const struct relation *relation,
                          GError **error);

    /* load for rows that come from outside; the source outlives the call. */
    bool (*load_batches)(struct session *session, const struct target *target,
                         struct batch_source *source, const char *where, struct written *out,
                         GError **error);
    /* define_source for them. Takes the source over, also when it fails; it is read anew by each
     * statement that mentions it. */
    bool (*define_batches)(struct engine *engine, const char *name, struct batch_source *source,
                           GError **error);

    /* The table `name` is in another database than the one that was opened (ATTACH): a transaction
     * can't write to both. NULL: what has no name of its own would be made in another (USE). */
    bool (*is_outside)(struct session *session, const char *name);

    /* What the columns of a query's result are made from, as far as the engine can tell without
     * running it. A query that binds always has a trace; what isn't known is marked so in it. */
    bool (*trace)(struct session *session, const char *query, struct trace **out, GError **error);

    /* create with a query that has these columns (struct column) and no rows, for binding what
     * reads them. Names that repeat get numbers; a column without a type gets some. */
    bool (*create_shape)(struct session *session, const struct target *target,
                         const GPtrArray *columns, GError **error);

    /* Makes the view `name` of `table`, a bare name in the view's schema, which has JSON objects as
     * texts in its column `record`: instead of that it has `columns` (struct column), what the
     * objects have under these names. Rows that have nothing under the first of them are left out.
     * Both names are in SQL. */
    bool (*create_record_view)(struct session *session, const char *name, const char *table,
                               const GPtrArray *columns, GError **error);

    /* Adds what the user should know of the sources that a statement of this session was the first
     * to read without a table, since the last call. */
    void (*take_notes)(struct session *session, struct written *out);
    /* What of the Parquet file `path` is wanted, by its footer, which alone need be there. Adds the
     * parts (struct byte_range) that a scan reads besides the footer, and a guint8 for each row
     * group: 0 when its statistics say that no row of it meets the filters. */
    bool (*parquet_needs)(struct session *session, const char *path,
                          const struct parquet_wish *wish, GArray *out_ranges, GArray *out_groups,
                          GError **error);

    /* Puts the rows aside that the query gives, to be written by `export` of out->query, in parts
     * as the relation's `partition_by` says. What fails of the query fails here. *out NULL: the
     * parts of this relation can't be told apart in a stream, and nothing was done. */
    bool (*parts_gather)(struct session *session, const char *query,
                         const struct relation *relation, struct export_parts **out,
                         GError **error);
    /* Throws away what was put aside last. */
    bool (*parts_forget)(struct session *session, GError **error);
};

/* The class of an engine by name, its module loaded. ERROR_USAGE for an unknown name, ERROR_SYSTEM
 * when the module or its library can't be loaded, or isn't of this build (says which file). */
const struct engine_class *engine_load(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The one symbol of an engine's module, a struct engine_module. What it begins with never changes,
 * so that a program can tell a module that was built from other records than its own. */
#define ENGINE_MODULE_SYMBOL "sqlflow_engine_module"

/* The sizes of all records that go from one side to the other. */
#define ENGINE_RECORDS                                                                             \
    {                                                                                              \
        sizeof(struct engine_class), sizeof(struct engine_options), sizeof(struct error_details),  \
            sizeof(struct relation), sizeof(struct batch_source), sizeof(struct target),           \
            sizeof(struct written), sizeof(struct window_request), sizeof(struct window),          \
            sizeof(struct row_sink), sizeof(struct progress), sizeof(struct parquet_wish),         \
            sizeof(struct export_parts),                                                           \
    }

struct engine_module {
    const char *version; /* SQLFLOW_VERSION of its build */
    guint32 records[16]; /* ENGINE_RECORDS of its build, then zeros */
    const struct engine_class *class;
};

/* Was `module` built from the same records? Else ERROR_SYSTEM with `path`. */
bool engine_module_check(const struct engine_module *module, const char *path,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
