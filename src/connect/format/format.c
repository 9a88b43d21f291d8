/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/format.h"

#include "connect/format/rows.h"
#include "connect/glob.h"

const char *const format_compressions[] = {"auto", "none", "gzip", "zstd", NULL};
const char *const format_dateformat_aliases[] = {"date_format", NULL};
const char *const format_timestampformat_aliases[] = {"timestamp_format", NULL};

struct relation *format_source(const char *format, const struct options *options,
                               const GPtrArray *files, GError **error)
{
    AUTO(relation) relation = relation_new(format);
    for (guint i = 0; files && i < files->len; i++)
        g_ptr_array_add(relation->paths, g_strdup(g_ptr_array_index(files, i)));
    if (!files && !paths_expand(connector_paths(options), relation->paths, error))
        return NULL;
    options_to_relation(options, relation);
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
