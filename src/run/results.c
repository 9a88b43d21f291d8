/* SPDX-License-Identifier: Apache-2.0 */
#include "run/results.h"

#include "base/file.h"

#include <string.h>

char *results_time(gint64 time_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", text, (int)(time_us % G_USEC_PER_SEC / 1000));
}

json_t *results_text(const char *text)
{
    if (!text)
        return json_null();
    json_t *string = json_string(text);
    if (string)
        return string;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

bool results_write_plan(const char *folder, const struct plan *plan, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *path = g_build_filename(folder, "plan.json", NULL);
    plan_write_json(plan, text);
    return file_write(path, text->str, text->len, error);
}

static json_t *place_object(struct span at)
{
    struct place place = text_place(at.text, at.offset);
    return json_pack("{s:o, s:i, s:i}", "file", results_text(at.text->path), "line",
                     (int)place.line, "column", (int)place.column);
}

json_t *results_error(const GError *error)
{
    const struct error_details *details = error_details(error);
    json_t *object = json_object();
    json_object_set_new(object, "kind", json_string(error_kind_name(error_kind(error))));
    json_object_set_new(object, "code", results_text(details->code));
    json_object_set_new(object, "message", results_text(error->message));
    if (details->suggestion)
        json_object_set_new(object, "suggestion", results_text(details->suggestion));
    return object;
}

/* What is known of them. */
static json_t *counts_object(const struct row_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "read", (json_int_t)counts->read, "inserted",
                     (json_int_t)counts->inserted, "updated", (json_int_t)counts->updated,
                     "unchanged", (json_int_t)counts->unchanged, "deleted",
                     (json_int_t)counts->deleted, "rejected", (json_int_t)counts->rejected);
}

static json_t *notes_array(const GPtrArray *notes)
{
    json_t *array = json_array();
    for (guint i = 0; i < notes->len; i++)
        json_array_append_new(array, results_text(g_ptr_array_index(notes, i)));
    return array;
}

json_t *results_rows(const struct rows *rows)
{
    json_t *columns = json_array();
    for (guint i = 0; i < rows->columns->len; i++) {
        const struct column *column = g_ptr_array_index(rows->columns, i);
        json_array_append_new(columns, json_pack("{s:o, s:o}", "name", results_text(column->name),
                                                 "type", results_text(column->type)));
    }
    json_t *lines = json_array();
    for (guint i = 0; i < rows->count; i++) {
        json_t *line = json_array();
        for (guint j = 0; j < rows->columns->len; j++)
            json_array_append_new(line, results_text(rows_cell(rows, i, j)->text));
        json_array_append_new(lines, line);
    }
    return json_pack("{s:o, s:o, s:b}", "columns", columns, "rows", lines, "more", (int)rows->more);
}

void results_add_outcome(json_t *object, const struct step_result *step)
{
    json_t *rows = step->rows >= 0 ? json_integer(step->rows) : json_null();
    json_object_set_new(object, "status", json_string(step_status_name(step->status)));
    json_object_set_new(object, "rows", rows);
    json_object_set_new(object, "duration_us", json_integer(step->duration_us));
    json_object_set_new(object, "tries", json_integer(step->tries));
    if (step->bytes >= 0)
        json_object_set_new(object, "bytes", json_integer(step->bytes));
    if (step->counts.read >= 0)
        json_object_set_new(object, "counts", counts_object(&step->counts));
    if (step->notes)
        json_object_set_new(object, "notes", notes_array(step->notes));
    if (step->reason)
        json_object_set_new(object, "reason", results_text(step->reason));
    if (step->message)
        json_object_set_new(object, "message", results_text(step->message));
    if (step->error)
        json_object_set_new(object, "error", results_error(step->error));
    if (step->at.text)
        json_object_set_new(object, "at", place_object(step->at));
    if (step->operation->type == OPERATION_CHECK && step->found && step->found->count > 0)
        json_object_set_new(object, "found", results_rows(step->found));
}

void results_add_tries(json_t *object, const struct step_result *step)
{
    if (!step->failed_tries)
        return;
    json_t *tries = json_array();
    for (guint i = 0; i < step->failed_tries->len; i++) {
        const struct failed_try *failed = g_ptr_array_index(step->failed_tries, i);
        json_array_append_new(
            tries, json_pack("{s:I, s:I, s:I, s:o}", "started_us", (json_int_t)failed->started_us,
                             "duration_us", (json_int_t)failed->duration_us, "wait_us",
                             (json_int_t)failed->wait_us, "error", results_error(failed->error)));
    }
    json_object_set_new(object, "failed_tries", tries);
}

static json_t *step_object(const struct step_result *step)
{
    const struct operation *operation = step->operation;
    json_t *object = json_object();
    json_object_set_new(object, "id", results_text(operation->id));
    json_object_set_new(object, "type", json_string(operation_type_name(operation->type)));
    json_object_set_new(object, "name", results_text(operation->name));
    json_object_set_new(object, "fingerprint", results_text(operation->fingerprint));
    json_t *started = step->started_us >= 0 ? json_integer(step->started_us) : json_null();
    json_object_set_new(object, "started_us", started);
    json_t *waited = step->waited_us >= 0 ? json_integer(step->waited_us) : json_null();
    json_object_set_new(object, "waited_us", waited);
    json_object_set_new(object, "commit_us", json_integer(step->commit_us));
    results_add_outcome(object, step);
    results_add_tries(object, step);
    return object;
}

static json_t *steps_array(const struct run_result *result)
{
    json_t *array = json_array();
    for (guint i = 0; i < result->steps->len; i++)
        json_array_append_new(array,
                              step_object(&g_array_index(result->steps, struct step_result, i)));
    return array;
}

json_t *results_phases(const struct phase_times *times)
{
    json_t *object = json_object();
    for (enum run_phase phase = PHASE_READING; phase < PHASE_COUNT; phase++) {
        json_t *time = times->us[phase] > 0 ? json_integer(times->us[phase]) : json_null();
        json_object_set_new(object, run_phase_name(phase), time);
    }
    return object;
}

static json_t *run_object(const struct plan *plan, const struct run_result *result)
{
    g_autofree char *started = results_time(result->started_at);
    g_autofree char *now = results_time(result->now_us);
    json_t *object = json_object();
    json_object_set_new(object, "format", json_string(RESULTS_FORMAT));
    json_object_set_new(object, "run_id", results_text(result->run_id));
    if (result->continues)
        json_object_set_new(object, "continues", results_text(result->continues));
    json_object_set_new(object, "pipeline", results_text(plan->pipeline));
    json_object_set_new(object, "profile", results_text(plan->profile));
    json_object_set_new(object, "engine", results_text(plan->engine));
    json_object_set_new(object, "started_at", json_string(started));
    json_object_set_new(object, "now", json_string(now));
    json_object_set_new(object, "duration_us", json_integer(result->duration_us));
    json_object_set_new(object, "phases", results_phases(&result->phases));
    json_object_set_new(object, "outcome", json_string(run_outcome_name(result->outcome)));
    if (result->signal != 0)
        json_object_set_new(object, "signal", json_integer(result->signal));
    return object;
}

bool results_write_document(const char *folder, const json_t *results, GError **error)
{
    char *text = json_dumps(results, JSON_INDENT(1));
    g_autofree char *path = g_build_filename(folder, "run_results.json", NULL);
    bool written = file_write(path, text, strlen(text), error);
    free(text); /* NOLINT: jansson's own */
    return written;
}

bool results_write(const char *folder, const struct plan *plan, const struct run_result *result,
                   const GError *failure, GError **error)
{
    json_t *object = run_object(plan, result);
    if (failure)
        json_object_set_new(object, "error", results_error(failure));
    json_object_set_new(object, "steps", steps_array(result));
    bool written = results_write_document(folder, object, error);
    json_decref(object);
    return written;
}
