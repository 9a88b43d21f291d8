/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calling thread fetches chunks, a second one makes texts of them and writes; few are under
 * way.
 */
#include "engine/duckdb/lines.h"

#include "base/file.h"
#include "base/queue.h"
#include "engine/duckdb/jsonrow.h"
#include "engine/duckdb/statement.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BEGIN_BYTES = 8 * 1024 * 1024, MOST_CHUNKS = 8 };

/* A file that is being written. */
struct lines {
    const char *path;
    int file;
    gint64 rows;
    gint64 bytes;
    gint64 begun; /* bytes that the disk was told to begin with */
    struct json_rows *made;
    struct queue room;   /* one item for each chunk more that may be under way */
    struct queue chunks; /* struct _duckdb_data_chunk */
    gint has_failed;     /* atomic */
    GError *error;       /* of the thread that writes */
};

static bool has_text(const struct relation *relation, const char *name, const char *text)
{
    const struct setting *setting = relation_get(relation, name);
    return setting && strcmp(setting->text, text) == 0;
}

bool lines_apply(const struct relation *relation)
{
    return strcmp(relation->format, "json") == 0 &&
           has_text(relation, "format", "newline_delimited") &&
           has_text(relation, "compression", "none") && !relation_get(relation, "dateformat") &&
           !relation_get(relation, "timestampformat");
}

/* Whoever makes the file durable waits the less for what is on its way already. */
static void begin_sync(struct lines *lines)
{
    if (lines->bytes - lines->begun < BEGIN_BYTES)
        return;
    (void)sync_file_range(lines->file, lines->begun, lines->bytes - lines->begun,
                          SYNC_FILE_RANGE_WRITE);
    lines->begun = lines->bytes;
}

static bool fail_file(const struct lines *lines, GError **error)
{
    error_set_errno(error, errno, "can't write '%s'", lines->path);
    return false;
}

static bool write_text(struct lines *lines, const char *text, gsize length, GError **error)
{
    if (!descriptor_write(lines->file, text, length))
        return fail_file(lines, error);
    lines->bytes += (gint64)length;
    begin_sync(lines);
    return true;
}

static bool write_chunk(struct lines *lines, duckdb_data_chunk chunk)
{
    gsize length = 0;
    const char *text = json_rows_text(lines->made, chunk, &length);
    lines->rows += (gint64)duckdb_data_chunk_get_size(chunk);
    return write_text(lines, text, length, &lines->error);
}

static void *write_chunks(void *data)
{
    struct lines *lines = data;
    for (duckdb_data_chunk chunk; (chunk = queue_pop(&lines->chunks));) {
        if (!lines->error && !write_chunk(lines, chunk))
            g_atomic_int_set(&lines->has_failed, 1);
        duckdb_destroy_data_chunk(&chunk);
        queue_push(&lines->room, lines);
    }
    return NULL;
}

static void fetch_chunks(struct lines *lines, duckdb_result *result)
{
    duckdb_data_chunk chunk;
    while (queue_pop(&lines->room) && !g_atomic_int_get(&lines->has_failed) &&
           (chunk = duckdb_fetch_chunk(*result)))
        queue_push(&lines->chunks, chunk);
    queue_close(&lines->chunks);
}

static bool write_rows(struct lines *lines, duckdb_result *result, GError **error)
{
    pthread_t thread;
    const int failed = pthread_create(&thread, NULL, write_chunks, lines);
    if (failed) {
        error_set_errno(error, failed, "no thread can be started");
        return false;
    }
    fetch_chunks(lines, result);
    pthread_join(thread, NULL);
    if (!lines->error)
        return true;
    g_propagate_error(error, lines->error);
    return false;
}

static bool run(struct lines *lines, struct session *session, const struct statement *statement,
                duckdb_prepared_statement prepared, GError **error)
{
    duckdb_result result;
    if (duckdb_execute_prepared_streaming(prepared, &result) != DuckDBSuccess)
        return statement_fail_result(session, statement, &result, error);
    const bool written = write_rows(lines, &result, error);
    if (written && !statement_check_late(session, statement, prepared, &result, error))
        return false;
    duckdb_destroy_result(&result);
    return written;
}

static bool prepare_and_run(struct lines *lines, struct session *session,
                            const struct statement *statement, GError **error)
{
    duckdb_prepared_statement prepared;
    if (!statement_prepare(session, statement, &prepared, error))
        return false;
    const bool done = run(lines, session, statement, prepared, error);
    duckdb_destroy_prepare(&prepared);
    return done;
}

static bool write_file(struct lines *lines, struct session *session,
                       const struct statement *statement, GError **error)
{
    lines->file = open(lines->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (lines->file < 0)
        return fail_file(lines, error);
    const bool written = prepare_and_run(lines, session, statement, error);
    if (close(lines->file) == 0 || !written)
        return written;
    return fail_file(lines, error);
}

static void lines_init(struct lines *lines, const char *path, struct json_rows *made)
{
    *lines = (struct lines){.path = path, .made = made};
    queue_init(&lines->room);
    queue_init(&lines->chunks);
    for (guint i = 0; i < MOST_CHUNKS; i++)
        queue_push(&lines->room, lines);
}

static void lines_clear(struct lines *lines)
{
    queue_clear(&lines->room);
    queue_clear(&lines->chunks);
}

static char *select_head(const struct json_rows *made, const char *list)
{
    g_autofree char *values = json_rows_list(made);
    return list ? g_strconcat("SELECT ", values, " FROM (SELECT ", list, " FROM (\n", NULL)
                : g_strconcat("SELECT ", values, " FROM (\n", NULL);
}

bool lines_write(struct session *session, const struct lines_query *query, const char *path,
                 gint64 *out_rows, GError **error)
{
    AUTO(json_rows) made = json_rows_new(query->columns);
    g_autofree char *head = select_head(made, query->list);
    struct lines lines;
    struct statement statement;
    lines_init(&lines, path, made);
    statement_init(&statement, head, query->text, query->list ? "\n))" : "\n)");
    const bool done = write_file(&lines, session, &statement, error);
    statement_clear(&statement);
    lines_clear(&lines);
    if (done)
        *out_rows = lines.rows;
    return done;
}
