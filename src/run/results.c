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

gint64 results_time_parse(const char *text)
{
    g_autoptr(GDateTime) time = text ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    return time ? g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time)
                : 0;
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
    return file_write_derived(path, text->str, text->len, error);
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

/* A run can have 100,000 steps, and a second to say what became of them: they are written as text,
 * member by member. */
static void append_key(GString *out, const char *key)
{
    if (out->len > 0 && out->str[out->len - 1] != '{')
        g_string_append_c(out, ',');
    g_string_append_c(out, '"');
    g_string_append(out, key);
    g_string_append(out, "\":");
}

static void append_text(GString *out, const char *key, const char *text)
{
    append_key(out, key);
    if (!text) {
        g_string_append(out, "null");
        return;
    }
    g_autofree char *valid = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
    append_json_string(out, valid ? valid : text);
}

static void append_integer(GString *out, const char *key, gint64 number)
{
    append_key(out, key);
    if (number >= 0 && number <= G_MAXUINT)
        append_number(out, (guint)number);
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
}

/* null where it isn't known: below 0. */
static void append_known(GString *out, const char *key, gint64 number)
{
    if (number >= 0)
        append_integer(out, key, number);
    else
        append_text(out, key, NULL);
}

static int append_bytes(const char *bytes, size_t size, void *data)
{
    g_string_append_len(data, bytes, (gssize)size);
    return 0;
}

/* Takes the value over. */
static void append_value(GString *out, const char *key, json_t *value)
{
    append_key(out, key);
    json_dump_callback(value, append_bytes, out, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(value);
}

void results_append_outcome(GString *out, const struct step_result *step)
{
    append_text(out, "status", step_status_name(step->status));
    append_known(out, "rows", step->rows);
    append_integer(out, "duration_us", step->duration_us);
    append_integer(out, "tries", step->tries);
    if (step->bytes >= 0)
        append_integer(out, "bytes", step->bytes);
    if (step->counts.read >= 0)
        append_value(out, "counts", counts_object(&step->counts));
    if (step->notes)
        append_value(out, "notes", notes_array(step->notes));
    if (step->reason)
        append_text(out, "reason", step->reason);
    if (step->message)
        append_text(out, "message", step->message);
    if (step->error)
        append_value(out, "error", results_error(step->error));
    if (step->at.text)
        append_value(out, "at", place_object(step->at));
    if (step->operation->type == OPERATION_CHECK && step->found && step->found->count > 0)
        append_value(out, "found", results_rows(step->found));
}

void results_append_step(GString *out, const struct step_result *step)
{
    append_text(out, "id", step->operation->id);
    append_text(out, "type", operation_type_name(step->operation->type));
}

void results_add_outcome(json_t *object, const struct step_result *step)
{
    g_autoptr(GString) text = g_string_new("{");
    results_append_outcome(text, step);
    g_string_append_c(text, '}');
    json_t *outcome = json_loadb(text->str, text->len, 0, NULL);
    json_object_update(object, outcome);
    json_decref(outcome);
}

static json_t *tries_array(const struct step_result *step)
{
    json_t *tries = json_array();
    for (guint i = 0; i < step->failed_tries->len; i++) {
        const struct failed_try *failed = g_ptr_array_index(step->failed_tries, i);
        json_array_append_new(
            tries, json_pack("{s:I, s:I, s:I, s:o}", "started_us", (json_int_t)failed->started_us,
                             "duration_us", (json_int_t)failed->duration_us, "wait_us",
                             (json_int_t)failed->wait_us, "error", results_error(failed->error)));
    }
    return tries;
}

void results_add_tries(json_t *object, const struct step_result *step)
{
    if (step->failed_tries)
        json_object_set_new(object, "failed_tries", tries_array(step));
}

static void append_step(GString *out, const struct step_result *step)
{
    g_string_append_c(out, '{');
    results_append_step(out, step);
    append_text(out, "name", step->operation->name);
    append_text(out, "fingerprint", step->operation->fingerprint);
    append_known(out, "started_us", step->started_us);
    append_known(out, "waited_us", step->waited_us);
    append_integer(out, "commit_us", step->commit_us);
    results_append_outcome(out, step);
    if (step->failed_tries)
        append_value(out, "failed_tries", tries_array(step));
    g_string_append_c(out, '}');
}

/* The last member of the document that `out` holds: a step a line. */
static void append_steps(GString *out, const struct run_result *result)
{
    g_string_truncate(out, out->len - strlen("\n}"));
    g_string_append(out, ",\n \"steps\": [");
    for (guint i = 0; i < result->steps->len; i++) {
        g_string_append(out, i ? ",\n  " : "\n  ");
        append_step(out, &g_array_index(result->steps, struct step_result, i));
    }
    g_string_append(out, "\n ]\n}");
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

static bool write_results(const char *folder, const GString *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "run_results.json", NULL);
    return file_write(path, text->str, text->len, error);
}

bool results_write_document(const char *folder, const json_t *results, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    json_dump_callback(results, append_bytes, text, JSON_INDENT(1));
    return write_results(folder, text, error);
}

bool results_write(const char *folder, const struct plan *plan, const struct run_result *result,
                   const GError *failure, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    json_t *object = run_object(plan, result);
    if (failure)
        json_object_set_new(object, "error", results_error(failure));
    json_dump_callback(object, append_bytes, text, JSON_INDENT(1));
    json_decref(object);
    append_steps(text, result);
    return write_results(folder, text, error);
}
