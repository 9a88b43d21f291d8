/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/format.h"

#include "connect/connector.h"
#include "connect/format/rows.h"
#include "connect/glob.h"

#include <string.h>

const char *const format_compressions[] = {"auto", "none", "gzip", "zstd", NULL};
const char *const format_dateformat_aliases[] = {"date_format", NULL};
const char *const format_timestampformat_aliases[] = {"timestamp_format", NULL};

static const struct format *const formats[] = {&csv_format, &parquet_format, &json_format, NULL};

const struct format *const *format_table(void)
{
    return formats;
}

const struct format *format_find(const char *name)
{
    for (const struct format *const *format = formats; *format; format++)
        if (g_ascii_strcasecmp((*format)->name, name) == 0)
            return *format;
    return NULL;
}

static bool has_suffix(const char *path, gsize length, const char *suffix)
{
    const gsize suffix_length = strlen(suffix);
    return length > suffix_length &&
           g_ascii_strncasecmp(path + length - suffix_length, suffix, suffix_length) == 0;
}

bool path_has_extension(const char *path, const char *extension)
{
    return has_suffix(path, path_stem_length(path), extension);
}

const struct format *format_for_path(const char *path)
{
    for (const struct format *const *format = formats; *format; format++)
        for (const char *const *extension = (*format)->extensions; *extension; extension++)
            if (path_has_extension(path, *extension))
                return *format;
    return NULL;
}

/* The engine knows .gz and no .GZ: it is told, where all files are packed alike. */
static void tell_compression(struct relation *relation)
{
    const char *first = NULL;
    bool is_known = true;
    for (guint i = 0; i < relation->paths->len; i++) {
        const char *path = g_ptr_array_index(relation->paths, i);
        const char *found = path_compression(path, NULL);
        g_autofree char *lower = g_ascii_strdown(path + path_stem_length(path), -1);
        if (first && strcmp(first, found) != 0)
            return;
        first = found;
        is_known &= g_str_has_suffix(path, lower);
    }
    const struct setting *setting = relation_get(relation, "compression");
    if (!is_known && (!setting || strcmp(setting->text, "auto") == 0))
        relation_set(relation, "compression", SETTING_TEXT, first);
}

struct relation *format_source(const char *format, const struct options *options,
                               const GPtrArray *files, GError **error)
{
    AUTO(relation) relation = relation_new(format);
    for (guint i = 0; files && i < files->len; i++)
        g_ptr_array_add(relation->paths, g_strdup(g_ptr_array_index(files, i)));
    if (!files && !paths_expand(connector_paths(options), relation->paths, error))
        return NULL;
    options_to_relation(options, relation);
    tell_compression(relation);
    if (!relation_get(relation, "hive_partitioning"))
        relation_set(relation, "hive_partitioning", SETTING_BOOLEAN, "false");
    return g_steal_pointer(&relation);
}

struct relation *format_destination(const char *format, const struct options *options,
                                    const char *path)
{
    struct relation *relation = relation_new(format);
    g_ptr_array_add(relation->paths, g_strdup(path));
    options_to_relation(options, relation);
    return relation;
}
