/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/fit.h"

#include <string.h>

enum family {
    FAMILY_OTHER = 0,
    FAMILY_SIGNED,
    FAMILY_UNSIGNED,
    FAMILY_DECIMAL,
    FAMILY_FLOAT,
    FAMILY_MOMENT,
};

/* What a type can hold. Decimal digits in front of the point and behind it; bits of an integer or
 * of a mantissa; of moments the digits of a second's fraction, -1 for days. */
struct shape {
    enum family family;
    gint bits;
    gint digits;
    gint scale;
};

enum { DECIMAL_DIGITS = 38, FRACTION_OF_DAYS = -1 };

static const struct {
    const char *name;
    struct shape shape;
} shapes[] = {
    {"TINYINT", {FAMILY_SIGNED, 8, 3, 0}},
    {"SMALLINT", {FAMILY_SIGNED, 16, 5, 0}},
    {"INTEGER", {FAMILY_SIGNED, 32, 10, 0}},
    {"BIGINT", {FAMILY_SIGNED, 64, 19, 0}},
    {"HUGEINT", {FAMILY_SIGNED, 128, 39, 0}},
    {"UTINYINT", {FAMILY_UNSIGNED, 8, 3, 0}},
    {"USMALLINT", {FAMILY_UNSIGNED, 16, 5, 0}},
    {"UINTEGER", {FAMILY_UNSIGNED, 32, 10, 0}},
    {"UBIGINT", {FAMILY_UNSIGNED, 64, 20, 0}},
    {"UHUGEINT", {FAMILY_UNSIGNED, 128, 39, 0}},
    {"FLOAT", {FAMILY_FLOAT, 24, 0, 0}},
    {"DOUBLE", {FAMILY_FLOAT, 53, 0, 0}},
    {"DATE", {FAMILY_MOMENT, 0, 0, FRACTION_OF_DAYS}},
    {"TIMESTAMP_S", {FAMILY_MOMENT, 0, 0, 0}},
    {"TIMESTAMP_MS", {FAMILY_MOMENT, 0, 0, 3}},
    {"TIMESTAMP", {FAMILY_MOMENT, 0, 0, 6}},
};

static struct shape shape_of(const char *type)
{
    if (g_str_has_prefix(type, "DECIMAL(") && g_str_has_suffix(type, ")")) {
        const char *comma = strchr(type, ',');
        const gint width = (gint)g_ascii_strtoll(type + strlen("DECIMAL("), NULL, 10);
        const gint scale = comma ? (gint)g_ascii_strtoll(comma + 1, NULL, 10) : 0;
        return (struct shape){FAMILY_DECIMAL, 0, width - scale, scale};
    }
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++)
        if (strcmp(shapes[i].name, type) == 0)
            return shapes[i].shape;
    return (struct shape){.family = FAMILY_OTHER};
}

static bool is_integer(const struct shape *shape)
{
    return shape->family == FAMILY_SIGNED || shape->family == FAMILY_UNSIGNED;
}

/* Bits of the largest value. */
static gint value_bits(const struct shape *shape)
{
    return shape->family == FAMILY_SIGNED ? shape->bits - 1 : shape->bits;
}

static enum fit fit_integer(const struct shape *from, const struct shape *to)
{
    if (is_integer(to)) {
        const bool has_sign = to->family == FAMILY_SIGNED || from->family == FAMILY_UNSIGNED;
        return has_sign && value_bits(from) <= value_bits(to) ? FIT_EXACT : FIT_NONE;
    }
    if (to->family == FAMILY_DECIMAL)
        return from->digits <= to->digits ? FIT_EXACT : FIT_NONE;
    if (to->family == FAMILY_FLOAT)
        return value_bits(from) <= to->bits ? FIT_EXACT : FIT_CHECKED;
    return FIT_NONE;
}

/* A decimal is no binary fraction: in a DOUBLE it is at best what reads the same again. */
static enum fit fit_decimal(const struct shape *from, const struct shape *to)
{
    if (to->family == FAMILY_DECIMAL)
        return from->digits <= to->digits && from->scale <= to->scale ? FIT_EXACT : FIT_NONE;
    if (is_integer(to))
        return from->scale == 0 && from->digits < to->digits && to->family == FAMILY_SIGNED
                   ? FIT_EXACT
                   : FIT_NONE;
    return FIT_NONE;
}

static enum fit fit_shape(const struct shape *from, const struct shape *to)
{
    if (is_integer(from))
        return fit_integer(from, to);
    if (from->family == FAMILY_DECIMAL)
        return fit_decimal(from, to);
    if (from->family == FAMILY_FLOAT && to->family == FAMILY_FLOAT)
        return from->bits <= to->bits ? FIT_EXACT : FIT_NONE;
    if (from->family == FAMILY_MOMENT && to->family == FAMILY_MOMENT)
        return from->scale <= to->scale ? FIT_EXACT : FIT_NONE;
    return FIT_NONE;
}

static bool is_word_type(const char *type)
{
    return strcmp(type, "VARCHAR") == 0 || g_str_has_prefix(type, "ENUM(");
}

enum fit type_fit(const char *from, const char *to)
{
    if (strcmp(from, to) == 0)
        return FIT_SAME;
    if (strcmp(from, "\"NULL\"") == 0)
        return FIT_EXACT;
    if (is_word_type(to) && (is_word_type(from) || strcmp(from, "JSON") == 0))
        return FIT_EXACT; /* a word that the ENUM hasn't is an error of the cast */
    const struct shape from_shape = shape_of(from);
    const struct shape to_shape = shape_of(to);
    return fit_shape(&from_shape, &to_shape);
}

bool type_is_scalar(const char *type)
{
    static const char *const others[] = {"STRUCT(", "MAP(", "UNION(", "BLOB", "UNKNOWN", "VARIANT"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_str_has_prefix(type, others[i]))
            return false;
    return !g_str_has_suffix(type, "]");
}

/* Of two numbers without a binary exponent. */
static char *wider_decimal(const struct shape *one, const struct shape *other)
{
    const gint digits = MAX(one->digits, other->digits);
    const gint scale = MAX(one->scale, other->scale);
    if (digits + scale > DECIMAL_DIGITS)
        return NULL;
    return g_strdup_printf("DECIMAL(%d,%d)", digits + scale, scale);
}

static bool is_number(const struct shape *shape)
{
    return is_integer(shape) || shape->family == FAMILY_DECIMAL;
}

char *type_wider(const char *one, const char *other)
{
    static const char *const candidates[] = {"SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE"};
    if (type_fit(one, other) >= FIT_EXACT)
        return g_strdup(other);
    if (type_fit(other, one) >= FIT_EXACT)
        return g_strdup(one);
    const struct shape first = shape_of(one);
    const struct shape second = shape_of(other);
    const bool has_decimal = first.family == FAMILY_DECIMAL || second.family == FAMILY_DECIMAL;
    if (has_decimal && is_number(&first) && is_number(&second)) {
        char *decimal = wider_decimal(&first, &second);
        return decimal ? decimal : g_strdup("VARCHAR");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(candidates); i++)
        if (type_fit(one, candidates[i]) && type_fit(other, candidates[i]))
            return g_strdup(candidates[i]);
    return type_is_scalar(one) && type_is_scalar(other) ? g_strdup("VARCHAR") : NULL;
}
