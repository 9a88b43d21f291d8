/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_plan.h"

#include <string.h>

static void operation_free(gpointer data)
{
    struct operation *operation = data;
    struct statement *statement = (struct statement *)(guintptr)operation->statement;
    g_free(statement->body.text);
    g_free(statement->table.text);
    g_free(statement->name.text);
    g_free(statement);
    g_free(operation->id);
    g_free(operation->name);
    g_free(operation->destination);
    g_free(operation->fingerprint);
    options_free(operation->options);
    options_free(operation->common);
    g_array_unref(operation->dependencies);
    g_array_unref(operation->unloaded_sources);
    g_ptr_array_unref(operation->reads);
    g_ptr_array_unref(operation->writes);
    g_free(operation);
}

struct plan *fake_plan_new(void)
{
    struct plan *plan = g_new0(struct plan, 1);
    plan->pipeline = g_strdup("orders");
    plan->profile = g_strdup("dev");
    plan->engine = g_strdup("fake");
    plan->operations = g_ptr_array_new_with_free_func(operation_free);
    plan->script = g_new0(struct script, 1);
    plan->script->aliases = g_ptr_array_new_with_free_func(g_free);
    plan->script->items = g_array_new(FALSE, FALSE, sizeof(struct item));
    plan->script->text = text_new("orders.sf", "SELECT * FROM nowhere\n", 22, NULL);
    return plan;
}

void fake_plan_free(struct plan *plan)
{
    g_ptr_array_unref(plan->operations);
    g_ptr_array_unref(plan->script->aliases);
    g_array_unref(plan->script->items);
    text_free(plan->script->text);
    g_free(plan->script);
    g_free(plan->pipeline);
    g_free(plan->profile);
    g_free(plan->engine);
    g_free(plan);
}

guint fake_plan_add(struct plan *plan, enum operation_type type, const char *id, const char *sql)
{
    struct statement *statement = g_new0(struct statement, 1);
    statement->span = (struct span){.text = plan->script->text, .offset = 0, .length = 21};
    if (sql) {
        statement->body.text = g_strdup(sql);
        statement->body.length = strlen(sql);
        statement->body.span = statement->span;
    }
    struct operation *operation = g_new0(struct operation, 1);
    *operation = (struct operation){
        .id = g_strdup(id),
        .name = g_strdup(id),
        .type = type,
        .position = plan->operations->len,
        .statement = statement,
        .class = SQL_DATA,
        .dependencies = g_array_new(FALSE, FALSE, sizeof(struct dependency)),
        .unloaded_sources = g_array_new(FALSE, FALSE, sizeof(guint)),
        .reads = g_ptr_array_new_with_free_func(g_free),
        .writes = g_ptr_array_new_with_free_func(g_free),
        .fingerprint = g_strdup("00000000000000000000000000000000"),
    };
    g_ptr_array_add(plan->operations, operation);
    return plan->operations->len - 1;
}

struct operation *fake_plan_at(struct plan *plan, guint index)
{
    return g_ptr_array_index(plan->operations, index);
}

struct statement *fake_plan_statement(struct plan *plan, guint index)
{
    return (struct statement *)(guintptr)fake_plan_at(plan, index)->statement;
}

void fake_plan_wait(struct plan *plan, guint index, guint needed)
{
    struct dependency dependency = {.operation = needed, .for_data = true};
    g_array_append_val(fake_plan_at(plan, index)->dependencies, dependency);
}

struct options *fake_options_new(struct plan *plan, const struct option *table, const char *name,
                                 enum value_kind kind, const char *value)
{
    struct span at = {.text = plan->script->text, .offset = 0, .length = 6};
    AUTO(value) map = value_new(VALUE_MAP, at, NULL);
    value_add_member(map, name, at, value_new(kind, at, g_strdup(value)));
    AUTO(diagnostics) diagnostics = diagnostics_new();
    struct options *options = options_check(table, OPTION_FOR_SOURCE, "fake", map, at, diagnostics);
    g_assert_nonnull(options);
    return options;
}
