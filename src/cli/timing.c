/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/timing.h"

#include "cli/report.h"
#include "cli/table.h"
#include "run/results.h"

static void append_table(GString *out, const struct rows *rows, const struct call *call)
{
    struct table_style style = {
        .width = terminal_width(&call->err), .color = call->err.color, .utf8 = call->err.utf8};
    g_string_append_c(out, '\n');
    table_write(rows, &style, out, NULL);
}

static char *milliseconds(gint64 microseconds)
{
    return g_strdup_printf("%.1f", (double)microseconds / 1000);
}

static void append_phase(struct rows *rows, const char *name, gint64 microseconds)
{
    g_autofree char *time = milliseconds(microseconds);
    rows_append(rows, (const char *[]){name, time});
}

static void append_phases(GString *out, const struct call *call, const struct phase_times *times)
{
    AUTO(rows) rows = rows_new(0);
    gint64 total = 0;
    columns_add(rows->columns, "phase", "VARCHAR");
    columns_add(rows->columns, "ms", "DOUBLE");
    for (enum run_phase phase = PHASE_READING; phase < PHASE_COUNT; phase++) {
        append_phase(rows, run_phase_name(phase), times->us[phase]);
        total += times->us[phase];
    }
    append_phase(rows, "all", total);
    append_table(out, rows, call);
}

static void append_steps(GString *out, const struct call *call, const struct run_result *result)
{
    AUTO(rows) rows = rows_new(0);
    static const char *const columns[] = {"waiting ms", "running ms", "commit ms"};
    columns_add(rows->columns, "step", "VARCHAR");
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        columns_add(rows->columns, columns[i], "DOUBLE");
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        if (step->started_us < 0)
            continue;
        g_autofree char *waiting = milliseconds(step->waited_us);
        g_autofree char *running = milliseconds(step->duration_us - step->commit_us);
        g_autofree char *commit = milliseconds(step->commit_us);
        rows_append(rows, (const char *[]){step->operation->id, waiting, running, commit});
    }
    if (rows->count > 0)
        append_table(out, rows, call);
}

static json_t *steps_to_json(const struct run_result *result)
{
    json_t *steps = json_array();
    for (guint i = 0; i < result->steps->len; i++) {
        const struct step_result *step = &g_array_index(result->steps, struct step_result, i);
        if (step->started_us < 0)
            continue;
        json_t *object = json_object();
        json_object_set_new(object, "id", results_text(step->operation->id));
        json_object_set_new(object, "waited_us", json_integer(step->waited_us));
        json_object_set_new(object, "running_us",
                            json_integer(step->duration_us - step->commit_us));
        json_object_set_new(object, "commit_us", json_integer(step->commit_us));
        json_array_append_new(steps, object);
    }
    return steps;
}

void timing_write(const struct call *call, const struct run_result *result)
{
    if (call->json_log) {
        g_autofree char *time = results_time(g_get_real_time());
        report_json_line(call,
                         json_pack("{s:s, s:s, s:s, s:o, s:o}", "time", time, "level", "info",
                                   "event", "timing", "phases", results_phases(&result->phases),
                                   "steps", steps_to_json(result)));
        return;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    append_phases(out, call, &result->phases);
    append_steps(out, call, result);
    terminal_flush(&call->err, out);
}
