/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariants: a database file under its final name is whole (a new one is made beside it and
 * renamed); nothing but DuckDB opens the file while it is open here (closing a second descriptor
 * would drop DuckDB's lock).
 */
#include "engine/duckdb/database.h"

#include "base/embedded.h"
#include "base/file.h"
#include "base/name.h"
#include "engine/duckdb/batches.h"
#include "engine/duckdb/failure.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/statement.h"
#include "engine/duckdb/strict.h"
#include "engine/duckdb/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_POLL_MS = 100 };

/* What every database is opened with. Nothing is ever fetched from a network. */
static const char *const fixed_settings[][2] = {
    {"autoinstall_known_extensions", "false"},
    {"autoload_known_extensions", "false"},
    {"allow_community_extensions", "false"},
    {"errors_as_json", "true"},
    /* It knows a file again by its size and time: one that is written twice within a tick would be
     * read as it was. */
    {"enable_external_file_cache", "false"},
};

static bool add_setting(duckdb_config config, const char *name, const char *value, GError **error)
{
    if (!value || duckdb_set_config(config, name, value) == DuckDBSuccess)
        return true;
    error_set(error, ERROR_USAGE, "%s can't be '%s'", name, value);
    return false;
}

static bool fill_config(duckdb_config config, const struct engine_options *options, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fixed_settings); i++) {
        if (!add_setting(config, fixed_settings[i][0], fixed_settings[i][1], error))
            return false;
    }
    g_autofree char *threads =
        options->threads > 0 ? g_strdup_printf("%d", options->threads) : NULL;
    return add_setting(config, "threads", threads, error) &&
           add_setting(config, "memory_limit", options->memory_limit, error) &&
           add_setting(config, "temp_directory", options->temp_directory, error) &&
           add_setting(config, "access_mode", options->read_only ? "READ_ONLY" : NULL, error);
}

/* The command line of a process, or NULL. */
static char *command_line(gint64 pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%" G_GINT64_FORMAT "/cmdline", pid);
    char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL) || length == 0) {
        g_free(text);
        return NULL;
    }
    for (gsize i = 0; i + 1 < length; i++) {
        if (text[i] == '\0')
            text[i] = ' ';
    }
    return text;
}

/* "locked by process 123 (sqlflow run orders)", from DuckDB's message, which has the number. */
static void fail_locked(const char *path, const char *message, GError **error)
{
    const char *mark = strstr(message, "(PID ");
    gint64 pid = mark ? g_ascii_strtoll(mark + strlen("(PID "), NULL, 10) : 0;
    g_autofree char *command = pid ? command_line(pid) : NULL;
    if (!pid) {
        error_set(error, ERROR_SYSTEM, "the database %s is in use by another process", path);
        return;
    }
    error_set(error, ERROR_SYSTEM,
              "the database %s is in use by process %" G_GINT64_FORMAT "%s%s%s", path, pid,
              command ? " (" : "", command ? command : "", command ? ")" : "");
}

static void fail_open(const char *path, const char *message, GError **error)
{
    struct failure failure;
    failure_init(&failure, DUCKDB_ERROR_INVALID, message, NULL);
    const char *newer = strstr(failure.message, "newer version of DuckDB");
    if (newer)
        error_set(error, ERROR_SYSTEM,
                  "the database %s was made by a newer version of DuckDB than this one (%s)", path,
                  duckdb_library_version());
    else
        error_set(error, failure.kind == ERROR_PERMISSION ? ERROR_PERMISSION : ERROR_SYSTEM,
                  "the database %s can't be opened: %s", path, failure.message);
    failure_clear(&failure);
}

/* One try; *out_message is DuckDB's when it failed. */
static bool try_open(const struct engine_options *options, const char *path, duckdb_database *out,
                     char **out_message, GError **error)
{
    duckdb_config config;
    duckdb_create_config(&config);
    bool filled = fill_config(config, options, error);
    char *message = NULL;
    duckdb_state state = filled ? duckdb_open_ext(path, out, config, &message) : DuckDBError;
    *out_message = g_strdup(message);
    duckdb_free(message);
    duckdb_destroy_config(&config);
    return state == DuckDBSuccess;
}

static void tell_waiting(const struct engine_options *options, const char *path,
                         const char *message)
{
    g_autoptr(GError) reason = NULL;
    fail_locked(path, message, &reason);
    options->waiting(options->waiting_data, reason);
}

/* Waits for another process' lock for options->wait_lock_ms. */
static bool open_waiting(const struct engine_options *options, const char *path,
                         duckdb_database *out, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + options->wait_lock_ms * 1000;
    bool is_told = options->waiting == NULL;
    while (true) {
        g_autofree char *message = NULL;
        if (try_open(options, path, out, &message, error))
            return true;
        if (!message)
            return false;
        bool locked = strstr(message, "Could not set lock on file") != NULL;
        if (locked && g_get_monotonic_time() < deadline) {
            if (!is_told)
                tell_waiting(options, path, message);
            is_told = true;
            g_usleep(LOCK_POLL_MS * 1000);
            continue;
        }
        if (locked)
            fail_locked(path, message, error);
        else
            fail_open(path, message, error);
        return false;
    }
}

/* What a process that died left in the log goes into the file. Reading only, DuckDB takes a log
 * over as well, but not one in which an index was made (1.5.6: "Bad file descriptor"). */
static bool replay_log(const struct engine_options *options, const char *path, GError **error)
{
    struct engine_options writing = *options;
    writing.read_only = false;
    duckdb_database database;
    if (!open_waiting(&writing, path, &database, error))
        return false;
    duckdb_close(&database);
    return true;
}

/* A log in which a column got a function (ALTER .. TYPE .. USING f(x), ADD COLUMN .. DEFAULT f())
 * is only read where there is another database already: else DuckDB finds no functions (1.5.6: "no
 * default database set"), and the file would never open again. */
static bool replay_beside(const struct engine_options *options, const char *path)
{
    struct engine_options writing = *options;
    writing.read_only = false;
    duckdb_database database;
    duckdb_connection connection;
    if (!open_waiting(&writing, ":memory:", &database, NULL))
        return false;
    g_autofree char *literal = quote_literal(path);
    g_autofree char *sql = g_strdup_printf(
        "ATTACH %s AS __sqlflow_log; CHECKPOINT __sqlflow_log; DETACH __sqlflow_log", literal);
    bool is_read = duckdb_connect(database, &connection) == DuckDBSuccess;
    if (is_read) {
        is_read = duckdb_query(connection, sql, NULL) == DuckDBSuccess;
        duckdb_disconnect(&connection);
    }
    duckdb_close(&database);
    return is_read;
}

static bool open_file(const struct engine_options *options, const char *path, duckdb_database *out,
                      GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (open_waiting(options, path, out, &failure))
        return true;
    if (strstr(failure->message, "Failure while replaying WAL") &&
        ((options->read_only && replay_log(options, path, NULL)) || replay_beside(options, path)))
        return open_waiting(options, path, out, error);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

/* Gives the file its name, unless another process was faster. Not every file system can rename so,
 * nor make a link. */
static bool put_in_place(const char *temporary, const char *path, GError **error)
{
    int failed = renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE);
    if (failed && (errno == EINVAL || errno == ENOSYS))
        failed = link(temporary, path);
    if (!failed || errno == EEXIST)
        return true;
    error_set_errno(error, errno, "%s", path);
    return false;
}

/* `.NAME.tmp-TOKEN`, or the log of such a database. */
static bool is_unfinished(const char *entry, const char *name)
{
    enum { TOKEN_LENGTH = 8 };
    g_autofree char *prefix = g_strdup_printf(".%s.tmp-", name);
    if (!g_str_has_prefix(entry, prefix))
        return false;
    const char *token = entry + strlen(prefix);
    gsize length = strspn(token, "0123456789abcdef");
    return length == TOKEN_LENGTH && (token[length] == '\0' || strcmp(token + length, ".wal") == 0);
}

static void remove_unfinished(const char *folder, const char *name)
{
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    for (const char *entry = NULL; directory && (entry = g_dir_read_name(directory));) {
        g_autofree char *path = g_build_filename(folder, entry, NULL);
        if (is_unfinished(entry, name))
            unlink(path);
    }
}

/* A new database always has the same bytes (tried on 1.5.6), which the build had DuckDB make: to
 * have it made here takes as long as all else that there is to do before the first statement. */
static bool make_aside(const struct engine_options *options, const char *temporary, GError **error)
{
    const struct embedded_file *blank = &embedded_blank[0];
    return file_write_plain(temporary, blank->data, blank->length, error) &&
           put_in_place(temporary, options->path, error);
}

/* The user knows the database, not our hidden name beside it. */
static void name_database(GError *failure, const char *temporary, const char *name)
{
    g_autofree char *hidden = g_path_get_basename(temporary);
    GString *message = g_string_new(failure->message);
    g_string_replace(message, hidden, name, 0);
    g_free(failure->message);
    failure->message = g_string_free(message, FALSE);
}

/* Rows of a log whose database is gone would come back in a new one. */
static bool check_no_log(const char *path, GError **error)
{
    g_autofree char *log = g_strconcat(path, ".wal", NULL);
    if (!g_file_test(log, G_FILE_TEST_EXISTS))
        return true;
    error_set(error, ERROR_USAGE,
              "the database %s is gone, but its log %s is there: put the database back, or remove "
              "the log",
              path, log);
    return false;
}

/* A process that is killed in its first writes to a new database leaves a file that never opens
 * again; so it is made beside its place. Another process may be faster: then its file counts. Where
 * the folder can be locked one process at a time makes a file, and all that is unfinished there was
 * left by one that died. */
static bool make_file(const struct engine_options *options, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(options->path);
    g_autofree char *name = g_path_get_basename(options->path);
    g_autofree char *token = token_new();
    g_autofree char *temporary = temporary_path(options->path, token);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
        error_set(error, ERROR_USAGE, "the database %s can't be made: there is no folder %s",
                  options->path, folder);
        return false;
    }
    int locked = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_alone = locked >= 0 && flock(locked, LOCK_EX) == 0;
    if (is_alone)
        remove_unfinished(folder, name);
    GError *failure = NULL;
    bool made = make_aside(options, temporary, &failure);
    if (is_alone)
        remove_unfinished(folder, name);
    else
        unlink(temporary);
    if (locked >= 0)
        close(locked);
    if (made)
        return path_sync(folder, error);
    name_database(failure, temporary, name);
    g_propagate_error(error, failure);
    return false;
}

/* DuckDB would open a CSV or Parquet file as a database in memory with a view of it. Called before
 * DuckDB opens the file: nothing else may have it open then. */
static bool check_file(const char *path, GError **error)
{
    static const char magic[] = "DUCK";
    enum { MAGIC_OFFSET = 8 };
    char start[MAGIC_OFFSET + sizeof(magic) - 1];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        error_set_errno(error, errno, "the database %s can't be opened", path);
        return false;
    }
    ssize_t length = read(file, start, sizeof(start));
    int failure = errno;
    close(file);
    if (length == (ssize_t)sizeof(start) &&
        memcmp(start + MAGIC_OFFSET, magic, sizeof(magic) - 1) == 0)
        return true;
    error_set(error, ERROR_SYSTEM, "the database %s can't be opened: %s", path,
              length < 0 ? g_strerror(failure) : "it is not a valid DuckDB file");
    return false;
}

static bool prepare_file(const struct engine_options *options, GError **error)
{
    if (!options->path)
        return true;
    if (g_file_test(options->path, G_FILE_TEST_EXISTS))
        return check_file(options->path, error);
    if (!options->read_only)
        return check_no_log(options->path, error) && make_file(options, error);
    error_set(error, ERROR_USAGE, "there is no database %s yet", options->path);
    return false;
}

static bool set_timezone(struct engine *engine, const char *zone, GError **error)
{
    if (!zone)
        return true;
    g_autofree char *literal = quote_literal(zone);
    g_autofree char *sql = g_strdup_printf("SET GLOBAL TimeZone = %s", literal);
    return statement_run_own(engine->own, sql, error);
}

static bool add_functions(struct engine *engine, GError **error)
{
    if (strict_register(engine->own->connection, engine->slots) && batches_watch(engine))
        return true;
    error_set(error, ERROR_SYSTEM, "DuckDB doesn't take functions");
    return false;
}

bool database_open(const struct engine_options *options, struct engine **out, GError **error)
{
    duckdb_database database;
    if (!prepare_file(options, error) ||
        !open_file(options, options->path ? options->path : ":memory:", &database, error))
        return false;
    struct engine *engine = g_new0(struct engine, 1);
    engine->database = database;
    engine->sources = g_ptr_array_new_with_free_func(source_free);
    pthread_mutex_init(&engine->lock, NULL);
    pthread_mutex_init(&engine->own_lock, NULL);
    pthread_mutex_init(&engine->define_lock, NULL);
    pthread_mutex_init(&engine->threads_lock, NULL);
    engine->slots = g_new0(gint, STRICT_SLOTS);
    source_watch(engine);
    if (!session_new(engine, &engine->own, error) || !add_functions(engine, error) ||
        !set_timezone(engine, options->timezone, error) || !threads_start(engine->own, error)) {
        database_close(engine);
        return false;
    }
    engine->now_us = options->now_us; /* for the sessions that run statements */
    *out = engine;
    return true;
}

void database_close(struct engine *engine)
{
    if (!engine)
        return;
    if (engine->own)
        threads_stop(engine->own);
    session_free(engine->own);
    batches_forget(engine);
    duckdb_close(&engine->database); /* writes what is in the WAL into the file */
    pthread_mutex_destroy(&engine->lock);
    pthread_mutex_destroy(&engine->own_lock);
    pthread_mutex_destroy(&engine->define_lock);
    pthread_mutex_destroy(&engine->threads_lock);
    g_ptr_array_unref(engine->sources);
    g_free(engine->slots);
    g_free(engine);
}
