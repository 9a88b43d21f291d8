/* SPDX-License-Identifier: Apache-2.0 */
#include "run/begun.h"

#include "run/folder.h"
#include "run/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_events(const char *directory, const char *run_id)
{
    g_autofree char *path = g_build_filename(directory, run_id, "events.jsonl", NULL);
    return fopen(path, "re");
}

static void close_events(FILE *file)
{
    if (file)
        (void)fclose(file);
}

/* NULL at the end, and before a line that was cut short. */
static json_t *next_event(FILE *file)
{
    return file ? json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
}

static json_t *first_event(const char *directory, const char *run_id)
{
    FILE *file = open_events(directory, run_id);
    json_t *event = next_event(file);
    close_events(file);
    return event;
}

static bool says(const json_t *event, const char *key, const char *wanted)
{
    return g_strcmp0(json_string_value(json_object_get(event, key)), wanted) == 0;
}

/* When it began, as text that sorts; NULL for a run of something else. */
static char *time_begun(const char *directory, const char *run_id, const char *pipeline,
                        const char *profile)
{
    json_t *event = first_event(directory, run_id);
    bool is_ours = says(event, "event", "run_started") && says(event, "pipeline", pipeline) &&
                   says(event, "profile", profile);
    char *time = is_ours ? g_strdup(json_string_value(json_object_get(event, "time"))) : NULL;
    json_decref(event);
    return time;
}

/* Ids sort by the second, events by the millisecond. */
static bool is_of_an_earlier_second(const char *run_id, const char *than)
{
    return strncmp(run_id, than, (gsize)(run_id_token(run_id) - run_id)) < 0;
}

/* The id of the run that began last, or NULL. */
static char *find_newest(const char *directory, const char *pipeline, const char *profile)
{
    g_autoptr(GPtrArray) ids = run_folder_list(directory);
    g_autofree char *newest_time = NULL;
    const char *newest = NULL;
    for (guint i = ids->len; i-- > 0;) {
        const char *run_id = g_ptr_array_index(ids, i);
        if (newest && is_of_an_earlier_second(run_id, newest))
            break;
        g_autofree char *time = time_begun(directory, run_id, pipeline, profile);
        if (!time || g_strcmp0(time, newest_time) <= 0)
            continue;
        newest = run_id;
        g_free(newest_time);
        newest_time = g_steal_pointer(&time);
    }
    return g_strdup(newest);
}

/* Its steps begin when the journal has it. */
static bool came_to_steps(const char *directory, const char *run_id)
{
    const char *running = run_phase_name(PHASE_RUNNING);
    FILE *file = open_events(directory, run_id);
    bool found = false;
    for (json_t *event; !found && (event = next_event(file));) {
        found = says(event, "phase", running);
        json_decref(event);
    }
    close_events(file);
    return found;
}

/* jansson's own memory, as GLib's. */
static char *text_of(const json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    char *copy = g_strdup(text);
    free(text); /* NOLINT: jansson's own */
    return copy;
}

static struct past_run *run_of(const json_t *event, const char *run_id)
{
    struct past_run *run = g_new0(struct past_run, 1);
    run->run_id = g_strdup(run_id);
    run->root = g_strdup(run_id);
    run->outcome = g_strdup("started");
    run->started_us = results_time_parse(json_string_value(json_object_get(event, "time")));
    run->now_us = json_integer_value(json_object_get(event, "now_us"));
    run->selection = text_of(json_object_get(event, "selection"));
    run->variables = text_of(json_object_get(event, "variables"));
    return run;
}

/* It had work of its own that another run can do. */
static bool is_worth_it(const json_t *event)
{
    return json_is_true(json_object_get(event, "journalled")) &&
           !json_object_get(event, "continues") &&
           json_integer_value(json_object_get(event, "steps")) > 0;
}

struct past_run *begun_in_vain(const char *directory, const char *pipeline, const char *profile,
                               bool *out_is_alive)
{
    g_autofree char *run_id = find_newest(directory, pipeline, profile);
    if (!run_id)
        return NULL;
    g_autofree char *folder = g_build_filename(directory, run_id, NULL);
    *out_is_alive = run_folder_is_alive(folder);
    json_t *event = first_event(directory, run_id);
    struct past_run *run =
        is_worth_it(event) && !came_to_steps(directory, run_id) ? run_of(event, run_id) : NULL;
    json_decref(event);
    return run;
}
