/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/activity.h"
#include "cli/describe.h"

#include "cli/report.h"
#include "run/bind.h"

#include <string.h>

enum { NAME_WIDTH = 20 };

/* A pipeline with the columns that binding found; bounds is NULL where there was no binding. */
struct subject {
    const struct planned *planned;
    GArray *bounds; /* struct bound, by operation */
};

/* Columns that come from the data (a PIVOT) are not among those that binding finds. */
static bool has_more_columns(const struct subject *subject, guint index)
{
    return subject->bounds &&
           g_array_index(subject->bounds, struct bound, index).status == BOUND_UNCHECKED;
}

static const GPtrArray *columns_at(const struct subject *subject, guint index)
{
    return subject->bounds ? g_array_index(subject->bounds, struct bound, index).columns : NULL;
}

static char *columns_text(const GPtrArray *columns)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_string_append_printf(out, "%s%s %s", i > 0 ? ", " : "", column->name, column->type);
    }
    return g_string_free(out, FALSE);
}

static json_t *columns_to_json(const GPtrArray *columns)
{
    json_t *array = json_array();
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        json_array_append_new(array,
                              json_pack("{s:s, s:s}", "name", column->name, "type", column->type));
    }
    return array;
}

/* The sections of a description: which operations, what stands beside the columns. */
static const struct section {
    const char *heading;
    enum operation_type types[2];
} sections[] = {
    {"sources", {OPERATION_SOURCE}}, {"tables", {OPERATION_LOAD, OPERATION_TRANSFORM}},
    {"checks", {OPERATION_CHECK}},   {"exports", {OPERATION_EXPORT}},
    {"queries", {OPERATION_QUERY}},  {"statements", {OPERATION_SQL}},
};

static bool section_has(const struct section *section, enum operation_type type)
{
    return type == section->types[0] || type == section->types[1];
}

static const char *made_name(const struct operation *operation)
{
    if (operation->type == OPERATION_LOAD || operation->type == OPERATION_TRANSFORM)
        return operation->statement->table.text;
    return operation->name;
}

static char *operation_kind(const struct operation *operation)
{
    if (operation->type == OPERATION_SOURCE || operation->type == OPERATION_EXPORT)
        return g_strdup(operation->connector ? operation->connector->name : "");
    if (operation->type == OPERATION_LOAD)
        return g_strdup_printf("from %s", operation->statement->name.text);
    if (operation->type == OPERATION_TRANSFORM)
        return g_strdup(operation->statement->is_view ? "view" : "table");
    return g_strdup("");
}

static void append_operation(GString *out, const struct terminal *terminal,
                             const struct subject *subject, guint index)
{
    const struct operation *operation =
        g_ptr_array_index(subject->planned->plan->operations, index);
    g_autofree char *kind = operation_kind(operation);
    g_autofree char *columns = columns_text(columns_at(subject, index));
    g_autofree char *text =
        g_strdup_printf("%s%s%s%s", kind, *kind && *columns ? ": " : "", columns,
                        *columns && has_more_columns(subject, index) ? ", .." : "");
    g_autofree char *name = display_escape(made_name(operation), strlen(made_name(operation)));
    display_append_pair(out, terminal, NAME_WIDTH, name, text);
}

static void append_section(GString *out, const struct terminal *terminal,
                           const struct subject *subject, const struct section *section)
{
    const GPtrArray *operations = subject->planned->plan->operations;
    bool has_heading = false;
    for (guint i = 0; i < operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(operations, i);
        if (!section_has(section, operation->type))
            continue;
        if (!has_heading)
            describe_append_heading(out, terminal, section->heading);
        has_heading = true;
        append_operation(out, terminal, subject, i);
    }
}

static char *use_origin(const struct variable_use *use)
{
    if (!use->at.text)
        return g_strdup(variable_origin_name(use->origin));
    return g_strdup_printf("%s; first used at %s:%u", variable_origin_name(use->origin),
                           use->at.text->path, text_place(use->at.text, use->at.offset).line);
}

static void append_variables(GString *out, const struct terminal *terminal,
                             const struct planned *planned)
{
    const GPtrArray *uses = variables_uses(planned->variables);
    if (uses->len > 0)
        describe_append_heading(out, terminal, "variables");
    for (guint i = 0; i < uses->len; i++) {
        const struct variable_use *use = g_ptr_array_index(uses, i);
        g_autofree char *origin = use_origin(use);
        g_autofree char *shown = secrets_mask(planned->plan->secrets, use->value);
        g_autofree char *value = display_escape(shown, strlen(shown));
        g_autofree char *text = g_strdup_printf("%s  (%s)", value, origin);
        display_append_pair(out, terminal, NAME_WIDTH, use->name, text);
    }
}

static void write_text(const struct workspace *workspace, const struct subject *subject)
{
    const struct terminal *terminal = &workspace->call->out;
    const struct plan *plan = subject->planned->plan;
    const struct profile *profile = workspace->profile;
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "%s%s%s  %s, profile %s, %s\n",
                           style_on(terminal->color, STYLE_BOLD), plan->pipeline,
                           style_off(terminal->color), plan->script->text->path, plan->profile,
                           profile->in_memory ? "in memory" : profile->database_path);
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        append_section(out, terminal, subject, &sections[i]);
    append_variables(out, terminal, subject->planned);
    terminal_flush(terminal, out);
}

static json_t *operations_to_json(const struct subject *subject, const struct section *section)
{
    const GPtrArray *operations = subject->planned->plan->operations;
    json_t *array = json_array();
    for (guint i = 0; i < operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(operations, i);
        if (!section_has(section, operation->type))
            continue;
        g_autofree char *kind = operation_kind(operation);
        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:o}", "id", operation->id, "name",
                                               made_name(operation), "kind", kind, "columns",
                                               columns_to_json(columns_at(subject, i))));
    }
    return array;
}

static json_t *variables_to_json(const struct planned *planned)
{
    const GPtrArray *uses = variables_uses(planned->variables);
    json_t *array = json_array();
    for (guint i = 0; i < uses->len; i++) {
        const struct variable_use *use = g_ptr_array_index(uses, i);
        g_autofree char *shown = secrets_mask(planned->plan->secrets, use->value);
        json_array_append_new(array, json_pack("{s:s, s:s, s:s}", "name", use->name, "value", shown,
                                               "from", variable_origin_name(use->origin)));
    }
    return array;
}

static void write_json(const struct workspace *workspace, const struct subject *subject)
{
    const struct plan *plan = subject->planned->plan;
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:s}", "format", "sqlflow.pipeline/1", "pipeline",
                  plan->pipeline, "path", plan->script->text->path, "profile", plan->profile);
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++)
        json_object_set_new(document, sections[i].heading,
                            operations_to_json(subject, &sections[i]));
    json_object_set_new(document, "variables", variables_to_json(subject->planned));
    report_document(workspace->call, document);
}

/* The columns; without them (no file yet, a locked database) the rest is told all the same. */
static GArray *bind(struct workspace *workspace, const struct planned *planned)
{
    g_autoptr(GError) error = NULL;
    const struct engine_class *engine = engine_load(workspace->profile->engine, &error);
    struct engine_options options = workspace_engine_options(workspace);
    struct activity *activity =
        activity_begin(workspace->call, "looking at the files and tables of %s", planned->name);
    AUTO(binder) binder = engine ? binder_new(engine, &options, &error) : NULL;
    GArray *bounds =
        binder ? binder_check(binder, planned->plan, workspace->diagnostics, &error) : NULL;
    activity_end(activity);
    if (!bounds)
        report_warning(workspace->call, NULL, "columns are not known: %s", error->message);
    return bounds;
}

enum exit_code describe_pipeline(struct call *call, const char *name)
{
    AUTO(workspace) workspace = workspace_open(call, name);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autoptr(GError) error = NULL;
    AUTO(planned) planned = workspace_plan_named(workspace, name, &error);
    if (!planned || !planned->plan) {
        report_diagnostics(call, workspace->diagnostics);
        if (error)
            report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    g_autoptr(GArray) bounds = bind(workspace, planned);
    struct subject subject = {.planned = planned, .bounds = bounds};
    if (flags_given(call->flags, FLAG_JSON))
        write_json(workspace, &subject);
    else
        write_text(workspace, &subject);
    report_diagnostics(call, workspace->diagnostics);
    return EXIT_CODE_OK;
}
