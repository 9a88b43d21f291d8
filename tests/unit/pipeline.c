/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline.h"

#include "base/file.h"

#include <string.h>
#include <unistd.h>

void pipeline_open(struct pipeline *pipeline)
{
    g_autoptr(GError) error = NULL;
    *pipeline = (struct pipeline){
        .folder = g_dir_make_tmp("sqlflow-pipeline-XXXXXX", NULL),
        .former = g_get_current_dir(),
        .engine = engine_load("duckdb", &error),
        .diagnostics = diagnostics_new(),
    };
    g_assert_no_error(error);
    g_assert_cmpint(chdir(pipeline->folder), ==, 0);
    pipeline->project = project_open(pipeline->folder, pipeline->diagnostics, &error);
    g_assert_no_error(error);
    pipeline->profile = profile_load(pipeline->project, "dev", false, pipeline->diagnostics);
    g_assert_nonnull(pipeline->profile);
    pipeline->registry = registry_new_own();
}

static void forget_run(struct pipeline *pipeline)
{
    g_clear_pointer(&pipeline->result, run_result_free);
    g_clear_pointer(&pipeline->plan, plan_free);
    g_clear_pointer(&pipeline->variables, variables_free);
}

void pipeline_close(struct pipeline *pipeline)
{
    forget_run(pipeline);
    registry_free(pipeline->registry);
    profile_free(pipeline->profile);
    project_free(pipeline->project);
    diagnostics_free(pipeline->diagnostics);
    g_assert_cmpint(chdir(pipeline->former), ==, 0);
    g_assert_true(path_remove(pipeline->folder, NULL));
    g_free(pipeline->folder);
    g_free(pipeline->former);
}

void pipeline_write(struct pipeline *pipeline, const char *path, const char *content)
{
    g_autofree char *full = g_build_filename(pipeline->folder, path, NULL);
    g_assert_true(file_write(full, content, strlen(content), NULL));
}

char *pipeline_read(struct pipeline *pipeline, const char *path)
{
    g_autofree char *full = g_build_filename(pipeline->folder, path, NULL);
    g_autoptr(GError) error = NULL;
    char *content = NULL;
    g_file_get_contents(full, &content, NULL, &error);
    g_assert_no_error(error);
    return content;
}

static struct plan *make_plan(struct pipeline *pipeline, const char *text)
{
    struct text *source = text_new("test.sf", text, strlen(text), NULL);
    struct expand_options expand = {
        .project_directory = pipeline->folder,
        .variables = pipeline->variables,
    };
    struct plan_input input = {
        .pipeline = "test",
        .project = pipeline->project,
        .profile = pipeline->profile,
        .registry = pipeline->registry,
    };
    struct script *script = script_new(source, &expand, pipeline->diagnostics);
    return plan_new(script, &input, pipeline->diagnostics);
}

bool pipeline_try_plan(struct pipeline *pipeline, const char *text)
{
    forget_run(pipeline);
    diagnostics_free(pipeline->diagnostics);
    pipeline->diagnostics = diagnostics_new();
    pipeline->variables = variables_new();
    pipeline->plan = make_plan(pipeline, text);
    return pipeline->plan != NULL;
}

void pipeline_plan(struct pipeline *pipeline, const char *text)
{
    if (!pipeline_try_plan(pipeline, text)) {
        g_autoptr(GString) wrong = g_string_new(NULL);
        diagnostics_render(pipeline->diagnostics, false, wrong);
        g_error("%s", wrong->str);
    }
}

const struct run_result *pipeline_run(struct pipeline *pipeline, const char *text,
                                      struct run_options options)
{
    g_autoptr(GError) error = NULL;
    pipeline_plan(pipeline, text);
    options.engine = pipeline->engine;
    options.engine_options.timezone = "UTC";
    options.limit = options.limit ? options.limit : 50;
    pipeline->result = run_execute(pipeline->plan, &options, &error);
    g_assert_no_error(error);
    return pipeline->result;
}

const struct step_result *pipeline_step(const struct pipeline *pipeline, const char *id)
{
    const GArray *steps = pipeline->result->steps;
    for (guint i = 0; i < steps->len; i++) {
        const struct step_result *step = &g_array_index(steps, struct step_result, i);
        if (g_str_equal(step->operation->id, id))
            return step;
    }
    g_error("no step '%s'", id);
}

void pipeline_assert_ok(const struct pipeline *pipeline)
{
    const GArray *steps = pipeline->result->steps;
    for (guint i = 0; i < steps->len; i++) {
        const struct step_result *step = &g_array_index(steps, struct step_result, i);
        if (step->status != STEP_OK)
            g_error("%s: %s, %s", step->operation->id, step_status_name(step->status),
                    step->message ? step->message : "");
    }
    g_assert_cmpint(pipeline->result->outcome, ==, RUN_OK);
}
