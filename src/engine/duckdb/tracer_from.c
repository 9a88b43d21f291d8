/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in FROM. */
#include "base/name.h"
#include "engine/duckdb/catalog.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/tracer.h"
#include "engine/duckdb/tracer_macro.h"
#include "engine/trace.h"

#include <string.h>

void tracer_name_fields(struct tracer *tracer, struct range *range, const json_t *names)
{
    for (gsize i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (i >= range->fields->len && range->is_open) {
            struct field *field = tracer_field(tracer, name);
            field->is_unknown = true;
            g_ptr_array_add(range->fields, field);
        } else if (i < range->fields->len) {
            struct field *field = tracer_field(tracer, name);
            const struct field *old = g_ptr_array_index(range->fields, i);
            field->origins = old->origins;
            field->is_unknown = old->is_unknown;
            range->fields->pdata[i] = field;
        }
    }
}

static const struct range *find_with(const struct scope *scope, const char *name)
{
    for (; scope; scope = scope->outer)
        for (guint i = scope->tables->len; i > 0; i--) {
            const struct range *range = g_ptr_array_index(scope->tables, i - 1);
            if (g_ascii_strcasecmp(range->alias, name) == 0)
                return range;
        }
    return NULL;
}

/* The name as the session finds it: in its own schema first. */
static char *full_name(const struct tracer *tracer, const json_t *reference)
{
    const char *catalog = tree_text(reference, "catalog_name");
    const char *schema = tree_text(reference, "schema_name");
    g_autofree char *table = quote_identifier(tree_text(reference, "table_name"));
    if (*schema) {
        g_autofree char *quoted = quote_identifier(schema);
        g_autofree char *whole = quote_identifier(catalog);
        return *catalog ? g_strjoin(".", whole, quoted, table, NULL)
                        : g_strjoin(".", quoted, table, NULL);
    }
    if (!tracer->session->schema || catalog_target_kind(tracer->session, table) == TABLE_NONE)
        return g_steal_pointer(&table);
    g_autofree char *quoted = quote_identifier(tracer->session->schema);
    return g_strconcat(quoted, ".", table, NULL);
}

/* A table, a view or a file: its columns are the engine's. */
static bool add_table(struct tracer *tracer, struct range *range, const json_t *reference)
{
    g_autofree char *name = full_name(tracer, reference);
    g_autofree char *key = name_key(name, NULL);
    g_autofree char *sql = g_strconcat("SELECT * FROM ", name, NULL);
    g_autoptr(GPtrArray) columns = NULL;
    g_autoptr(GError) error = NULL;
    if (!query_describe(tracer->session, sql, &columns, &error))
        return tracer_give_up(tracer, "the columns of %s are not known", name);
    const bool is_file = !key || catalog_exists(tracer->session, name) == TABLE_NONE;
    g_autofree char *table = is_file
                                 ? g_strconcat("file:", tree_text(reference, "table_name"), NULL)
                                 : g_steal_pointer(&key);
    trace_add_table(tracer->trace, table);
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        const struct origin *origin = trace_origin(tracer->trace, table, column->name);
        struct field *field = tracer_field(tracer, origin->column);
        origins_add(field->origins, origin);
        g_ptr_array_add(range->fields, field);
    }
    return true;
}

static bool trace_table(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    const char *name = tree_text(reference, "table_name");
    const char *alias = tree_text(reference, "alias");
    struct range *range = tracer_range(tracer, *alias ? alias : name);
    const struct range *with = *tree_text(reference, "schema_name") ? NULL : find_with(scope, name);
    if (with) {
        range->is_open = with->is_open;
        for (guint i = 0; i < with->fields->len; i++)
            g_ptr_array_add(range->fields, g_ptr_array_index(with->fields, i));
    } else if (!add_table(tracer, range, reference)) {
        return false;
    }
    tracer_name_fields(tracer, range, json_object_get(reference, "column_name_alias"));
    g_ptr_array_add(scope->ranges, range);
    return true;
}

static bool trace_subquery(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    const json_t *query = json_object_get(json_object_get(reference, "subquery"), "node");
    GPtrArray *fields = tracer_query(tracer, scope, query);
    if (!fields)
        return false;
    struct range *range = tracer_range(tracer, tree_text(reference, "alias"));
    range->fields = fields;
    tracer_name_fields(tracer, range, json_object_get(reference, "column_name_alias"));
    g_ptr_array_add(scope->ranges, range);
    return true;
}

/* Functions that give one column, called like themselves, of what they are given. All others may
 * read anything. */
static bool trace_function(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    static const char *const plain[] = {"generate_series", "range", "unnest", NULL};
    const json_t *function = json_object_get(reference, "function");
    const char *name = tree_text(function, "function_name");
    const char *alias = tree_text(reference, "alias");
    struct range *range = tracer_range(tracer, *alias ? alias : name);
    GPtrArray *fields = NULL;
    const bool is_macro = tracer_table_macro(tracer, scope, function, &fields);
    if (is_macro && !fields)
        return false;
    range->is_open = !is_macro && !g_strv_contains(plain, name);
    if (is_macro) {
        range->fields = fields;
    } else if (!range->is_open) {
        struct field *field = tracer_field(tracer, name);
        tracer_expression(tracer, scope, json_object_get(function, "children"), field);
        g_ptr_array_add(range->fields, field);
    }
    tracer_name_fields(tracer, range, json_object_get(reference, "column_name_alias"));
    g_ptr_array_add(scope->ranges, range);
    return true;
}

/* VALUES: each column is made from what stands in its place in all rows. */
static bool trace_values(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    const json_t *rows = json_object_get(reference, "values");
    struct range *range = tracer_range(tracer, tree_text(reference, "alias"));
    for (gsize column = 0; column < json_array_size(json_array_get(rows, 0)); column++) {
        g_autofree char *name = g_strdup_printf("col%" G_GSIZE_FORMAT, column);
        struct field *field = tracer_field(tracer, g_intern_string(name));
        for (gsize row = 0; row < json_array_size(rows); row++)
            tracer_expression(tracer, scope, json_array_get(json_array_get(rows, row), column),
                              field);
        g_ptr_array_add(range->fields, field);
    }
    tracer_name_fields(tracer, range, json_object_get(reference, "column_name_alias"));
    g_ptr_array_add(scope->ranges, range);
    return true;
}

/* The fields on the left of `at`, and those behind it, that a column of USING merges. */
static void merge_column(struct scope *scope, guint from, guint at, const char *name)
{
    struct field *left = NULL;
    for (guint i = from; i < at && !left; i++)
        left = fields_find(((struct range *)g_ptr_array_index(scope->ranges, i))->fields, name);
    for (guint i = at; left && i < scope->ranges->len; i++) {
        const struct range *range = g_ptr_array_index(scope->ranges, i);
        struct field *right = fields_find(range->fields, name);
        if (!right)
            continue;
        field_take(left, right);
        right->is_merged = true;
    }
}

/* Each join has fields of its own, as it may merge them. */
static void own_fields(struct tracer *tracer, struct scope *scope, guint from)
{
    for (guint i = from; i < scope->ranges->len; i++) {
        struct range *range = g_ptr_array_index(scope->ranges, i);
        GPtrArray *fields = tracer_list(tracer);
        for (guint k = 0; k < range->fields->len; k++) {
            const struct field *old = g_ptr_array_index(range->fields, k);
            struct field *field = tracer_field(tracer, old->name);
            field_take(field, old);
            field->is_merged = old->is_merged;
            g_ptr_array_add(fields, field);
        }
        range->fields = fields;
    }
}

static void add_using_conditions(struct tracer *tracer, const struct scope *scope, guint from,
                                 const char *name)
{
    for (guint i = from; i < scope->ranges->len; i++) {
        const struct range *range = g_ptr_array_index(scope->ranges, i);
        const struct field *field = fields_find(range->fields, name);
        if (field)
            tracer_decide(tracer, field);
    }
}

static bool is_on_right(const struct scope *scope, guint at, const char *name)
{
    for (guint i = at; i < scope->ranges->len; i++)
        if (fields_find(((struct range *)g_ptr_array_index(scope->ranges, i))->fields, name))
            return true;
    return false;
}

/* The columns that both sides have, as the left side has them. */
static void merge_common(struct tracer *tracer, struct scope *scope, guint from, guint at)
{
    for (guint i = from; i < at; i++) {
        const struct range *range = g_ptr_array_index(scope->ranges, i);
        for (guint k = 0; k < range->fields->len; k++) {
            const struct field *field = g_ptr_array_index(range->fields, k);
            if (field->name && !field->is_merged && is_on_right(scope, at, field->name)) {
                add_using_conditions(tracer, scope, from, field->name);
                merge_column(scope, from, at, field->name);
            }
        }
    }
}

static bool trace_join(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    static const char *const one_sided[] = {"ANTI", "SEMI", NULL};
    const json_t *using = json_object_get(reference, "using_columns");
    const bool is_one_sided = g_strv_contains(one_sided, tree_text(reference, "join_type"));
    const guint from = scope->ranges->len;
    if (!tracer_from(tracer, scope, json_object_get(reference, "left")))
        return false;
    const guint at = scope->ranges->len;
    if (!tracer_from(tracer, scope, json_object_get(reference, "right")))
        return false;
    own_fields(tracer, scope, from);
    tracer_conditions(tracer, scope, json_object_get(reference, "condition"));
    for (gsize i = 0; i < json_array_size(using); i++) {
        const char *name = json_string_value(json_array_get(using, i));
        add_using_conditions(tracer, scope, from, name);
        if (!is_one_sided)
            merge_column(scope, from, at, name);
    }
    if (strcmp(tree_text(reference, "ref_type"), "NATURAL") == 0)
        merge_common(tracer, scope, from, at);
    if (is_one_sided)
        g_ptr_array_set_size(scope->ranges, (gint)at);
    return true;
}

static bool trace_nothing(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    (void)tracer;
    (void)scope;
    (void)reference;
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): jansson bounds the tree's depth */
bool tracer_from(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    static const struct {
        const char *type;
        bool (*trace)(struct tracer *tracer, struct scope *scope, const json_t *reference);
    } rules[] = {
        {"BASE_TABLE", trace_table},
        {"EMPTY", trace_nothing},
        {"EXPRESSION_LIST", trace_values},
        {"JOIN", trace_join},
        {"PIVOT", tracer_pivot},
        {"SUBQUERY", trace_subquery},
        {"TABLE_FUNCTION", trace_function},
    };
    const char *type = tree_text(reference, "type");
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
        if (strcmp(rules[i].type, type) == 0)
            return rules[i].trace(tracer, scope, reference);
    return tracer_give_up(tracer, "%s is not followed", *type ? type : "something in FROM");
}
