/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/hive.h"

#include "base/name.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

#define HIDDEN "__sqlflow_file"

static bool is_true(const struct relation *relation, const char *name)
{
    const struct setting *setting = relation_get(relation, name);
    return setting && strcmp(setting->text, "true") == 0;
}

/* Names and types come from the paths alone: with columns declared no file is looked into. */
static char *probe_query(const struct relation *given)
{
    GString *sql = g_string_new("SELECT * FROM read_csv([");
    for (guint i = 0; i < given->paths->len; i++) {
        g_autofree char *path = path_literal(g_ptr_array_index(given->paths, i));
        g_string_append_printf(sql, "%s%s", i ? ", " : "", path);
    }
    g_string_append(sql, "], auto_detect = false, columns = {'" HIDDEN
                         "': 'VARCHAR'}, hive_partitioning = true)");
    return g_string_free(sql, FALSE);
}

bool hive_columns(struct session *session, const struct relation *given, GPtrArray **out,
                  GError **error)
{
    *out = NULL;
    if (!is_true(given, "hive_partitioning"))
        return true;
    g_autofree char *sql = probe_query(given);
    *out = statement_bind(session, sql, error);
    if (*out)
        g_ptr_array_remove_index(*out, 0);
    return *out != NULL;
}

void hive_hide(struct relation *copies)
{
    if (!is_true(copies, "hive_partitioning"))
        return;
    relation_set(copies, "hive_partitioning", SETTING_BOOLEAN, "false");
    if (!is_true(copies, "filename"))
        relation_set(copies, "filename", SETTING_TEXT, HIDDEN);
}

bool hive_is_hidden(const char *column)
{
    return strcmp(column, HIDDEN) == 0;
}

/* Of the folder `key=..`; NULL when there is none, or it says so. */
static char *folder_value(const char *path, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    for (guint i = 0; parts[i] && parts[i + 1]; i++) {
        const char *equal = strchr(parts[i], '=');
        if (!equal || strchr(equal + 1, '=') || strlen(key) != (gsize)(equal - parts[i]) ||
            g_ascii_strncasecmp(parts[i], key, strlen(key)) != 0)
            continue;
        char *value = g_uri_unescape_string(equal + 1, NULL);
        return value ? value : g_strdup(equal + 1);
    }
    return NULL;
}

static bool is_missing(const char *value)
{
    return !value || g_ascii_strcasecmp(value, "NULL") == 0 ||
           strcmp(value, "__HIVE_DEFAULT_PARTITION__") == 0;
}

char *hive_value(const struct relation *given, const struct relation *read, const char *name,
                 const char *type)
{
    GString *sql = g_string_new(is_true(read, "filename") ? "CASE filename" : "CASE " HIDDEN);
    for (guint i = 0; i < given->paths->len; i++) {
        g_autofree char *copy = quote_literal(g_ptr_array_index(read->paths, i));
        g_autofree char *value = folder_value(g_ptr_array_index(given->paths, i), name);
        g_autofree char *literal = is_missing(value) ? g_strdup("NULL") : quote_literal(value);
        g_string_append_printf(sql, " WHEN %s THEN CAST(%s AS %s)", copy, literal, type);
    }
    return g_string_free(g_string_append(sql, " END"), FALSE);
}
