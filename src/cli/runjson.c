/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/runjson.h"

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

json_t *dry_run_to_json(const struct plan *plan, const GByteArray *selected)
{
    json_t *steps = json_array();
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        json_array_append_new(steps, json_pack("{s:o, s:s, s:b}", "id", results_text(operation->id),
                                               "type", operation_type_name(operation->type), "runs",
                                               (int)selected->data[i]));
    }
    return json_pack("{s:o, s:o}", "pipeline", results_text(plan->pipeline), "steps", steps);
}

void dry_run_append_text(GString *out, const struct plan *plan, const GByteArray *selected)
{
    guint count = 0;
    plan_write_text(plan, out);
    g_string_append(out, "\nwould run:\n");
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        if (!selected->data[i] || operation->type == OPERATION_SOURCE)
            continue;
        g_string_append_printf(out, "  %s\n", operation->id);
        count++;
    }
    if (count == 0)
        g_string_append(out, "  nothing\n");
}
