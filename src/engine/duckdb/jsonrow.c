/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/jsonrow.h"

#include "base/name.h"

#include <string.h>

enum { NUMBER_BYTES = 20, FIRST_PRINTED = 0x20 };

struct json_text {
    char *bytes;
    gsize length, size;
};

/* Writes the value of one row; `data` is that of its vector. */
typedef void (*append_value)(struct json_text *out, const void *data, idx_t row);

/* How columns of a type are selected and written. */
struct form {
    const char *type;
    const char *before, *after; /* around the column's name */
    append_value append;
};

struct json_column {
    const struct form *form;
    char *name;           /* in SQL */
    struct json_text key; /* with what stands around it */
    const void *data;     /* of the chunk at hand */
    guint64 *validity;
};

struct json_rows {
    GArray *columns; /* struct json_column */
    struct json_text text;
};

/* Where `count` bytes more may be written. */
static char *reserve(struct json_text *text, gsize count)
{
    if (text->size - text->length < count) {
        text->size = MAX(2 * text->size, text->length + count);
        text->bytes = g_realloc(text->bytes, text->size);
    }
    return text->bytes + text->length;
}

static void append(struct json_text *text, const char *bytes, gsize length)
{
    memcpy(reserve(text, length), bytes, length);
    text->length += length;
}

static void append_whole(struct json_text *out, guint64 number, bool is_negative)
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

static void append_signed(struct json_text *out, gint64 number)
{
    append_whole(out, number < 0 ? 0 - (guint64)number : (guint64)number, number < 0);
}

#define DEFINE_SIGNED(name, type)                                                                  \
    static void name(struct json_text *out, const void *data, idx_t row)                           \
    {                                                                                              \
        append_signed(out, ((const type *)data)[row]);                                             \
    }
#define DEFINE_UNSIGNED(name, type)                                                                \
    static void name(struct json_text *out, const void *data, idx_t row)                           \
    {                                                                                              \
        append_whole(out, ((const type *)data)[row], false);                                       \
    }
DEFINE_SIGNED(append_tinyint, gint8)
DEFINE_SIGNED(append_smallint, gint16)
DEFINE_SIGNED(append_integer, gint32)
DEFINE_SIGNED(append_bigint, gint64)
DEFINE_UNSIGNED(append_utinyint, guint8)
DEFINE_UNSIGNED(append_usmallint, guint16)
DEFINE_UNSIGNED(append_uinteger, guint32)
DEFINE_UNSIGNED(append_ubigint, guint64)

static void append_boolean(struct json_text *out, const void *data, idx_t row)
{
    const bool is_true = ((const bool *)data)[row];
    append(out, is_true ? "true" : "false", is_true ? strlen("true") : strlen("false"));
}

static void append_json(struct json_text *out, const void *data, idx_t row)
{
    duckdb_string_t *text = (duckdb_string_t *)(guintptr)data + row;
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

static void append_escaped(struct json_text *out, char c)
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

static void append_quoted(struct json_text *out, const char *bytes, gsize length)
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

static void append_text(struct json_text *out, const void *data, idx_t row)
{
    duckdb_string_t *text = (duckdb_string_t *)(guintptr)data + row;
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

static const struct form *find_form(const char *type)
{
    static const struct form other = {NULL, "to_json(", ")", append_json};
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++)
        if (strcmp(forms[i].type, type) == 0)
            return &forms[i];
    return &other;
}

static void column_clear(gpointer data)
{
    struct json_column *column = data;
    g_free(column->name);
    g_free(column->key.bytes);
}

struct json_rows *json_rows_new(const GPtrArray *columns)
{
    struct json_rows *rows = g_new0(struct json_rows, 1);
    rows->columns = g_array_new(FALSE, TRUE, sizeof(struct json_column));
    g_array_set_clear_func(rows->columns, column_clear);
    for (guint i = 0; i < columns->len; i++) {
        const struct column *given = g_ptr_array_index(columns, i);
        struct json_column column = {
            .form = find_form(given->type),
            .name = quote_identifier(given->name),
        };
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
    g_free(rows->text.bytes);
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
        append(&rows->text, columns[i].key.bytes, columns[i].key.length);
        if (columns[i].validity && !duckdb_validity_row_is_valid(columns[i].validity, row))
            append(&rows->text, "null", strlen("null"));
        else
            columns[i].form->append(&rows->text, columns[i].data, row);
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
    return rows->text.bytes;
}
