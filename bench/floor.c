/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor DATABASE SCRIPT: the least work that could do the job. Each line of the script is a
 * statement, run over the engine's C API in a transaction of its own; `#keep TEMPORARY FINAL` does
 * what a durable output needs: fsync, rename, fsync of the folder. The last statement's first value
 * goes to stdout.
 */
#include <duckdb.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

G_GNUC_NORETURN G_GNUC_PRINTF(1, 2) static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "floor: %s\n", message);
    exit(1); // NOLINT(concurrency-mt-unsafe): one thread
}

static void sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        die("can't sync %s", path);
    close(fd);
}

static void keep(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    if (g_strv_length(words) != 3)
        die("usage: #keep TEMPORARY FINAL");
    g_autofree char *folder = g_path_get_dirname(words[2]);
    sync_path(words[1]);
    if (rename(words[1], words[2]) != 0)
        die("can't rename %s", words[1]);
    sync_path(folder);
}

static void query(duckdb_connection connection, const char *sql, char **out_first)
{
    duckdb_result result;
    if (duckdb_query(connection, sql, &result) == DuckDBError)
        die("%s\nin %s", duckdb_result_error(&result), sql);
    if (out_first && duckdb_row_count(&result) > 0) {
        char *value = duckdb_value_varchar(&result, 0, 0);
        g_free(*out_first);
        *out_first = g_strdup(value);
        duckdb_free(value);
    }
    duckdb_destroy_result(&result);
}

static void run(duckdb_connection connection, char **lines)
{
    g_autofree char *first = NULL;
    for (; *lines; lines++) {
        if (!**lines)
            continue;
        if (g_str_has_prefix(*lines, "#keep ")) {
            keep(*lines);
            continue;
        }
        query(connection, "BEGIN", NULL);
        query(connection, *lines, &first);
        query(connection, "COMMIT", NULL);
    }
    printf("%s\n", first ? first : "");
}

int main(int argc, char **argv)
{
    if (argc != 3)
        die("usage: floor DATABASE SCRIPT");
    g_autofree char *script = NULL;
    if (!g_file_get_contents(argv[2], &script, NULL, NULL))
        die("can't read %s", argv[2]);
    g_auto(GStrv) lines = g_strsplit(script, "\n", -1);
    duckdb_database database;
    duckdb_connection connection;
    if (duckdb_open(argv[1], &database) == DuckDBError ||
        duckdb_connect(database, &connection) == DuckDBError)
        die("can't open %s", argv[1]);
    run(connection, lines);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return 0;
}
