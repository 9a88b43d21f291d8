/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/database.h"
#include "cli/output.h"
#include "cli/report.h"
#include "run/past.h"

#include <string.h>

enum { RUNS_SHOWN = 50 };

/* `20261123T081500Z-1a2b3c4d`, or its end. */
static bool is_run(const char *text)
{
    return text && g_regex_match_simple("^(\\d{8}T\\d{6}Z-)?[0-9a-f]{8}$", text, 0, 0);
}

static bool show(struct workspace *workspace, const char *what, struct rows *rows, GError **error)
{
    struct database database = {0};
    g_autofree char *catalog = profile_catalog(workspace->profile);
    bool found = database_open(&database, workspace, error);
    if (found && is_run(what))
        found = past_list_steps(database.class, database.session, catalog, what, rows, error);
    else if (found)
        found = past_list_runs(database.class, database.session, catalog, what, rows, error);
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

enum exit_code command_state(struct call *call)
{
    const char *what = call_argument(call, 1);
    g_autoptr(GError) error = NULL;
    if (strcmp(call_argument(call, 0), "show") != 0) {
        error_set(&error, ERROR_USAGE, "unknown word '%s': sqlflow state show [NAME|RUN]",
                  call_argument(call, 0));
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    AUTO(workspace) workspace = workspace_open(call, NULL);
    if (!workspace)
        return EXIT_CODE_USAGE;
    report_diagnostics(call, workspace->diagnostics);
    AUTO(rows) rows = rows_new(flags_number(call->flags, FLAG_LIMIT, RUNS_SHOWN));
    if (!show(workspace, what, rows, &error) || !check_found(rows, what, &error)) {
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    if (rows->count > 0)
        output_all(call, rows);
    else
        report_note(call, "no run is recorded yet");
    return EXIT_CODE_OK;
}
