/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/type.h"

#include "base/name.h"

#include <stdbool.h>
#include <string.h>

static const struct type_word {
    duckdb_type type;
    const char *word;
} type_words[] = {
    {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    {DUCKDB_TYPE_TINYINT, "TINYINT"},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT"},
    {DUCKDB_TYPE_INTEGER, "INTEGER"},
    {DUCKDB_TYPE_BIGINT, "BIGINT"},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT"},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT"},
    {DUCKDB_TYPE_FLOAT, "FLOAT"},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_DATE, "DATE"},
    {DUCKDB_TYPE_TIME, "TIME"},
    {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
    {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    {DUCKDB_TYPE_BLOB, "BLOB"},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_UUID, "UUID"},
    {DUCKDB_TYPE_BIT, "BIT"},
    {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_BIGNUM, "BIGNUM"},
    {DUCKDB_TYPE_SQLNULL, "\"NULL\""},
    {DUCKDB_TYPE_TIME_NS, "TIME_NS"},
};

static void append_type(GString *text, duckdb_logical_type type);

static void append_child(GString *text, duckdb_logical_type child)
{
    append_type(text, child);
    duckdb_destroy_logical_type(&child);
}

/* Words that are no names without quotes: duckdb_keywords(), reserved or of a type or function. A
 * test compares. */
static const char reserved_words[] =
    " "
    "all analyse analyze and anti any array as asc asof asymmetric at authorization binary "
    "both by case cast check collate collation column columns concurrently constraint create "
    "cross default deferrable desc describe distinct do else end except false fetch for "
    "foreign freeze from full generated glob group having ilike in initially inner intersect "
    "into is isnull join lambda lateral leading left like limit map natural not notnull null "
    "offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional "
    "primary qualify references returning right select semi show similar some struct "
    "summarize symmetric table tablesample then to trailing true try_cast union unique unpack "
    "unpivot using variadic verbose when where window with ";

static bool is_reserved(const char *name)
{
    g_autofree char *word = g_strdup_printf(" %s ", name);
    return strstr(reserved_words, word) != NULL;
}

static bool is_plain_name(const char *name)
{
    if ((!g_ascii_islower(*name) && *name != '_') || is_reserved(name))
        return false;
    for (const char *c = name; *c; c++) {
        if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '_')
            return false;
    }
    return true;
}

/* Takes `name`, which DuckDB allocated. */
static void append_member(GString *text, idx_t index, char *name, duckdb_logical_type type)
{
    g_autofree char *quoted = is_plain_name(name) ? g_strdup(name) : quote_identifier(name);
    g_string_append_printf(text, "%s%s ", index ? ", " : "", quoted);
    append_child(text, type);
    duckdb_free(name);
}

static void append_struct(GString *text, duckdb_logical_type type)
{
    g_string_append(text, "STRUCT(");
    for (idx_t i = 0; i < duckdb_struct_type_child_count(type); i++)
        append_member(text, i, duckdb_struct_type_child_name(type, i),
                      duckdb_struct_type_child_type(type, i));
    g_string_append_c(text, ')');
}

static void append_union(GString *text, duckdb_logical_type type)
{
    g_string_append(text, "UNION(");
    for (idx_t i = 0; i < duckdb_union_type_member_count(type); i++)
        append_member(text, i, duckdb_union_type_member_name(type, i),
                      duckdb_union_type_member_type(type, i));
    g_string_append_c(text, ')');
}

static void append_enum(GString *text, duckdb_logical_type type)
{
    g_string_append(text, "ENUM(");
    for (idx_t i = 0; i < duckdb_enum_dictionary_size(type); i++) {
        char *word = duckdb_enum_dictionary_value(type, i);
        g_autofree char *quoted = quote_literal(word);
        g_string_append_printf(text, "%s%s", i ? ", " : "", quoted);
        duckdb_free(word);
    }
    g_string_append_c(text, ')');
}

static void append_map(GString *text, duckdb_logical_type type)
{
    g_string_append(text, "MAP(");
    append_child(text, duckdb_map_type_key_type(type));
    g_string_append(text, ", ");
    append_child(text, duckdb_map_type_value_type(type));
    g_string_append_c(text, ')');
}

static void append_word(GString *text, duckdb_type id)
{
    for (gsize i = 0; i < G_N_ELEMENTS(type_words); i++) {
        if (type_words[i].type == id) {
            g_string_append(text, type_words[i].word);
            return;
        }
    }
    g_string_append(text, "UNKNOWN");
}

/* Types that are made of others, or carry a size. */
static bool append_built(GString *text, duckdb_type id, duckdb_logical_type type)
{
    if (id == DUCKDB_TYPE_DECIMAL) {
        g_string_append_printf(text, "DECIMAL(%u,%u)", duckdb_decimal_width(type),
                               duckdb_decimal_scale(type));
    } else if (id == DUCKDB_TYPE_LIST) {
        append_child(text, duckdb_list_type_child_type(type));
        g_string_append(text, "[]");
    } else if (id == DUCKDB_TYPE_ARRAY) {
        append_child(text, duckdb_array_type_child_type(type));
        g_string_append_printf(text, "[%" G_GUINT64_FORMAT "]",
                               (guint64)duckdb_array_type_array_size(type));
    } else if (id == DUCKDB_TYPE_STRUCT) {
        append_struct(text, type);
    } else if (id == DUCKDB_TYPE_UNION) {
        append_union(text, type);
    } else if (id == DUCKDB_TYPE_MAP) {
        append_map(text, type);
    } else if (id == DUCKDB_TYPE_ENUM) {
        append_enum(text, type);
    } else {
        return false;
    }
    return true;
}

static void append_type(GString *text, duckdb_logical_type type)
{
    char *alias = duckdb_logical_type_get_alias(type);
    duckdb_type id = duckdb_get_type_id(type);
    if (alias && *alias)
        g_string_append(text, alias);
    else if (!append_built(text, id, type))
        append_word(text, id);
    duckdb_free(alias);
}

char *type_to_text(duckdb_logical_type type)
{
    GString *text = g_string_new(NULL);
    append_type(text, type);
    return g_string_free(text, FALSE);
}
