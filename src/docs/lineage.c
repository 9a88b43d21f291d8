/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/lineage.h"

#include "base/error.h"
#include "base/name.h"
#include "base/nearest.h"

#include <string.h>

const char *lineage_kind_name(enum lineage_kind kind)
{
    static const char *const names[] = {
        [LINEAGE_OUTSIDE] = "outside", [LINEAGE_SOURCE] = "source", [LINEAGE_TABLE] = "table",
        [LINEAGE_VIEW] = "view",       [LINEAGE_EXPORT] = "export", [LINEAGE_CHECK] = "check",
        [LINEAGE_QUERY] = "query",
    };
    return names[kind];
}

static void node_init(struct lineage_node *node, struct lineage_table *table,
                      struct lineage_column *column)
{
    *node = (struct lineage_node){
        .table = table,
        .column = column,
        .inputs = g_ptr_array_new(),
        .outputs = g_ptr_array_new(),
    };
}

static void node_clear(struct lineage_node *node)
{
    g_ptr_array_unref(node->inputs);
    g_ptr_array_unref(node->outputs);
}

static void column_free(gpointer data)
{
    struct lineage_column *column = data;
    node_clear(&column->node);
    g_free(column->name);
    g_free(column->type);
    g_free(column);
}

static void table_free(gpointer data)
{
    struct lineage_table *table = data;
    node_clear(&table->node);
    g_free(table->key);
    g_free(table->name);
    g_ptr_array_unref(table->makers);
    g_ptr_array_unref(table->readers);
    g_ptr_array_unref(table->columns);
    g_ptr_array_unref(table->conditions);
    g_ptr_array_unref(table->unknown);
    g_free(table);
}

struct lineage *lineage_new(void)
{
    struct lineage *lineage = g_new0(struct lineage, 1);
    lineage->tables = g_ptr_array_new_with_free_func(table_free);
    lineage->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    lineage->made = g_hash_table_new(NULL, NULL);
    return lineage;
}

void lineage_free(struct lineage *lineage)
{
    if (!lineage)
        return;
    g_hash_table_unref(lineage->made);
    g_hash_table_unref(lineage->by_key);
    g_ptr_array_unref(lineage->tables);
    g_free(lineage);
}

struct lineage_table *lineage_need_table(struct lineage *lineage, const char *key, const char *name)
{
    struct lineage_table *table = g_hash_table_lookup(lineage->by_key, key);
    if (table)
        return table;
    table = g_new0(struct lineage_table, 1);
    node_init(&table->node, table, NULL);
    table->key = g_strdup(key);
    table->name = g_strdup(name);
    table->index = lineage->tables->len;
    table->makers = g_ptr_array_new();
    table->readers = g_ptr_array_new();
    table->columns = g_ptr_array_new_with_free_func(column_free);
    table->conditions = g_ptr_array_new();
    table->unknown = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(lineage->tables, table);
    g_hash_table_insert(lineage->by_key, table->key, table);
    return table;
}

struct lineage_column *lineage_find_column(const struct lineage_table *table, const char *name)
{
    for (guint i = 0; i < table->columns->len; i++) {
        struct lineage_column *column = g_ptr_array_index(table->columns, i);
        if (g_ascii_strcasecmp(column->name, name) == 0)
            return column;
    }
    return NULL;
}

struct lineage_column *lineage_need_column(struct lineage_table *table, const char *name,
                                           const char *type)
{
    struct lineage_column *column = lineage_find_column(table, name);
    if (!column) {
        column = g_new0(struct lineage_column, 1);
        node_init(&column->node, table, column);
        column->name = g_strdup(name);
        column->index = table->columns->len;
        g_ptr_array_add(table->columns, column);
    }
    if (type && !column->type)
        column->type = g_strdup(type);
    return column;
}

void lineage_join(struct lineage_node *from, struct lineage_node *to)
{
    if (from == to || g_ptr_array_find(to->inputs, from, NULL))
        return;
    g_ptr_array_add(from->outputs, to);
    g_ptr_array_add(to->inputs, from);
}

char *lineage_node_name(const struct lineage_node *node)
{
    return node->column ? g_strconcat(node->table->name, ".", node->column->name, NULL)
                        : g_strdup(node->table->name);
}

GPtrArray *lineage_reach(const struct lineage_node *node, bool up)
{
    GPtrArray *reached = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_hash_table_add(seen, (gpointer)(guintptr)node);
    for (guint at = 0; node; at++) {
        const GPtrArray *next = up ? node->inputs : node->outputs;
        for (guint i = 0; i < next->len; i++)
            if (g_hash_table_add(seen, g_ptr_array_index(next, i)))
                g_ptr_array_add(reached, g_ptr_array_index(next, i));
        node = at < reached->len ? g_ptr_array_index(reached, at) : NULL;
    }
    return reached;
}

/* Those that are called so by their key or, where that isn't one, by the name that is shown. */
static GPtrArray *find_tables(const struct lineage *lineage, const char *name)
{
    GPtrArray *found = g_ptr_array_new();
    g_autofree char *key = name_key(name, NULL);
    struct lineage_table *table = key ? g_hash_table_lookup(lineage->by_key, key) : NULL;
    if (!table)
        table = g_hash_table_lookup(lineage->by_key, name);
    if (table) {
        g_ptr_array_add(found, table);
        return found;
    }
    for (guint i = 0; i < lineage->tables->len; i++) {
        struct lineage_table *other = g_ptr_array_index(lineage->tables, i);
        if (g_ascii_strcasecmp(other->name, name) == 0)
            g_ptr_array_add(found, other);
    }
    return found;
}

static struct lineage_node *refuse(GError **error, char *hint, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static struct lineage_node *refuse(GError **error, char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const struct error_details details = {.position = -1, .suggestion = hint};
    error_set_full(error, ERROR_USAGE, &details, message);
    return NULL;
}

static struct lineage_node *refuse_many(const char *name, const GPtrArray *tables, GError **error)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    for (guint i = 0; i < tables->len; i++)
        g_ptr_array_add(keys, ((struct lineage_table *)g_ptr_array_index(tables, i))->key);
    g_ptr_array_add(keys, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)keys->pdata);
    g_autofree char *hint = g_strconcat("write one of: ", list, NULL);
    return refuse(error, hint, "there are several that are called '%s'", name);
}

static struct lineage_node *refuse_column(const struct lineage_table *table, const char *name,
                                          GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < table->columns->len; i++)
        g_ptr_array_add(names,
                        ((struct lineage_column *)g_ptr_array_index(table->columns, i))->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = nearest_hint(name, (const char *const *)names->pdata);
    return refuse(error, hint, "no column '%s' of '%s' is known", name, table->name);
}

static struct lineage_node *refuse_table(const struct lineage *lineage, const char *name,
                                         GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < lineage->tables->len; i++)
        g_ptr_array_add(names,
                        ((struct lineage_table *)g_ptr_array_index(lineage->tables, i))->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = nearest_hint(name, (const char *const *)names->pdata);
    return refuse(error, hint, "no pipeline makes or reads a table '%s'", name);
}

/* The last part of `a."b.c"`, without quotes; NULL when there is one part only. */
static char *split_column(const char *name, char **out_table)
{
    g_auto(GStrv) parts = name_split(name);
    const guint count = parts ? g_strv_length(parts) : 0;
    const char *dot = strrchr(name, '.');
    if (!dot || dot == name)
        return NULL;
    if (count < 2 || !g_str_has_suffix(name, "\"")) {
        *out_table = g_strndup(name, (gsize)(dot - name));
        return g_strdup(dot + 1);
    }
    /* Quotes stand twice in it. */
    g_autofree char *quoted = quote_identifier(parts[count - 1]);
    *out_table = g_strndup(name, strlen(name) - strlen(quoted) - 1);
    return g_strdup(parts[count - 1]);
}

struct lineage_node *lineage_find(const struct lineage *lineage, const char *name, GError **error)
{
    g_autoptr(GPtrArray) tables = find_tables(lineage, name);
    if (tables->len == 1)
        return &((struct lineage_table *)g_ptr_array_index(tables, 0))->node;
    if (tables->len > 1)
        return refuse_many(name, tables, error);
    g_autofree char *table_name = NULL;
    g_autofree char *column_name = split_column(name, &table_name);
    g_autoptr(GPtrArray) owners = table_name ? find_tables(lineage, table_name) : NULL;
    if (!owners || owners->len == 0)
        return refuse_table(lineage, name, error);
    if (owners->len > 1)
        return refuse_many(table_name, owners, error);
    const struct lineage_table *table = g_ptr_array_index(owners, 0);
    struct lineage_column *column = lineage_find_column(table, column_name);
    return column ? &column->node : refuse_column(table, column_name, error);
}
