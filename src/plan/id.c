/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of steps, and steps by the names that depends_on gives. */
#include "plan/planner.h"

#include "base/name.h"
#include "base/nearest.h"

#include <string.h>

static bool is_id_character(char c)
{
    return g_ascii_isalnum(c) || c == '_' || (guchar)c >= 0x80;
}

/* Appends in lower case; what can't stand in an id becomes one underscore. */
static void append_part(GString *id, const char *part, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        const char c = g_ascii_tolower(part[i]);
        if (is_id_character(c))
            g_string_append_c(id, c);
        else if (id->len && id->str[id->len - 1] != '_')
            g_string_append_c(id, '_');
    }
}

/* out/daily.csv.gz -> daily; a folder: its name. */
static void append_stem(GString *id, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    const char *dot = *base ? strchr(base + 1, '.') : NULL;
    append_part(id, base, dot ? (gsize)(dot - base) : strlen(base));
}

static const char *prefix_of(const struct operation *operation)
{
    static const char *const prefixes[] = {
        [OPERATION_SOURCE] = "source_",       [OPERATION_LOAD] = "load_",
        [OPERATION_TRANSFORM] = "transform_", [OPERATION_CHECK] = "check_",
        [OPERATION_EXPORT] = "export_",       [OPERATION_SQL] = "sql_",
        [OPERATION_QUERY] = "query_",
    };
    return prefixes[operation->type];
}

/* The id that a step would like to have. */
static char *wanted_id(const struct operation *operation, guint queries)
{
    GString *id = g_string_new(prefix_of(operation));
    if (operation->type == OPERATION_QUERY) {
        g_string_append_printf(id, "%u", queries);
    } else if (operation->type == OPERATION_EXPORT) {
        if (operation->connector)
            g_string_append_printf(id, "%s_", operation->connector->name);
        append_stem(id, operation->destination);
    } else {
        append_part(id, operation->name, strlen(operation->name));
    }
    if (id->str[id->len - 1] == '_')
        g_string_truncate(id, id->len - 1);
    return g_string_free(id, FALSE);
}

/* A repeat gets _2. `repeats` counts them, so that many of one name cost no more than few. */
static char *unique_id(const struct planner *planner, GHashTable *repeats, char *wanted)
{
    if (!g_hash_table_contains(planner->ids, wanted))
        return wanted;
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(repeats, wanted));
    number = MAX(number, 1);
    char *id = NULL;
    do {
        g_free(id);
        id = g_strdup_printf("%s_%u", wanted, ++number);
    } while (g_hash_table_contains(planner->ids, id));
    g_hash_table_insert(repeats, wanted, GUINT_TO_POINTER(number));
    return id;
}

void planner_identify(struct planner *planner)
{
    g_autoptr(GHashTable) repeats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint queries = 0;
    for (guint i = 0; i < planner->steps->len; i++) {
        struct operation *operation = planner_step(planner, i)->operation;
        queries += operation->type == OPERATION_QUERY;
        operation->id =
            planner_keep(planner, unique_id(planner, repeats, wanted_id(operation, queries)));
        if (operation->type == OPERATION_QUERY)
            operation->name = operation->id;
        g_hash_table_insert(planner->ids, operation->id, GUINT_TO_POINTER(i + 1));
        if (!g_hash_table_contains(planner->names, operation->name))
            g_hash_table_insert(planner->names, operation->name, GUINT_TO_POINTER(i + 1));
    }
}

/* The write that a reader at `step` would see: the last above, else the last below. */
static guint find_write(const struct planner *planner, guint step, const char *key)
{
    const struct resource *resource = g_hash_table_lookup(planner->resources, key);
    if (!resource || !resource->writes)
        return G_MAXUINT;
    const guint above = resource_write_above(resource, step);
    const guint last = g_array_index(resource->writes, guint, resource->writes->len - 1);
    return above == G_MAXUINT && last > step ? last : above;
}

static char *nearest_step(const struct planner *planner, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < planner->steps->len; i++) {
        g_ptr_array_add(names, planner_step(planner, i)->operation->name);
        g_ptr_array_add(names, planner_step(planner, i)->operation->id);
    }
    g_ptr_array_add(names, NULL);
    return nearest_hint(name, (const char *const *)names->pdata);
}

static void report_unknown(const struct planner *planner, guint step, const char *name)
{
    const struct operation *operation = planner_step(planner, step)->operation;
    g_autofree char *hint = planner_may_hint(planner) ? nearest_step(planner, name) : NULL;
    diagnostics_add(planner->diagnostics, SF_UNKNOWN_DEPENDENCY,
                    options_place(operation->common, "depends_on"), hint,
                    "depends_on names no step and no table of this pipeline: '%s'", name);
}

guint planner_find(const struct planner *planner, guint step, const char *name)
{
    const guint by_id = GPOINTER_TO_UINT(g_hash_table_lookup(planner->ids, name));
    if (by_id)
        return by_id - 1;
    g_autofree char *own = planner_key(planner, planner_step(planner, step)->schema, name);
    g_autofree char *key = name_key(name, planner->catalog);
    guint found = find_write(planner, step, own);
    if (found == G_MAXUINT)
        found = find_write(planner, step, key);
    if (found != G_MAXUINT)
        return found;
    const guint by_name = GPOINTER_TO_UINT(g_hash_table_lookup(planner->names, name));
    if (by_name)
        return by_name - 1;
    report_unknown(planner, step, name);
    return G_MAXUINT;
}
