/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rowformat.h"

#include <string.h>

bool type_is_number(const char *type)
{
    static const char *const numbers[] = {
        "TINYINT",  "SMALLINT", "INTEGER",  "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
        "UINTEGER", "UBIGINT",  "UHUGEINT", "FLOAT",  "DOUBLE",  "BIGNUM",   NULL,
    };
    return g_strv_contains(numbers, type) ||
           (g_str_has_prefix(type, "DECIMAL(") && g_str_has_suffix(type, ")"));
}

void json_append_string(GString *out, const char *text, gsize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    const char *end = valid + strlen(valid);
    g_string_append_c(out, '"');
    for (const char *p = valid; p < end; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else if (*p == '\n')
            g_string_append(out, "\\n");
        else if (*p == '\t')
            g_string_append(out, "\\t");
        else if ((unsigned char)*p < 0x20)
            g_string_append_printf(out, "\\u%04x", (unsigned)*p);
        else
            g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

/* inf and nan are no JSON numbers; neither is 1e5 with a sign before it that JSON hasn't (+1). */
static bool is_json_number(const char *text)
{
    const char *p = text + (*text == '-');
    return g_ascii_isdigit(*p) && strspn(p, "0123456789.eE+-") == strlen(p);
}

void json_append_cell(GString *out, const struct column *column, const struct cell *cell)
{
    if (!cell->text)
        g_string_append(out, "null");
    else if (strcmp(column->type, "BOOLEAN") == 0 ||
             (type_is_number(column->type) && is_json_number(cell->text)))
        g_string_append(out, cell->text);
    else
        json_append_string(out, cell->text, cell->length);
}

static void csv_append(GString *out, const char *text, gsize length)
{
    bool quoted = length == 0 || memchr(text, ',', length) || memchr(text, '"', length) ||
                  memchr(text, '\n', length) || memchr(text, '\r', length);
    if (!quoted) {
        g_string_append_len(out, text, (gssize)length);
        return;
    }
    g_string_append_c(out, '"');
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, text[i]);
    }
    g_string_append_c(out, '"');
}

static void csv_begin(GString *out, const GPtrArray *columns)
{
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        if (i > 0)
            g_string_append_c(out, ',');
        csv_append(out, column->name, strlen(column->name));
    }
    g_string_append_c(out, '\n');
}

/* A null is an empty field, an empty text "". */
static void csv_row(GString *out, const GPtrArray *columns, const struct cell *cells, bool is_first)
{
    (void)is_first;
    for (guint i = 0; i < columns->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        if (cells[i].text)
            csv_append(out, cells[i].text, cells[i].length);
    }
    g_string_append_c(out, '\n');
}

static void csv_end(GString *out, guint64 count)
{
    (void)out;
    (void)count;
}

static void json_begin(GString *out, const GPtrArray *columns)
{
    (void)columns;
    g_string_append(out, "[");
}

static void json_row(GString *out, const GPtrArray *columns, const struct cell *cells,
                     bool is_first)
{
    g_string_append(out, is_first ? "\n  {" : ",\n  {");
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        if (i > 0)
            g_string_append(out, ", ");
        json_append_string(out, column->name, strlen(column->name));
        g_string_append(out, ": ");
        json_append_cell(out, column, &cells[i]);
    }
    g_string_append_c(out, '}');
}

static void json_end(GString *out, guint64 count)
{
    g_string_append(out, count > 0 ? "\n]\n" : "]\n");
}

static void markdown_append(GString *out, const char *text, gsize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    for (const char *p = valid; *p; p++) {
        if (*p == '|' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else if (*p == '\n')
            g_string_append(out, "<br>");
        else if (*p == '<')
            g_string_append(out, "&lt;");
        else if (*p == '&')
            g_string_append(out, "&amp;");
        else if (*p != '\r')
            g_string_append_c(out, *p);
    }
}

static void markdown_begin(GString *out, const GPtrArray *columns)
{
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_string_append(out, "| ");
        markdown_append(out, column->name, strlen(column->name));
        g_string_append_c(out, ' ');
    }
    g_string_append(out, "|\n");
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_string_append(out, type_is_number(column->type) ? "|---:" : "|---");
    }
    g_string_append(out, "|\n");
}

static void markdown_row(GString *out, const GPtrArray *columns, const struct cell *cells,
                         bool is_first)
{
    (void)is_first;
    for (guint i = 0; i < columns->len; i++) {
        g_string_append(out, "| ");
        if (cells[i].text)
            markdown_append(out, cells[i].text, cells[i].length);
        g_string_append_c(out, ' ');
    }
    g_string_append(out, "|\n");
}

static const struct row_format row_formats[] = {
    {.name = "csv", .begin = csv_begin, .row = csv_row, .end = csv_end},
    {.name = "json", .begin = json_begin, .row = json_row, .end = json_end},
    {.name = "markdown", .begin = markdown_begin, .row = markdown_row, .end = csv_end},
};

const struct row_format *row_format_find(const char *name)
{
    for (gsize i = 0; name && i < G_N_ELEMENTS(row_formats); i++)
        if (strcmp(row_formats[i].name, name) == 0)
            return &row_formats[i];
    return NULL;
}

void row_format_write(const struct row_format *format, const struct rows *rows, GString *out)
{
    format->begin(out, rows->columns);
    for (guint row = 0; row < rows->count; row++)
        format->row(out, rows->columns, rows_cell(rows, row, 0), row == 0);
    format->end(out, rows->count);
}
