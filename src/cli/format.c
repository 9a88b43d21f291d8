/* SPDX-License-Identifier: Apache-2.0 */
/* fmt: lays pipelines out, or tells which aren't (--check) and what would change (--diff). */
#include "lang/format.h"

#include "base/diff.h"
#include "base/file.h"
#include "cli/report.h"
#include "cli/workspace.h"

#include <errno.h>
#include <string.h>

struct tally {
    guint changed;
    guint same;
};

struct formatting {
    struct workspace *workspace;
    const struct call *call;
    bool check;
    bool diff;
    struct tally tally;
};

static void append_diff(GString *out, const struct text *text, const char *laid_out, bool color)
{
    g_autoptr(GString) diff = g_string_new(NULL);
    diff_append(diff, text->path, text->data, text->path, laid_out);
    g_auto(GStrv) lines = g_strsplit(diff->str, "\n", -1);
    for (char **line = lines; line[0] && line[1]; line++) {
        const enum style style = **line == '-' ? STYLE_RED : **line == '+' ? STYLE_GREEN : 0;
        g_autofree char *shown = display_escape(*line, strlen(*line));
        g_string_append_printf(out, "%s%s%s\n", style ? style_on(color, style) : "", shown,
                               style ? style_off(color) : "");
    }
}

/* What --check and --diff say of a text that would change. */
static void tell(const struct formatting *formatting, const struct text *text, const char *laid_out)
{
    const struct terminal *terminal = &formatting->call->out;
    g_autoptr(GString) out = g_string_new(NULL);
    if (formatting->diff)
        append_diff(out, text, laid_out, terminal->color);
    else
        g_string_append_printf(out, "%s\n", text->path);
    terminal_flush(terminal, out);
}

/* Takes the text over. `file` is where it is from; NULL: standard input, and its new text goes to
 * standard output. */
static bool format_text(struct formatting *formatting, struct text *text, const char *file,
                        GError **error)
{
    struct diagnostics *diagnostics = formatting->workspace->diagnostics;
    diagnostics_keep(diagnostics, text);
    g_autofree char *laid_out = pipeline_format(text, diagnostics);
    if (!laid_out)
        return true;
    const bool is_same = strcmp(laid_out, text->data) == 0;
    formatting->tally.same += is_same;
    formatting->tally.changed += !is_same;
    if (formatting->check || formatting->diff) {
        if (!is_same)
            tell(formatting, text, laid_out);
        return true;
    }
    if (!file) {
        g_autoptr(GString) out = g_string_new(laid_out);
        terminal_flush(&formatting->call->out, out);
        return true;
    }
    if (is_same)
        return true;
    report_note(formatting->call, "laid out %s", text->path);
    return file_write(file, laid_out, strlen(laid_out), error);
}

static bool format_file(struct formatting *formatting, const char *file, GError **error)
{
    g_autofree char *shown = project_display_path(formatting->workspace->project, file);
    struct text *text = text_load(shown, file, error);
    return text && format_text(formatting, text, file, error);
}

static bool format_input(struct formatting *formatting, GError **error)
{
    g_autoptr(GString) data = g_string_new(NULL);
    char chunk[65536];
    while (data->len <= TEXT_MAX_BYTES && !feof(stdin) && !ferror(stdin))
        g_string_append_len(data, chunk, (gssize)fread(chunk, 1, sizeof chunk, stdin));
    if (ferror(stdin)) {
        error_set_errno(error, errno, "can't read standard input");
        return false;
    }
    struct text *text = text_new("<stdin>", data->str, data->len, error);
    return text && format_text(formatting, text, NULL, error);
}

/* What runs leave behind isn't the user's. */
static bool is_derived(const char *name)
{
    return g_str_has_prefix(name, "target/");
}

static bool format_folder(struct formatting *formatting, const char *folder, GError **error)
{
    g_auto(GStrv) names = project_texts(folder);
    const bool is_project = strcmp(folder, formatting->workspace->project->root) == 0;
    for (char **name = names; *name; name++) {
        g_autofree char *file = g_build_filename(folder, *name, NULL);
        if (!(is_project && is_derived(*name)) && !format_file(formatting, file, error))
            return false;
    }
    return true;
}

/* `-`, a folder, or a pipeline by name or path. */
static bool format_argument(struct formatting *formatting, const char *argument, GError **error)
{
    const struct workspace *workspace = formatting->workspace;
    if (strcmp(argument, "-") == 0)
        return format_input(formatting, error);
    g_autofree char *path = workspace_path(workspace, argument);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return format_folder(formatting, path, error);
    g_autofree char *file =
        project_find_pipeline(workspace->project, argument, workspace->current, error);
    return file && format_file(formatting, file, error);
}

/* The whole project. */
static bool format_project(struct formatting *formatting, GError **error)
{
    const struct project *project = formatting->workspace->project;
    if (project->is_project)
        return format_folder(formatting, project->root, error);
    error_set(error, ERROR_USAGE, "'%s' is no project: name files or folders", project->root);
    return false;
}

static bool format_all(struct formatting *formatting, GError **error)
{
    char **arguments = formatting->call->arguments;
    if (!*arguments)
        return format_project(formatting, error);
    for (; *arguments; arguments++)
        if (!format_argument(formatting, *arguments, error))
            return false;
    return true;
}

static void report_tally(const struct formatting *formatting)
{
    const struct tally *tally = &formatting->tally;
    const bool writes = !formatting->check && !formatting->diff;
    report_note(formatting->call, "%u %s%s, %u left as %s", tally->changed,
                tally->changed == 1 ? "file " : "files ", writes ? "laid out" : "would change",
                tally->same, tally->same == 1 ? "it is" : "they are");
}

enum exit_code command_fmt(struct call *call)
{
    AUTO(workspace) workspace = workspace_open_project(call, call_argument(call, 0));
    if (!workspace)
        return EXIT_CODE_USAGE;
    struct formatting formatting = {
        .workspace = workspace,
        .call = call,
        .check = flags_given(call->flags, FLAG_CHECK),
        .diff = flags_given(call->flags, FLAG_DIFF),
    };
    g_autoptr(GError) error = NULL;
    const bool done = format_all(&formatting, &error);
    report_diagnostics(call, workspace->diagnostics);
    if (!done)
        report_error(call, error);
    if (!done || diagnostics_errors(workspace->diagnostics) > 0)
        return EXIT_CODE_USAGE;
    if (g_strcmp0(call_argument(call, 0), "-") != 0 || formatting.check)
        report_tally(&formatting);
    return formatting.check && formatting.tally.changed > 0 ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}
