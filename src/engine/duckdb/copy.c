/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/copy.h"

#include "base/name.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

char *copy_folder(struct session *session)
{
    duckdb_result result;
    g_autofree char *folder = NULL;
    if (duckdb_query(session->connection, "SELECT current_setting('temp_directory')", &result) ==
        DuckDBSuccess) {
        char *text = duckdb_value_varchar(&result, 0, 0);
        folder = g_strdup(text);
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    if (folder && g_file_test(folder, G_FILE_TEST_IS_DIR))
        return g_steal_pointer(&folder);
    return folder && *folder ? g_path_get_dirname(folder) : g_strdup(g_get_tmp_dir());
}

static void fail_copy(const char *folder, GError **error)
{
    error_set_errno(error, errno, "can't write a copy of a file in '%s'", folder);
}

FILE *copy_open(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, ".sqlflow-XXXXXX", NULL);
    const int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (fd >= 0)
        unlink(path);
    if (!file)
        fail_copy(folder, error);
    return file;
}

bool copy_flush(FILE *copy, const char *folder, GError **error)
{
    if (fflush(copy) == 0 && !ferror(copy))
        return true;
    fail_copy(folder, error);
    return false;
}

char *copy_path(FILE *copy)
{
    return g_strdup_printf("/proc/self/fd/%d", fileno(copy));
}

char *copy_filename(const struct relation *given, const struct relation *read, const char *name)
{
    GString *sql = g_string_new(NULL);
    g_string_printf(sql, "CASE %s", name);
    for (guint i = 0; i < given->paths->len; i++) {
        g_autofree char *copy = quote_literal(g_ptr_array_index(read->paths, i));
        g_autofree char *path = quote_literal(relation_origin(given, i));
        g_string_append_printf(sql, " WHEN %s THEN %s", copy, path);
    }
    g_string_append_printf(sql, " ELSE %s END", name);
    return g_string_free(sql, FALSE);
}
