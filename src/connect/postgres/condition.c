/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/condition.h"

#include <string.h>

enum { EXACT_DIGITS = 15 };

static const char *const operators[] = {
    [SQLFLOW_EQUAL] = "=",         [SQLFLOW_NOT_EQUAL] = "<>",
    [SQLFLOW_LESS] = "<",          [SQLFLOW_LESS_OR_EQUAL] = "<=",
    [SQLFLOW_GREATER] = ">",       [SQLFLOW_GREATER_OR_EQUAL] = ">=",
    [SQLFLOW_IS_NULL] = "IS NULL", [SQLFLOW_IS_NOT_NULL] = "IS NOT NULL",
};

/* Names are compared as the engine does; two columns that differ by case alone are left to it. */
static const struct source_column *find_column(const struct source *source, const char *name)
{
    const struct source_column *found = NULL;
    for (guint i = 0; i < source->columns->len; i++) {
        const struct source_column *column =
            &g_array_index(source->columns, struct source_column, i);
        if (g_ascii_strcasecmp(column->name, name) != 0)
            continue;
        if (found)
            return NULL;
        found = column;
    }
    return found;
}

/* Few enough digits that no side rounds. */
static bool is_short_number(const char *text)
{
    gsize digits = 0;
    for (; *text; text++)
        digits += g_ascii_isdigit(*text) != 0;
    return digits <= EXACT_DIGITS;
}

static bool is_form_of(const char *pattern, const char *text)
{
    return g_regex_match_simple(pattern, text, G_REGEX_ANCHORED, G_REGEX_MATCH_ANCHORED);
}

/* A day of the engine's that the server reads, too: it has no year 0. */
static bool is_time(enum value_form form, const char *text)
{
    static const char date[] = "(?!0000)\\d{4}-\\d\\d-\\d\\d$";
    static const char timestamp[] =
        "(?!0000)\\d{4}-\\d\\d-\\d\\d( \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?)?$";
    return (form == FORM_DATE && is_form_of(date, text)) ||
           (form == FORM_TIMESTAMP && is_form_of(timestamp, text));
}

static bool is_text(const struct source *source, const struct source_column *column,
                    const struct sqlflow_filter *filter)
{
    return column->type.form == FORM_TEXT && (column->type.oid == 25 || column->type.oid == 1043) &&
           filter->operation == SQLFLOW_EQUAL && filter->constant == SQLFLOW_CONSTANT_TEXT &&
           (source->is_utf8 || g_str_is_ascii(filter->text));
}

/* The constant for the server, when both sides compare alike. NULL: left to the engine. */
static char *constant_sql(const struct source *source, const struct source_column *column,
                          const struct sqlflow_filter *filter)
{
    const enum value_form form = column->type.form;
    switch (filter->constant) {
    case SQLFLOW_CONSTANT_NUMBER:
        return (form == FORM_INT2 || form == FORM_INT4 || form == FORM_INT8 ||
                form == FORM_NUMERIC || form == FORM_FLOAT8) &&
                       is_short_number(filter->text)
                   ? g_strdup(filter->text)
                   : NULL;
    case SQLFLOW_CONSTANT_BOOLEAN:
        return form == FORM_BOOLEAN ? g_strdup(filter->text) : NULL;
    case SQLFLOW_CONSTANT_TEXT:
    case SQLFLOW_CONSTANT_TIME:
        return is_text(source, column, filter) || is_time(form, filter->text)
                   ? server_literal(filter->text)
                   : NULL;
    default:
        return NULL;
    }
}

static void append_condition(GString *sql, const struct source *source,
                             const struct sqlflow_filter *filter)
{
    const struct source_column *column = find_column(source, filter->column);
    if (!column || filter->operation >= G_N_ELEMENTS(operators) || !operators[filter->operation])
        return;
    const bool is_null_test =
        filter->operation == SQLFLOW_IS_NULL || filter->operation == SQLFLOW_IS_NOT_NULL;
    const bool is_plain = !column->type.is_array && !column->type.is_cast;
    g_autofree char *constant =
        is_plain && !is_null_test ? constant_sql(source, column, filter) : NULL;
    if (!is_null_test && !constant)
        return;
    g_autofree char *name = server_identifier(column->name);
    /* A composite of NULLs is NULL to the server, but not its text. */
    g_string_append_printf(sql, "%s%s%s %s%s%s", sql->len > 0 ? " AND " : "", name,
                           column->type.is_cast ? "::text" : "", operators[filter->operation],
                           constant ? " " : "", constant ? constant : "");
}

char *conditions_sql(const struct source *source, const struct sqlflow_scan *scan)
{
    GString *sql = g_string_new(NULL);
    for (guint32 i = 0; i < scan->filter_count; i++)
        append_condition(sql, source, &scan->filters[i]);
    return g_string_free(sql, sql->len == 0);
}
