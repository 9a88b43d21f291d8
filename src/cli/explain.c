/* SPDX-License-Identifier: Apache-2.0 */
/* explain: what a code means. */
#include "cli/explanation.h"

#include "base/codes.h"
#include "cli/help.h"
#include "cli/report.h"

#include <string.h>

/* "SF0101", "sf101", "0101". NULL, with the reason set, when there is no such code. */
static const struct code_info *find_code(const char *text, GError **error)
{
    const char *digits = g_ascii_strncasecmp(text, "SF", 2) == 0 ? text + 2 : text;
    guint64 number = 0;
    const struct code_info *info = NULL;
    if (g_ascii_string_to_unsigned(digits, 10, 1, 9999, &number, NULL))
        info = code_info((enum code)number);
    if (!info) {
        const struct error_details details = {
            .position = -1, .suggestion = (char[]){"sqlflow help codes lists them"}};
        g_autofree char *message = g_strdup_printf("there is no code '%s'", text);
        error_set_full(error, ERROR_USAGE, &details, message);
    }
    return info;
}

static const struct explanation *find_explanation(enum code code)
{
    for (const struct explanation *row = explanations; row->code; row++)
        if (row->code == (int)code)
            return row;
    return NULL;
}

static void append_indented(GString *out, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++)
        g_string_append_printf(out, "%s%s\n", **line ? "  " : "", *line);
}

static void write_explanation(const struct terminal *terminal, const struct code_info *info)
{
    const struct explanation *explanation = find_explanation(info->code);
    const bool is_error = info->severity == SEVERITY_ERROR;
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "%sSF%04d%s %s: %s\n", style_on(terminal->color, STYLE_BOLD),
                           (int)info->code, style_off(terminal->color),
                           is_error ? "error" : "warning", info->title);
    if (explanation)
        g_string_append_printf(out, "\n%s\n", explanation->text);
    if (explanation && *explanation->example) {
        g_string_append(out, "\nIt looks like this:\n\n");
        append_indented(out, explanation->example);
    }
    terminal_flush(terminal, out);
}

enum exit_code command_explain(struct call *call)
{
    const char *code = call_argument(call, 0);
    if (!code) {
        help_write_codes(&call->out);
        return EXIT_CODE_OK;
    }
    g_autoptr(GError) error = NULL;
    const struct code_info *info = find_code(code, &error);
    if (!info) {
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    write_explanation(&call->out, info);
    return EXIT_CODE_OK;
}
