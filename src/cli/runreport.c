/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/runreport.h"

#include "base/file.h"
#include "cli/junit.h"
#include "cli/report.h"
#include "cli/timing.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct run_report {
    struct call *call;
    json_t *runs; /* --json: one object a run; else NULL */
    struct junit *junit;
    char *junit_path; /* absolute; NULL: not wanted */
};

/* To hear of it after an hour of work would be late. */
static bool check_path(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (!folder_make(folder, error))
        return false;
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        error_set(error, ERROR_USAGE, "--junit wants a file; '%s' is a folder", path);
        return false;
    }
    if (access(folder, W_OK) == 0)
        return true;
    error_set_errno(error, errno, "can't write to the folder '%s'", folder);
    return false;
}

struct run_report *run_report_new(struct call *call, GError **error)
{
    const char *file = flags_text(call->flags, FLAG_JUNIT);
    AUTO(run_report) report = g_new0(struct run_report, 1);
    report->call = call;
    report->junit = junit_new();
    report->junit_path = file ? g_canonicalize_filename(file, NULL) : NULL;
    if (flags_given(call->flags, FLAG_JSON))
        report->runs = json_array();
    if (report->runs || report->junit_path)
        call->told = json_array();
    if (report->junit_path && !check_path(report->junit_path, error))
        return NULL;
    return g_steal_pointer(&report);
}

void run_report_free(struct run_report *report)
{
    if (!report)
        return;
    json_decref(report->runs);
    junit_free(report->junit);
    g_free(report->junit_path);
    g_free(report);
}

void run_report_add(struct run_report *report, const struct plan *plan,
                    const struct run_result *result)
{
    if (report->runs)
        json_array_append_new(report->runs, run_to_json(plan, result));
    if (report->junit_path)
        junit_add_run(report->junit, plan, result);
    if (flags_given(report->call->flags, FLAG_TIMING))
        timing_write(report->call, result);
}

void run_report_add_dry(struct run_report *report, const struct dry_run *dry)
{
    if (report->runs) {
        json_array_append_new(report->runs, dry_run_to_json(dry));
        return;
    }
    const struct terminal *terminal = &report->call->out;
    const guint width = terminal_width(terminal);
    const struct summary_style style = {
        .name_width = summary_name_width(dry->plan, width),
        .width = width,
        .color = terminal->color,
        .utf8 = terminal->utf8,
    };
    g_autoptr(GString) out = g_string_new(NULL);
    dry_run_append_text(out, dry, &style);
    terminal_flush(&report->call->out, out);
}

void run_report_skip(struct run_report *report, const char *pipeline, const char *reason)
{
    if (report->junit_path)
        junit_add_skipped(report->junit, pipeline, reason);
}

static bool has_errors(const struct run_report *report)
{
    for (size_t i = 0; i < json_array_size(report->call->told); i++) {
        const json_t *message = json_array_get(report->call->told, i);
        const char *level = json_string_value(json_object_get(message, "level"));
        if (g_strcmp0(level, "error") == 0)
            return true;
    }
    return false;
}

static bool write_junit(struct run_report *report, GError **error)
{
    const char *name = call_argument(report->call, 0);
    if (has_errors(report))
        junit_add_errors(report->junit, name ? name : "sqlflow", report->call->told);
    g_autofree char *text = junit_text(report->junit);
    return file_write(report->junit_path, text, strlen(text), error);
}

static void write_document(struct run_report *report)
{
    bool is_dry = flags_given(report->call->flags, FLAG_DRY_RUN);
    json_t *document = json_object();
    json_object_set_new(document, "format",
                        json_string(is_dry ? "sqlflow.dry_run/1" : "sqlflow.run/1"));
    json_object_set(document, "runs", report->runs);
    json_object_set(document, "messages", report->call->told);
    report_document(report->call, document);
}

enum exit_code run_report_finish(struct run_report *report, enum exit_code code)
{
    g_autoptr(GError) error = NULL;
    if (report->junit_path && !write_junit(report, &error)) {
        report_error(report->call, error);
        code = MAX(code, EXIT_CODE_FAILED);
    }
    if (report->runs)
        write_document(report);
    return code;
}
