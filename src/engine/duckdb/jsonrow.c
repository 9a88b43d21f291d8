/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/jsonrow.h"

#include "base/buffer.h"
#include "base/name.h"

#include <string.h>

enum {
    NUMBER_BYTES = 20,
    FIRST_PRINTED = 0x20,
    DOUBLE_DIGITS = 15, /* DuckDB writes a DECIMAL of so many digits as a DOUBLE: 1.50 as 1.5 */
    PLAIN_SCALE = 4,    /* and none of so many behind the point with an exponent */
};

struct json_column;

/* Writes the value of one row. */
typedef void (*append_value)(struct buffer *out, const struct json_column *column, idx_t row);

/* How columns of a type are selected and written. */
struct form {
    const char *type;
    const char *before, *after; /* around the column's name */
    append_value append;
};

struct json_column {
    const struct form *form;
    char *name;        /* in SQL */
    struct buffer key; /* with what stands around it */
    guint scale;       /* of a DECIMAL */
    void *data;        /* of the chunk at hand */
    guint64 *validity;
};

struct json_rows {
    GArray *columns; /* struct json_column */
    struct buffer text;
};

static void append(struct buffer *text, const char *bytes, gsize length)
{
    memcpy(buffer_take(text, length), bytes, length);
}

static void append_whole(struct buffer *out, guint64 number, bool is_negative)
{
    char digits[NUMBER_BYTES];
    gsize at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    if (is_negative)
        append(out, "-", 1);
    append(out, digits + at, sizeof digits - at);
}

static void append_signed(struct buffer *out, gint64 number)
{
    append_whole(out, number < 0 ? 0 - (guint64)number : (guint64)number, number < 0);
}

#define DEFINE_SIGNED(name, type)                                                                  \
    static void name(struct buffer *out, const struct json_column *column, idx_t row)              \
    {                                                                                              \
        append_signed(out, ((const type *)column->data)[row]);                                     \
    }
#define DEFINE_UNSIGNED(name, type)                                                                \
    static void name(struct buffer *out, const struct json_column *column, idx_t row)              \
    {                                                                                              \
        append_whole(out, ((const type *)column->data)[row], false);                               \
    }
DEFINE_SIGNED(append_tinyint, gint8)
DEFINE_SIGNED(append_smallint, gint16)
DEFINE_SIGNED(append_integer, gint32)
DEFINE_SIGNED(append_bigint, gint64)
DEFINE_UNSIGNED(append_utinyint, guint8)
DEFINE_UNSIGNED(append_usmallint, guint16)
DEFINE_UNSIGNED(append_uinteger, guint32)
DEFINE_UNSIGNED(append_ubigint, guint64)

static void append_decimal(struct buffer *out, gint64 value, guint scale)
{
    guint64 number = value < 0 ? 0 - (guint64)value : (guint64)value;
    char fraction[PLAIN_SCALE] = "0";
    gsize length = 1;
    for (guint i = scale; i > 0; i--, number /= 10) {
        fraction[i - 1] = (char)('0' + number % 10);
        if (fraction[i - 1] != '0')
            length = MAX(length, i);
    }
    append_whole(out, number, value < 0);
    append(out, ".", 1);
    append(out, fraction, length);
}

#define DEFINE_DECIMAL(name, type)                                                                 \
    static void name(struct buffer *out, const struct json_column *column, idx_t row)              \
    {                                                                                              \
        append_decimal(out, ((const type *)column->data)[row], column->scale);                     \
    }
DEFINE_DECIMAL(append_decimal16, gint16)
DEFINE_DECIMAL(append_decimal32, gint32)
DEFINE_DECIMAL(append_decimal64, gint64)

static void append_boolean(struct buffer *out, const struct json_column *column, idx_t row)
{
    const bool is_true = ((const bool *)column->data)[row];
    append(out, is_true ? "true" : "false", is_true ? strlen("true") : strlen("false"));
}

static void append_json(struct buffer *out, const struct json_column *column, idx_t row)
{
    duckdb_string_t *text = (duckdb_string_t *)column->data + row;
    append(out, duckdb_string_t_data(text), duckdb_string_t_length(*text));
}

/* Bytes that stand for themselves in a string. */
static gsize plain_length(const char *bytes, gsize length)
{
    gsize plain = 0;
    while (plain < length && (guchar)bytes[plain] >= FIRST_PRINTED && bytes[plain] != '"' &&
           bytes[plain] != '\\')
        plain++;
    return plain;
}

static void append_escaped(struct buffer *out, char c)
{
    static const char letters[FIRST_PRINTED] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    static const char digits[] = "0123456789ABCDEF";
    const guchar code = (guchar)c;
    const char letter = code < FIRST_PRINTED ? letters[code] : c;
    const char short_form[] = {'\\', letter};
    const char long_form[] = {'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]};
    append(out, letter ? short_form : long_form, letter ? sizeof short_form : sizeof long_form);
}

static void append_quoted(struct buffer *out, const char *bytes, gsize length)
{
    append(out, "\"", 1);
    for (gsize at = 0;; at++) {
        const gsize plain = plain_length(bytes + at, length - at);
        append(out, bytes + at, plain);
        at += plain;
        if (at == length)
            break;
        append_escaped(out, bytes[at]);
    }
    append(out, "\"", 1);
}

static void append_text(struct buffer *out, const struct json_column *column, idx_t row)
{
    duckdb_string_t *text = (duckdb_string_t *)column->data + row;
    append_quoted(out, duckdb_string_t_data(text), duckdb_string_t_length(*text));
}

static const struct form forms[] = {
    {"BOOLEAN", "", "", append_boolean},
    {"TINYINT", "", "", append_tinyint},
    {"SMALLINT", "", "", append_smallint},
    {"INTEGER", "", "", append_integer},
    {"BIGINT", "", "", append_bigint},
    {"UTINYINT", "", "", append_utinyint},
    {"USMALLINT", "", "", append_usmallint},
    {"UINTEGER", "", "", append_uinteger},
    {"UBIGINT", "", "", append_ubigint},
    {"VARCHAR", "", "", append_text},
    {"DATE", "CAST(", " AS VARCHAR)", append_text},
    {"TIME", "CAST(", " AS VARCHAR)", append_text},
    {"TIMESTAMP", "CAST(", " AS VARCHAR)", append_text},
    {"TIMESTAMP WITH TIME ZONE", "CAST(", " AS VARCHAR)", append_text},
    {"UUID", "CAST(", " AS VARCHAR)", append_text},
};

/* By how many digits they may have. */
static const struct {
    guint width;
    struct form form;
} decimals[] = {
    {4, {"DECIMAL", "", "", append_decimal16}},
    {9, {"DECIMAL", "", "", append_decimal32}},
    {DOUBLE_DIGITS, {"DECIMAL", "", "", append_decimal64}},
};

/* NULL: it is no DECIMAL, or one that DuckDB writes. */
static const struct form *find_decimal(const char *type, guint *out_scale)
{
    static const char prefix[] = "DECIMAL(";
    if (!g_str_has_prefix(type, prefix))
        return NULL;
    char *end = NULL;
    const guint64 width = g_ascii_strtoull(type + strlen(prefix), &end, 10);
    const guint64 scale = *end == ',' ? g_ascii_strtoull(end + 1, &end, 10) : 0;
    if (strcmp(end, ")") != 0 || scale > PLAIN_SCALE)
        return NULL;
    *out_scale = (guint)scale;
    for (gsize i = 0; i < G_N_ELEMENTS(decimals); i++)
        if (width <= decimals[i].width)
            return &decimals[i].form;
    return NULL;
}

static const struct form *find_form(const char *type, guint *out_scale)
{
    static const struct form other = {NULL, "to_json(", ")", append_json};
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++)
        if (strcmp(forms[i].type, type) == 0)
            return &forms[i];
    const struct form *decimal = find_decimal(type, out_scale);
    return decimal ? decimal : &other;
}

static void column_clear(gpointer data)
{
    struct json_column *column = data;
    g_free(column->name);
    g_free(column->key.data);
}

struct json_rows *json_rows_new(const GPtrArray *columns)
{
    struct json_rows *rows = g_new0(struct json_rows, 1);
    rows->columns = g_array_new(FALSE, TRUE, sizeof(struct json_column));
    g_array_set_clear_func(rows->columns, column_clear);
    for (guint i = 0; i < columns->len; i++) {
        const struct column *given = g_ptr_array_index(columns, i);
        struct json_column column = {.name = quote_identifier(given->name)};
        column.form = find_form(given->type, &column.scale);
        append(&column.key, i > 0 ? "," : "{", 1);
        append_quoted(&column.key, given->name, strlen(given->name));
        append(&column.key, ":", 1);
        g_array_append_val(rows->columns, column);
    }
    return rows;
}

void json_rows_free(struct json_rows *rows)
{
    if (!rows)
        return;
    g_array_unref(rows->columns);
    g_free(rows->text.data);
    g_free(rows);
}

char *json_rows_list(const struct json_rows *rows)
{
    GString *sql = g_string_new(NULL);
    for (guint i = 0; i < rows->columns->len; i++) {
        const struct json_column *column = &g_array_index(rows->columns, struct json_column, i);
        g_string_append_printf(sql, "%s%s%s%s", i > 0 ? ", " : "", column->form->before,
                               column->name, column->form->after);
    }
    return g_string_free(sql, FALSE);
}

static void append_row(struct json_rows *rows, idx_t row)
{
    struct json_column *columns = (struct json_column *)(gpointer)rows->columns->data;
    for (guint i = 0; i < rows->columns->len; i++) {
        append(&rows->text, (const char *)columns[i].key.data, columns[i].key.length);
        if (columns[i].validity && !duckdb_validity_row_is_valid(columns[i].validity, row))
            append(&rows->text, "null", strlen("null"));
        else
            columns[i].form->append(&rows->text, &columns[i], row);
    }
    append(&rows->text, "}\n", strlen("}\n"));
}

const char *json_rows_text(struct json_rows *rows, duckdb_data_chunk chunk, gsize *out_length)
{
    const idx_t count = duckdb_data_chunk_get_size(chunk);
    rows->text.length = 0;
    for (guint i = 0; i < rows->columns->len; i++) {
        struct json_column *column = &g_array_index(rows->columns, struct json_column, i);
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
        column->data = duckdb_vector_get_data(vector);
        column->validity = duckdb_vector_get_validity(vector);
    }
    for (idx_t row = 0; row < count; row++)
        append_row(rows, row);
    *out_length = rows->text.length;
    return (const char *)rows->text.data;
}
