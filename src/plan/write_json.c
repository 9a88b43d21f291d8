/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan as JSON, sqlflow.plan/1. One operation a line, keys always in one order, so that the
 * same plan is the same text and a change shows as few lines.
 */
#include "plan/plan.h"

#include "plan/secret.h"

#include <string.h>

/* A key behind another one. */
#define KEY(name) ", \"" name "\": "

static void write_string(GString *out, const char *key, const char *value)
{
    if (!value)
        return;
    g_string_append(out, key);
    append_json_string(out, value);
}

/* What may hold a secret. */
static void write_shown(GString *out, const struct plan *plan, const char *key, const char *value)
{
    g_autofree char *shown = value ? secrets_mask(plan->secrets, value) : NULL;
    write_string(out, key, shown);
}

static void write_number(GString *out, const char *key, guint value)
{
    g_string_append(out, key);
    append_number(out, value);
}

static void write_strings(GString *out, const struct plan *plan, const char *key,
                          const GPtrArray *values)
{
    g_string_append(out, key);
    g_string_append_c(out, '[');
    for (guint i = 0; i < values->len; i++)
        write_shown(out, plan, i ? ", " : "", g_ptr_array_index(values, i));
    g_string_append_c(out, ']');
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the map, which its parser bounds */
static void mask_value(const struct plan *plan, struct value *value)
{
    for (guint i = 0; value->items && i < value->items->len; i++)
        mask_value(plan, g_ptr_array_index(value->items, i));
    for (guint i = 0; value->members && i < value->members->len; i++)
        mask_value(plan, ((struct member *)g_ptr_array_index(value->members, i))->value);
    char *shown = value->text ? secrets_mask(plan->secrets, value->text) : NULL;
    if (shown && strcmp(shown, value->text) != 0)
        value->kind = VALUE_STRING;
    g_free(value->text);
    value->text = shown;
}

static void write_value(GString *out, const struct plan *plan, const struct value *value)
{
    AUTO(value) shown = value_copy(value);
    mask_value(plan, shown);
    g_autofree char *json = value_to_json(shown);
    g_string_append(out, json);
}

static void write_options(GString *out, const struct plan *plan, const char *key,
                          const struct operation *operation)
{
    const struct value *map = operation_map(operation);
    if (!map)
        return;
    g_string_append(out, key);
    g_string_append_c(out, '{');
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        g_string_append(out, i ? ", " : "");
        append_json_string(out, member->key);
        g_string_append(out, ": ");
        if (option_is_secret(operation->connector, member->key))
            g_string_append(out, "\"***\"");
        else
            write_value(out, plan, member->value);
    }
    g_string_append_c(out, '}');
}

static void write_body(GString *out, const struct plan *plan, const char *key,
                       const struct operation *operation)
{
    g_autofree char *masked = body_masked(operation);
    write_shown(out, plan, key, masked ? masked : operation->statement->body.text);
}

static void write_load(GString *out, const struct plan *plan, const struct operation *operation)
{
    const struct operation *source = g_ptr_array_index(plan->operations, operation->source);
    write_string(out, KEY("source"), source->id);
    write_string(out, KEY("table"), operation->name);
    write_body(out, plan, KEY("where"), operation);
}

static void write_sql(GString *out, const struct plan *plan, const struct operation *operation)
{
    static const char *const classes[] = {
        [SQL_DATA] = "data",
        [SQL_SESSION] = "session",
        [SQL_DEFINITION] = "definition",
    };
    write_string(out, KEY("class"), classes[operation->class]);
    write_body(out, plan, KEY("query"), operation);
}

/* What there is to tell about a kind beyond what all have. */
static void write_kind(GString *out, const struct plan *plan, const struct operation *operation)
{
    const struct statement *statement = operation->statement;
    const bool is_source = operation->type == OPERATION_SOURCE;
    if (is_source || operation->type == OPERATION_EXPORT)
        write_string(out, KEY("connector"), operation->connector->name);
    write_options(out, plan, is_source ? KEY("params") : KEY("options"), operation);
    write_string(out, KEY("alias"), operation->alias);
    write_shown(out, plan, KEY("destination"), operation->destination);
    if (operation->type == OPERATION_LOAD)
        write_load(out, plan, operation);
    else if (operation->type == OPERATION_TRANSFORM)
        write_string(out, KEY("makes"), statement->is_view ? "view" : "table");
    if (operation->type == OPERATION_CHECK || operation->type == OPERATION_EXPORT)
        write_string(out, KEY("table"), statement->table.text);
    if (operation->type == OPERATION_SQL)
        write_sql(out, plan, operation);
    else if (operation->type != OPERATION_LOAD)
        write_body(out, plan, KEY("query"), operation);
    if (operation->is_barrier)
        g_string_append(out, KEY("barrier") "true");
}

static void write_dependencies(GString *out, const struct plan *plan,
                               const struct operation *operation)
{
    g_string_append(out, KEY("depends_on") "[");
    for (guint i = 0; i < operation->dependencies->len; i++) {
        const struct dependency *dependency =
            &g_array_index(operation->dependencies, struct dependency, i);
        const struct operation *other = g_ptr_array_index(plan->operations, dependency->operation);
        g_string_append(out, i ? ", " : "");
        append_json_string(out, other->id);
    }
    g_string_append_c(out, ']');
}

static void write_place(GString *out, const struct operation *operation)
{
    g_string_append(out, KEY("at") "{\"file\": ");
    append_json_string(out, operation->statement->span.text->path);
    write_number(out, KEY("line"), operation->place.line);
    write_number(out, KEY("column"), operation->place.column);
    g_string_append_c(out, '}');
}

static void write_operation(GString *out, const struct plan *plan,
                            const struct operation *operation)
{
    g_string_append(out, "  {\"id\": ");
    append_json_string(out, operation->id);
    write_string(out, KEY("type"), operation_type_name(operation->type));
    write_shown(out, plan, KEY("name"), operation->name);
    write_kind(out, plan, operation);
    write_dependencies(out, plan, operation);
    write_strings(out, plan, KEY("reads"), operation->reads);
    write_strings(out, plan, KEY("writes"), operation->writes);
    write_place(out, operation);
    write_string(out, KEY("fingerprint"), operation->fingerprint);
    g_string_append_c(out, '}');
}

static void write_variables(GString *out, const struct plan *plan)
{
    const GPtrArray *uses =
        plan->script->variables ? variables_uses(plan->script->variables) : NULL;
    g_string_append(out, KEY("variables") "{");
    for (guint i = 0; uses && i < uses->len; i++) {
        const struct variable_use *use = g_ptr_array_index(uses, i);
        g_string_append(out, i ? ", " : "");
        append_json_string(out, use->name);
        write_shown(out, plan, ": ", use->value);
    }
    g_string_append_c(out, '}');
}

void plan_write_json(const struct plan *plan, GString *out)
{
    g_string_append(out, "{\"format\": \"sqlflow.plan/1\"");
    write_string(out, KEY("pipeline"), plan->pipeline);
    write_string(out, KEY("profile"), plan->profile);
    write_string(out, KEY("engine"), plan->engine);
    write_variables(out, plan);
    g_string_append(out, ",\n \"operations\": [");
    for (guint i = 0; i < plan->operations->len; i++) {
        g_string_append(out, i ? ",\n" : "\n");
        write_operation(out, plan, g_ptr_array_index(plan->operations, i));
    }
    g_string_append(out, "]}\n");
}
