/* SPDX-License-Identifier: Apache-2.0 */
/* Queries: SELECT, WITH, UNION and their like. */
#include "engine/duckdb/tracer.h"
#include "engine/trace.h"

#include <string.h>

/* A recursive table reads itself: its fields are those of its first part, grown by the second. */
static bool trace_recursive(struct tracer *tracer, struct scope *scope, struct range *range,
                            const json_t *node)
{
    const GPtrArray *first = tracer_query(tracer, scope, json_object_get(node, "left"));
    for (guint i = 0; first && i < first->len; i++) {
        const struct field *old = g_ptr_array_index(first, i);
        struct field *field = tracer_field(tracer, old->name);
        field_take(field, old);
        g_ptr_array_add(range->fields, field);
    }
    return first != NULL;
}

/* Twice: what the second part adds to one column may reach another through it. */
static bool grow_recursive(struct tracer *tracer, struct scope *scope, const struct range *range,
                           const json_t *node)
{
    for (guint round = 0; round < range->fields->len + 1; round++) {
        const GPtrArray *more = tracer_query(tracer, scope, json_object_get(node, "right"));
        if (!more || more->len != range->fields->len)
            return tracer_give_up(tracer, "a recursive WITH is not followed");
        for (guint i = 0; i < more->len; i++)
            field_take(g_ptr_array_index(range->fields, i), g_ptr_array_index(more, i));
    }
    return true;
}

static void rename_all(struct range *range, const json_t *names)
{
    for (gsize i = 0; i < json_array_size(names) && i < range->fields->len; i++) {
        struct field *field = g_ptr_array_index(range->fields, i);
        field->name = json_string_value(json_array_get(names, i));
    }
}

static bool trace_with(struct tracer *tracer, struct scope *scope, const json_t *entry)
{
    const json_t *value = json_object_get(entry, "value");
    const json_t *node = json_object_get(json_object_get(value, "query"), "node");
    const json_t *aliases = json_object_get(value, "aliases");
    struct range *range = tracer_range(tracer, tree_text(entry, "key"));
    if (strcmp(tree_text(node, "type"), "RECURSIVE_CTE_NODE") == 0) {
        if (!trace_recursive(tracer, scope, range, node))
            return false;
        rename_all(range, aliases);
        g_ptr_array_add(scope->tables, range);
        return grow_recursive(tracer, scope, range, node);
    }
    const GPtrArray *fields = tracer_query(tracer, scope, node);
    for (guint i = 0; fields && i < fields->len; i++) {
        const struct field *old = g_ptr_array_index(fields, i);
        struct field *field = tracer_field(tracer, old->name);
        field_take(field, old);
        g_ptr_array_add(range->fields, field);
    }
    rename_all(range, aliases);
    g_ptr_array_add(scope->tables, range);
    return fields != NULL;
}

static bool trace_withs(struct tracer *tracer, struct scope *scope, const json_t *node)
{
    const json_t *map = json_object_get(json_object_get(node, "cte_map"), "map");
    for (gsize i = 0; i < json_array_size(map); i++)
        if (!trace_with(tracer, scope, json_array_get(map, i)))
            return false;
    return true;
}

/* The name that a column of the result gets; NULL: the engine makes one. */
static const char *result_name(const json_t *expression)
{
    const char *alias = tree_text(expression, "alias");
    if (*alias)
        return alias;
    const json_t *names = json_object_get(expression, "column_names");
    const gsize count = json_array_size(names);
    return count > 0 ? json_string_value(json_array_get(names, count - 1)) : NULL;
}

static const json_t *find_pair(const json_t *pairs, const char *key)
{
    for (gsize i = 0; key && i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const json_t *name = json_object_get(pair, "key");
        const char *text =
            json_is_string(name) ? json_string_value(name) : tree_text(name, "column");
        if (g_ascii_strcasecmp(text, key) == 0)
            return json_object_get(pair, "value");
    }
    return NULL;
}

static bool is_excluded(const json_t *star, const char *name)
{
    const json_t *names = json_object_get(star, "exclude_list");
    const json_t *qualified = json_object_get(star, "qualified_exclude_list");
    for (gsize i = 0; name && i < json_array_size(names); i++) {
        const json_t *entry = json_array_get(names, i);
        const char *text =
            json_is_string(entry) ? json_string_value(entry) : tree_text(entry, "column");
        if (g_ascii_strcasecmp(text, name) == 0)
            return true;
    }
    for (gsize i = 0; name && i < json_array_size(qualified); i++)
        if (g_ascii_strcasecmp(tree_text(json_array_get(qualified, i), "column"), name) == 0)
            return true;
    return false;
}

/* `*`, `t.*`, with EXCLUDE, REPLACE and RENAME. COLUMNS(..) picks by rules of its own. */
static bool trace_star(struct tracer *tracer, const struct scope *scope, const json_t *star,
                       GPtrArray *out)
{
    const char *name = tree_text(star, "relation_name");
    const json_t *pattern = json_object_get(star, "expr");
    g_autoptr(GPtrArray) fields = g_ptr_array_new();
    if (json_is_true(json_object_get(star, "columns")) || json_is_object(pattern))
        return tracer_give_up(tracer, "COLUMNS(..) is not followed");
    if (!tracer_star(scope, *name ? name : NULL, fields))
        return tracer_give_up(tracer, "what * stands for is not known");
    for (guint i = 0; i < fields->len; i++) {
        const struct field *old = g_ptr_array_index(fields, i);
        if (is_excluded(star, old->name))
            continue;
        const json_t *replaced = find_pair(json_object_get(star, "replace_list"), old->name);
        const json_t *renamed = find_pair(json_object_get(star, "rename_list"), old->name);
        struct field *field =
            tracer_field(tracer, renamed ? json_string_value(renamed) : old->name);
        if (replaced)
            tracer_expression(tracer, scope, replaced, field);
        else
            field_take(field, old);
        g_ptr_array_add(out, field);
    }
    return true;
}

/* An UNNEST of a struct, or a star inside of a function, gives more columns than one: that is told
 * by their number, in the end. */
static bool trace_selected(struct tracer *tracer, struct scope *scope, const json_t *list,
                           GPtrArray *out)
{
    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *expression = json_array_get(list, i);
        if (strcmp(tree_text(expression, "class"), "STAR") == 0) {
            if (!trace_star(tracer, scope, expression, out))
                return false;
            continue;
        }
        struct field *field = tracer_field(tracer, result_name(expression));
        scope->selected = out;
        tracer_expression(tracer, scope, expression, field);
        g_ptr_array_add(out, field);
    }
    return true;
}

static bool has_limit(const json_t *modifiers)
{
    for (gsize i = 0; i < json_array_size(modifiers); i++) {
        const char *type = tree_text(json_array_get(modifiers, i), "type");
        if (g_str_has_prefix(type, "LIMIT") || g_str_has_prefix(type, "DISTINCT"))
            return true;
    }
    return false;
}

static GPtrArray *trace_select(struct tracer *tracer, struct scope *scope, const json_t *node)
{
    static const char *const clauses[] = {"where_clause", "group_expressions", "having", "qualify"};
    const json_t *modifiers = json_object_get(node, "modifiers");
    GPtrArray *fields = tracer_list(tracer);
    if (!tracer_from(tracer, scope, json_object_get(node, "from_table")) ||
        !trace_selected(tracer, scope, json_object_get(node, "select_list"), fields))
        return NULL;
    scope->selected = fields;
    for (guint i = 0; i < G_N_ELEMENTS(clauses); i++)
        tracer_conditions(tracer, scope, json_object_get(node, clauses[i]));
    if (has_limit(modifiers))
        tracer_conditions(tracer, scope, modifiers);
    return fields;
}

/* The rows of both sides, column by column. */
static bool join_sides(struct tracer *tracer, GPtrArray *out, const GPtrArray *right)
{
    if (out->len != right->len)
        return tracer_give_up(tracer, "the sides of a UNION have different columns");
    for (guint i = 0; i < right->len; i++)
        field_take(g_ptr_array_index(out, i), g_ptr_array_index(right, i));
    return true;
}

static bool join_sides_by_name(struct tracer *tracer, GPtrArray *out, const GPtrArray *right)
{
    for (guint i = 0; i < right->len; i++) {
        struct field *field = g_ptr_array_index(right, i);
        if (!field->name)
            return tracer_give_up(tracer, "UNION BY NAME of a column without a name");
        struct field *left = fields_find(out, field->name);
        if (left)
            field_take(left, field);
        else
            g_ptr_array_add(out, field);
    }
    return true;
}

static GPtrArray *trace_set(struct tracer *tracer, const struct scope *scope, const json_t *node)
{
    const char *type = tree_text(node, "setop_type");
    const GPtrArray *left = tracer_query(tracer, scope, json_object_get(node, "left"));
    const GPtrArray *right =
        left ? tracer_query(tracer, scope, json_object_get(node, "right")) : NULL;
    GPtrArray *out = tracer_list(tracer);
    if (!left || !right)
        return NULL;
    for (guint i = 0; i < left->len; i++) {
        const struct field *old = g_ptr_array_index(left, i);
        struct field *field = tracer_field(tracer, old->name);
        field_take(field, old);
        g_ptr_array_add(out, field);
    }
    if (strcmp(type, "UNION") == 0)
        return join_sides(tracer, out, right) ? out : NULL;
    if (strcmp(type, "UNION_BY_NAME") == 0)
        return join_sides_by_name(tracer, out, right) ? out : NULL;
    /* EXCEPT, INTERSECT: the right side only decides about rows. */
    for (guint i = 0; i < right->len; i++)
        tracer_decide(tracer, g_ptr_array_index(right, i));
    return out;
}

/* NOLINTNEXTLINE(misc-no-recursion): jansson bounds the tree's depth */
GPtrArray *tracer_query(struct tracer *tracer, const struct scope *outer, const json_t *node)
{
    const char *type = tree_text(node, "type");
    struct scope scope = {
        .outer = outer,
        .ranges = tracer_list(tracer),
        .tables = tracer_list(tracer),
    };
    if (!trace_withs(tracer, &scope, node))
        return NULL;
    if (strcmp(type, "SELECT_NODE") == 0)
        return trace_select(tracer, &scope, node);
    if (strcmp(type, "SET_OPERATION_NODE") == 0)
        return trace_set(tracer, &scope, node);
    tracer_give_up(tracer, "%s is not followed", *type ? type : "the query");
    return NULL;
}
