/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/runjson.h"

#include "run/folder.h"
#include "run/results.h"

static json_t *step_to_json(const struct step_result *step)
{
    const struct operation *operation = step->operation;
    json_t *object = json_object();
    json_object_set_new(object, "id", results_text(operation->id));
    json_object_set_new(object, "type", json_string(operation_type_name(operation->type)));
    json_object_set_new(object, "name", results_text(operation->name));
    results_add_outcome(object, step);
    results_add_tries(object, step);
    if (step->found)
        json_object_set_new(object, "found", results_rows(step->found));
    return object;
}

json_t *run_to_json(const struct plan *plan, const struct run_result *result)
{
    json_t *object = json_object();
    json_t *steps = json_array();
    for (guint i = 0; i < result->steps->len; i++)
        json_array_append_new(steps,
                              step_to_json(&g_array_index(result->steps, struct step_result, i)));
    json_object_set_new(object, "pipeline", results_text(plan->pipeline));
    json_object_set_new(object, "profile", results_text(plan->profile));
    json_object_set_new(object, "run_id", results_text(result->run_id));
    json_object_set_new(object, "outcome", json_string(run_outcome_name(result->outcome)));
    json_object_set_new(object, "duration_us", json_integer(result->duration_us));
    json_object_set_new(object, "phases", results_phases(&result->phases));
    json_object_set_new(object, "folder", results_text(result->folder));
    json_object_set_new(object, "steps", steps);
    return object;
}

static const struct decision *decision_at(const struct dry_run *dry, guint index)
{
    return dry->decisions ? &g_array_index(dry->decisions, struct decision, index) : NULL;
}

static json_t *dry_step_to_json(const struct dry_run *dry, guint index)
{
    const struct operation *operation = g_ptr_array_index(dry->plan->operations, index);
    const struct decision *decision = decision_at(dry, index);
    const bool runs = dry->selected->data[index] && !(decision && decision->is_done);
    json_t *object = json_pack("{s:o, s:s, s:b}", "id", results_text(operation->id), "type",
                               operation_type_name(operation->type), "runs", (int)runs);
    if (decision && decision->reason)
        json_object_set_new(object, "reason", results_text(decision->reason));
    return object;
}

json_t *dry_run_to_json(const struct dry_run *dry)
{
    json_t *steps = json_array();
    for (guint i = 0; i < dry->plan->operations->len; i++)
        json_array_append_new(steps, dry_step_to_json(dry, i));
    json_t *object =
        json_pack("{s:o, s:o}", "pipeline", results_text(dry->plan->pipeline), "steps", steps);
    if (dry->continues)
        json_object_set_new(object, "continues", results_text(dry->continues));
    return object;
}

static void append_selected(GString *out, const struct dry_run *dry)
{
    guint count = 0;
    g_string_append(out, "\nwould run:\n");
    for (guint i = 0; i < dry->plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(dry->plan->operations, i);
        if (!dry->selected->data[i] || operation->type == OPERATION_SOURCE)
            continue;
        g_string_append_printf(out, "  %s\n", operation->id);
        count++;
    }
    if (count == 0)
        g_string_append(out, "  nothing\n");
}

/* As the run itself would tell it. */
static void append_decided(GString *out, const struct dry_run *dry,
                           const struct summary_style *style)
{
    g_string_append_printf(out, "\nwould go on with run %s:\n", run_id_token(dry->continues));
    for (guint i = 0; i < dry->plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(dry->plan->operations, i);
        const struct decision *decision = &g_array_index(dry->decisions, struct decision, i);
        if (decision->reason)
            summary_append_note(out, decision->is_done ? "done" : "left",
                                decision->is_done ? STYLE_DIM : STYLE_CYAN, operation->id,
                                decision->reason, style);
    }
}

void dry_run_append_text(GString *out, const struct dry_run *dry, const struct summary_style *style)
{
    plan_write_text(dry->plan, out);
    if (dry->decisions)
        append_decided(out, dry, style);
    else
        append_selected(out, dry);
}
