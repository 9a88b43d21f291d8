/* SPDX-License-Identifier: Apache-2.0 */
/* The pages: what stands on them in which order. */
#include "docs/markdown.h"

#include "docs/markdown_page.h"

#include <string.h>

enum { PICTURE_MAX = 40000 }; /* GitHub draws no larger text of Mermaid's than 50,000 characters */

static const char index_path[] = "index.md";

static void page_free(gpointer data)
{
    struct markdown_page *page = data;
    g_free(page->path);
    g_free(page->text);
    g_free(page);
}

static void put_words(struct page *page, const char *text)
{
    if (!*text)
        return;
    g_string_append_c(page->out, '\n');
    markdown_words(page->out, text);
    g_string_append_c(page->out, '\n');
}

static void put_picture(struct page *page, const char *picture)
{
    page_heading(page, 2, "Graph", NULL);
    if (strlen(picture) > PICTURE_MAX)
        put_words(page, "It is too large to be drawn here: sqlflow viz draws it.");
    else
        markdown_block(page->out, "mermaid", picture);
}

static void put_variables(struct page *page, const json_t *variables)
{
    if (json_array_size(variables) == 0)
        return;
    page_heading(page, 2, "Variables", NULL);
    g_string_append(page->out, "\n| variable | value | from | first used |\n|---|---|---|---|\n");
    for (gsize i = 0; i < json_array_size(variables); i++) {
        const json_t *variable = json_array_get(variables, i);
        const json_t *value = json_object_get(variable, "value");
        g_autofree char *place = g_strdup_printf("%s:%d", json_text(variable, "file"),
                                                 (int)json_index(variable, "line"));
        g_string_append(page->out, "| ");
        markdown_code(page->out, json_text(variable, "name"), true);
        g_string_append(page->out, " | ");
        if (json_is_string(value))
            markdown_code(page->out, json_string_value(value), true);
        else
            g_string_append(page->out, "-");
        g_string_append_printf(page->out, " | %s | ", json_text(variable, "from"));
        markdown_code(page->out, *json_text(variable, "file") ? place : "?", true);
        g_string_append(page->out, " |\n");
    }
}

static void put_section(struct page *page, const char *heading, const char *const *kinds,
                        gsize pipeline)
{
    const json_t *tables = json_object_get(page->model, "tables");
    bool has_heading = false;
    for (gsize i = 0; i < json_array_size(tables); i++) {
        const json_t *table = json_array_get(tables, i);
        if (json_index(table, "pipeline") != pipeline ||
            !g_strv_contains(kinds, json_text(table, "kind")))
            continue;
        if (!has_heading)
            page_heading(page, 2, heading, NULL);
        has_heading = true;
        page_table(page, i);
    }
}

/* Statements of the engine that make nothing by a name. */
static void put_statements(struct page *page, gsize pipeline)
{
    const json_t *steps = json_object_get(page->model, "steps");
    bool has_heading = false;
    for (gsize i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        if (json_index(step, "pipeline") != pipeline ||
            strcmp(json_text(step, "kind"), "sql") != 0 ||
            !json_is_null(json_object_get(step, "table")))
            continue;
        if (!has_heading)
            page_heading(page, 2, "Other statements", NULL);
        has_heading = true;
        page_heading(page, 3, "Statement", json_text(step, "id"));
        put_words(page, json_text(step, "description"));
        markdown_block(page->out, "sql", json_text(step, "query"));
    }
}

static void put_includes(struct page *page, const json_t *includes)
{
    if (json_array_size(includes) == 0)
        return;
    page_heading(page, 2, "Included files", NULL);
    g_string_append_c(page->out, '\n');
    for (gsize i = 0; i < json_array_size(includes); i++) {
        g_string_append(page->out, "- ");
        markdown_code(page->out, json_string_value(json_array_get(includes, i)), false);
        g_string_append_c(page->out, '\n');
    }
}

void page_write_pipeline(struct page *page, gsize index, const char *picture)
{
    static const struct {
        const char *heading;
        const char *kinds[3];
    } sections[] = {
        {"Sources", {"source"}}, {"Tables", {"table", "view"}}, {"Checks", {"check"}},
        {"Exports", {"export"}}, {"Queries", {"query"}},
    };
    const json_t *pipeline = json_array_get(json_object_get(page->model, "pipelines"), index);
    const json_t *run = json_object_get(pipeline, "run");
    page_heading(page, 1, "Pipeline", json_text(pipeline, "name"));
    put_words(page, json_text(pipeline, "description"));
    g_string_append(page->out, "\nFile ");
    markdown_code(page->out, json_text(pipeline, "path"), false);
    g_string_append(page->out, "; last run: ");
    if (json_is_object(run))
        page_run(page, run);
    else
        g_string_append(page->out, "none");
    g_string_append(page->out, ". All pipelines: ");
    page_link(page, index_path, "index");
    g_string_append(page->out, "\n");
    put_picture(page, picture);
    put_includes(page, json_object_get(pipeline, "includes"));
    put_variables(page, json_object_get(pipeline, "variables"));
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        put_section(page, sections[i].heading, sections[i].kinds, index);
    put_statements(page, index);
}

static char *pipeline_path(const json_t *pipeline)
{
    return g_strdup_printf("pipelines/%s.md", json_text(pipeline, "name"));
}

static void put_pipelines(struct page *page)
{
    const json_t *pipelines = json_object_get(page->model, "pipelines");
    page_heading(page, 2, "Pipelines", NULL);
    g_string_append(page->out, "\n| pipeline | what it is | last run |\n|---|---|---|\n");
    page->in_cell = true;
    for (gsize i = 0; i < json_array_size(pipelines); i++) {
        const json_t *pipeline = json_array_get(pipelines, i);
        const json_t *run = json_object_get(pipeline, "run");
        g_autofree char *path = pipeline_path(pipeline);
        g_string_append(page->out, "| ");
        page_link(page, path, json_text(pipeline, "name"));
        g_string_append(page->out, " | ");
        markdown_first_line(page->out, json_text(pipeline, "description"));
        g_string_append(page->out, " | ");
        if (json_is_object(run))
            page_run(page, run);
        else
            g_string_append(page->out, "none");
        g_string_append(page->out, " |\n");
    }
    page->in_cell = false;
}

static void put_connectors(struct page *page)
{
    const json_t *connectors = json_object_get(page->model, "connectors");
    if (json_array_size(connectors) == 0)
        return;
    page_heading(page, 2, "Connectors", NULL);
    g_string_append(page->out, "\n| connector | what it is | steps |\n|---|---|---|\n");
    for (gsize i = 0; i < json_array_size(connectors); i++) {
        const json_t *connector = json_array_get(connectors, i);
        g_string_append(page->out, "| ");
        markdown_code(page->out, json_text(connector, "name"), true);
        g_string_append(page->out, " | ");
        markdown_first_line(page->out, json_text(connector, "summary"));
        g_string_append_printf(page->out, " | %" G_GSIZE_FORMAT " |\n",
                               json_array_size(json_object_get(connector, "steps")));
    }
}

static void put_pairs(struct page *page, const char *what, const json_t *pairs)
{
    for (gsize i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        g_string_append_printf(page->out, "- %s ", what);
        markdown_code(page->out, json_text(pair, "name"), false);
        g_string_append(page->out, ": ");
        markdown_code(page->out, json_text(pair, "value"), false);
        g_string_append_c(page->out, '\n');
    }
}

static void put_profile(struct page *page, const json_t *profile)
{
    const json_t *connections = json_object_get(profile, "connections");
    const char *problem = json_text(profile, "problem");
    page_heading(page, 3, "Profile", json_text(profile, "name"));
    g_string_append(page->out, "\n- File ");
    markdown_code(page->out, json_text(profile, "path"), false);
    if (*problem) {
        g_string_append(page->out, "\n- Not known: ");
        markdown_words(page->out, problem);
        g_string_append_c(page->out, '\n');
        return;
    }
    g_string_append(page->out, "\n- Database ");
    markdown_code(page->out,
                  json_is_string(json_object_get(profile, "database"))
                      ? json_text(profile, "database")
                      : "in memory",
                  false);
    g_string_append_c(page->out, '\n');
    put_pairs(page, "Variable", json_object_get(profile, "variables"));
    for (gsize i = 0; i < json_array_size(connections); i++) {
        const json_t *connection = json_array_get(connections, i);
        g_string_append(page->out, "- Connection ");
        markdown_code(page->out, json_text(connection, "name"), false);
        g_string_append(page->out, ": ");
        markdown_code(page->out, json_text(connection, "connector"), false);
        g_string_append_c(page->out, '\n');
    }
}

void page_write_index(struct page *page, const char *picture)
{
    static const char *const outside[] = {"outside", NULL};
    const json_t *profiles = json_object_get(page->model, "profiles");
    page_heading(page, 1, "Project", json_text(page->model, "project"));
    put_pipelines(page);
    put_picture(page, picture);
    put_connectors(page);
    if (json_array_size(profiles) > 0)
        page_heading(page, 2, "Profiles", NULL);
    for (gsize i = 0; i < json_array_size(profiles); i++)
        put_profile(page, json_array_get(profiles, i));
    put_section(page, "From elsewhere", outside, G_MAXSIZE);
}

static char *write_page(const json_t *model, const char *path, GHashTable *places, gsize index,
                        const char *picture)
{
    g_autoptr(GHashTable) slugs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct page page = {
        .model = model, .path = path, .out = g_string_new(NULL), .slugs = slugs, .places = places};
    if (index == G_MAXSIZE)
        page_write_index(&page, picture);
    else
        page_write_pipeline(&page, index, picture);
    return g_string_free(page.out, FALSE);
}

GPtrArray *markdown_pages(const json_t *model, const GPtrArray *pictures)
{
    g_autoptr(GHashTable) places = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    const json_t *pipelines = json_object_get(model, "pipelines");
    const gsize count = json_array_size(pipelines);
    GPtrArray *pages = g_ptr_array_new_with_free_func(page_free);
    for (guint pass = 0; pass < 2; pass++) {
        g_ptr_array_set_size(pages, 0);
        for (gsize i = 0; i <= count; i++) {
            struct markdown_page *page = g_new0(struct markdown_page, 1);
            page->path =
                i == count ? g_strdup(index_path) : pipeline_path(json_array_get(pipelines, i));
            page->text = write_page(model, page->path, places, i == count ? G_MAXSIZE : i,
                                    g_ptr_array_index(pictures, i));
            g_ptr_array_add(pages, page);
        }
    }
    return pages;
}
