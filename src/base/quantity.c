/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quantity.h"

#include <string.h>

struct unit {
    const char *name;
    gdouble factor;
};

static const struct unit size_units[] = {
    {"", 1},
    {"b", 1},
    {"k", 1e3},
    {"kb", 1e3},
    {"kib", 1024.0},
    {"m", 1e6},
    {"mb", 1e6},
    {"mib", 1024.0 * 1024},
    {"g", 1e9},
    {"gb", 1e9},
    {"gib", 1024.0 * 1024 * 1024},
    {"t", 1e12},
    {"tb", 1e12},
    {"tib", 1024.0 * 1024 * 1024 * 1024},
    {NULL, 0},
};

static const struct unit duration_units[] = {
    {"", 1},
    {"ms", 0.001},
    {"s", 1},
    {"sec", 1},
    {"second", 1},
    {"seconds", 1},
    {"m", 60},
    {"min", 60},
    {"minute", 60},
    {"minutes", 60},
    {"h", 3600},
    {"hour", 3600},
    {"hours", 3600},
    {"d", 24 * 3600.0},
    {"day", 24 * 3600.0},
    {"days", 24 * 3600.0},
    {NULL, 0},
};

/* A plain decimal number, no sign, no exponent, at most 18 digits before its point. */
static const char *number_end(const char *text)
{
    const char *at = text;
    while (g_ascii_isdigit(*at))
        at++;
    if (at == text || at - text > 18)
        return NULL;
    if (*at == '.' && g_ascii_isdigit(at[1]))
        for (at++; g_ascii_isdigit(*at);)
            at++;
    return at;
}

static bool quantity_parse(const char *text, const struct unit *units, gdouble *out)
{
    const char *end = number_end(text);
    if (!end)
        return false;
    const char *unit = end;
    while (*unit == ' ')
        unit++;
    for (; units->name; units++)
        if (g_ascii_strcasecmp(unit, units->name) == 0) {
            *out = g_ascii_strtod(text, NULL) * units->factor;
            return true;
        }
    return false;
}

bool size_parse(const char *text, gint64 *out_bytes)
{
    gdouble bytes = 0;
    if (!quantity_parse(text, size_units, &bytes) || bytes > (gdouble)(G_GINT64_CONSTANT(1) << 62))
        return false;
    /* Digits beyond a double's 53 bits are kept where no unit asks for arithmetic. */
    const char *end = number_end(text);
    *out_bytes = *end ? (gint64)bytes : g_ascii_strtoll(text, NULL, 10);
    return true;
}

bool duration_parse(const char *text, gdouble *out_seconds)
{
    const gdouble ten_years = 10 * 366 * 24 * 3600.0;
    gdouble seconds = 0;
    if (!quantity_parse(text, duration_units, &seconds) || seconds > ten_years)
        return false;
    *out_seconds = seconds;
    return true;
}

char *count_format(guint64 count)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%" G_GUINT64_FORMAT, count);
    for (gssize at = (gssize)text->len - 3; at > 0; at -= 3)
        g_string_insert_c(text, at, ',');
    return g_string_free(text, FALSE);
}
