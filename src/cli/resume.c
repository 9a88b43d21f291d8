/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/resume.h"

#include "cli/database.h"
#include "cli/report.h"
#include "plan/secret.h"
#include "run/begun.h"
#include "run/folder.h"

#include <jansson.h>
#include <string.h>

/* jansson's own memory, as GLib's. */
static char *take_json(json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    char *copy = g_strdup(text);
    free(text); /* NOLINT: jansson's own */
    json_decref(value);
    return copy;
}

static void add_list(json_t *object, const char *name, const char *const *words)
{
    if (!words)
        return;
    json_t *list = json_array();
    for (; *words; words++)
        json_array_append_new(list, json_string(*words));
    json_object_set_new(object, name, list);
}

static void add_text(json_t *object, const char *name, const char *text)
{
    if (text)
        json_object_set_new(object, name, json_string(text));
}

char *selection_to_json(const struct flags *flags)
{
    static const enum flag narrowing[] = {FLAG_SELECT, FLAG_EXCLUDE, FLAG_FULL_REFRESH, FLAG_START,
                                          FLAG_END};
    bool narrows = false;
    for (guint i = 0; i < G_N_ELEMENTS(narrowing); i++)
        narrows = narrows || flags_given(flags, narrowing[i]);
    if (!narrows)
        return NULL;
    json_t *object = json_object();
    if (flags_given(flags, FLAG_FULL_REFRESH))
        json_object_set_new(object, "full_refresh", json_true());
    add_text(object, "start", flags_text(flags, FLAG_START));
    add_text(object, "end", flags_text(flags, FLAG_END));
    add_list(object, "select", flags_list(flags, FLAG_SELECT));
    add_list(object, "exclude", flags_list(flags, FLAG_EXCLUDE));
    return take_json(object);
}

static char **read_list(const json_t *list)
{
    const gsize count = json_array_size(list);
    char **words = count > 0 ? g_new0(char *, count + 1) : NULL;
    for (gsize i = 0; i < count; i++)
        words[i] = g_strdup(json_string_value(json_array_get(list, i)));
    return words;
}

void selection_from_json(const char *json, char ***out_select, char ***out_exclude)
{
    json_t *object = json ? json_loads(json, 0, NULL) : NULL;
    *out_select = read_list(json_object_get(object, "select"));
    *out_exclude = read_list(json_object_get(object, "exclude"));
    json_decref(object);
}

char *variables_to_json(const struct workspace *workspace, const struct plan *plan)
{
    g_autoptr(GHashTable) secrets = plan_secrets(plan);
    g_autoptr(GHashTable) names = plan_secret_names(plan);
    json_t *object = json_object();
    for (guint i = 0; i + 1 < workspace->values->len; i += 2) {
        const char *name = g_ptr_array_index(workspace->values, i);
        const char *value = g_ptr_array_index(workspace->values, i + 1);
        if (!g_hash_table_contains(secrets, value) && !g_hash_table_contains(names, name))
            json_object_set_new(object, name, json_string(value));
    }
    if (json_object_size(object) > 0)
        return take_json(object);
    json_decref(object);
    return NULL;
}

static const char *value_now(const struct workspace *workspace, const char *name)
{
    const char *found = NULL;
    for (guint i = 0; i + 1 < workspace->values->len; i += 2)
        if (strcmp(g_ptr_array_index(workspace->values, i), name) == 0)
            found = g_ptr_array_index(workspace->values, i + 1);
    return found;
}

/* A value that is given anew counts, and is told when it isn't the same. */
static void restore_variables(struct workspace *workspace, const struct past_run *run)
{
    json_t *object = run->variables ? json_loads(run->variables, 0, NULL) : NULL;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        const char *before = json_string_value(value);
        const char *now = value_now(workspace, name);
        if (now && strcmp(now, before) != 0)
            report_note(workspace->call, "%s is '%s' now; run %s had '%s'", name, now,
                        run_id_token(run->run_id), before);
        if (now)
            continue;
        g_ptr_array_add(workspace->values, g_strdup(name));
        g_ptr_array_add(workspace->values, g_strdup(before));
    }
    json_decref(object);
}

/* A run can die, or fail, after it said that it begins and before the journal has it: then nothing
 * was done, and the run before it isn't what is to be continued. */
static bool check_recorded(const struct database *database, const struct workspace *workspace,
                           const char *catalog, const char *pipeline, GError **error)
{
    bool is_recorded = true;
    g_autofree char *newest = begun_newest("target/run", pipeline, workspace->profile->name);
    if (newest &&
        !past_has_run(database->class, database->session, catalog, newest, &is_recorded, error))
        return false;
    if (!is_recorded)
        error_set(error, ERROR_USAGE, "run %s of '%s' ended before it did anything: sqlflow run %s",
                  run_id_token(newest), pipeline, pipeline);
    return is_recorded;
}

static bool find_recorded(const struct database *database, const struct workspace *workspace,
                          const char *pipeline, struct past_run **out, GError **error)
{
    g_autofree char *catalog = profile_catalog(workspace->profile);
    struct past_run *found = NULL;
    if (!past_find_run(database->class, database->session, catalog, pipeline, &found, error))
        return false;
    AUTO(past_run) run = found;
    if (run && past_run_is_done(run) &&
        !check_recorded(database, workspace, catalog, pipeline, error))
        return false;
    *out = g_steal_pointer(&run);
    return true;
}

static bool read_run(struct workspace *workspace, const char *pipeline, struct past_run **out,
                     GError **error)
{
    const struct engine_options options = workspace_engine_options(workspace);
    if (!g_file_test(options.path, G_FILE_TEST_EXISTS))
        return true;
    struct database database = {0};
    const bool found = database_open(&database, workspace, error) &&
                       find_recorded(&database, workspace, pipeline, out, error);
    database_close(&database);
    return found;
}

bool resume_find(struct workspace *workspace, const char *name, struct past_run **out,
                 GError **error)
{
    g_autofree char *file = workspace_find(workspace, name, error);
    if (!file)
        return false;
    g_autofree char *pipeline = project_pipeline_name(workspace->project, file);
    if (workspace->profile->in_memory) {
        error_set(error, ERROR_USAGE,
                  "the profile '%s' keeps its database in memory: nothing is left of an earlier "
                  "run to go on with",
                  workspace->profile->name);
        return false;
    }
    struct past_run *found = NULL;
    if (!read_run(workspace, pipeline, &found, error))
        return false;
    AUTO(past_run) run = found;
    if (!run) {
        error_set(error, ERROR_USAGE, "'%s' has not run yet: sqlflow run %s", pipeline, pipeline);
        return false;
    }
    const bool is_over =
        past_run_is_done(run) && !flags_given(workspace->call->flags, FLAG_RESTART);
    if (is_over) {
        run_folder_settle("target/run");
        report_note(workspace->call, "%s: run %s is done, nothing is left to do", pipeline,
                    run_id_token(run->run_id));
    } else {
        restore_variables(workspace, run);
    }
    *out = is_over ? NULL : g_steal_pointer(&run);
    return true;
}
