/* SPDX-License-Identifier: Apache-2.0 */
/* Names to fields, expressions to origins. */
#include "engine/duckdb/tracer.h"

#include "engine/duckdb/tracer_macro.h"
#include "engine/trace.h"

#include <string.h>

enum { DEPTH_MAX = 500 };

const char *tree_text(const json_t *node, const char *key)
{
    const char *text = json_string_value(json_object_get(node, key));
    return text ? text : "";
}

GPtrArray *tracer_list(struct tracer *tracer)
{
    GPtrArray *list = g_ptr_array_new();
    g_ptr_array_add(tracer->lists, list);
    return list;
}

struct field *tracer_field(struct tracer *tracer, const char *name)
{
    struct field *field = g_new0(struct field, 1);
    field->name = name;
    field->origins = tracer_list(tracer);
    g_ptr_array_add(tracer->made, field);
    return field;
}

struct range *tracer_range(struct tracer *tracer, const char *alias)
{
    struct range *range = g_new0(struct range, 1);
    range->alias = alias;
    range->fields = tracer_list(tracer);
    g_ptr_array_add(tracer->made, range);
    return range;
}

const char *tracer_keep(struct tracer *tracer, const char *text)
{
    char *kept = g_strdup(text);
    if (kept)
        g_ptr_array_add(tracer->made, kept);
    return kept;
}

bool tracer_give_up(struct tracer *tracer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!tracer->trace->reason)
        tracer->trace->reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return false;
}

struct field *fields_find(const GPtrArray *fields, const char *name)
{
    for (guint i = 0; i < fields->len; i++) {
        struct field *field = g_ptr_array_index(fields, i);
        if (field->name && !field->is_merged && g_ascii_strcasecmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

void field_take(struct field *to, const struct field *from)
{
    for (guint i = 0; i < from->origins->len; i++)
        origins_add(to->origins, g_ptr_array_index(from->origins, i));
    to->is_unknown = to->is_unknown || from->is_unknown;
}

void tracer_decide(struct tracer *tracer, const struct field *field)
{
    for (guint i = 0; i < field->origins->len; i++)
        origins_add(tracer->trace->conditions, g_ptr_array_index(field->origins, i));
}

void tracer_conditions(struct tracer *tracer, const struct scope *scope, const json_t *what)
{
    struct field *field = tracer_field(tracer, NULL);
    tracer_expression(tracer, scope, what, field);
    tracer_decide(tracer, field);
}

static bool take_all(struct field *to, const struct range *range)
{
    for (guint i = 0; i < range->fields->len; i++)
        field_take(to, g_ptr_array_index(range->fields, i));
    to->is_unknown = to->is_unknown || range->is_open;
    return true;
}

static bool is_called(const struct range *range, const char *name)
{
    return range->alias && g_ascii_strcasecmp(range->alias, name) == 0;
}

/* One whose name is the engine's to give may be the one that is looked for. */
static bool has_nameless(const GPtrArray *fields)
{
    for (guint i = 0; i < fields->len; i++)
        if (!((const struct field *)g_ptr_array_index(fields, i))->name)
            return true;
    return false;
}

/* `x`: a column; else what SELECT calls so above; else a whole row. */
static bool resolve_plain(const struct scope *scope, const char *name, struct field *field)
{
    bool is_open = false;
    for (guint i = 0; i < scope->ranges->len; i++) {
        const struct range *range = g_ptr_array_index(scope->ranges, i);
        const struct field *found = fields_find(range->fields, name);
        is_open = is_open || range->is_open || has_nameless(range->fields);
        if (found) {
            field_take(field, found);
            return true;
        }
    }
    const struct field *selected = scope->selected ? fields_find(scope->selected, name) : NULL;
    if (selected) {
        field_take(field, selected);
        return true;
    }
    for (guint i = 0; i < scope->ranges->len; i++) {
        const struct range *range = g_ptr_array_index(scope->ranges, i);
        if (is_called(range, name))
            return take_all(field, range);
    }
    field->is_unknown = field->is_unknown || is_open;
    return is_open;
}

/* `t.x`, `s.t.x`, `t.x.y`: a column of the range `t`. */
static bool resolve_dotted(const struct scope *scope, const json_t *names, struct field *field)
{
    for (gsize part = 0; part + 1 < json_array_size(names); part++) {
        const char *alias = json_string_value(json_array_get(names, part));
        const char *column = json_string_value(json_array_get(names, part + 1));
        for (guint i = 0; alias && column && i < scope->ranges->len; i++) {
            const struct range *range = g_ptr_array_index(scope->ranges, i);
            if (!is_called(range, alias))
                continue;
            for (guint k = 0; k < range->fields->len; k++) {
                const struct field *found = g_ptr_array_index(range->fields, k);
                if (found->name && g_ascii_strcasecmp(found->name, column) == 0) {
                    field_take(field, found);
                    return true;
                }
            }
            field->is_unknown = true;
            return true;
        }
    }
    return false;
}

static bool is_parameter(const struct scope *scope, const char *name)
{
    for (; scope; scope = scope->outer)
        for (guint i = 0; scope->parameters && i < scope->parameters->len; i++)
            if (g_ascii_strcasecmp(g_ptr_array_index(scope->parameters, i), name) == 0)
                return true;
    return false;
}

/* What the parameter of a macro around is given; NULL: there is none of that name. */
static const struct field *find_argument(const struct scope *scope, const char *name)
{
    const struct field *found = NULL;
    for (; scope && !found; scope = scope->outer)
        found = scope->arguments ? fields_find(scope->arguments, name) : NULL;
    return found;
}

static void resolve(const struct scope *scope, const json_t *names, struct field *field)
{
    const char *first = json_string_value(json_array_get(names, 0));
    if (!first || is_parameter(scope, first))
        return;
    const struct field *argument = find_argument(scope, first);
    if (argument) {
        field_take(field, argument);
        return;
    }
    for (; scope; scope = scope->outer) {
        if (json_array_size(names) > 1 && resolve_dotted(scope, names, field))
            return;
        if (resolve_plain(scope, first, field))
            return;
    }
    field->is_unknown = true;
}

static void add_parameters(const json_t *node, GPtrArray *parameters)
{
    const json_t *names = json_object_get(node, "column_names");
    if (names)
        g_ptr_array_add(parameters,
                        (gpointer)(guintptr)json_string_value(json_array_get(names, 0)));
    const json_t *children = json_object_get(node, "children");
    for (gsize i = 0; i < json_array_size(children); i++)
        add_parameters(json_array_get(children, i), parameters);
}

/* `lambda x: x + y`: x is no column. */
static void trace_lambda(struct tracer *tracer, const struct scope *scope, const json_t *lambda,
                         struct field *field)
{
    GPtrArray *parameters = tracer_list(tracer);
    add_parameters(json_object_get(lambda, "lhs"), parameters);
    const struct scope inner = {
        .outer = scope,
        .ranges = tracer_list(tracer),
        .tables = tracer_list(tracer),
        .parameters = parameters,
    };
    tracer_expression(tracer, &inner, json_object_get(lambda, "expr"), field);
}

/* A query as a value. EXISTS gives none of its columns. */
static void trace_subquery(struct tracer *tracer, const struct scope *scope, const json_t *node,
                           struct field *field)
{
    const bool is_value = !strstr(tree_text(node, "subquery_type"), "EXISTS");
    const json_t *query = json_object_get(json_object_get(node, "subquery"), "node");
    const GPtrArray *fields = tracer_query(tracer, scope, query);
    for (guint i = 0; is_value && fields && i < fields->len; i++)
        field_take(field, g_ptr_array_index(fields, i));
    tracer_expression(tracer, scope, json_object_get(node, "child"), field);
}

static void trace_children(struct tracer *tracer, const struct scope *scope, const json_t *node,
                           struct field *field)
{
    const char *key = NULL;
    json_t *value = NULL;
    for (gsize i = 0; i < json_array_size(node); i++)
        tracer_expression(tracer, scope, json_array_get(node, i), field);
    if (!json_is_object(node))
        return;
    void *at = json_object_iter((json_t *)(guintptr)node);
    while (at) {
        key = json_object_iter_key(at);
        value = json_object_iter_value(at);
        if (strcmp(key, "alias") != 0)
            tracer_expression(tracer, scope, value, field);
        at = json_object_iter_next((json_t *)(guintptr)node, at);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it */
void tracer_expression(struct tracer *tracer, const struct scope *scope, const json_t *expression,
                       struct field *field)
{
    if (!json_is_object(expression) && !json_is_array(expression))
        return;
    if (tracer->depth == DEPTH_MAX) {
        field->is_unknown = true;
        return;
    }
    const char *class = tree_text(expression, "class");
    tracer->depth++;
    if (strcmp(class, "COLUMN_REF") == 0)
        resolve(scope, json_object_get(expression, "column_names"), field);
    else if (strcmp(class, "SUBQUERY") == 0)
        trace_subquery(tracer, scope, expression, field);
    else if (strcmp(class, "LAMBDA") == 0)
        trace_lambda(tracer, scope, expression, field);
    else if (strcmp(class, "STAR") == 0 || strcmp(class, "POSITIONAL_REFERENCE") == 0)
        field->is_unknown = true;
    else if (strcmp(class, "FUNCTION") != 0 || !tracer_macro(tracer, scope, expression, field))
        trace_children(tracer, scope, expression, field);
    tracer->depth--;
}

bool tracer_star(const struct scope *scope, const char *name, GPtrArray *fields)
{
    bool found = false;
    for (guint i = 0; i < scope->ranges->len; i++) {
        const struct range *range = g_ptr_array_index(scope->ranges, i);
        if (name && !is_called(range, name))
            continue;
        found = true;
        if (range->is_open)
            return false;
        for (guint k = 0; k < range->fields->len; k++) {
            struct field *field = g_ptr_array_index(range->fields, k);
            if (name || !field->is_merged)
                g_ptr_array_add(fields, field);
        }
    }
    return found;
}
