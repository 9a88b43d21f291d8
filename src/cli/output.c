/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include "cli/activity.h"
#include "cli/report.h"
#include "cli/rowformat.h"
#include "cli/table.h"

#include <string.h>

enum { TABLE_LIMIT = 50, FLUSH_BYTES = 64 * 1024 };

static const char asking[] = "waiting for the rows";

static const struct row_format *output_format(const struct call *call)
{
    return row_format_find(flags_text(call->flags, FLAG_OUTPUT));
}

static void write_table(const struct call *call, const struct rows *rows)
{
    const struct terminal *out = &call->out;
    struct table_style style = {
        .width = terminal_width(out), .color = out->color, .utf8 = out->utf8};
    guint hidden = 0;
    g_autoptr(GString) text = g_string_new(NULL);
    table_write(rows, &style, text, &hidden);
    terminal_flush(out, text);
    if (hidden > 0)
        report_note(call, "%u of %u columns don't fit here and are left out (--output csv has all)",
                    hidden, rows->columns->len);
}

void output_rows(const struct call *call, const struct rows *rows)
{
    const struct row_format *format = output_format(call);
    if (format) {
        g_autoptr(GString) text = g_string_new(NULL);
        row_format_write(format, rows, text);
        terminal_flush(&call->out, text);
    } else {
        write_table(call, rows);
    }
    if (rows->more)
        report_note(call, "the first %u rows; there are more (--limit N)", rows->count);
}

/* A query's rows on their way to stdout. */
struct stream {
    const struct call *call;
    const struct row_format *format;
    GPtrArray *columns;
    GArray *cells; /* struct cell: of one row, borrowed */
    GString *text;
    struct activity *activity; /* until there are rows */
    guint64 count;
    guint64 limit; /* 0: none */
    bool more;
};

static bool stream_columns(void *user_data, const GPtrArray *columns)
{
    struct stream *stream = user_data;
    activity_end(g_steal_pointer(&stream->activity));
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        columns_add(stream->columns, column->name, column->type);
    }
    stream->format->begin(stream->text, stream->columns);
    return true;
}

static bool stream_row(void *user_data, const char *const *cells, const gsize *lengths)
{
    struct stream *stream = user_data;
    if (stream->limit > 0 && stream->count == stream->limit) {
        stream->more = true;
        return false;
    }
    g_array_set_size(stream->cells, 0);
    for (guint i = 0; i < stream->columns->len; i++) {
        struct cell cell = {.text = (char *)(guintptr)cells[i], .length = lengths[i]};
        g_array_append_val(stream->cells, cell);
    }
    const struct cell *row = (const struct cell *)(void *)stream->cells->data;
    stream->format->row(stream->text, stream->columns, row, stream->count == 0);
    stream->count++;
    if (stream->text->len >= FLUSH_BYTES)
        terminal_flush(&stream->call->out, stream->text);
    return !ferror(stream->call->out.file);
}

static bool stream_query(struct stream *stream, const struct engine_class *engine,
                         struct session *session, const char *sql, GError **error)
{
    struct row_sink sink = {.columns = stream_columns, .row = stream_row, .user_data = stream};
    stream->activity = activity_begin(stream->call, "%s", asking);
    bool done = engine->query(session, sql, &sink, error);
    activity_end(g_steal_pointer(&stream->activity));
    if (!done)
        return false;
    if (stream->columns->len > 0)
        stream->format->end(stream->text, stream->count);
    terminal_flush(&stream->call->out, stream->text);
    if (stream->more)
        report_note(stream->call, "the first %" G_GUINT64_FORMAT " rows; there are more",
                    stream->count);
    return true;
}

/* {"format": "sqlflow.rows/1", "columns": [..], "rows": [..], "more": ..} */
static void write_document(const struct call *call, const struct rows *rows)
{
    g_autoptr(GString) out = g_string_new("{\"format\": \"sqlflow.rows/1\",\n\"columns\": [");
    for (guint i = 0; i < rows->columns->len; i++) {
        const struct column *column = g_ptr_array_index(rows->columns, i);
        g_string_append(out, i > 0 ? ", {\"name\": " : "{\"name\": ");
        json_append_string(out, column->name, strlen(column->name));
        g_string_append(out, ", \"type\": ");
        json_append_string(out, column->type, strlen(column->type));
        g_string_append_c(out, '}');
    }
    g_string_append_printf(out, "],\n\"more\": %s,\n\"rows\": ", rows->more ? "true" : "false");
    row_format_write(row_format_find("json"), rows, out);
    g_string_append(out, "}\n");
    terminal_flush(&call->out, out);
}

void output_all(const struct call *call, const struct rows *rows)
{
    if (flags_given(call->flags, FLAG_JSON))
        write_document(call, rows);
    else if (rows->columns->len > 0)
        output_rows(call, rows);
}

bool output_query(const struct call *call, const struct engine_class *engine,
                  struct session *session, const char *sql, GError **error)
{
    const struct row_format *format = output_format(call);
    bool is_document = flags_given(call->flags, FLAG_JSON);
    if (format && !is_document) {
        g_autoptr(GPtrArray) columns = columns_new();
        g_autoptr(GArray) cells = g_array_new(FALSE, FALSE, sizeof(struct cell));
        g_autoptr(GString) text = g_string_new(NULL);
        struct stream stream = {.call = call,
                                .format = format,
                                .columns = columns,
                                .cells = cells,
                                .text = text,
                                .limit = flags_number(call->flags, FLAG_LIMIT, 0)};
        return stream_query(&stream, engine, session, sql, error);
    }
    AUTO(rows)
    rows = rows_new(flags_number(call->flags, FLAG_LIMIT, is_document ? 0 : TABLE_LIMIT));
    struct row_sink sink = rows_sink(rows);
    struct activity *activity = activity_begin(call, "%s", asking);
    bool done = engine->query(session, sql, &sink, error);
    activity_end(activity);
    if (!done)
        return false;
    output_all(call, rows);
    return true;
}
