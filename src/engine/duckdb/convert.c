/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/convert.h"

#include "base/name.h"
#include "engine/duckdb/exact.h"

#include <string.h>

enum {
    DATE_FORM = 1 << STRICT_KINDS,
    TIMESTAMP_FORM = 1 << (STRICT_KINDS + 1),
    MOST_DIGITS = 38,
};

void convert_column_free(gpointer data)
{
    struct convert_column *column = data;
    g_free(column->name);
    g_free(column->declared);
    g_free(column);
}

static const char *text_of(const struct relation *relation, const char *name)
{
    const struct setting *setting = relation_get(relation, name);
    return setting ? setting->text : NULL;
}

/* The number in the text as SQL has it, where files write numbers in another way. */
static char *plain_number(const struct relation *relation, const char *text)
{
    const char *point = text_of(relation, "decimal_separator");
    const char *thousands = text_of(relation, "thousands");
    if (!thousands && (!point || *point == '.'))
        return g_strdup(text);
    g_autofree char *point_literal = quote_literal(point ? point : ".");
    g_autofree char *thousands_literal = quote_literal(thousands ? thousands : "");
    return g_strdup_printf("__sqlflow_plain(%s, %s, %s)", text, point_literal, thousands_literal);
}

/* The text read by a form of its own: NULL when it doesn't fit, or a date has a time. */
static char *formed(const char *text, const char *form, bool is_date)
{
    g_autofree char *literal = quote_literal(form);
    g_autofree char *moment = g_strdup_printf("try_strptime(%s, %s)", text, literal);
    if (!is_date)
        return g_steal_pointer(&moment);
    return g_strdup_printf("CASE WHEN %s = date_trunc('day', %s) THEN %s END", moment, moment,
                           moment);
}

static void append_form(GString *sql, const struct relation *relation, const char *text,
                        const char *setting, guint bit)
{
    const char *form = text_of(relation, setting);
    if (!form)
        return;
    g_autofree char *value = formed(text, form, bit == DATE_FORM);
    g_string_append_printf(sql, " | CASE WHEN (%s) IS NULL THEN 0 ELSE %u END", value, bit);
}

char *convert_fits(const struct relation *relation, const char *text)
{
    GString *sql = g_string_new(NULL);
    g_autofree char *number = plain_number(relation, text);
    if (strcmp(number, text) == 0)
        g_string_printf(sql, "__sqlflow_fits(%s)::INTEGER", text);
    else
        g_string_printf(sql, "(__sqlflow_fits(%s)::INTEGER & ~%d) | (__sqlflow_fits(%s) & %d)",
                        text, STRICT_NUMBERS, number, STRICT_NUMBERS);
    append_form(sql, relation, text, "dateformat", DATE_FORM);
    append_form(sql, relation, text, "timestampformat", TIMESTAMP_FORM);
    return g_string_free(sql, FALSE);
}

void convert_choose(struct convert_column *column, gint bits)
{
    static const struct {
        gint bit;
        enum strict_kind kind;
    } order[] = {
        {1 << STRICT_BOOLEAN, STRICT_BOOLEAN},
        {1 << STRICT_BIGINT, STRICT_BIGINT},
        {1 << STRICT_DOUBLE, STRICT_DOUBLE},
        {1 << STRICT_DECIMAL, STRICT_DECIMAL},
        {DATE_FORM, STRICT_DATE},
        {1 << STRICT_DATE, STRICT_DATE},
        {TIMESTAMP_FORM, STRICT_TIMESTAMP},
        {1 << STRICT_TIMESTAMP, STRICT_TIMESTAMP},
        {1 << STRICT_INSTANT, STRICT_INSTANT},
        {1 << STRICT_TIME, STRICT_TIME},
    };
    gsize i = 0;
    while (i < G_N_ELEMENTS(order) && (bits < 0 || !(bits & order[i].bit)))
        i++;
    const bool found = i < G_N_ELEMENTS(order);
    column->kind = found ? order[i].kind : STRICT_KINDS;
    column->has_form = found && (order[i].bit == DATE_FORM || order[i].bit == TIMESTAMP_FORM);
    column->is_blank = bits < 0;
}

char *convert_digits(const struct relation *relation, const char *text)
{
    g_autofree char *number = plain_number(relation, text);
    return g_strdup_printf("__sqlflow_digits(%s)", number);
}

static bool is_number(const char *type)
{
    return g_str_has_prefix(type, "DECIMAL(") || strcmp(type, "DOUBLE") == 0 ||
           strcmp(type, "FLOAT") == 0 || strcmp(type, "INTEGER") == 0 ||
           g_str_has_suffix(type, "INT");
}

bool convert_is_nested(const char *type)
{
    static const char *const built[] = {"STRUCT(", "MAP(", "UNION("};
    for (gsize i = 0; i < G_N_ELEMENTS(built); i++) {
        if (g_str_has_prefix(type, built[i]))
            return true;
    }
    return g_str_has_suffix(type, "]");
}

static char *exact_call(const char *text, const char *type, guint slot)
{
    g_autofree char *literal = quote_literal(type);
    return g_strdup_printf("__sqlflow_exact(%s, %s, %u)", text, literal, slot);
}

static char *exact_cast(const char *text, const char *type, guint slot)
{
    g_autofree char *literal = quote_literal(type);
    if (convert_is_nested(type))
        return g_strdup_printf(
            "CAST(__sqlflow_same(%s, CAST(CAST(%s AS %s) AS VARCHAR), %s) AS %s)", text, text, type,
            literal, type);
    g_autofree char *exact = exact_call(text, type, slot);
    return g_strdup_printf("CAST(%s AS %s)", exact, type);
}

static char *strict_call(const char *text, enum strict_kind kind, guint slot)
{
    return g_strdup_printf("%s(%s, %u)", strict_function(kind), text, slot);
}

/* What doesn't fit the form is handed to a function that takes no empty text. */
static char *formed_value(const struct relation *relation, const char *text, const char *type,
                          guint slot)
{
    const bool is_date = strcmp(type, "DATE") == 0;
    const char *form = text_of(relation, is_date ? "dateformat" : "timestampformat");
    g_autofree char *moment = formed(text, form, is_date);
    g_autofree char *empty = g_strdup_printf("CASE WHEN %s IS NOT NULL THEN '' END", text);
    g_autofree char *misfit = strict_call(empty, STRICT_TIMESTAMP, slot);
    return g_strdup_printf("CAST(coalesce(%s, %s) AS %s)", moment, misfit, type);
}

static bool has_form(const struct relation *relation, const char *type)
{
    return (strcmp(type, "DATE") == 0 && text_of(relation, "dateformat")) ||
           (strcmp(type, "TIMESTAMP") == 0 && text_of(relation, "timestampformat"));
}

/* The text is JSON: what the type makes of it says the same, or it is an error. */
static char *json_cast(const char *text, const char *type)
{
    g_autoptr(GString) structure = g_string_new(type);
    g_string_replace(structure, "\\", "\\\\", 0);
    g_string_replace(structure, "\"", "\\\"", 0);
    g_string_prepend_c(structure, '"');
    g_string_append_c(structure, '"');
    g_autofree char *target = quote_literal(structure->str);
    g_autofree char *name = quote_literal(type);
    return g_strdup_printf(
        "from_json(CAST(__sqlflow_json_same(CAST(%s AS VARCHAR), coalesce(CAST(to_json(from_json("
        "CAST(%s AS JSON), %s)) AS VARCHAR), 'null'), %s) AS JSON), %s)",
        text, text, target, name, target);
}

static char *declared_value(const struct relation *relation, const char *type, const char *text)
{
    if (strcmp(type, "VARCHAR") == 0)
        return g_strdup(text);
    if (strcmp(relation->format, "json") == 0 && convert_is_nested(type))
        return json_cast(text, type);
    if (has_form(relation, type))
        return formed_value(relation, text, type, 0);
    g_autofree char *number = is_number(type) ? plain_number(relation, text) : g_strdup(text);
    const enum strict_kind kind = strict_find(type);
    if (kind != STRICT_BIGINT && kind != STRICT_BOOLEAN && kind != STRICT_TIME)
        return exact_cast(number, type, 0);
    return strict_call(number, kind, 0);
}

char *convert_value(const struct relation *relation, const struct convert_column *column,
                    const char *text, guint slot)
{
    if (column->declared)
        return declared_value(relation, column->declared, text);
    if (column->is_blank && slot > 0)
        return exact_call(text, EXACT_NONE, slot);
    if (column->kind == STRICT_KINDS)
        return g_strdup(text);
    if (column->has_form)
        return formed_value(relation, text, strict_type(column->kind), slot);
    g_autofree char *number =
        1 << column->kind & STRICT_NUMBERS ? plain_number(relation, text) : g_strdup(text);
    if (column->kind != STRICT_DECIMAL)
        return strict_call(number, column->kind, slot);
    g_autofree char *type = convert_type(column);
    return exact_cast(number, type, slot);
}

char *convert_type(const struct convert_column *column)
{
    if (column->declared)
        return g_strdup(column->declared);
    if (column->kind == STRICT_DECIMAL)
        return g_strdup_printf("DECIMAL(%u,%u)", MIN(column->whole + column->scale, MOST_DIGITS),
                               column->scale);
    return g_strdup(column->kind == STRICT_KINDS ? "VARCHAR" : strict_type(column->kind));
}
