/* SPDX-License-Identifier: Apache-2.0 */
#include "run/crashed.h"

#include "base/error.h"
#include "base/file.h"
#include "run/folder.h"
#include "run/results.h"
#include "run/temporary.h"

#include <string.h>

/* What is known of a run from its plan and its events. */
struct story {
    json_t *results; /* the document that is being made */
    json_t *steps;   /* id -> step, in the order of the plan */
    gint64 started;  /* microseconds since 1970; 0: not known */
    gint64 last;     /* of the last event */
};

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static gint64 time_of(const json_t *event)
{
    return results_time_parse(text_of(event, "time"));
}

static void copy_member(json_t *to, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    if (value)
        json_object_set(to, key, value);
}

static void copy_members(json_t *to, const json_t *from, const char *const *keys)
{
    for (; *keys; keys++)
        copy_member(to, from, *keys);
}

/* The step with this id; made when the plan doesn't have it. */
static json_t *step_of(struct story *story, const json_t *from)
{
    static const char *const keys[] = {"id", "type", "name", "fingerprint", NULL};
    const char *id = text_of(from, "id");
    json_t *step = id ? json_object_get(story->steps, id) : NULL;
    if (step || !id)
        return step;
    step = json_object();
    copy_members(step, from, keys);
    json_object_update_new(step, json_pack("{s:n, s:s, s:n, s:i, s:i}", "started_us", "status",
                                           "not_run", "rows", "duration_us", 0, "tries", 0));
    json_object_set_new(story->steps, id, step);
    return step;
}

static void take_plan(struct story *story, const char *folder)
{
    static const char *const keys[] = {"pipeline", "profile", "engine", NULL};
    g_autofree char *path = g_build_filename(folder, "plan.json", NULL);
    json_t *plan = json_load_file(path, 0, NULL);
    const json_t *operations = json_object_get(plan, "operations");
    copy_members(story->results, plan, keys);
    for (size_t i = 0; i < json_array_size(operations); i++)
        step_of(story, json_array_get(operations, i));
    json_decref(plan);
}

/* A step that was not to run is `pending`, as in other results. */
static void take_selection(struct story *story, const json_t *selected)
{
    for (void *at = json_object_iter(story->steps); at;
         at = json_object_iter_next(story->steps, at))
        json_object_set_new(json_object_iter_value(at), "status", json_string("pending"));
    for (size_t i = 0; i < json_array_size(selected); i++) {
        const char *id = json_string_value(json_array_get(selected, i));
        json_t *step = id ? json_object_get(story->steps, id) : NULL;
        json_object_set_new(step, "status", json_string("not_run"));
    }
}

static void take_run_started(struct story *story, const json_t *event)
{
    static const char *const keys[] = {"pipeline", "profile", "engine", NULL};
    story->started = time_of(event);
    copy_members(story->results, event, keys);
    if (json_object_get(event, "selected"))
        take_selection(story, json_object_get(event, "selected"));
}

static void take_step_started(struct story *story, const json_t *event)
{
    json_t *step = step_of(story, event);
    json_int_t former = json_integer_value(json_object_get(step, "tries"));
    if (former == 0)
        json_object_set_new(step, "started_us", json_integer(time_of(event) - story->started));
    json_object_set_new(step, "status", json_string("crashed"));
    json_object_set_new(step, "tries", json_integer(former + 1));
}

static void take_step_finished(struct story *story, const json_t *event)
{
    static const char *const keys[] = {"status",  "rows",  "bytes", "duration_us", "tries",
                                       "message", "error", "at",    NULL};
    copy_members(step_of(story, event), event, keys);
}

/* It came to its end, and only the results could not be written. */
static void take_run_finished(struct story *story, const json_t *event)
{
    static const char *const keys[] = {"outcome", "signal", "error", NULL};
    copy_members(story->results, event, keys);
}

static const struct event_kind {
    const char *name;
    void (*take)(struct story *story, const json_t *event);
} event_kinds[] = {
    {"run_started", take_run_started},
    {"step_started", take_step_started},
    {"step_finished", take_step_finished},
    {"run_finished", take_run_finished},
};

static void take_event(struct story *story, const json_t *event)
{
    story->last = MAX(story->last, time_of(event));
    for (gsize i = 0; i < G_N_ELEMENTS(event_kinds); i++)
        if (g_strcmp0(text_of(event, "event"), event_kinds[i].name) == 0)
            event_kinds[i].take(story, event);
}

/* A line that can't be read was being written when the process died. */
static void take_events(struct story *story, const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "events.jsonl", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        json_t *event = json_loads(*line, 0, NULL);
        take_event(story, event);
        json_decref(event);
    }
}

/* Most sources are no steps of their own. */
static bool is_step(const json_t *step)
{
    return g_strcmp0(text_of(step, "type"), "source") != 0 ||
           !json_is_null(json_object_get(step, "started_us"));
}

static json_t *steps_array(const struct story *story)
{
    json_t *array = json_array();
    for (void *at = json_object_iter(story->steps); at;
         at = json_object_iter_next(story->steps, at))
        if (is_step(json_object_iter_value(at)))
            json_array_append(array, json_object_iter_value(at));
    return array;
}

static bool write_results(const char *folder, struct story *story, GError **error)
{
    g_autofree char *started = results_time(story->started);
    json_object_set_new(story->results, "started_at",
                        story->started ? json_string(started) : json_null());
    json_object_set_new(story->results, "duration_us",
                        json_integer(MAX(story->last - story->started, 0)));
    json_object_set_new(story->results, "steps", steps_array(story));
    return results_write_document(folder, story->results, error);
}

/* *out_crashed is false for a run that came to its end, though its results could not be written. */
static bool tell_story(const char *folder, struct crashed_run *run, bool *out_crashed,
                       GError **error)
{
    struct story story = {
        .results = json_pack("{s:s, s:s, s:s}", "format", RESULTS_FORMAT, "run_id", run->run_id,
                             "outcome", "crashed"),
        .steps = json_object(),
    };
    take_plan(&story, folder);
    take_events(&story, folder);
    run->pipeline = g_strdup(text_of(story.results, "pipeline"));
    *out_crashed = g_strcmp0(text_of(story.results, "outcome"), "crashed") == 0;
    bool written = write_results(folder, &story, error);
    json_decref(story.results);
    json_decref(story.steps);
    return written;
}

static void crashed_run_free(gpointer data)
{
    struct crashed_run *run = data;
    g_free(run->run_id);
    g_free(run->pipeline);
    g_clear_error(&run->error);
    g_free(run);
}

/* The results are written last: they say that all is done. A run that left in the middle of a step
 * has results, and its notes. */
static void settle(const char *folder, const char *run_id, bool has_results, GPtrArray *list)
{
    struct crashed_run *run = g_new0(struct crashed_run, 1);
    bool has_crashed = false;
    run->run_id = g_strdup(run_id);
    if (temporary_remove_noted(folder, run_id_token(run_id), &run->removed, &run->error) &&
        !has_results)
        (void)!tell_story(folder, run, &has_crashed, &run->error);
    if (has_crashed || run->error)
        g_ptr_array_add(list, run);
    else
        crashed_run_free(run);
}

static void look_at(const char *folder, const char *run_id, GPtrArray *list)
{
    g_autofree char *results = g_build_filename(folder, "run_results.json", NULL);
    bool has_results = g_file_test(results, G_FILE_TEST_EXISTS);
    if ((!has_results || temporary_is_noted(folder)) && !run_folder_is_alive(folder))
        settle(folder, run_id, has_results, list);
}

GPtrArray *crashed_settle(const char *directory)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(crashed_run_free);
    g_autoptr(GPtrArray) ids = run_folder_list(directory);
    for (guint i = 0; i < ids->len; i++) {
        const char *run_id = g_ptr_array_index(ids, i);
        g_autofree char *folder = g_build_filename(directory, run_id, NULL);
        look_at(folder, run_id, list);
    }
    return list;
}
