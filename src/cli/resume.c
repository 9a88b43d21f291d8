/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/resume.h"

#include "cli/database.h"
#include "cli/report.h"
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
    static const enum flag kept[] = {FLAG_ALL,          FLAG_SELECT, FLAG_EXCLUDE,
                                     FLAG_FULL_REFRESH, FLAG_START,  FLAG_END};
    bool is_any = false;
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
        is_any = is_any || flags_given(flags, kept[i]);
    if (!is_any)
        return NULL;
    json_t *object = json_object();
    if (flags_given(flags, FLAG_ALL))
        json_object_set_new(object, "all", json_true());
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

char *variables_to_json(const struct planned *planned)
{
    const GPtrArray *values = planned->values;
    json_t *object = json_object();
    for (guint i = 0; i + 1 < values->len; i += 2) {
        const char *name = g_ptr_array_index(values, i);
        const char *value = g_ptr_array_index(values, i + 1);
        g_autofree char *shown = secrets_mask(planned->plan->secrets, value);
        if (strcmp(shown, value) == 0)
            json_object_set_new(object, name, json_string(value));
    }
    if (json_object_size(object) > 0)
        return take_json(object);
    json_decref(object);
    return NULL;
}

static const char *value_of(const GPtrArray *values, const char *name)
{
    const char *found = NULL;
    for (guint i = 0; i + 1 < values->len; i += 2)
        if (strcmp(g_ptr_array_index(values, i), name) == 0)
            found = g_ptr_array_index(values, i + 1);
    return found;
}

static GPtrArray *values_copy(const GPtrArray *values)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < values->len; i++)
        g_ptr_array_add(copy, g_strdup(g_ptr_array_index(values, i)));
    return copy;
}

/* Those of this command line, and below them those of the run. A value that is given anew counts,
 * and is told when it isn't the same. */
static GPtrArray *values_with(const struct workspace *workspace, const struct past_run *run)
{
    GPtrArray *values = values_copy(workspace->values);
    json_t *object = run->variables ? json_loads(run->variables, 0, NULL) : NULL;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        const char *before = json_string_value(value);
        const char *now = value_of(workspace->values, name);
        if (now && strcmp(now, before) != 0)
            report_note(workspace->call, "%s is '%s' now; run %s had '%s'", name, now,
                        run_id_token(run->run_id), before);
        if (now)
            continue;
        g_ptr_array_add(values, g_strdup(name));
        g_ptr_array_add(values, g_strdup(before));
    }
    json_decref(object);
    return values;
}

/* A pipeline, and what is known of its past. */
struct origin {
    char *file;
    char *pipeline;
    struct past_run *run; /* NULL: there is none to go on with */
    bool is_anew;         /* nothing of that run is its own, or nothing of it was done */
    gint64 looked_us;     /* when that was found out */
};

static void origin_free(gpointer data)
{
    struct origin *origin = data;
    g_free(origin->file);
    g_free(origin->pipeline);
    past_run_free(origin->run);
    g_free(origin);
}

/* What is looked at for all of them. */
struct search {
    struct workspace *workspace;
    const struct database *database; /* NULL: there is none yet */
    const char *catalog;
    struct past_run *batch; /* the last `run --all`; NULL: there was none, or it isn't asked for */
};

static bool find_recorded(const struct search *search, struct origin *origin, GError **error)
{
    const struct database *database = search->database;
    return !database || past_find_run(database->class, database->session, search->catalog,
                                      origin->pipeline, &origin->run, error);
}

static bool is_recorded(const struct search *search, const char *run_id, bool *out, GError **error)
{
    const struct database *database = search->database;
    *out = false;
    return !database ||
           past_has_run(database->class, database->session, search->catalog, run_id, out, error);
}

/* The newest run can have died, or failed, after it said that it begins and before the journal had
 * it: then nothing was done, and the run before it isn't what is to be continued. *out is NULL when
 * it isn't so. */
static bool find_unrecorded(const struct search *search, const struct origin *origin,
                            struct past_run **out, GError **error)
{
    bool is_alive = false;
    bool recorded = true;
    AUTO(past_run)
    run =
        begun_in_vain("target/run", origin->pipeline, search->workspace->profile->name, &is_alive);
    *out = NULL;
    if (run && !is_recorded(search, run->run_id, &recorded, error))
        return false;
    if (recorded || (origin->run && origin->run->started_us >= run->started_us))
        return true;
    if (is_alive)
        error_set(error, ERROR_USAGE, "run %s of '%s' is just beginning: wait until it has ended",
                  run_id_token(run->run_id), origin->pipeline);
    else
        *out = g_steal_pointer(&run);
    return !is_alive;
}

/* The last call of all pipelines came as far as this one, or the pipeline has run since. */
static bool was_reached(const struct past_run *run, const struct past_run *batch)
{
    return run && (run->now_us == batch->now_us || run->started_us > batch->started_us);
}

static void begin_anew(struct origin *origin, struct past_run *run)
{
    past_run_free(origin->run);
    origin->run = run;
    origin->is_anew = true;
}

static bool find_origin(const struct search *search, struct origin *origin, GError **error)
{
    struct past_run *found = NULL;
    origin->looked_us = g_get_real_time();
    if (!find_recorded(search, origin, error) || !find_unrecorded(search, origin, &found, error))
        return false;
    AUTO(past_run) unrecorded = found;
    const struct past_run *newest = unrecorded ? unrecorded : origin->run;
    if (search->batch && !was_reached(newest, search->batch)) {
        begin_anew(origin, past_run_copy(search->batch));
    } else if (unrecorded) {
        report_note(search->workspace->call,
                    "%s: run %s ended before it did anything: it is done from the start",
                    origin->pipeline, run_id_token(unrecorded->run_id));
        begin_anew(origin, g_steal_pointer(&unrecorded));
    }
    return true;
}

/* The last `run --all` may have died with its first pipeline, before the journal had that. */
static bool find_batch(struct search *search, const GPtrArray *origins, GError **error)
{
    const struct database *database = search->database;
    if (database && !past_find_batch(database->class, database->session, search->catalog,
                                     &search->batch, error))
        return false;
    for (guint i = 0; i < origins->len; i++) {
        struct past_run *found = NULL;
        if (!find_unrecorded(search, g_ptr_array_index(origins, i), &found, error))
            return false;
        AUTO(past_run) run = found;
        if (!run || !past_run_is_of_batch(run) ||
            (search->batch && run->now_us <= search->batch->now_us))
            continue;
        past_run_free(search->batch);
        search->batch = g_steal_pointer(&run);
    }
    return true;
}

static bool find_all(struct search *search, const GPtrArray *origins, GError **error)
{
    if (flags_given(search->workspace->call->flags, FLAG_ALL) &&
        !find_batch(search, origins, error))
        return false;
    for (guint i = 0; i < origins->len; i++)
        if (!find_origin(search, g_ptr_array_index(origins, i), error))
            return false;
    return true;
}

static bool find_origins(struct workspace *workspace, const GPtrArray *origins, GError **error)
{
    const struct engine_options options = workspace_engine_options(workspace);
    g_autofree char *catalog = profile_catalog(workspace->profile);
    struct database database = {0};
    struct search search = {.workspace = workspace, .catalog = catalog};
    if (g_file_test(options.path, G_FILE_TEST_EXISTS)) {
        if (!database_open(&database, workspace, error)) {
            database_close(&database);
            return false;
        }
        search.database = &database;
    }
    const bool found = find_all(&search, origins, error);
    past_run_free(search.batch);
    database_close(&database);
    return found;
}

static bool add_origin(GPtrArray *origins, const struct workspace *workspace, const char *name,
                       GError **error)
{
    char *file = workspace_find(workspace, name, error);
    if (!file)
        return false;
    struct origin *origin = g_new0(struct origin, 1);
    origin->file = file;
    origin->pipeline = project_pipeline_name(workspace->project, file);
    g_ptr_array_add(origins, origin);
    return true;
}

/* Those that are asked for, nothing known of them yet. */
static GPtrArray *list_origins(struct workspace *workspace, const char *name, GError **error)
{
    g_autoptr(GPtrArray) origins = g_ptr_array_new_with_free_func(origin_free);
    if (!flags_given(workspace->call->flags, FLAG_ALL))
        return add_origin(origins, workspace, name, error) ? g_steal_pointer(&origins) : NULL;
    g_auto(GStrv) names = project_pipelines(workspace->project);
    for (char **next = names; *next; next++)
        if (!add_origin(origins, workspace, *next, error))
            return NULL;
    return g_steal_pointer(&origins);
}

/* Says of those of which nothing is left that it is so. */
static bool is_over(const struct workspace *workspace, const struct origin *origin)
{
    const struct call *call = workspace->call;
    if (!origin->run) {
        report_note(call, "%s: has not run yet", origin->pipeline);
        return true;
    }
    if (origin->is_anew || !past_run_is_done(origin->run) || flags_given(call->flags, FLAG_RESTART))
        return false;
    report_note(call, "%s: run %s is done, nothing is left to do", origin->pipeline,
                run_id_token(origin->run->run_id));
    return true;
}

/* Those that are over are planned, too, where there are others: the order hangs on all. */
static void plan_origins(struct workspace *workspace, const GPtrArray *origins, GPtrArray *out)
{
    for (guint i = 0; i < origins->len; i++) {
        struct origin *origin = g_ptr_array_index(origins, i);
        const bool over = is_over(workspace, origin);
        if (over && origins->len == 1)
            return;
        GPtrArray *given = workspace->values;
        if (origin->run)
            workspace->values = values_with(workspace, origin->run);
        struct planned *planned = workspace_plan(workspace, origin->file);
        if (origin->run)
            g_ptr_array_unref(workspace->values);
        workspace->values = given;
        const bool restarts = flags_given(workspace->call->flags, FLAG_RESTART);
        planned->origin = g_steal_pointer(&origin->run);
        planned->is_anew = origin->is_anew || restarts;
        planned->looked_us = origin->is_anew && !restarts ? origin->looked_us : 0;
        planned->is_over = over;
        g_ptr_array_add(out, planned);
    }
}

static bool check_profile(const struct workspace *workspace, GError **error)
{
    if (!workspace->profile->in_memory)
        return true;
    error_set(error, ERROR_USAGE,
              "the profile '%s' keeps its database in memory: nothing is left of an earlier run to "
              "go on with",
              workspace->profile->name);
    return false;
}

static bool check_any(const GPtrArray *origins, GError **error)
{
    for (guint i = 0; i < origins->len; i++)
        if (((const struct origin *)g_ptr_array_index(origins, i))->run)
            return true;
    if (origins->len == 1) {
        const char *pipeline = ((const struct origin *)g_ptr_array_index(origins, 0))->pipeline;
        error_set(error, ERROR_USAGE, "'%s' has not run yet: sqlflow run %s", pipeline, pipeline);
    } else {
        error_set(error, ERROR_USAGE, "no pipeline has run yet: sqlflow run --all");
    }
    return false;
}

bool planned_is_left(const GPtrArray *all_planned)
{
    for (guint i = 0; i < all_planned->len; i++)
        if (!((const struct planned *)g_ptr_array_index(all_planned, i))->is_over)
            return true;
    return false;
}

GPtrArray *resume_plan(struct workspace *workspace, const char *name, GError **error)
{
    g_autoptr(GPtrArray) all = planned_list_new();
    g_autoptr(GPtrArray) origins = list_origins(workspace, name, error);
    if (!origins || !check_profile(workspace, error) || !find_origins(workspace, origins, error) ||
        !check_any(origins, error))
        return NULL;
    plan_origins(workspace, origins, all);
    return g_steal_pointer(&all);
}
