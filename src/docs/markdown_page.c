/* SPDX-License-Identifier: Apache-2.0 */
/* Headings and links, and the section of a table. */
#include "docs/markdown_page.h"

#include <string.h>

const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

gsize json_index(const json_t *object, const char *key)
{
    const json_t *number = json_object_get(object, key);
    return json_is_integer(number) ? (gsize)json_integer_value(number) : G_MAXSIZE;
}

static const json_t *table_at(const struct page *page, gsize table)
{
    return json_array_get(json_object_get(page->model, "tables"), table);
}

/* The heading's name in links; a second one of the same name gets a number. */
static char *take_slug(struct page *page, const char *heading)
{
    g_autofree char *slug = markdown_slug(heading);
    const guint times = GPOINTER_TO_UINT(g_hash_table_lookup(page->slugs, slug));
    g_hash_table_replace(page->slugs, g_strdup(slug), GUINT_TO_POINTER(times + 1));
    return times > 0 ? g_strdup_printf("%s-%u", slug, times) : g_steal_pointer(&slug);
}

static char *put_heading(struct page *page, guint level, const char *word, const char *name)
{
    g_autofree char *whole = g_strjoin(" ", word, name, NULL);
    g_autofree char *marks = g_strnfill(level, '#');
    g_string_append_printf(page->out, "%s%s %s", page->out->len > 0 ? "\n" : "", marks, word);
    if (name) {
        g_string_append_c(page->out, ' ');
        markdown_code(page->out, name, false);
    }
    g_string_append_c(page->out, '\n');
    return take_slug(page, whole);
}

void page_heading(struct page *page, guint level, const char *word, const char *name)
{
    g_autofree char *slug = put_heading(page, level, word, name);
    (void)slug;
}

void page_table_heading(struct page *page, gsize table, const char *word)
{
    g_autofree char *slug = put_heading(page, 3, word, json_text(table_at(page, table), "name"));
    g_hash_table_replace(page->places, GSIZE_TO_POINTER(table + 1),
                         g_strconcat(page->path, "#", slug, NULL));
}

/* From this page to another place. */
static char *relative(const struct page *page, const char *place)
{
    const gsize path = strlen(page->path);
    if (strncmp(place, page->path, path) == 0 && place[path] == '#')
        return g_strdup(place + path);
    GString *out = g_string_new(NULL);
    for (const char *at = page->path; *at; at++)
        if (*at == '/')
            g_string_append(out, "../");
    g_string_append_uri_escaped(out, place, "/#", TRUE);
    return g_string_free(out, FALSE);
}

void page_link(struct page *page, const char *path, const char *name)
{
    g_autofree char *target = relative(page, path);
    g_string_append_c(page->out, '[');
    markdown_code(page->out, name, page->in_cell);
    g_string_append_printf(page->out, "](%s)", target);
}

void page_node(struct page *page, gsize table, gsize column)
{
    const json_t *object = table_at(page, table);
    const json_t *columns = json_object_get(object, "columns");
    const char *place = g_hash_table_lookup(page->places, GSIZE_TO_POINTER(table + 1));
    g_autofree char *name =
        column == G_MAXSIZE ? g_strdup(json_text(object, "name"))
                            : g_strconcat(json_text(object, "name"), ".",
                                          json_text(json_array_get(columns, column), "name"), NULL);
    if (place)
        page_link(page, place, name);
    else
        markdown_code(page->out, name, page->in_cell);
}

/* Pairs of table and column. */
static void append_columns(struct page *page, const json_t *pairs)
{
    for (gsize i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        g_string_append(page->out, i > 0 ? ", " : "");
        page_node(page, (gsize)json_integer_value(json_array_get(pair, 0)),
                  (gsize)json_integer_value(json_array_get(pair, 1)));
    }
}

void page_run(struct page *page, const json_t *run)
{
    const char *outcome = json_text(run, "outcome");
    const json_t *rows = json_object_get(run, "rows");
    const json_t *duration = json_object_get(run, "duration_us");
    const char *message = json_text(run, "message");
    g_string_append(page->out, *outcome ? outcome : json_text(run, "status"));
    if (*json_text(run, "started_at"))
        g_string_append_printf(page->out, ", %s", json_text(run, "started_at"));
    if (json_is_integer(rows) && json_integer_value(rows) >= 0)
        g_string_append_printf(page->out, ", %" JSON_INTEGER_FORMAT " rows",
                               json_integer_value(rows));
    if (json_is_integer(duration))
        g_string_append_printf(page->out, ", %.2f s", (double)json_integer_value(duration) / 1e6);
    if (*message) {
        g_string_append(page->out, ": ");
        markdown_code(page->out, message, page->in_cell);
    }
}

static void put_tables(struct page *page, const char *what, const json_t *tables)
{
    if (json_array_size(tables) == 0)
        return;
    g_string_append_printf(page->out, "- %s ", what);
    for (gsize i = 0; i < json_array_size(tables); i++) {
        g_string_append(page->out, i > 0 ? ", " : "");
        page_node(page, (gsize)json_integer_value(json_array_get(tables, i)), G_MAXSIZE);
    }
    g_string_append_c(page->out, '\n');
}

static void put_option(struct page *page, const json_t *option)
{
    char *value = json_dumps(json_object_get(option, "value"), JSON_ENCODE_ANY);
    g_string_append(page->out, "- Option ");
    markdown_code(page->out, json_text(option, "name"), false);
    g_string_append(page->out, ": ");
    markdown_code(page->out, value ? value : "", false);
    g_string_append_c(page->out, '\n');
    free(value); /* NOLINT: jansson's own */
}

/* Where the statement stands, how it writes, what it is told, what became of it. */
static void put_step(struct page *page, const json_t *step)
{
    const json_t *options = json_object_get(step, "options");
    const json_t *run = json_object_get(step, "run");
    const char *mode = json_text(step, "mode");
    const char *connector = json_text(step, "connector");
    g_autofree char *place =
        g_strdup_printf("%s:%d", json_text(step, "file"), (int)json_index(step, "line"));
    g_string_append(page->out, "- Step ");
    markdown_code(page->out, json_text(step, "id"), false);
    g_string_append(page->out, ", ");
    markdown_code(page->out, place, false);
    if (*connector)
        g_string_append_printf(page->out, ", `%s`", connector);
    if (*mode) {
        g_string_append(page->out, ", mode ");
        markdown_code(page->out, mode, false);
    }
    g_string_append_c(page->out, '\n');
    for (gsize i = 0; i < json_array_size(options); i++)
        put_option(page, json_array_get(options, i));
    if (!json_is_object(run))
        return;
    g_string_append(page->out, "- Last run: ");
    page_run(page, run);
    g_string_append_c(page->out, '\n');
}

static void put_column_table(struct page *page, const json_t *columns)
{
    if (json_array_size(columns) == 0)
        return;
    g_string_append(page->out, "\n| column | type | made from |\n|---|---|---|\n");
    page->in_cell = true;
    for (gsize i = 0; i < json_array_size(columns); i++) {
        const json_t *column = json_array_get(columns, i);
        const json_t *inputs = json_object_get(column, "inputs");
        const char *type = json_text(column, "type");
        const bool is_unknown = json_is_true(json_object_get(column, "is_unknown"));
        g_string_append(page->out, "| ");
        markdown_code(page->out, json_text(column, "name"), true);
        g_string_append(page->out, " | ");
        markdown_code(page->out, *type ? type : "?", true);
        g_string_append(page->out, " |");
        g_string_append(page->out, json_array_size(inputs) > 0 || is_unknown ? " " : "");
        append_columns(page, inputs);
        if (is_unknown)
            g_string_append(page->out, json_array_size(inputs) > 0 ? ", and more?" : "not known");
        g_string_append(page->out, " |\n");
    }
    page->in_cell = false;
}

static void put_facts(struct page *page, const json_t *table)
{
    const json_t *all_steps = json_object_get(page->model, "steps");
    const json_t *steps = json_object_get(table, "steps");
    const json_t *conditions = json_object_get(table, "conditions");
    const json_t *unknown = json_object_get(table, "unknown");
    g_string_append_c(page->out, '\n');
    for (gsize i = 0; i < json_array_size(steps); i++)
        put_step(page,
                 json_array_get(all_steps, (gsize)json_integer_value(json_array_get(steps, i))));
    put_tables(page, "Made from", json_object_get(table, "inputs"));
    put_tables(page, "Feeds", json_object_get(table, "outputs"));
    if (json_array_size(conditions) > 0) {
        g_string_append(page->out, "- Rows are decided by ");
        append_columns(page, conditions);
        g_string_append_c(page->out, '\n');
    }
    for (gsize i = 0; i < json_array_size(unknown); i++) {
        g_string_append(page->out, "- Not known: ");
        markdown_code(page->out, json_string_value(json_array_get(unknown, i)), false);
        g_string_append_c(page->out, '\n');
    }
}

void page_table(struct page *page, gsize index)
{
    static const char *const words[][2] = {
        {"source", "Source"}, {"table", "Table"}, {"view", "View"},       {"check", "Check"},
        {"export", "Export"}, {"query", "Query"}, {"outside", "Outside"},
    };
    const json_t *table = table_at(page, index);
    const json_t *all_steps = json_object_get(page->model, "steps");
    const json_t *steps = json_object_get(table, "steps");
    const char *description = json_text(table, "description");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i][0], json_text(table, "kind")) == 0)
            page_table_heading(page, index, words[i][1]);
    if (*description) {
        g_string_append_c(page->out, '\n');
        markdown_words(page->out, description);
        g_string_append_c(page->out, '\n');
    }
    put_facts(page, table);
    put_column_table(page, json_object_get(table, "columns"));
    for (gsize i = 0; i < json_array_size(steps); i++) {
        const gsize step = (gsize)json_integer_value(json_array_get(steps, i));
        const char *query = json_text(json_array_get(all_steps, step), "query");
        if (*query)
            markdown_block(page->out, "sql", query);
    }
}
