/* SPDX-License-Identifier: Apache-2.0 */
#include "run/begun.h"

#include "run/folder.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The first line of the run's events, or NULL. */
static json_t *first_event(const char *directory, const char *run_id)
{
    g_autofree char *path = g_build_filename(directory, run_id, "events.jsonl", NULL);
    FILE *file = fopen(path, "re");
    json_t *event = file ? json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    if (file)
        (void)fclose(file);
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

char *begun_newest(const char *directory, const char *pipeline, const char *profile)
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
