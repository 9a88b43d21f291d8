/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/describe.h"

#include "base/choice.h"
#include "base/cover.h"
#include "base/nearest.h"
#include "cli/report.h"
#include "cli/workspace.h"
#include "connect/format/format.h"
#include "connect/registry.h"
#include "connect/storage/storage.h"

#include <string.h>

void describe_append_heading(GString *out, const struct terminal *terminal, const char *heading)
{
    g_string_append_printf(out, "\n%s%s%s\n", style_on(terminal->color, STYLE_BOLD), heading,
                           style_off(terminal->color));
}

static const char *option_type_name(enum option_type type)
{
    static const char *const names[] = {
        [OPTION_STRING] = "string",       [OPTION_INTEGER] = "integer",
        [OPTION_SIZE] = "size",           [OPTION_DURATION] = "duration",
        [OPTION_BOOLEAN] = "boolean",     [OPTION_STRINGS] = "list",
        [OPTION_TYPES] = "types",         [OPTION_ENUM] = "word",
        [OPTION_CHARACTER] = "character", [OPTION_MAP] = "map",
        [OPTION_JSON] = "value",
    };
    return names[type];
}

static const char *option_use(const struct option *option)
{
    bool source = (option->flags & OPTION_FOR_SOURCE) != 0;
    bool export = (option->flags & OPTION_FOR_EXPORT) != 0;
    return source == export ? "both" : source ? "source" : "export";
}

/* What an option may be, in one line. */
static char *option_text(const struct option *option)
{
    GString *out = g_string_new(option->help ? option->help : "");
    g_autofree char *words = choice_list(option->words);
    g_autofree char *aliases = choice_list(option->aliases);
    if (*words)
        g_string_append_printf(out, ": %s", words);
    if (option->flags & OPTION_REQUIRED)
        g_string_append(out, "; required");
    if (option->default_text)
        g_string_append_printf(out, " (%s)", option->default_text);
    if (*aliases)
        g_string_append_printf(out, "; also %s", aliases);
    return g_string_free(out, FALSE);
}

/* Columns that the names take. */
static guint name_width(const struct option *options)
{
    gsize width = strlen("hive_partitioning");
    for (; options && options->name; options++)
        width = MAX(width, strlen(options->name));
    return (guint)width;
}

static void append_options(GString *out, const struct terminal *terminal,
                           const struct option *options, guint width)
{
    for (; options && options->name; options++) {
        g_autofree char *name =
            g_strdup_printf("%-*s %-9s %-6s", (int)width, options->name,
                            option_type_name(options->type), option_use(options));
        g_autofree char *text = option_text(options);
        display_append_pair(out, terminal, width + 17, name, text);
    }
}

static json_t *words_to_json(const char *const *words)
{
    json_t *array = json_array();
    g_autofree const char **plain = choice_words(words);
    for (const char **word = plain; *word; word++)
        json_array_append_new(array, json_string(*word));
    return array;
}

static json_t *options_to_json(const struct option *options)
{
    json_t *array = json_array();
    for (; options && options->name; options++) {
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:s, s:b, s:s*, s:o, s:o, s:s*}", "name", options->name,
                             "type", option_type_name(options->type), "use", option_use(options),
                             "required", (options->flags & OPTION_REQUIRED) != 0, "default",
                             options->default_text, "aliases", words_to_json(options->aliases),
                             "words", words_to_json(options->words), "help", options->help));
    }
    return array;
}

static enum exit_code unknown_connector(const struct call *call, const struct registry *registry,
                                        const char *name)
{
    g_autoptr(GError) error = NULL;
    const char *refusal = connector_refusal(name);
    g_auto(GStrv) loaded = registry_names(registry);
    char *near = nearest_hint(name, (const char *const *)loaded);
    g_autofree char *hint = near ? near : nearest_hint(name, connector_refused());
    g_autofree char *message = refusal ? g_strdup_printf("%s: %s", name, refusal)
                                       : g_strdup_printf("there is no connector '%s'", name);
    struct error_details details = {.position = -1, .suggestion = refusal ? NULL : hint};
    error_set_full(&error, ERROR_USAGE, &details, message);
    report_error(call, error);
    return EXIT_CODE_USAGE;
}

static char *abilities_text(const struct connector *connector)
{
    bool source = (connector->abilities & CONNECTOR_SOURCE) != 0;
    bool export = (connector->abilities & CONNECTOR_EXPORT) != 0;
    return g_strdup(source && export ? "source and export" : source ? "source" : "export");
}

/* One that relates files takes options besides its own: of their format, or of where they are. */
static const struct option *further_options(const struct connector *connector)
{
    if (!connector->relates)
        return NULL;
    return connector->format ? connector->format->options : storage_options();
}

static enum exit_code write_connector(struct call *call, const struct connector *connector)
{
    g_autofree char *abilities = abilities_text(connector);
    if (flags_given(call->flags, FLAG_JSON)) {
        json_t *options = options_to_json(connector->options);
        json_t *further = options_to_json(further_options(connector));
        json_array_extend(options, further);
        json_decref(further);
        report_document(call,
                        json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "format", "sqlflow.connector/1",
                                  "name", connector->name, "summary", connector->summary,
                                  "abilities", abilities, "options", options, "common_options",
                                  options_to_json(common_options())));
        return EXIT_CODE_OK;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    const guint width = MAX(name_width(connector->options), name_width(further_options(connector)));
    g_string_append_printf(out, "%s%s%s: %s (%s)\n", style_on(call->out.color, STYLE_BOLD),
                           connector->name, style_off(call->out.color), connector->summary,
                           abilities);
    describe_append_heading(out, &call->out, "options");
    append_options(out, &call->out, connector->options, width);
    append_options(out, &call->out, further_options(connector), width);
    describe_append_heading(out, &call->out, "options of every statement");
    append_options(out, &call->out, common_options(), name_width(common_options()));
    terminal_flush(&call->out, out);
    return EXIT_CODE_OK;
}

static enum exit_code describe_found(struct call *call, const struct registry *registry,
                                     const char *name)
{
    g_autoptr(GError) error = NULL;
    const struct connector *connector = registry_find(registry, name, &error);
    if (connector)
        return write_connector(call, connector);
    if (!error)
        return unknown_connector(call, registry, name);
    report_error(call, error);
    return EXIT_CODE_USAGE;
}

/* Those that come with the program need no project. */
enum exit_code describe_connector(struct call *call, const char *name)
{
    AUTO(registry) own = registry_new_own();
    g_autoptr(GError) error = NULL;
    if (registry_find(own, name, &error) || error)
        return describe_found(call, own, name);
    AUTO(workspace) workspace = workspace_open(call, NULL);
    return workspace ? describe_found(call, workspace->registry, name) : EXIT_CODE_USAGE;
}

static char *default_text(const char *text, const char *missing)
{
    return g_strdup(text ? text : missing);
}

/* A variable's value; what comes from the environment as it is written: it may be a secret. */
static const char *shown_variable(const struct profile *profile, guint index)
{
    const char *name = g_ptr_array_index(profile->variables, index);
    const struct value *inner = value_get(profile->root, profile->name);
    const struct value *root = inner && inner->kind == VALUE_MAP ? inner : profile->root;
    const struct value *written = value_get(value_get(root, "variables"), name);
    if (name_is_secret(name, strlen(name)))
        return "***";
    return written && written->text && strstr(written->text, "${")
               ? written->text
               : g_ptr_array_index(profile->variables, index + 1);
}

static void append_profile(GString *out, const struct terminal *terminal,
                           const struct profile *profile)
{
    g_autofree char *database =
        default_text(profile->in_memory ? NULL : profile->database_path, "in memory");
    g_autofree char *memory = default_text(profile->memory_limit, "the engine's default");
    g_autofree char *threads = profile->threads > 0 ? g_strdup_printf("%d", profile->threads)
                                                    : g_strdup("the engine's default");
    g_autofree char *workers = profile->workers > 0 ? g_strdup_printf("%d", profile->workers)
                                                    : g_strdup("the cores, at most 4");
    const char *const pairs[][2] = {{"engine", profile->engine},     {"database", database},
                                    {"memory_limit", memory},        {"threads", threads},
                                    {"timezone", profile->timezone}, {"workers", workers}};
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
        display_append_pair(out, terminal, 12, pairs[i][0], pairs[i][1]);
    if (profile->variables->len > 0)
        describe_append_heading(out, terminal, "variables");
    for (guint i = 0; i + 1 < profile->variables->len; i += 2)
        display_append_pair(out, terminal, 12, g_ptr_array_index(profile->variables, i),
                            shown_variable(profile, i));
    if (profile->connectors->len > 0)
        describe_append_heading(out, terminal, "connectors");
    for (guint i = 0; i < profile->connectors->len; i++) {
        const struct profile_connector *connector = g_ptr_array_index(profile->connectors, i);
        display_append_pair(out, terminal, 12, connector->name, connector->type);
    }
}

static json_t *profile_to_json(const struct profile *profile)
{
    json_t *variables = json_object();
    for (guint i = 0; i + 1 < profile->variables->len; i += 2)
        json_object_set_new(variables, g_ptr_array_index(profile->variables, i),
                            json_string(shown_variable(profile, i)));
    json_t *connectors = json_array();
    for (guint i = 0; i < profile->connectors->len; i++) {
        const struct profile_connector *connector = g_ptr_array_index(profile->connectors, i);
        json_array_append_new(
            connectors, json_pack("{s:s, s:s}", "name", connector->name, "type", connector->type));
    }
    return json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:i, s:s*, s:i, s:o, s:o}", "format",
                     "sqlflow.profile/1", "name", profile->name, "engine", profile->engine,
                     "database", profile->in_memory ? NULL : profile->database_path, "memory_limit",
                     profile->memory_limit, "threads", profile->threads, "timezone",
                     profile->timezone, "workers", profile->workers, "variables", variables,
                     "connectors", connectors);
}

enum exit_code describe_profile(struct call *call, const char *name)
{
    AUTO(workspace) workspace = workspace_open_profile(call, name);
    if (!workspace)
        return EXIT_CODE_USAGE;
    report_diagnostics(call, workspace->diagnostics);
    const struct profile *profile = workspace->profile;
    if (flags_given(call->flags, FLAG_JSON)) {
        report_document(call, profile_to_json(profile));
        return EXIT_CODE_OK;
    }
    g_autoptr(GString) out = g_string_new(NULL);
    const char *path = profile->text ? profile->text->path : "no file: defaults";
    g_string_append_printf(out, "%s%s%s (%s)\n", style_on(call->out.color, STYLE_BOLD),
                           profile->name, style_off(call->out.color), path);
    append_profile(out, &call->out, profile);
    terminal_flush(&call->out, out);
    return EXIT_CODE_OK;
}

/* A word of ours without a name behind it, unless a pipeline is called so. */
static enum exit_code describe_unnamed(struct call *call, const char *what)
{
    AUTO(workspace) workspace = workspace_open_project(call, NULL);
    if (!workspace)
        return EXIT_CODE_USAGE;
    g_autofree char *pipeline =
        project_find_pipeline(workspace->project, what, workspace->project->root, NULL);
    if (pipeline)
        return describe_pipeline(call, what);
    g_autoptr(GError) error = NULL;
    if (strcmp(what, "connector") == 0)
        error_set(&error, ERROR_USAGE, "which connector? sqlflow connect list has them all");
    else
        error_set(&error, ERROR_USAGE, "which profile? sqlflow describe profile dev");
    report_error(call, error);
    return EXIT_CODE_USAGE;
}

enum exit_code command_describe(struct call *call)
{
    const char *what = call_argument(call, 0);
    const char *name = call_argument(call, 1);
    if (!name && (g_strcmp0(what, "connector") == 0 || g_strcmp0(what, "profile") == 0))
        return describe_unnamed(call, what);
    if (!name)
        return describe_pipeline(call, what);
    if (strcmp(what, "connector") == 0)
        return describe_connector(call, name);
    if (strcmp(what, "profile") == 0)
        return describe_profile(call, name);
    if (strcmp(what, "pipeline") == 0)
        return describe_pipeline(call, name);
    g_autoptr(GError) error = NULL;
    error_set(&error, ERROR_USAGE, "describe what? NAME, connector NAME or profile NAME");
    report_error(call, error);
    return EXIT_CODE_USAGE;
}
