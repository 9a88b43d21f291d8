/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name.h"
#include "cli/database.h"
#include "cli/output.h"
#include "cli/report.h"
#include "run/past.h"
#include "run/watermark.h"

#include <string.h>

enum { RUNS_SHOWN = 50 };

/* `20261123T081500Z-1a2b3c4d`, or its end. */
static bool is_run(const char *text)
{
    return text && g_regex_match_simple("^(\\d{8}T\\d{6}Z-)?[0-9a-f]{8}$", text, 0, 0);
}

/* The steps of a run; or runs, and what they left behind. */
static bool show(struct workspace *workspace, const char *what, struct rows *rows,
                 struct rows *marks, GError **error)
{
    struct database database = {0};
    g_autofree char *catalog = profile_catalog(workspace->profile);
    bool found = database_open(&database, workspace, error);
    if (found && is_run(what))
        found = past_list_steps(database.class, database.session, catalog, what, rows, error);
    else if (found)
        found = past_list_runs(database.class, database.session, catalog, what, rows, error) &&
                watermarks_list(database.class, database.session, catalog, what, marks, error);
    database_close(&database);
    return found;
}

/* A name that nothing is known of is no empty answer. */
static bool check_found(const struct rows *rows, const char *what, GError **error)
{
    if (rows->count > 0 || !what)
        return true;
    error_set(error, ERROR_USAGE, "the journal has nothing about '%s'", what);
    return false;
}

static enum exit_code fail(struct call *call, GError *error)
{
    report_error(call, error);
    g_error_free(error);
    return EXIT_CODE_USAGE;
}

static enum exit_code write_rows(struct call *call, const struct rows *rows, const char *none)
{
    if (rows->count > 0)
        output_all(call, rows);
    else
        report_note(call, "%s", none);
    return EXIT_CODE_OK;
}

/* Who reads a program's output has one table in it, or one document. */
static bool is_for_people(const struct call *call)
{
    const char *output = flags_text(call->flags, FLAG_OUTPUT);
    return !flags_given(call->flags, FLAG_JSON) && (!output || strcmp(output, "table") == 0);
}

static enum exit_code state_show(struct call *call, struct workspace *workspace)
{
    const char *what = call_argument(call, 1);
    GError *error = NULL;
    AUTO(rows) rows = rows_new(flags_number(call->flags, FLAG_LIMIT, RUNS_SHOWN));
    AUTO(rows) marks = rows_new(flags_number(call->flags, FLAG_LIMIT, 0));
    if (!show(workspace, what, rows, marks, &error) || !check_found(rows, what, &error))
        return fail(call, error);
    if (marks->count == 0 || !is_for_people(call))
        return write_rows(call, rows, "no run is recorded yet");
    g_autoptr(GString) between = g_string_new("\n");
    output_rows(call, rows);
    terminal_flush(&call->out, between);
    output_rows(call, marks);
    return EXIT_CODE_OK;
}

static enum exit_code state_watermarks(struct call *call, struct workspace *workspace)
{
    struct database database = {0};
    GError *error = NULL;
    AUTO(rows) rows = rows_new(flags_number(call->flags, FLAG_LIMIT, 0));
    g_autofree char *catalog = profile_catalog(workspace->profile);
    const bool found = database_open(&database, workspace, &error) &&
                       watermarks_list(database.class, database.session, catalog,
                                       call_argument(call, 1), rows, &error);
    database_close(&database);
    return found ? write_rows(call, rows, "no watermark is recorded yet") : fail(call, error);
}

static enum exit_code state_reset(struct call *call, struct workspace *workspace)
{
    const char *pipeline = call_argument(call, 1);
    const char *table = call_argument(call, 2);
    struct database database = {0};
    GError *error = NULL;
    gint64 count = -1;
    g_autofree char *catalog = profile_catalog(workspace->profile);
    g_autofree char *key = table ? name_key(table, catalog) : NULL;
    if (!pipeline)
        error_set(&error, ERROR_USAGE, "of which pipeline? sqlflow state reset NAME [TABLE]");
    else if (database_open_writable(&database, workspace, &error))
        count = watermarks_reset(database.class, database.session, catalog, pipeline, key, &error);
    database_close(&database);
    if (count < 0)
        return fail(call, error);
    if (count == 0)
        report_note(call, "there was nothing to forget");
    else
        report_note(call, "%" G_GINT64_FORMAT " watermark%s forgotten: the next run reads all",
                    count, count == 1 ? "" : "s");
    return EXIT_CODE_OK;
}

enum exit_code command_state(struct call *call)
{
    static const struct {
        const char *word;
        guint arguments;
        enum exit_code (*run)(struct call *, struct workspace *);
    } words[] = {
        {"show", 2, state_show},
        {"watermarks", 2, state_watermarks},
        {"reset", 3, state_reset},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(call_argument(call, 0), words[i].word) != 0 ||
            call_argument(call, words[i].arguments))
            continue;
        AUTO(workspace) workspace = workspace_open(call, NULL);
        if (!workspace)
            return EXIT_CODE_USAGE;
        report_diagnostics(call, workspace->diagnostics);
        return words[i].run(call, workspace);
    }
    GError *error = NULL;
    error_set(&error, ERROR_USAGE,
              "sqlflow state show [NAME|RUN], state watermarks [NAME], or state reset NAME "
              "[TABLE]");
    return fail(call, error);
}
