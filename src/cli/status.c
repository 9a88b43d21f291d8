/* SPDX-License-Identifier: Apache-2.0 */
/* How the running or the last run stands, from what it writes to target/run. */
#include "cli/history.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/statustext.h"
#include "cli/workspace.h"
#include "run/folder.h"

enum { LOOK_US = G_USEC_PER_SEC / 10 };

static const char runs_folder[] = "target/run";

static char *fail_unknown(const char *name, GError **error)
{
    if (name)
        error_set(error, ERROR_USAGE, "there is no run of '%s' in %s", name, runs_folder);
    else
        error_set(error, ERROR_USAGE, "there is no run yet in %s: sqlflow run makes one",
                  runs_folder);
    return NULL;
}

/* `name` is a pipeline, its file, or the id of a run; NULL: whichever ran last. */
static char *find_folder(const struct workspace *workspace, const char *name, GError **error)
{
    if (name && run_id_is(name)) {
        g_autofree char *folder = g_build_filename(runs_folder, name, NULL);
        return g_file_test(folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&folder)
                                                       : fail_unknown(name, error);
    }
    char *folder = history_find(runs_folder, name);
    if (folder || !name)
        return folder ? folder : fail_unknown(NULL, error);
    g_autofree char *path = workspace_path(workspace, name);
    g_autofree char *pipeline = project_pipeline_name(workspace->project, path);
    folder = history_find(runs_folder, pipeline);
    return folder ? folder : fail_unknown(name, error);
}

/* A run that has just begun tells its start within a moment. */
static bool read_start(struct replay *replay, GError **error)
{
    while (true) {
        if (!replay_read(replay, NULL, error))
            return false;
        if (replay->result->run_id)
            return true;
        if (!replay->is_alive) {
            error_set(error, ERROR_SYSTEM, "the run in %s ended before it told anything",
                      replay->folder);
            return false;
        }
        g_usleep(LOOK_US);
    }
}

static enum exit_code show(const struct call *call, struct replay *replay, GError **error)
{
    if (!read_start(replay, error))
        return EXIT_CODE_FAILED;
    if (flags_given(call->flags, FLAG_JSON)) {
        report_document(call, status_to_json(replay));
        return EXIT_CODE_OK;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    status_append_text(out, call, replay);
    terminal_flush(&call->out, out);
    return EXIT_CODE_OK;
}

/* Told as `run` tells it, until its process is gone: then the database is free, too. */
static enum exit_code follow(const struct call *call, struct replay *replay, GError **error)
{
    AUTO(progress_display) display = progress_display_new(call);
    const struct run_observer *observer =
        call->json_log ? NULL : progress_display_observer(display);
    progress_display_prepare(display, "waiting for the run to begin");
    for (bool goes_on = true; goes_on;) {
        if (!replay_read(replay, observer, error))
            return EXIT_CODE_FAILED;
        goes_on = replay->is_alive;
        if (call->json_log)
            terminal_flush(&call->err, replay->lines);
        else if (goes_on && replay->result->run_id)
            observer->tick(observer->user_data, replay->result->steps, replay->progress);
        if (goes_on)
            g_usleep(LOOK_US);
    }
    if (observer)
        progress_display_clear(display);
    if (replay->state == RUN_STATE_CRASHED)
        error_set(error, ERROR_SYSTEM,
                  "the run crashed: its process %" G_GINT64_FORMAT " ended without a word",
                  replay->pid);
    else if (replay->failure)
        g_propagate_error(error, g_error_copy(replay->failure));
    return status_exit_code(replay);
}

enum exit_code command_status(struct call *call)
{
    g_autoptr(GError) error = NULL;
    bool follows = flags_given(call->flags, FLAG_FOLLOW);
    if (follows && flags_given(call->flags, FLAG_JSON)) {
        error_set(&error, ERROR_USAGE,
                  "--follow and --json exclude each other; --log-format json follows as lines");
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    AUTO(workspace) workspace = workspace_open_project(call, NULL);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autofree char *folder = find_folder(workspace, call_argument(call, 0), &error);
    AUTO(replay) replay = folder ? replay_new(folder) : NULL;
    enum exit_code code = EXIT_CODE_USAGE;
    if (replay)
        code = follows ? follow(call, replay, &error) : show(call, replay, &error);
    if (error)
        report_error(call, error);
    return code;
}
