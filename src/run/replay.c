/* SPDX-License-Identifier: Apache-2.0 */
#include "run/replay.h"

#include "run/folder.h"
#include "run/results.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Calls a function of the observer, if there is one. */
#define TELL(observer, function, ...)                                                              \
    do {                                                                                           \
        if ((observer) && (observer)->function)                                                    \
            (observer)->function((observer)->user_data, __VA_ARGS__);                              \
    } while (0)

struct replay *replay_new(const char *folder)
{
    struct replay *replay = g_new0(struct replay, 1);
    replay->folder = g_strdup(folder);
    replay->state = RUN_STATE_RUNNING;
    replay->lines = g_string_new(NULL);
    replay->indexes = g_hash_table_new(g_str_hash, g_str_equal);
    replay->plan = g_new0(struct plan, 1);
    replay->plan->operations = g_ptr_array_new_with_free_func(g_free);
    replay->plan->strings = g_string_chunk_new(1024);
    replay->result = g_new0(struct run_result, 1);
    replay->result->folder = g_strdup(folder);
    replay->result->steps = g_array_new(FALSE, TRUE, sizeof(struct step_result));
    g_array_set_clear_func(replay->result->steps, step_result_clear);
    return replay;
}

void replay_free(struct replay *replay)
{
    if (!replay)
        return;
    run_result_free(replay->result);
    plan_free(replay->plan);
    g_hash_table_unref(replay->indexes);
    g_string_free(replay->lines, TRUE);
    g_clear_error(&replay->waiting);
    g_clear_error(&replay->failure);
    g_free(replay->progress);
    g_free(replay->folder);
    g_free(replay);
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static gint64 number_at(const json_t *object, const char *key, gint64 missing)
{
    const json_t *number = json_object_get(object, key);
    return json_is_integer(number) ? json_integer_value(number) : missing;
}

/* Microseconds since 1970; 0 for what is no time. */
static gint64 time_at(const json_t *object, const char *key)
{
    return results_time_parse(text_at(object, key));
}

static enum operation_type type_of(const char *name)
{
    for (enum operation_type type = OPERATION_SOURCE; type <= OPERATION_QUERY; type++)
        if (g_strcmp0(name, operation_type_name(type)) == 0)
            return type;
    return OPERATION_SQL;
}

static enum step_status status_of(const char *name)
{
    for (enum step_status status = STEP_PENDING; status < STEP_STATUS_COUNT; status++)
        if (g_strcmp0(name, step_status_name(status)) == 0)
            return status;
    return STEP_OK;
}

static enum error_kind kind_of(const char *name)
{
    for (enum error_kind kind = ERROR_USAGE; kind <= ERROR_LOST; kind++)
        if (g_strcmp0(name, error_kind_name(kind)) == 0)
            return kind;
    return ERROR_SYSTEM;
}

static enum run_outcome outcome_of(const char *name)
{
    for (enum run_outcome outcome = RUN_OK; outcome <= RUN_CANCELLED; outcome++)
        if (g_strcmp0(name, run_outcome_name(outcome)) == 0)
            return outcome;
    return RUN_FAILED;
}

static struct step_result *step_at(const struct replay *replay, guint index)
{
    return &g_array_index(replay->result->steps, struct step_result, index);
}

static guint add_operation(struct replay *replay, const char *id, const json_t *object)
{
    GStringChunk *strings = replay->plan->strings;
    const char *name = text_at(object, "name");
    guint index = replay->plan->operations->len;
    struct operation *operation = g_new0(struct operation, 1);
    operation->id = g_string_chunk_insert(strings, id);
    operation->name = g_string_chunk_insert(strings, name ? name : id);
    operation->type = type_of(text_at(object, "type"));
    operation->position = index;
    g_ptr_array_add(replay->plan->operations, operation);
    g_hash_table_insert(replay->indexes, operation->id, GUINT_TO_POINTER(index + 1));
    struct step_result step = {.operation = operation,
                               .counts = row_counts_none(),
                               .rows = -1,
                               .bytes = -1,
                               .started_us = -1,
                               .waited_us = -1};
    g_array_append_val(replay->result->steps, step);
    replay->progress = g_renew(struct progress, replay->progress, index + 1);
    replay->progress[index] = (struct progress){.share = -1};
    return index;
}

/* The operation that an event is about; one that the plan doesn't have is added. */
static guint index_of(struct replay *replay, const json_t *event)
{
    const char *id = text_at(event, "id");
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(replay->indexes, id ? id : ""));
    return known > 0 ? known - 1 : add_operation(replay, id ? id : "", event);
}

static bool load_plan(struct replay *replay)
{
    g_autofree char *path = g_build_filename(replay->folder, "plan.json", NULL);
    json_t *plan = json_load_file(path, 0, NULL);
    const json_t *operations = json_object_get(plan, "operations");
    for (size_t i = 0; i < json_array_size(operations); i++) {
        const json_t *operation = json_array_get(operations, i);
        if (text_at(operation, "id"))
            add_operation(replay, text_at(operation, "id"), operation);
    }
    json_decref(plan);
    return plan != NULL;
}

/* Without a list all but sources. */
static void select_steps(struct replay *replay, const json_t *ids)
{
    for (guint i = 0; i < replay->result->steps->len; i++)
        step_at(replay, i)->is_selected =
            !ids && step_at(replay, i)->operation->type != OPERATION_SOURCE;
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        guint known = GPOINTER_TO_UINT(g_hash_table_lookup(replay->indexes, id ? id : ""));
        if (known > 0)
            step_at(replay, known - 1)->is_selected = true;
    }
}

/* Now and then an event of a later version lacks what one is used to: no reason to stop. */
static char *text_copy(const json_t *object, const char *key)
{
    const char *text = text_at(object, key);
    return g_strdup(text ? text : "");
}

static void take_run_started(struct replay *replay, const json_t *event,
                             const struct run_observer *observer)
{
    replay->plan->pipeline = text_copy(event, "pipeline");
    replay->plan->profile = text_copy(event, "profile");
    replay->plan->engine = text_copy(event, "engine");
    replay->result->run_id = text_copy(event, "run_id");
    replay->result->is_journalled = json_is_true(json_object_get(event, "journalled"));
    replay->result->continues = g_strdup(text_at(event, "continues"));
    replay->result->started_at = time_at(event, "time");
    replay->pid = number_at(event, "pid", 0);
    replay->steps = (guint)number_at(event, "steps", 0);
    select_steps(replay, json_object_get(event, "selected"));
    TELL(observer, run_started, replay->plan, replay->result, replay->steps);
}

static void take_phase(struct replay *replay, const json_t *event,
                       const struct run_observer *observer)
{
    replay->phase = run_phase_find(text_at(event, "phase"));
    g_clear_error(&replay->waiting);
    if (replay->phase)
        TELL(observer, phase_started, replay->phase);
}

static void take_waiting(struct replay *replay, const json_t *event,
                         const struct run_observer *observer)
{
    const char *message = text_at(event, "message");
    g_clear_error(&replay->waiting);
    error_set(&replay->waiting, ERROR_SYSTEM, "%s", message ? message : "");
    TELL(observer, waiting, replay->waiting, number_at(event, "wait_lock_ms", 0));
}

/* "FILE:LINE:COLUMN: MESSAGE": the text that the place is in may have changed since. */
static char *placed_message(const json_t *event, const char *message)
{
    const json_t *at = json_object_get(event, "at");
    if (!text_at(at, "file"))
        return g_strdup(message);
    return g_strdup_printf("%s:%d:%d: %s", text_at(at, "file"), (int)number_at(at, "line", 0),
                           (int)number_at(at, "column", 0), message);
}

/* NULL when the event has none. */
static GError *error_of(const json_t *event)
{
    const json_t *object = json_object_get(event, "error");
    if (!object)
        return NULL;
    g_autofree char *code = g_strdup(text_at(object, "code"));
    g_autofree char *suggestion = g_strdup(text_at(object, "suggestion"));
    g_autofree char *plain = text_copy(object, "message");
    g_autofree char *message = placed_message(event, plain);
    struct error_details details = {.code = code, .position = -1, .suggestion = suggestion};
    GError *error = NULL;
    error_set_full(&error, kind_of(text_at(object, "kind")), &details, message);
    return error;
}

static void take_step_started(struct replay *replay, const json_t *event,
                              const struct run_observer *observer)
{
    struct step_result *step = step_at(replay, index_of(replay, event));
    step->status = STEP_RUNNING;
    step->is_selected = true;
    step->tries = (guint)number_at(event, "try", 1);
    step->try_started_us = MAX(time_at(event, "time") - replay->result->started_at, 0);
    if (step->started_us < 0)
        step->started_us = step->try_started_us;
    TELL(observer, step_started, step);
}

static void take_step_retry(struct replay *replay, const json_t *event,
                            const struct run_observer *observer)
{
    struct step_result *step = step_at(replay, index_of(replay, event));
    struct failed_try *failed = g_new0(struct failed_try, 1);
    gint64 time_us = MAX(time_at(event, "time") - replay->result->started_at, 0);
    failed->started_us = step->try_started_us;
    failed->duration_us = time_us - step->try_started_us;
    failed->wait_us = number_at(event, "wait_us", 0);
    failed->error = error_of(event);
    if (!failed->error)
        error_set(&failed->error, ERROR_TRANSIENT, "a try failed");
    if (!step->failed_tries)
        step->failed_tries = g_ptr_array_new_with_free_func(failed_try_free);
    g_ptr_array_add(step->failed_tries, failed);
    step->status = STEP_RETRYING;
    TELL(observer, step_retry, step);
}

static void take_step_progress(struct replay *replay, const json_t *event,
                               const struct run_observer *observer)
{
    (void)observer;
    const json_t *share = json_object_get(event, "share");
    replay->progress[index_of(replay, event)] = (struct progress){
        .share = json_is_number(share) ? json_number_value(share) : -1,
        .rows_done = (guint64)MAX(number_at(event, "rows", 0), 0),
        .bytes = number_at(event, "bytes", 0),
    };
}

/* The rows that a check found; NULL when there are none. */
static struct rows *found_rows(const json_t *found)
{
    const json_t *columns = json_object_get(found, "columns");
    const json_t *lines = json_object_get(found, "rows");
    size_t width = json_array_size(columns);
    if (width == 0)
        return NULL;
    struct rows *rows = rows_new(0);
    for (size_t i = 0; i < width; i++) {
        const json_t *column = json_array_get(columns, i);
        const char *name = text_at(column, "name");
        const char *type = text_at(column, "type");
        columns_add(rows->columns, name ? name : "", type ? type : "");
    }
    g_autofree const char **cells = g_new0(const char *, width);
    for (size_t i = 0; i < json_array_size(lines); i++) {
        for (size_t j = 0; j < width; j++)
            cells[j] = json_string_value(json_array_get(json_array_get(lines, i), j));
        rows_append(rows, cells);
    }
    rows->more = json_is_true(json_object_get(found, "more"));
    return rows;
}

static struct row_counts counts_of(const json_t *counts)
{
    return (struct row_counts){
        .read = number_at(counts, "read", -1),
        .inserted = number_at(counts, "inserted", -1),
        .updated = number_at(counts, "updated", -1),
        .unchanged = number_at(counts, "unchanged", -1),
        .deleted = number_at(counts, "deleted", -1),
        .rejected = number_at(counts, "rejected", -1),
    };
}

/* NULL when there are none. */
static GPtrArray *notes_of(const json_t *array)
{
    if (json_array_size(array) == 0)
        return NULL;
    GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_is_string(json_array_get(array, i)))
            g_ptr_array_add(notes, g_strdup(json_string_value(json_array_get(array, i))));
    return notes;
}

static void take_step_finished(struct replay *replay, const json_t *event,
                               const struct run_observer *observer)
{
    struct step_result *step = step_at(replay, index_of(replay, event));
    step_result_clear(step);
    step->message = g_strdup(text_at(event, "message"));
    step->reason = g_strdup(text_at(event, "reason"));
    step->error = error_of(event);
    step->found = found_rows(json_object_get(event, "found"));
    step->status = status_of(text_at(event, "status"));
    step->is_selected = true;
    step->rows = number_at(event, "rows", -1);
    step->counts = counts_of(json_object_get(event, "counts"));
    step->notes = notes_of(json_object_get(event, "notes"));
    step->bytes = number_at(event, "bytes", -1);
    step->duration_us = number_at(event, "duration_us", 0);
    step->tries = (guint)number_at(event, "tries", 0);
    TELL(observer, step_finished, step);
}

static void take_run_finished(struct replay *replay, const json_t *event,
                              const struct run_observer *observer)
{
    replay->state = RUN_STATE_OVER;
    replay->failure = error_of(event);
    replay->result->outcome = outcome_of(text_at(event, "outcome"));
    replay->result->signal = (int)number_at(event, "signal", 0);
    replay->result->duration_us = number_at(event, "duration_us", 0);
    TELL(observer, run_finished, replay->result);
}

static const struct {
    const char *name;
    void (*take)(struct replay *replay, const json_t *event, const struct run_observer *observer);
} event_kinds[] = {
    {"run_started", take_run_started},
    {"phase", take_phase},
    {"waiting", take_waiting},
    {"step_started", take_step_started},
    {"step_progress", take_step_progress},
    {"step_retry", take_step_retry},
    {"step_finished", take_step_finished},
    {"run_finished", take_run_finished},
};

static void take_line(struct replay *replay, const char *line, gsize length,
                      const struct run_observer *observer)
{
    json_t *event = json_loadb(line, length, 0, NULL);
    const char *name = text_at(event, "event");
    replay->heard_at = MAX(replay->heard_at, time_at(event, "time"));
    for (gsize i = 0; i < G_N_ELEMENTS(event_kinds); i++)
        if (g_strcmp0(name, event_kinds[i].name) == 0)
            event_kinds[i].take(replay, event, observer);
    json_decref(event);
}

/* Whole lines behind the offset. */
static bool read_lines(struct replay *replay, GError **error)
{
    g_autofree char *path = g_build_filename(replay->folder, "events.jsonl", NULL);
    FILE *file = fopen(path, "re");
    if (!file) {
        error_set_errno(error, errno, "can't read '%s'", path);
        return false;
    }
    char block[64 * 1024];
    bool found = fseeko(file, replay->offset, SEEK_SET) == 0;
    for (gsize count = 0; found && (count = fread(block, 1, sizeof block, file)) > 0;)
        g_string_append_len(replay->lines, block, (gssize)count);
    bool failed = !found || ferror(file);
    if (failed)
        error_set_errno(error, errno, "can't read '%s'", path);
    (void)fclose(file);
    const char *end = g_strrstr_len(replay->lines->str, (gssize)replay->lines->len, "\n");
    g_string_truncate(replay->lines, end ? (gsize)(end - replay->lines->str) + 1 : 0);
    replay->offset += (goffset)replay->lines->len;
    return !failed;
}

/* The plan is written a moment after the first events; a run that has crashed before has none. */
static bool is_ready(struct replay *replay)
{
    return replay->plan->operations->len > 0 || replay->offset > 0 || load_plan(replay) ||
           !replay->is_alive;
}

bool replay_read(struct replay *replay, const struct run_observer *observer, GError **error)
{
    replay->is_alive = run_folder_is_alive(replay->folder);
    g_string_truncate(replay->lines, 0);
    if (replay->state != RUN_STATE_OVER)
        replay->state = replay->is_alive ? RUN_STATE_RUNNING : RUN_STATE_CRASHED;
    if (!is_ready(replay))
        return true;
    if (!read_lines(replay, error))
        return false;
    const char *line = replay->lines->str;
    for (const char *end = NULL; (end = strchr(line, '\n')); line = end + 1)
        take_line(replay, line, (gsize)(end - line), observer);
    return true;
}
