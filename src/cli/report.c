/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include "run/results.h"

#include <string.h>

static const char *severity_name(enum severity severity)
{
    switch (severity) {
    case SEVERITY_ERROR:
        return "error";
    case SEVERITY_WARNING:
        return "warning";
    }
    g_assert_not_reached();
}

static void write_line(const struct call *call, const json_t *object)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char *text = json_dumps(object, JSON_COMPACT);
    g_string_append_printf(line, "%s\n", text);
    free(text);
    terminal_flush(&call->err, line);
}

void report_json_line(const struct call *call, json_t *object)
{
    write_line(call, object);
    json_decref(object);
}

/* For --json and --junit, which tell the errors once more. */
static void keep_message(const struct call *call, json_t *message)
{
    if (call->told)
        json_array_append(call->told, message);
}

void report_document(const struct call *call, json_t *document)
{
    char *text = json_dumps(document, JSON_INDENT(2));
    g_autoptr(GString) out = g_string_new(text);
    g_string_append_c(out, '\n');
    free(text);
    json_decref(document);
    terminal_flush(&call->out, out);
}

/* A line of --log-format json that isn't an event. */
static json_t *message_new(const char *level)
{
    g_autofree char *time = results_time(g_get_real_time());
    return json_pack("{s:s, s:s}", "time", time, "level", level);
}

/* Names of files and the like may hold what would move the cursor. */
static void append_lines(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *shown = display_escape(*line, strlen(*line));
        g_string_append_printf(out, "%s\n", shown);
    }
}

/* A message that stands alone: no place in a text. */
static void report_message(const struct call *call, const char *level, enum style style,
                           const char *message, const char *hint)
{
    if (call->json_log || call->told) {
        json_t *line = message_new(level);
        json_object_set_new(line, "message", results_text(message));
        if (hint)
            json_object_set_new(line, "hint", results_text(hint));
        keep_message(call, line);
        if (call->json_log)
            write_line(call, line);
        json_decref(line);
    }
    if (call->json_log)
        return;
    bool color = call->err.color;
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "%s%s:%s ", style_on(color, style), level, style_off(color));
    append_lines(out, message);
    if (hint) {
        g_string_append_printf(out, "  %s", style_on(color, STYLE_CYAN));
        append_lines(out, hint);
        g_string_append(out, style_off(color));
    }
    terminal_flush(&call->err, out);
}

void report_error(const struct call *call, const GError *error)
{
    report_message(call, "error", STYLE_RED, error->message, error_details(error)->suggestion);
}

void report_warning(const struct call *call, const char *hint, const char *format, ...)
{
    if (call->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    report_message(call, "warning", STYLE_YELLOW, message, hint);
}

void report_note(const struct call *call, const char *format, ...)
{
    if (call->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (call->json_log) {
        json_t *line = message_new("info");
        json_object_set_new(line, "message", results_text(g_strstrip(message)));
        report_json_line(call, line);
        return;
    }
    g_autoptr(GString) out = g_string_new(message);
    g_string_append_c(out, '\n');
    terminal_flush(&call->err, out);
}

json_t *diagnostic_to_json(const struct diagnostic *diagnostic)
{
    json_t *object = json_object();
    g_autofree char *code = g_strdup_printf("SF%04d", (int)diagnostic->code);
    json_object_set_new(object, "level", json_string(severity_name(diagnostic->severity)));
    json_object_set_new(object, "code", json_string(code));
    json_object_set_new(object, "message", results_text(diagnostic->message));
    if (diagnostic->hint)
        json_object_set_new(object, "hint", results_text(diagnostic->hint));
    if (diagnostic->at.text) {
        struct place place = text_place(diagnostic->at.text, diagnostic->at.offset);
        json_object_set_new(object, "file", results_text(diagnostic->at.text->path));
        json_object_set_new(object, "line", json_integer(place.line));
        json_object_set_new(object, "column", json_integer(place.column));
    }
    return object;
}

json_t *diagnostics_to_json(struct diagnostics *list)
{
    json_t *array = json_array();
    for (guint i = 0; i < diagnostics_count(list); i++)
        json_array_append_new(array, diagnostic_to_json(diagnostics_get(list, i)));
    return array;
}

static void report_diagnostic_line(const struct call *call, const struct diagnostic *diagnostic)
{
    json_t *line = message_new(severity_name(diagnostic->severity));
    json_object_update_new(line, diagnostic_to_json(diagnostic));
    keep_message(call, line);
    if (call->json_log && (!call->quiet || diagnostic->severity == SEVERITY_ERROR))
        write_line(call, line);
    json_decref(line);
}

void report_diagnostics(const struct call *call, struct diagnostics *list)
{
    guint count = diagnostics_count(list);
    if (call->json_log || call->told)
        for (guint i = 0; i < count; i++)
            report_diagnostic_line(call, diagnostics_get(list, i));
    if (call->json_log)
        return;
    if (count == 0 || (call->quiet && diagnostics_errors(list) == 0))
        return;
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(list, call->err.color, out);
    terminal_flush(&call->err, out);
}
