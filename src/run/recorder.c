/* SPDX-License-Identifier: Apache-2.0 */
#include "run/recorder.h"

#include "run/folder.h"
#include "run/inputs.h"

#include <string.h>

/* The path and what the file was, a line each; NULL for none. An address may be signed. */
static char *files_text(const struct recorder *recorder, const GPtrArray *identities)
{
    if (identities->len == 0)
        return NULL;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < identities->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(identities, i);
        g_autofree char *state = file_identity_text(identity);
        g_autofree char *path = secrets_mask(recorder->journal.plan->secrets, identity->path);
        g_string_append_printf(text, "%s%s\t%s", i ? "\n" : "", path, state);
    }
    /* A path need not be UTF-8; what is compared is what the journal keeps of it. */
    char *valid = g_utf8_make_valid(text->str, (gssize)text->len);
    g_string_free(text, TRUE);
    return valid;
}

static bool read_inputs(const struct recorder *recorder, const struct operation *operation,
                        char **out_inputs, GError **error)
{
    g_autoptr(GPtrArray) files = operation_inputs(recorder->journal.plan, operation, NULL, error);
    if (files)
        *out_inputs = files_text(recorder, files);
    return files != NULL;
}

static bool read_outputs(const struct recorder *recorder, const struct operation *operation,
                         char **out_outputs, GError **error)
{
    g_autoptr(GPtrArray) files = operation_outputs(recorder->journal.plan, operation, error);
    if (files)
        *out_outputs = files_text(recorder, files);
    return files != NULL;
}

/* What there is now of all that the plan reads and writes. */
struct present {
    const struct engine_class *class;
    struct session *session;
    char **inputs;
    char **outputs;
    guint count;
};

static void present_clear(struct present *present)
{
    for (guint i = 0; i < present->count; i++) {
        g_free(present->inputs[i]);
        g_free(present->outputs[i]);
    }
    g_free(present->inputs);
    g_free(present->outputs);
}

static bool is_there(void *user_data, const char *name)
{
    const struct present *present = user_data;
    return present->class->table_exists(present->session, name) != TABLE_NONE;
}

static bool look(const struct recorder *recorder, struct present *present, GError **error)
{
    for (guint i = 0; i < present->count; i++) {
        const struct operation *operation =
            g_ptr_array_index(recorder->journal.plan->operations, i);
        if (!recorder->is_step[i])
            continue;
        if (!read_inputs(recorder, operation, &present->inputs[i], error) ||
            !read_outputs(recorder, operation, &present->outputs[i], error))
            return false;
    }
    return true;
}

static bool decide(struct recorder *recorder, struct present *present, const GArray *late,
                   GError **error)
{
    AUTO(past)
    past = past_load(&recorder->journal, present->session, recorder->run->root, error);
    if (!past || !look(recorder, present, error))
        return false;
    const struct resume resume = {
        .plan = recorder->journal.plan,
        .is_step = recorder->is_step,
        .late = late,
        .occurrences = recorder->journal.occurrences,
        .past = past,
        .inputs = present->inputs,
        .outputs = present->outputs,
        .is_there = is_there,
        .user_data = present,
    };
    recorder->decisions = resume_decide(&resume, error);
    return recorder->decisions != NULL;
}

/* Between the caller's look into the journal and ours another process may have been at it. */
static bool check_newest(const struct recorder *recorder, struct session *session, GError **error)
{
    const struct plan *plan = recorder->journal.plan;
    const struct run_journal *run = recorder->run;
    struct past_run *found = NULL;
    if (!past_find_run(recorder->journal.class, session, plan->catalog, plan->pipeline, &found,
                       error))
        return false;
    AUTO(past_run) newest = found;
    if (run->continues ? newest && strcmp(newest->run_id, run->continues) == 0
                       : !newest || newest->started_us < run->looked_us)
        return true;
    error_set(error, ERROR_USAGE, "another run of '%s' has begun meanwhile: try again",
              plan->pipeline);
    return false;
}

static bool decide_what_is_left(struct recorder *recorder, struct session *session,
                                const GArray *late, GError **error)
{
    const guint count = recorder->journal.plan->operations->len;
    struct present present = {
        .class = recorder->journal.class,
        .session = session,
        .inputs = g_new0(char *, count),
        .outputs = g_new0(char *, count),
        .count = count,
    };
    const bool decided = decide(recorder, &present, late, error);
    present_clear(&present);
    return decided;
}

static bool begin_run(struct recorder *recorder, struct session *session, const struct plan *plan,
                      const GArray *late, GError **error)
{
    const struct run_journal *run = recorder->run;
    const bool repeats = run->continues || run->looked_us;
    return journal_open(&recorder->journal, recorder->journal.class, session, plan, error) &&
           (!repeats || check_newest(recorder, session, error)) &&
           (!run->continues || decide_what_is_left(recorder, session, late, error)) &&
           journal_begin(&recorder->journal, session, error);
}

/* All or nothing: a journal is of one version, and has the run that made it. */
bool recorder_open(struct recorder *recorder, const struct engine_class *class,
                   struct session *session, const struct plan *plan, const GArray *late,
                   GError **error)
{
    const struct run_journal *run = recorder->run;
    recorder->journal.class = class;
    recorder->journal.run = (struct journal_run){
        .run_id = recorder->result->run_id,
        .continues = run->continues,
        .root = run->continues ? run->root : recorder->result->run_id,
        .started_at = recorder->result->started_at,
        .now_us = recorder->result->now_us,
        .selection = run->selection,
        .variables = run->variables,
    };
    recorder->is_open = class->begin(session, error) &&
                        begin_run(recorder, session, plan, late, error) &&
                        class->commit(session, error);
    if (!recorder->is_open)
        class->rollback(session);
    return recorder->is_open;
}

bool recorder_look(struct recorder *recorder, const struct engine_class *class,
                   struct session *session, const struct plan *plan, const GArray *late,
                   GError **error)
{
    return journal_look(&recorder->journal, class, session, plan, error) &&
           check_newest(recorder, session, error) &&
           decide_what_is_left(recorder, session, late, error);
}

void recorder_clear(struct recorder *recorder)
{
    journal_clear(&recorder->journal);
    g_clear_pointer(&recorder->decisions, g_array_unref);
}

bool recorder_step(const struct recorder *recorder, struct session *session,
                   const struct journal_step *step, const struct step_files *files, GError **error)
{
    const struct operation *operation =
        g_ptr_array_index(recorder->journal.plan->operations, step->index);
    g_autofree char *read = files_text(recorder, files->inputs);
    g_autofree char *outputs = files->outputs ? files_text(recorder, files->outputs) : NULL;
    if (!files->outputs && !read_outputs(recorder, operation, &outputs, error))
        return false;
    struct journal_step record = *step;
    record.status = "done";
    record.inputs = read;
    record.outputs = outputs;
    return journal_done(&recorder->journal, session, &record, error);
}

static GArray *list_failed(const struct run_result *result)
{
    GArray *failed = g_array_new(FALSE, FALSE, sizeof(struct journal_step));
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        if (step->status != STEP_FAILED && step->status != STEP_CANCELLED)
            continue;
        const struct journal_step record = {
            .index = i,
            .status = step_status_name(step->status),
            .rows = step->rows,
            .duration_us = step->duration_us,
            .tries = step->tries,
            .message = step->error ? step->error->message : step->message,
        };
        g_array_append_val(failed, record);
    }
    return failed;
}

bool recorder_close(struct recorder *recorder, struct session *session, GError **error)
{
    g_autoptr(GArray) failed = list_failed(recorder->result);
    recorder->is_open = false;
    return journal_end(&recorder->journal, session, run_outcome_name(recorder->result->outcome),
                       failed, error);
}
