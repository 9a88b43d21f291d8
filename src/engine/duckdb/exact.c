/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/exact.h"

#include "engine/duckdb/field.h"
#include "engine/duckdb/scalar.h"
#include "engine/duckdb/strict.h"

#include <math.h>
#include <string.h>

/* A type as it is given, read once for many rows. */
struct exact_type {
    duckdb_string_t text;
    const struct exact_rule *rule; /* NULL: any text that CAST takes */
    guint whole, scale;            /* DECIMAL */
};

typedef bool (*exact_check)(const struct exact_type *type, const char *text, gsize length);

enum { ANY_WHOLE = 1000 };

/* The first number that is rounded to infinity: half a step above the largest FLOAT. */
#define FLOAT_LIMIT 0x1.ffffffp127

static bool is_whole(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_decimal(text, length, ANY_WHOLE, 0);
}

static bool is_decimal(const struct exact_type *type, const char *text, gsize length)
{
    return field_decimal(text, length, type->whole, type->scale);
}

static bool is_double(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_floating(text, length, INFINITY);
}

static bool is_float(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_floating(text, length, FLOAT_LIMIT);
}

static bool ends_with(const char *text, gsize length, const char *end)
{
    const gsize size = strlen(end);
    return length >= size && memcmp(text + length - size, end, size) == 0;
}

/* "infinity", a year of more than four digits, one before Christ: as DuckDB writes them. CAST says
 * whether there is such a day. */
static bool is_far(const char *text, gsize length, bool has_time)
{
    static const char before[] = " (BC)";
    gsize year = 0;
    if (ends_with(text, length, "infinity"))
        return length == 8 || (length == 9 && *text == '-');
    if (ends_with(text, length, before))
        length -= strlen(before);
    while (year < length && g_ascii_isdigit(text[year]))
        year++;
    if (year < 4 || year > 6 || length < year + 6 || text[year] != '-' || text[year + 3] != '-')
        return false;
    const gsize day_end = year + 6;
    return length == day_end ||
           (has_time && text[day_end] == ' ' &&
            field_moment(text + day_end + 1, length - day_end - 1, false, 6, false));
}

static bool is_date(const struct exact_type *type, const char *text, gsize length)
{
    gint32 days;
    (void)type;
    return field_date(text, length, &days) || is_far(text, length, false);
}

static bool is_timestamp(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_moment(text, length, true, 6, false) || is_far(text, length, true);
}

static bool is_second(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_moment(text, length, true, 0, false);
}

static bool is_millisecond(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_moment(text, length, true, 3, false);
}

static bool is_nanosecond(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_moment(text, length, true, 9, false);
}

static bool is_instant(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_moment(text, length, true, 6, true);
}

static bool is_clock(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    return field_moment(text, length, false, 6, true);
}

static bool is_none(const struct exact_type *type, const char *text, gsize length)
{
    (void)type;
    (void)text;
    (void)length;
    return false;
}

static const struct exact_rule {
    const char *type;
    bool is_prefix; /* the type goes on behind it */
    exact_check check;
} exact_rules[] = {
    {"DECIMAL(", true, is_decimal},
    {"TINYINT", false, is_whole},
    {"SMALLINT", false, is_whole},
    {"INTEGER", false, is_whole},
    {"BIGINT", false, is_whole},
    {"HUGEINT", false, is_whole},
    {"UTINYINT", false, is_whole},
    {"USMALLINT", false, is_whole},
    {"UINTEGER", false, is_whole},
    {"UBIGINT", false, is_whole},
    {"UHUGEINT", false, is_whole},
    {"BIGNUM", false, is_whole},
    {"DOUBLE", false, is_double},
    {"FLOAT", false, is_float},
    {"DATE", false, is_date},
    {"TIMESTAMP", false, is_timestamp},
    {"TIMESTAMP_S", false, is_second},
    {"TIMESTAMP_MS", false, is_millisecond},
    {"TIMESTAMP_NS", false, is_nanosecond},
    {"TIMESTAMP WITH TIME ZONE", false, is_instant},
    {"TIME WITH TIME ZONE", false, is_clock},
    {EXACT_NONE, false, is_none},
};

static const struct exact_rule *find_rule(const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(exact_rules); i++) {
        const struct exact_rule *rule = &exact_rules[i];
        if (rule->is_prefix ? g_str_has_prefix(type, rule->type) : strcmp(type, rule->type) == 0)
            return rule;
    }
    return NULL;
}

/* "DECIMAL(18,2)" */
static void read_type(struct exact_type *type, const char *text)
{
    *type = (struct exact_type){.rule = find_rule(text)};
    if (!type->rule || !type->rule->is_prefix)
        return;
    char *end = NULL;
    const guint width = (guint)g_ascii_strtoull(strchr(text, '(') + 1, &end, 10);
    type->scale = *end == ',' ? (guint)g_ascii_strtoull(end + 1, NULL, 10) : 0;
    type->whole = width - MIN(type->scale, width);
}

static void check_exact(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    gint *const *slots = duckdb_scalar_function_get_extra_info(info);
    const struct scalar scalar = scalar_begin(info, input, output);
    duckdb_string_t *types = scalar_argument(input, 1);
    const gint64 *slot = scalar_argument(input, 2);
    g_autofree char *name = NULL; /* one for all rows */
    struct exact_type type = {0};
    for (idx_t row = 0; row < scalar.rows; row++) {
        gsize length;
        const char *text = scalar_text(&scalar, row, &length);
        if (!name) {
            name = g_strndup(duckdb_string_t_data(&types[row]), duckdb_string_t_length(types[row]));
            read_type(&type, name);
        }
        if (!text)
            continue;
        if (!type.rule || type.rule->check(&type, text, length)) {
            duckdb_vector_assign_string_element_len(output, row, text, length);
        } else if (slot[row] == 0) {
            scalar_fail(&scalar, name, row);
            return;
        } else {
            g_atomic_int_set(&(*slots)[slot[row] % STRICT_SLOTS], 1);
            scalar_set_null(&scalar, row);
        }
    }
}

/* The next byte that says something: blanks and quotes are written in more than one way. */
static const char *skip_form(const char *at, const char *end)
{
    while (at < end && strchr(" '\"", *at))
        at++;
    return at;
}

static bool says_same(const char *left, gsize left_length, const char *right, gsize right_length)
{
    const char *left_end = left + left_length;
    const char *right_end = right + right_length;
    for (;; left++, right++) {
        left = skip_form(left, left_end);
        right = skip_form(right, right_end);
        if (left == left_end || right == right_end)
            return left == left_end && right == right_end;
        if (*left != *right)
            return false;
    }
}

static void check_same(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    scalar_compare(info, input, output, says_same);
}

bool exact_register(duckdb_connection connection, gint *slots)
{
    gint **info = g_new(gint *, 1);
    *info = slots;
    const struct scalar_function exact = {.name = "__sqlflow_exact",
                                          .parameters = "tn",
                                          .result = DUCKDB_TYPE_VARCHAR,
                                          .run = check_exact,
                                          .info = info};
    const struct scalar_function same = {.name = "__sqlflow_same",
                                         .parameters = "tt",
                                         .result = DUCKDB_TYPE_VARCHAR,
                                         .run = check_same};
    return scalar_register(connection, &exact) && scalar_register(connection, &same);
}
