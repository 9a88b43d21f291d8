/* SPDX-License-Identifier: Apache-2.0 */
/* docs: a project's documentation as a page, as Markdown, as the document that both come from. */
#include "base/file.h"
#include "cli/history.h"
#include "cli/report.h"
#include "cli/survey.h"
#include "docs/markdown.h"
#include "docs/mermaid.h"
#include "docs/model.h"
#include "docs/page.h"
#include "docs/server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What is written. */
struct documents {
    json_t *model;
    GPtrArray *pictures; /* char *: of each pipeline, then of all, in Mermaid's words */
};

/* What a form of it writes into the folder. */
struct form {
    const char *name;
    bool (*write)(const struct call *call, const struct documents *documents, const char *folder,
                  GError **error);
};

/* All that the model is made from. */
struct gathering {
    struct workspace *workspace;
    struct survey *survey;
    struct graph *graph;
    GHashTable *runs;  /* struct last_run by pipeline */
    GArray *pipelines; /* struct docs_pipeline */
    GArray *profiles;  /* struct docs_profile */
};

static void pipeline_clear(gpointer data)
{
    struct docs_pipeline *pipeline = data;
    json_decref((json_t *)(guintptr)pipeline->results);
}

static void profile_clear(gpointer data)
{
    struct docs_profile *entry = data;
    g_free((char *)(guintptr)entry->name);
    if (!entry->is_used)
        profile_free((struct profile *)(guintptr)entry->profile);
}

static void add_pipeline(struct gathering *gathering, const struct planned *planned)
{
    struct docs_pipeline pipeline = {.plan = planned->plan};
    const struct last_run *run = g_hash_table_lookup(gathering->runs, planned->name);
    if (run && run->run_id) {
        g_autofree char *path = g_strdup_printf("target/run/%s/run_results.json", run->run_id);
        pipeline.results = json_load_file(path, 0, NULL);
        pipeline.run_id = run->run_id;
        pipeline.outcome = run->outcome;
        pipeline.started_at = run->started_at;
        pipeline.duration_us = run->duration_us;
    }
    g_array_append_val(gathering->pipelines, pipeline);
    graph_add_plan(gathering->graph, planned->plan, NULL, gathering->survey->all_planned->len > 1);
}

/* Other profiles are read as far as they can be; what is wrong with them is not told here. */
static void add_profiles(struct gathering *gathering)
{
    const struct workspace *workspace = gathering->workspace;
    g_auto(GStrv) names = profile_names(workspace->project);
    for (char **name = names; *name; name++) {
        const bool is_used = strcmp(*name, workspace->profile->name) == 0;
        struct diagnostics *aside = diagnostics_new();
        struct docs_profile entry = {
            .name = g_strdup(*name),
            .profile =
                is_used ? workspace->profile : profile_load(workspace->project, *name, true, aside),
            .is_used = is_used,
        };
        diagnostics_free(aside);
        g_array_append_val(gathering->profiles, entry);
    }
}

static void draw(struct gathering *gathering, GPtrArray *pictures)
{
    for (guint i = 0; i < gathering->survey->all_planned->len; i++) {
        const struct planned *planned = g_ptr_array_index(gathering->survey->all_planned, i);
        AUTO(graph) graph = graph_new(planned->name);
        GString *picture = g_string_new(NULL);
        graph_add_plan(graph, planned->plan, NULL, false);
        mermaid_write(graph, picture);
        g_ptr_array_add(pictures, g_string_free(picture, FALSE));
    }
    GString *whole = g_string_new(NULL);
    mermaid_write(gathering->graph, whole);
    g_ptr_array_add(pictures, g_string_free(whole, FALSE));
}

static json_t *make_model(struct gathering *gathering, GPtrArray *pictures)
{
    const struct workspace *workspace = gathering->workspace;
    g_autofree char *project = g_path_get_basename(workspace->project->root);
    gathering->graph = graph_new(project);
    gathering->runs = history_read("target/run");
    gathering->pipelines = g_array_new(FALSE, FALSE, sizeof(struct docs_pipeline));
    gathering->profiles = g_array_new(FALSE, FALSE, sizeof(struct docs_profile));
    g_array_set_clear_func(gathering->pipelines, pipeline_clear);
    g_array_set_clear_func(gathering->profiles, profile_clear);
    for (guint i = 0; i < gathering->survey->all_planned->len; i++)
        add_pipeline(gathering, g_ptr_array_index(gathering->survey->all_planned, i));
    add_profiles(gathering);
    const struct docs_input input = {
        .project = project,
        .pipelines = (const struct docs_pipeline *)(void *)gathering->pipelines->data,
        .pipeline_count = gathering->pipelines->len,
        .profiles = (const struct docs_profile *)(void *)gathering->profiles->data,
        .profile_count = gathering->profiles->len,
        .registry = workspace->registry,
        .graph = gathering->graph,
        .lineage = gathering->survey->lineage,
    };
    json_t *model = docs_model(&input);
    if (pictures)
        draw(gathering, pictures);
    g_array_unref(gathering->profiles);
    g_array_unref(gathering->pipelines);
    g_hash_table_unref(gathering->runs);
    graph_free(gathering->graph);
    return model;
}

/* NULL after messages, or with an error. `pictures` may be NULL. */
static json_t *gather(struct call *call, GPtrArray *pictures, GError **error)
{
    AUTO(workspace) workspace = workspace_open(call, NULL);
    if (!workspace)
        return NULL;
    AUTO(survey) survey = survey_new(workspace, NULL, error);
    report_diagnostics(call, workspace->diagnostics);
    struct gathering gathering = {.workspace = workspace, .survey = survey};
    return survey ? make_model(&gathering, pictures) : NULL;
}

static char *model_text(const json_t *model)
{
    char *text = json_dumps(model, JSON_INDENT(1));
    char *copy = g_strconcat(text, "\n", NULL);
    free(text); /* NOLINT: jansson's own */
    return copy;
}

static char *page_text(const json_t *model)
{
    g_autofree char *text = model_text(model);
    GString *page = g_string_new(NULL);
    page_write(text, page);
    return g_string_free(page, FALSE);
}

static bool write_file(const struct call *call, const char *folder, const char *name,
                       const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (!file_write_derived(path, text, strlen(text), error))
        return false;
    report_note(call, "wrote %s", path);
    return true;
}

static bool write_html(const struct call *call, const struct documents *documents,
                       const char *folder, GError **error)
{
    g_autofree char *text = page_text(documents->model);
    return write_file(call, folder, "index.html", text, error);
}

static bool write_json(const struct call *call, const struct documents *documents,
                       const char *folder, GError **error)
{
    g_autofree char *text = model_text(documents->model);
    if (flags_given(call->flags, FLAG_FOLDER))
        return write_file(call, folder, "docs.json", text, error);
    g_autoptr(GString) out = g_string_new(text);
    terminal_flush(&call->out, out);
    return true;
}

static bool write_markdown(const struct call *call, const struct documents *documents,
                           const char *folder, GError **error)
{
    g_autoptr(GPtrArray) pages = markdown_pages(documents->model, documents->pictures);
    for (guint i = 0; i < pages->len; i++) {
        const struct markdown_page *page = g_ptr_array_index(pages, i);
        g_autofree char *path = g_build_filename(folder, page->path, NULL);
        if (!file_write_derived(path, page->text, strlen(page->text), error))
            return false;
    }
    report_note(call, "wrote %u pages to %s", pages->len, folder);
    return true;
}

static const struct form forms[] = {
    {"html", write_html}, {"json", write_json}, {"markdown", write_markdown}};

static enum exit_code write_docs(struct call *call)
{
    const char *format = flags_text(call->flags, FLAG_DOCS_FORMAT);
    const char *out = flags_text(call->flags, FLAG_FOLDER);
    g_autofree char *given = out ? g_canonicalize_filename(out, NULL) : NULL;
    const char *folder = given ? given : "target/docs";
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pictures = g_ptr_array_new_with_free_func(g_free);
    const struct documents documents = {.model = gather(call, pictures, &error),
                                        .pictures = pictures};
    bool written = documents.model != NULL;
    for (guint i = 0; documents.model && i < G_N_ELEMENTS(forms); i++)
        if (strcmp(forms[i].name, format ? format : "html") == 0)
            written = forms[i].write(call, &documents, folder, &error);
    json_decref(documents.model);
    if (error)
        report_error(call, error);
    return written ? EXIT_CODE_OK : error ? exit_code_of(error) : EXIT_CODE_USAGE;
}

/* Where the user stood when calling; each request plans anew from there. */
struct serving {
    struct call *call;
    const char *current;
};

static char *serve_page(const char *path, const char **out_type, gpointer data, GError **error)
{
    const struct serving *serving = data;
    if (strcmp(path, "/") != 0 && strcmp(path, "/index.html") != 0)
        return NULL;
    if (chdir(serving->current) != 0) {
        error_set_errno(error, errno, "can't enter '%s'", serving->current);
        return NULL;
    }
    json_t *model = gather(serving->call, NULL, error);
    if (!model && !*error)
        error_set(error, ERROR_PLAN, "a pipeline has errors: the terminal shows them");
    char *text = model ? page_text(model) : NULL;
    json_decref(model);
    *out_type = "text/html; charset=utf-8";
    return text;
}

static enum exit_code serve(struct call *call)
{
    g_autofree char *current = g_get_current_dir();
    struct serving serving = {.call = call, .current = current};
    const struct site site = {.content = serve_page, .data = &serving};
    g_autoptr(GError) error = NULL;
    const guint port = flags_number(call->flags, FLAG_PORT, 8080);
    AUTO(server) server = server_open((guint16)port, &error);
    if (server) {
        report_note(call, "http://127.0.0.1:%u/ until Ctrl-C", server_port(server));
        server_run(server, &site, &error);
    }
    report_error(call, error);
    return exit_code_of(error);
}

enum exit_code command_docs(struct call *call)
{
    const char *what = call_argument(call, 0);
    if (!what)
        return write_docs(call);
    if (strcmp(what, "serve") == 0)
        return serve(call);
    g_autoptr(GError) error = NULL;
    error_set(&error, ERROR_USAGE, "'docs' takes nothing or serve, not '%s'", what);
    report_error(call, error);
    return EXIT_CODE_USAGE;
}
