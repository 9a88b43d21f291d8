/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include "base/codes.h"
#include "cli/manual.h"
#include "cli/report.h"

#include <string.h>

enum { FLAG_COLUMN = 27, COMMAND_COLUMN = 10, SCREEN_COLUMNS = 80 };

static void append_heading(GString *out, const struct terminal *terminal, const char *heading)
{
    g_string_append_printf(out, "\n%s%s%s\n", style_on(terminal->color, STYLE_BOLD), heading,
                           style_off(terminal->color));
}

static char *flag_usage(const struct flag_info *info)
{
    GString *out = g_string_new(NULL);
    if (info->letter)
        g_string_append_printf(out, "-%c, ", info->letter);
    else
        g_string_append(out, "    ");
    g_string_append_printf(out, "--%s", info->name);
    if (info->argument)
        g_string_append_printf(out, " %s", info->argument);
    return g_string_free(out, FALSE);
}

static void append_flags(GString *out, const struct terminal *terminal, const enum flag *list)
{
    for (; list && *list; list++) {
        const struct flag_info *info = flag_info(*list);
        if (info->refused)
            continue;
        g_autofree char *usage = flag_usage(info);
        display_append_pair(out, terminal, FLAG_COLUMN, usage, info->help);
    }
}

/* In as few lines as 80 columns allow: the help has to fit a screen. */
static void append_names(GString *out, const struct terminal *terminal, const enum flag *list)
{
    const guint window = terminal_width(terminal);
    const guint columns = window > 0 ? MIN(window, SCREEN_COLUMNS) : SCREEN_COLUMNS;
    guint column = columns;
    for (; *list; list++) {
        const struct flag_info *info = flag_info(*list);
        g_autofree char *name = info->letter ? g_strdup_printf("-%c/--%s", info->letter, info->name)
                                             : g_strconcat("--", info->name, NULL);
        const guint width = 1 + (guint)strlen(name);
        const bool begins_line = column + width > columns;
        g_string_append_printf(out, "%s %s", begins_line ? "\n " : "", name);
        column = (begins_line ? 1 : column) + width;
    }
    g_string_append_c(out, '\n');
}

static void append_program(GString *out, const struct terminal *terminal)
{
    g_string_append(out, "usage: sqlflow COMMAND [NAME] [FLAGS]\n"
                         "  sqlflow init demo && cd demo && sqlflow run\n");
    append_heading(out, terminal, "commands");
    for (const struct command *command = command_table; command->name; command++)
        if (command->run)
            display_append_pair(out, terminal, COMMAND_COLUMN, command->name, command->summary);
    g_string_append_printf(out, "\n%sflags of every command%s",
                           style_on(terminal->color, STYLE_BOLD), style_off(terminal->color));
    display_append_words(out, terminal, 2, ": sqlflow help flags tells what they do");
    g_string_truncate(out, out->len - 1);
    append_names(out, terminal, common_flags);
}

static void write_flags(const struct terminal *terminal)
{
    g_autoptr(GString) out = g_string_new("Flags of every command, before it or behind:\n\n");
    append_flags(out, terminal, common_flags);
    terminal_flush(terminal, out);
}

static void append_command(GString *out, const struct terminal *terminal,
                           const struct command *command)
{
    g_autofree char *summary =
        g_strdup_printf("%c%s.", g_ascii_toupper(command->summary[0]), command->summary + 1);
    g_string_append_printf(out, "usage: sqlflow %s %s%s[FLAGS]\n", command->name,
                           command->arguments, *command->arguments ? " " : "");
    display_append_words(out, terminal, 0, summary);
    append_heading(out, terminal, "examples");
    g_string_append(out, command->examples);
    if (command->flags) {
        append_heading(out, terminal, "flags");
        append_flags(out, terminal, command->flags);
    }
    g_string_append_c(out, '\n');
    display_append_words(
        out, terminal, 0,
        "Flags of every command: sqlflow help flags. Each has a twin in the environment:");
    display_append_words(out, terminal, 0, "--no-color is SQLFLOW_NO_COLOR=1.");
}

void help_write(const struct terminal *terminal, const struct command *command)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (command)
        append_command(out, terminal, command);
    else
        append_program(out, terminal);
    terminal_flush(terminal, out);
}

void help_write_codes(const struct terminal *terminal)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const struct code_info *info = code_table(); info->code; info++)
        g_string_append_printf(out, "SF%04d  %-8s %s\n", (int)info->code,
                               info->severity == SEVERITY_ERROR ? "error" : "warning", info->title);
    terminal_flush(terminal, out);
}

enum exit_code command_help(struct call *call)
{
    const char *name = call_argument(call, 0);
    if (g_strcmp0(name, "codes") == 0) {
        help_write_codes(&call->out);
        return EXIT_CODE_OK;
    }
    if (g_strcmp0(name, "flags") == 0) {
        write_flags(&call->out);
        return EXIT_CODE_OK;
    }
    if (g_strcmp0(name, "man") == 0) {
        g_autoptr(GString) page = g_string_new(NULL);
        manual_write(page);
        terminal_flush(&call->out, page);
        return EXIT_CODE_OK;
    }
    const struct command *command = name ? command_find(name) : NULL;
    if (name && !(command && command->run)) {
        g_autoptr(GError) error = NULL;
        error_set(&error, ERROR_USAGE,
                  command ? "'%s' is not supported yet" : "there is no command '%s'", name);
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    help_write(&call->out, command);
    return EXIT_CODE_OK;
}
