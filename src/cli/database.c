/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/database.h"

#include "cli/activity.h"

void database_close(struct database *database)
{
    if (database->session)
        database->class->session_free(database->session);
    if (database->engine)
        database->class->close(database->engine);
}

static bool open_for(struct database *database, struct workspace *workspace, bool is_reading,
                     GError **error)
{
    struct engine_options options = workspace_engine_options(workspace);
    options.read_only = is_reading;
    if (!options.path && !workspace->project->is_project) {
        error_set(error, ERROR_USAGE, "'%s' is no project, so there is no database to look at",
                  workspace->project->root);
        return false;
    }
    if (!options.path) {
        error_set(error, ERROR_USAGE,
                  "the profile '%s' keeps its database in memory: nothing is left to look at",
                  workspace->profile->name);
        return false;
    }
    if (!g_file_test(options.path, G_FILE_TEST_EXISTS)) {
        error_set(error, ERROR_USAGE, "there is no database '%s' yet: run a pipeline first",
                  options.path);
        return false;
    }
    database->class = engine_load(workspace->profile->engine, error);
    AUTO(activity)
    activity G_GNUC_UNUSED = activity_begin(workspace->call, "opening %s", options.path);
    return database->class && database->class->open(&options, &database->engine, error) &&
           database->class->session_new(database->engine, &database->session, error);
}

bool database_open(struct database *database, struct workspace *workspace, GError **error)
{
    return open_for(database, workspace, true, error);
}

bool database_open_writable(struct database *database, struct workspace *workspace, GError **error)
{
    return open_for(database, workspace, false, error);
}
