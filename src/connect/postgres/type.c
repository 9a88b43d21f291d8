/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/type.h"

#include <string.h>

/* The oids are part of PostgreSQL's catalog (src/include/catalog/pg_type.dat) and never change. */
static const struct known_type {
    guint32 oid;
    guint32 array;
    enum value_form form;
    const char *sql;    /* the one that an Arrow format becomes; NULL: another one stands for it */
    const char *format; /* Arrow's; NULL: it has parameters */
} known_types[] = {
    {16, 1000, FORM_BOOLEAN, "boolean", "b"},
    {21, 1005, FORM_INT2, "smallint", "s"},
    {23, 1007, FORM_INT4, "integer", "i"},
    {20, 1016, FORM_INT8, "bigint", "l"},
    {26, 1028, FORM_OID, "oid", "I"},
    {700, 1021, FORM_FLOAT4, "real", "f"},
    {701, 1022, FORM_FLOAT8, "double precision", "g"},
    {1700, 1231, FORM_NUMERIC, "numeric", NULL},
    {25, 1009, FORM_TEXT, "text", "u"},
    {1043, 1015, FORM_TEXT, NULL, "u"},
    {1042, 1014, FORM_TEXT, NULL, "u"},
    {19, 1003, FORM_TEXT, NULL, "u"},
    {114, 199, FORM_JSON, "json", "u"},
    {17, 1001, FORM_BYTES, "bytea", "z"},
    {2950, 2951, FORM_UUID, "uuid", "w:16"},
    {1082, 1182, FORM_DATE, "date", "tdD"},
    {1114, 1115, FORM_TIMESTAMP, "timestamp", "tsu:"},
    {1184, 1185, FORM_TIMESTAMPTZ, "timestamp with time zone", "tsu:UTC"},
    {1083, 1183, FORM_TIME, "time", "ttu"},
    {1186, 1187, FORM_INTERVAL, "interval", "tin"},
};

enum { MODIFIER_HEADER = 4, SCALE_MASK = 0x7ff, SCALE_SIGN = 0x400 };

/* The scale has 11 bits and a sign since PostgreSQL 15: numeric(2,-3), numeric(3,5). */
static void read_modifier(gint32 modifier, struct column_type *type)
{
    if (modifier < MODIFIER_HEADER)
        return;
    const gint32 bits = modifier - MODIFIER_HEADER;
    const gint32 scale = ((bits & SCALE_MASK) ^ SCALE_SIGN) - SCALE_SIGN;
    const gint32 precision = (bits >> 16) & 0xffff;
    const gint32 whole = MAX(precision - scale, 0);
    if (whole + MAX(scale, 0) > NUMERIC_DIGITS)
        return;
    type->scale = (guint)MAX(scale, 0);
    type->precision = (guint)MAX(whole + MAX(scale, 0), 1);
}

struct column_type type_of_oid(guint32 oid, gint32 modifier)
{
    struct column_type type = {.form = FORM_TEXT, .is_cast = true, .oid = 25};
    for (gsize i = 0; i < G_N_ELEMENTS(known_types); i++) {
        const struct known_type *known = &known_types[i];
        if (known->oid != oid && known->array != oid)
            continue;
        type.form = known->form;
        type.is_array = known->array == oid;
        type.is_cast = false;
        type.oid = known->oid;
        if (type.form == FORM_NUMERIC)
            read_modifier(modifier, &type);
    }
    return type;
}

static const struct known_type *find_form(enum value_form form)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known_types); i++)
        if (known_types[i].form == form && known_types[i].sql)
            return &known_types[i];
    g_assert_not_reached();
}

char *type_format(const struct column_type *type)
{
    if (type->form == FORM_NUMERIC)
        return g_strdup_printf("d:%u,%u", type->precision, type->scale);
    return g_strdup(find_form(type->form)->format);
}

const char *type_metadata(const struct column_type *type)
{
    /* One pair: the length of the key, the key, that of the value, the value (host's byte order,
     * which is the little-endian one everywhere we run). */
    static const char uuid[] = "\1\0\0\0\x14\0\0\0ARROW:extension:name\x0a\0\0\0arrow.uuid";
    static const char json[] = "\1\0\0\0\x14\0\0\0ARROW:extension:name\x0a\0\0\0arrow.json";
    if (type->form == FORM_UUID)
        return uuid;
    return type->form == FORM_JSON ? json : NULL;
}

char *type_sql(const struct column_type *type)
{
    const char *suffix = type->is_array ? "[]" : "";
    if (type->form == FORM_NUMERIC && type->precision > 0)
        return g_strdup_printf("numeric(%u,%u)%s", type->precision, type->scale, suffix);
    return g_strconcat(find_form(type->form)->sql, suffix, NULL);
}

/* Arrow's formats that have no type of their own, but one that holds all their values. */
static const struct {
    const char *format;
    struct column_type type;
} held_by[] = {
    {"n", {.form = FORM_TEXT, .oid = 25}},
    {"c", {.form = FORM_INT2, .oid = 21}},
    {"C", {.form = FORM_INT2, .oid = 21}},
    {"S", {.form = FORM_INT4, .oid = 23}},
    {"I", {.form = FORM_INT8, .oid = 20}},
    {"L", {.form = FORM_NUMERIC, .oid = 1700, .precision = 20}},
    {"U", {.form = FORM_TEXT, .oid = 25}},
    {"Z", {.form = FORM_BYTES, .oid = 17}},
    {"tss:", {.form = FORM_TIMESTAMP, .oid = 1114}},
    {"tsm:", {.form = FORM_TIMESTAMP, .oid = 1114}},
    {"tts", {.form = FORM_TIME, .oid = 1083}},
    {"ttm", {.form = FORM_TIME, .oid = 1083}},
};

static bool read_extension(const char *extension, struct column_type *out)
{
    const enum value_form form = strcmp(extension, "arrow.uuid") == 0   ? FORM_UUID
                                 : strcmp(extension, "arrow.json") == 0 ? FORM_JSON
                                                                        : 0;
    if (!form)
        return false;
    *out = (struct column_type){.form = form, .oid = find_form(form)->oid};
    return true;
}

static bool read_decimal(const char *format, struct column_type *out)
{
    g_auto(GStrv) parts = g_strsplit(format + 2, ",", 3);
    if (g_strv_length(parts) < 2)
        return false;
    *out = (struct column_type){.form = FORM_NUMERIC,
                                .oid = 1700,
                                .precision = (guint)g_ascii_strtoull(parts[0], NULL, 10),
                                .scale = (guint)g_ascii_strtoull(parts[1], NULL, 10)};
    return true;
}

bool type_of_format(const char *format, const char *extension, struct column_type *out)
{
    if (extension)
        return read_extension(extension, out);
    if (g_str_has_prefix(format, "d:"))
        return read_decimal(format, out);
    for (gsize i = 0; i < G_N_ELEMENTS(held_by); i++)
        if (strcmp(held_by[i].format, format) == 0) {
            *out = held_by[i].type;
            return true;
        }
    for (gsize i = 0; i < G_N_ELEMENTS(known_types); i++) {
        const struct known_type *known = &known_types[i];
        const bool is_zoned = known->form == FORM_TIMESTAMPTZ && strlen(format) > 4 &&
                              g_str_has_prefix(format, "tsu:");
        if (!known->sql || known->form == FORM_UUID || known->form == FORM_JSON ||
            known->form == FORM_OID || !(is_zoned || g_strcmp0(known->format, format) == 0))
            continue;
        *out = (struct column_type){.form = known->form, .oid = known->oid};
        return true;
    }
    return false;
}
