/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariants: all of an export, the row of its token included, is one transaction; a token that is
 * there already means that the rows are there, too, and nothing is written.
 */
#include "connect/postgres/sink.h"

#include "connect/postgres/source.h"
#include "connect/postgres/target.h"

#include <string.h>

enum { SEND_BYTES = 256 * 1024, MOST_SEND_BYTES = 64 * 1024 * 1024 };

#define STAGE "\"__sqlflow_rows\""
#define SAVEPOINT "\"__sqlflow_own\""

struct sink {
    const struct sqlflow_host *host;
    const struct sqlflow_context *context;
    struct connection connection;
    struct target target;
    char *token;
    struct buffer buffer;
    gint64 rows;
    guint batch_rows;    /* that are sent at once; 0: by bytes */
    guint waiting;       /* rows in the buffer */
    bool is_done_before; /* the token is there: `rows` are those of then */
};

void sink_close(void *data)
{
    struct sink *sink = data;
    connection_close(&sink->connection);
    target_clear(&sink->target);
    g_free(sink->buffer.data);
    g_free(sink->token);
    g_free(sink);
}

static const char *option(const struct sink *sink, const char *name)
{
    return sink->host->option_text(sink->context, name);
}

static bool run(struct sink *sink, struct sqlflow_error *error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static bool run(struct sink *sink, struct sqlflow_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sql = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return connection_run(&sink->connection, sql, error);
}

/* `pre_sql` and `post_sql`: a savepoint that is gone after them went with the transaction, which is
 * what makes an export whole. */
static bool run_own(struct sink *sink, const char *name, struct sqlflow_error *error)
{
    const char *sql = option(sink, name);
    if (!sql)
        return true;
    if (!run(sink, error, "SAVEPOINT " SAVEPOINT "; %s", sql))
        return false;
    if (connection_run(&sink->connection, "RELEASE SAVEPOINT " SAVEPOINT, NULL))
        return true;
    if (PQstatus(sink->connection.pg) != CONNECTION_OK)
        return connection_fail(&sink->connection, NULL, error);
    return sink->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                            "'%s' ends the transaction in which the rows are written: leave out "
                            "COMMIT and ROLLBACK",
                            name);
}

/* The number in the first cell; -1: no row. */
static bool ask_number(struct sink *sink, const char *sql, const char *const *parameters,
                       gint64 *out, struct sqlflow_error *error)
{
    PGresult *result = connection_query(&sink->connection, sql, parameters, error);
    if (!result)
        return false;
    *out = PQntuples(result) > 0 ? g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10) : -1;
    PQclear(result);
    return true;
}

/* 1: the table of tokens is there, 2: it can be made in its schema, 3: with its schema, 0: neither,
 * for want of rights. */
static const char tokens_sql[] =
    "SELECT CASE WHEN n.oid IS NULL THEN "
    "CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN 3 ELSE 0 END "
    "WHEN NOT has_schema_privilege(n.oid, 'USAGE') THEN 0 "
    "WHEN c.oid IS NULL THEN CASE WHEN has_schema_privilege(n.oid, 'CREATE') THEN 2 ELSE 0 END "
    "WHEN has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND "
    "has_table_privilege(c.oid, 'UPDATE') THEN 1 ELSE 0 END "
    "FROM (SELECT) AS one LEFT JOIN pg_namespace n ON n.nspname = 'sqlflow' "
    "LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'exports'";

/* It is made in a transaction of its own, since two exports may begin at once. */
static bool make_tokens(struct sink *sink, struct sqlflow_error *error)
{
    gint64 found = 0;
    if (!ask_number(sink, tokens_sql, NULL, &found, error))
        return false;
    if (found == 0) {
        g_clear_pointer(&sink->token, g_free);
        sink->host->note(sink->context,
                         "without rights on sqlflow.exports: a crash right after the commit would "
                         "write the rows again");
    }
    return found < 2 ||
           run(sink, error,
               "BEGIN; SELECT pg_advisory_xact_lock(hashtext('sqlflow.exports')); %s"
               "CREATE TABLE IF NOT EXISTS sqlflow.exports "
               "(token text PRIMARY KEY, rows bigint, at timestamptz NOT NULL DEFAULT now()); "
               "COMMIT",
               found == 3 ? "CREATE SCHEMA IF NOT EXISTS sqlflow; " : "");
}

/* A second writer of the same token waits here for the first. */
static bool take_token(struct sink *sink, struct sqlflow_error *error)
{
    const char *const parameters[] = {sink->token, NULL};
    gint64 taken = -1, rows = -1;
    if (!sink->token)
        return true;
    if (!ask_number(sink,
                    "INSERT INTO sqlflow.exports (token) VALUES ($1) ON CONFLICT DO NOTHING "
                    "RETURNING 1",
                    parameters, &taken, error))
        return false;
    if (taken == 1)
        return true;
    sink->is_done_before = true;
    if (!ask_number(sink, "SELECT rows FROM sqlflow.exports WHERE token = $1", parameters, &rows,
                    error))
        return false;
    sink->rows = rows;
    sink->host->note(sink->context, "the rows were there already: an earlier try wrote them");
    return true;
}

static bool is_replacement(const struct sink *sink)
{
    const char *mode = option(sink, "mode");
    return strcmp(mode, "replace") == 0 || strcmp(mode, "truncate") == 0;
}

/* TRUNCATE keeps readers out until the commit, DELETE doesn't. */
static bool is_swap(const struct sink *sink)
{
    return strcmp(option(sink, "swap"), "true") == 0;
}

static bool check_swap(const struct sink *sink, struct sqlflow_error *error)
{
    if (!is_swap(sink))
        return true;
    if (!is_replacement(sink))
        return sink->host->fail(error, SQLFLOW_ERROR_USAGE, NULL, "'swap' is for mode replace");
    return strcmp(option(sink, "create"), "always") != 0 ||
           sink->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                            "'swap' keeps the table, and create 'always' drops it");
}

/* Others that make a table of this name, or replace its rows while it can be read, wait until this
 * export is committed: else both would make it, or each would leave the other's rows. */
static bool wait_for_others(struct sink *sink, struct sqlflow_error *error)
{
    const char *const parameters[] = {sink->target.name, NULL};
    gint64 nothing = 0;
    return ask_number(sink, "SELECT pg_advisory_xact_lock(hashtext('sqlflow'), hashtext($1))",
                      parameters, &nothing, error);
}

/* Looks at the table, which may have been made meanwhile. */
static bool look(struct sink *sink, struct sqlflow_error *error)
{
    struct target *target = &sink->target;
    if (!target_look(target, &sink->connection, error))
        return false;
    if (target->exists && !is_swap(sink))
        return true;
    return wait_for_others(sink, error) &&
           (target->exists || target_look(target, &sink->connection, error));
}

/* What `create` and `mode` say about the table itself. */
static bool prepare_table(struct sink *sink, struct sqlflow_error *error)
{
    struct target *target = &sink->target;
    const char *create = option(sink, "create");
    const bool always = strcmp(create, "always") == 0;
    if (!server_check_name(&sink->connection, target->longest, error))
        return false;
    if (always && !run(sink, error, "DROP TABLE IF EXISTS %s", target->table))
        return false;
    if (!look(sink, error))
        return false;
    if (!target->exists && strcmp(create, "never") == 0)
        return sink->host->fail(error, SQLFLOW_ERROR_DATA, "42P01", "there is no table %s",
                                target->table);
    g_autofree char *made = target->exists ? NULL : target_create_sql(target, target->table, false);
    if (made)
        return run(sink, error, "%s", made);
    return !is_replacement(sink) ||
           run(sink, error, is_swap(sink) || target->is_view ? "DELETE FROM %s" : "TRUNCATE %s",
               target->table);
}

static bool start_copy(struct sink *sink, struct sqlflow_error *error)
{
    static const guint8 header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    struct target *target = &sink->target;
    const char *place = target->needs_stage ? STAGE : target->table;
    g_autofree char *stage = target->needs_stage ? target_create_sql(target, STAGE, true) : NULL;
    g_autofree char *columns = target_columns_sql(target);
    g_autofree char *copy =
        g_strdup_printf("COPY %s (%s) FROM STDIN (FORMAT binary)", place, columns);
    memcpy(buffer_take(&sink->buffer, sizeof header), header, sizeof header);
    return target_check_keys(target, &sink->connection, error) &&
           (!stage || run(sink, error, "%s", stage)) &&
           connection_copy(&sink->connection, copy, PGRES_COPY_IN, error);
}

static bool begin(struct sink *sink, struct sqlflow_error *error)
{
    if (!connection_open(&sink->connection, sink->host, sink->context, error) ||
        (sink->token && !make_tokens(sink, error)) ||
        !run(sink, error, "BEGIN; %s", SESSION_SETTINGS) || !take_token(sink, error))
        return false;
    return sink->is_done_before || (run_own(sink, "pre_sql", error) && prepare_table(sink, error) &&
                                    start_copy(sink, error));
}

bool sink_open(const struct sqlflow_call *call, const struct ArrowSchema *columns, void **out,
               struct sqlflow_error *error)
{
    struct sink *sink = g_new0(struct sink, 1);
    sink->host = call->host;
    sink->context = call->context;
    sink->token = g_strdup(call->token);
    const char *batch = option(sink, "batch_size");
    sink->batch_rows = batch ? (guint)g_ascii_strtoull(batch, NULL, 10) : 0;
    if (target_init(&sink->target, call, columns, error) && check_swap(sink, error) &&
        begin(sink, error)) {
        *out = sink;
        return true;
    }
    sink_close(sink);
    return false;
}

/* What the server has to say while it is being sent rows: an error ends the COPY. */
static bool fail_copy(struct sink *sink, struct sqlflow_error *error)
{
    bool failed = false;
    PGresult *result = connection_result(&sink->connection, &failed, error);
    if (!failed)
        connection_fail(&sink->connection,
                        PQresultStatus(result) == PGRES_FATAL_ERROR ? result : NULL, error);
    PQclear(result);
    return false;
}

static bool send(struct sink *sink, struct sqlflow_error *error)
{
    PGconn *pg = sink->connection.pg;
    int sent = 0;
    if (sink->buffer.length > G_MAXINT32)
        return sink->host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                                "a row has more than 2 GB, which the server doesn't take");
    while ((sent = PQputCopyData(pg, (const char *)sink->buffer.data, (int)sink->buffer.length)) ==
           0)
        if (!connection_wait(&sink->connection, true, error))
            return false;
    if (sent < 0)
        return fail_copy(sink, error);
    sink->buffer.length = 0;
    sink->waiting = 0;
    /* All that was taken goes out now: else it would pile up here when the network is slow. */
    int left = 0;
    while ((left = PQflush(pg)) > 0)
        if (!connection_wait(&sink->connection, true, error))
            return false;
    return left == 0 || fail_copy(sink, error);
}

/* What libpq is given at once stays far below what it can count. */
static bool is_full(const struct sink *sink)
{
    const gsize most = sink->batch_rows > 0 ? MOST_SEND_BYTES : SEND_BYTES;
    return sink->buffer.length >= most ||
           (sink->batch_rows > 0 && sink->waiting >= sink->batch_rows);
}

static bool write_array(struct sink *sink, const struct ArrowArray *array,
                        struct sqlflow_error *error)
{
    const GArray *columns = sink->target.columns;
    const guint8 count[] = {(guint8)(columns->len >> 8), (guint8)columns->len};
    for (gint64 row = 0; row < array->length; row++) {
        memcpy(buffer_take(&sink->buffer, sizeof count), count, sizeof count);
        for (guint i = 0; i < columns->len; i++)
            encoder_add(&g_array_index(columns, struct target_column, i).encoder,
                        array->children[i], array->offset + row, &sink->buffer);
        sink->waiting++;
        if (is_full(sink) && !send(sink, error))
            return false;
    }
    sink->rows += array->length;
    return true;
}

/* The end of COPY, and what the server makes of it. */
static bool end_copy(struct sink *sink, struct sqlflow_error *error)
{
    static const guint8 trailer[] = {0xff, 0xff};
    memcpy(buffer_take(&sink->buffer, sizeof trailer), trailer, sizeof trailer);
    if (!send(sink, error))
        return false;
    int ended = 0;
    while ((ended = PQputCopyEnd(sink->connection.pg, NULL)) == 0)
        if (!connection_wait(&sink->connection, true, error))
            return false;
    return connection_finish(&sink->connection, error) && ended > 0;
}

/* A key that is NULL conflicts with nothing: the row would come anew with each run. */
static bool check_keys(struct sink *sink, struct sqlflow_error *error)
{
    for (guint i = 0; i < sink->target.keys->len; i++) {
        const char *key = g_ptr_array_index(sink->target.keys, i);
        g_autofree char *sql =
            g_strdup_printf("SELECT count(*) FROM " STAGE " WHERE %s IS NULL", key);
        gint64 nulls = 0;
        if (!ask_number(sink, sql, NULL, &nulls, error))
            return false;
        if (nulls > 0)
            return sink->host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                                    "the key %s is NULL in %" G_GINT64_FORMAT " rows", key, nulls);
    }
    return true;
}

/* Texts that the server's type would make another value of. */
static bool check_texts(struct sink *sink, struct sqlflow_error *error)
{
    bool fits = true;
    for (guint i = 0; fits && i < sink->target.columns->len; i++) {
        const struct target_column *column =
            &g_array_index(sink->target.columns, struct target_column, i);
        if (!column->changed)
            continue;
        g_autofree char *name = server_identifier(column->name);
        g_autofree char *sql =
            g_strdup_printf("SELECT %s FROM " STAGE " WHERE %s ~ $1 LIMIT 1", name, name);
        const char *const parameters[] = {column->changed, NULL};
        PGresult *found = connection_query(&sink->connection, sql, parameters, error);
        fits = found && PQntuples(found) == 0;
        if (found && !fits)
            sink->host->fail(
                error, SQLFLOW_ERROR_DATA, NULL,
                "column '%s': %s of the server doesn't hold '%s' exactly: write in the "
                "query what is to become of it",
                column->name, column->cast, PQgetvalue(found, 0, 0));
        PQclear(found);
    }
    return fits;
}

/* A key that comes twice. False: there is none that is the same without being converted. */
static bool fail_double(struct sink *sink, struct sqlflow_error *error)
{
    g_autofree char *keys = target_keys_sql(&sink->target);
    g_autofree char *sql = g_strdup_printf("SELECT concat_ws(', ', %s), count(*) FROM " STAGE
                                           " GROUP BY %s HAVING count(*) > 1 LIMIT 1",
                                           keys, keys);
    if (!run(sink, NULL, "ROLLBACK TO " SAVEPOINT))
        return false;
    PGresult *found = connection_query(&sink->connection, sql, NULL, NULL);
    const bool is_double = PQntuples(found) > 0;
    if (is_double)
        sink->host->fail(error, SQLFLOW_ERROR_DATA, "21000",
                         "%s rows have the same key, %s = %s: leave one row of each in the query",
                         PQgetvalue(found, 0, 1), keys, PQgetvalue(found, 0, 0));
    PQclear(found);
    return is_double;
}

static bool run_merge(struct sink *sink, const char *sql, struct sqlflow_error *error)
{
    struct connection *connection = &sink->connection;
    bool failed = false;
    if (!PQsendQuery(connection->pg, sql))
        return connection_fail(connection, NULL, error);
    PGresult *result = connection_result(connection, &failed, error);
    if (failed)
        return false;
    connection->affected = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const bool rest = connection_finish(connection, state ? NULL : error);
    if (state && !(strcmp(state, "21000") == 0 && rest && fail_double(sink, error)))
        connection_fail(connection, result, error);
    const bool merged = rest && !state;
    PQclear(result);
    return merged;
}

static bool merge(struct sink *sink, struct sqlflow_error *error)
{
    if (!sink->target.needs_stage)
        return true;
    g_autofree char *sql = target_merge_sql(&sink->target, STAGE);
    return check_keys(sink, error) && check_texts(sink, error) &&
           run(sink, error, "SAVEPOINT " SAVEPOINT) && run_merge(sink, sql, error);
}

/* With keys alone those that are there stay as they are, without a word. */
static void tell_left_out(const struct sink *sink)
{
    const struct target *target = &sink->target;
    const gint64 written = sink->connection.affected;
    if (written < sink->rows && target->keys->len < target->columns->len)
        sink->host->note(sink->context,
                         "of %" G_GINT64_FORMAT " rows the server counts %" G_GINT64_FORMAT
                         " as written: a trigger of the table leaves rows out, or takes them "
                         "elsewhere",
                         sink->rows, written);
}

bool sink_write(void *data, struct ArrowArrayStream *rows, int64_t *out_rows,
                struct sqlflow_error *error)
{
    struct sink *sink = data;
    struct ArrowArray array = {0};
    while (!sink->is_done_before) {
        if (rows->get_next(rows, &array) != 0)
            return false;
        if (!array.release)
            break;
        const bool written = write_array(sink, &array, error);
        array.release(&array);
        if (!written)
            return false;
    }
    *out_rows = sink->rows;
    if (sink->is_done_before)
        return true;
    if (!end_copy(sink, error) || !merge(sink, error))
        return false;
    tell_left_out(sink);
    return true;
}

bool sink_commit(void *data, struct sqlflow_error *error)
{
    struct sink *sink = data;
    if (sink->is_done_before)
        return true;
    if (!run_own(sink, "post_sql", error))
        return false;
    g_autofree char *rows = g_strdup_printf("%" G_GINT64_FORMAT, sink->rows);
    const char *const parameters[] = {sink->token, rows, NULL};
    PGresult *noted =
        sink->token ? connection_query(&sink->connection,
                                       "UPDATE sqlflow.exports SET rows = $2 WHERE token = $1",
                                       parameters, error)
                    : NULL;
    const bool is_noted = !sink->token || noted;
    PQclear(noted);
    return is_noted && run(sink, error, "COMMIT");
}
