/* SPDX-License-Identifier: Apache-2.0 */
/* PIVOT and UNPIVOT whose columns the query tells. A PIVOT without IN takes them from rows. */
#include "engine/duckdb/tracer.h"

#include "engine/trace.h"

#include <string.h>

enum { CELLS_MAX = 100000 };

/* One that is being followed. */
struct pivot {
    struct tracer *tracer;
    const json_t *reference;
    const json_t *pivots;
    struct scope inner;     /* what it is made of */
    GPtrArray *source;      /* struct field: its columns */
    GPtrArray *fields;      /* struct field: those of the result */
    const struct field *by; /* what decides into which column a value goes */
};

static bool is_entry_known(const json_t *entry)
{
    return !json_is_object(json_object_get(entry, "star_expr"));
}

/* The entries are told by the query: not by an ENUM, or an expression. */
static bool are_entries_known(const json_t *pivots)
{
    for (gsize i = 0; i < json_array_size(pivots); i++) {
        const json_t *pivot = json_array_get(pivots, i);
        const json_t *entries = json_object_get(pivot, "entries");
        if (*tree_text(pivot, "pivot_enum") || json_array_size(entries) == 0)
            return false;
        for (gsize k = 0; k < json_array_size(entries); k++)
            if (!is_entry_known(json_array_get(entries, k)))
                return false;
    }
    return true;
}

/* Whether an expression names the column. */
/* NOLINTNEXTLINE(misc-no-recursion): jansson bounds the tree's depth */
static bool names_column(const json_t *expression, const char *name)
{
    const json_t *names = json_object_get(expression, "column_names");
    const gsize count = json_array_size(names);
    const char *last = count > 0 ? json_string_value(json_array_get(names, count - 1)) : NULL;
    if (last && g_ascii_strcasecmp(last, name) == 0)
        return true;
    for (gsize i = 0; i < json_array_size(expression); i++)
        if (names_column(json_array_get(expression, i), name))
            return true;
    for (void *at = json_object_iter((json_t *)(guintptr)expression); at;
         at = json_object_iter_next((json_t *)(guintptr)expression, at))
        if (names_column(json_object_iter_value(at), name))
            return true;
    return false;
}

static void add_copy(const struct pivot *pivot, const struct field *old)
{
    struct field *field = tracer_field(pivot->tracer, old->name);
    field_take(field, old);
    g_ptr_array_add(pivot->fields, field);
}

/* Those of GROUP BY, else all columns that nothing else in it names. */
static void add_groups(const struct pivot *pivot)
{
    const json_t *groups = json_object_get(pivot->reference, "groups");
    for (gsize i = 0; i < json_array_size(groups); i++) {
        const struct field *found =
            fields_find(pivot->source, json_string_value(json_array_get(groups, i)));
        if (found)
            add_copy(pivot, found);
    }
    for (guint i = 0; json_array_size(groups) == 0 && i < pivot->source->len; i++) {
        const struct field *field = g_ptr_array_index(pivot->source, i);
        if (!field->name ||
            (!names_column(json_object_get(pivot->reference, "aggregates"), field->name) &&
             !names_column(pivot->pivots, field->name)))
            add_copy(pivot, field);
    }
    for (guint i = 0; i < pivot->fields->len; i++)
        tracer_decide(pivot->tracer, g_ptr_array_index(pivot->fields, i));
}

/* A value as a column is called by it; NULL: it isn't told how. */
static char *value_name(const json_t *value)
{
    const char *type = tree_text(json_object_get(value, "type"), "id");
    const json_t *content = json_object_get(value, "value");
    if (json_is_true(json_object_get(value, "is_null")))
        return g_strdup("NULL");
    if (json_is_string(content))
        return g_strdup(json_string_value(content));
    if (json_is_real(content) && (g_str_has_suffix(type, "INT") || strcmp(type, "INTEGER") == 0))
        return g_strdup_printf("%.0f", json_real_value(content));
    return NULL;
}

/* "1", "1_2" of two columns, or what AS calls it; NULL: not told. */
static char *entry_name(const json_t *entry)
{
    const json_t *values = json_object_get(entry, "values");
    g_autofree char *name = NULL;
    if (*tree_text(entry, "alias"))
        return g_strdup(tree_text(entry, "alias"));
    for (gsize i = 0; i < json_array_size(values); i++) {
        g_autofree char *value = value_name(json_array_get(values, i));
        char *joined = value && name ? g_strjoin("_", name, value, NULL) : g_strdup(value);
        g_free(name);
        name = joined;
        if (!name)
            return NULL;
    }
    return g_steal_pointer(&name);
}

/* The column of the `number`th combination of entries (the last pivot's change first). */
static char *combination_name(const json_t *pivots, guint64 number)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = json_array_size(pivots); i > 0; i--) {
        const json_t *entries = json_object_get(json_array_get(pivots, i - 1), "entries");
        const gsize count = json_array_size(entries);
        char *name = entry_name(json_array_get(entries, number % count));
        if (!name)
            return NULL;
        g_ptr_array_insert(names, 0, name);
        number /= count;
    }
    g_ptr_array_add(names, NULL);
    return g_strjoinv("_", (char **)names->pdata);
}

static guint64 combination_count(const json_t *pivots)
{
    guint64 count = 1;
    for (gsize i = 0; i < json_array_size(pivots) && count <= CELLS_MAX; i++)
        count *= json_array_size(json_object_get(json_array_get(pivots, i), "entries"));
    return count;
}

/* The name of an aggregate's column; a second one has its own name behind the values. */
static char *cell_name(const char *combination, const json_t *aggregates, const json_t *aggregate)
{
    const char *alias = tree_text(aggregate, "alias");
    if (*alias)
        return g_strjoin("_", combination, alias, NULL);
    return json_array_size(aggregates) > 1 ? NULL : g_strdup(combination);
}

static void add_cells(const struct pivot *pivot, guint64 combination)
{
    const json_t *aggregates = json_object_get(pivot->reference, "aggregates");
    g_autofree char *common = combination_name(pivot->pivots, combination);
    for (gsize i = 0; i < json_array_size(aggregates); i++) {
        const json_t *aggregate = json_array_get(aggregates, i);
        g_autofree char *name = common ? cell_name(common, aggregates, aggregate) : NULL;
        struct field *field = tracer_field(pivot->tracer, tracer_keep(pivot->tracer, name));
        tracer_expression(pivot->tracer, &pivot->inner, aggregate, field);
        field_take(field, pivot->by);
        g_ptr_array_add(pivot->fields, field);
    }
}

static bool add_pivoted(struct pivot *pivot)
{
    const guint64 count = combination_count(pivot->pivots);
    struct field *by = tracer_field(pivot->tracer, NULL);
    for (gsize i = 0; i < json_array_size(pivot->pivots); i++)
        tracer_expression(pivot->tracer, &pivot->inner,
                          json_object_get(json_array_get(pivot->pivots, i), "pivot_expressions"),
                          by);
    pivot->by = by;
    if (count > CELLS_MAX)
        return tracer_give_up(pivot->tracer, "a PIVOT of so many columns is not followed");
    add_groups(pivot);
    for (guint64 i = 0; i < count; i++)
        add_cells(pivot, i);
    return true;
}

static bool is_unpivoted(const json_t *entries, const char *name)
{
    for (gsize i = 0; name && i < json_array_size(entries); i++) {
        const json_t *values = json_object_get(json_array_get(entries, i), "values");
        for (gsize k = 0; k < json_array_size(values); k++)
            if (g_ascii_strcasecmp(tree_text(json_array_get(values, k), "value"), name) == 0)
                return true;
    }
    return false;
}

/* A column of values, from the `at`th column of each entry. */
static void add_values(const struct pivot *pivot, const json_t *entries, gsize at, const char *name)
{
    struct field *field = tracer_field(pivot->tracer, name);
    for (gsize i = 0; i < json_array_size(entries); i++) {
        const json_t *values = json_object_get(json_array_get(entries, i), "values");
        const struct field *found =
            fields_find(pivot->source, tree_text(json_array_get(values, at), "value"));
        if (found)
            field_take(field, found);
        field->is_unknown = field->is_unknown || !found;
    }
    g_ptr_array_add(pivot->fields, field);
    if (!json_is_true(json_object_get(pivot->reference, "include_nulls")))
        tracer_decide(pivot->tracer, field);
}

/* The columns that stay, that of the names, those of the values. */
static bool add_unpivoted(const struct pivot *pivot)
{
    const json_t *first = json_array_get(pivot->pivots, 0);
    const json_t *entries = json_object_get(first, "entries");
    const json_t *names = json_object_get(first, "unpivot_names");
    const json_t *values = json_object_get(pivot->reference, "unpivot_names");
    for (guint i = 0; i < pivot->source->len; i++) {
        const struct field *field = g_ptr_array_index(pivot->source, i);
        if (!is_unpivoted(entries, field->name))
            add_copy(pivot, field);
    }
    for (gsize i = 0; i < json_array_size(names); i++)
        g_ptr_array_add(pivot->fields,
                        tracer_field(pivot->tracer, json_string_value(json_array_get(names, i))));
    for (gsize i = 0; i < json_array_size(values); i++)
        add_values(pivot, entries, i, json_string_value(json_array_get(values, i)));
    return true;
}

bool tracer_pivot(struct tracer *tracer, struct scope *scope, const json_t *reference)
{
    struct range *range = tracer_range(tracer, tree_text(reference, "alias"));
    struct pivot pivot = {
        .tracer = tracer,
        .reference = reference,
        .pivots = json_object_get(reference, "pivots"),
        .inner = {.outer = scope, .ranges = tracer_list(tracer), .tables = tracer_list(tracer)},
        .source = tracer_list(tracer),
        .fields = range->fields,
    };
    if (!are_entries_known(pivot.pivots))
        return tracer_give_up(tracer, "which columns this PIVOT has is not told by the query");
    if (!tracer_from(tracer, &pivot.inner, json_object_get(reference, "source")))
        return false;
    if (!tracer_star(&pivot.inner, NULL, pivot.source))
        return tracer_give_up(tracer, "the columns that are pivoted are not known");
    const bool is_unpivot = json_array_size(json_object_get(reference, "unpivot_names")) > 0;
    if (!(is_unpivot ? add_unpivoted(&pivot) : add_pivoted(&pivot)))
        return false;
    tracer_name_fields(tracer, range, json_object_get(reference, "column_name_alias"));
    g_ptr_array_add(scope->ranges, range);
    return true;
}
