/* SPDX-License-Identifier: Apache-2.0 */
#include "project/profile.h"

#include "base/compare.h"
#include "base/error.h"
#include "base/nearest.h"
#include "project/mask.h"
#include "project/profile_value.h"
#include "project/yaml_value.h"

#include <string.h>

static const char *const engine_names[] = {"duckdb", NULL};

static void connector_free(gpointer pointer)
{
    struct profile_connector *connector = pointer;
    g_free(connector->name);
    g_free(connector->type);
    g_free(connector);
}

static void report_unknown(struct profile_reader *reader, enum profile_section section,
                           const struct member *member, const char *where)
{
    g_autofree const char **names = profile_key_names(section);
    g_autofree char *hint = nearest_hint(member->key, names);
    diagnostics_add(reader->diagnostics, SF_PROFILE_KEY, member->key_span, hint,
                    "unknown key '%s' in %s", member->key, where);
}

/* Keys that set a field, and those that are unknown. Maps are left to their own readers. */
static void read_keys(struct profile_reader *reader, enum profile_section section,
                      const struct value *map, const char *where)
{
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        const struct profile_key *key = profile_key_find(section, member->key);
        if (!key)
            report_unknown(reader, section, member, where);
        else if (key->kind == PROFILE_NO_EFFECT)
            diagnostics_add(reader->diagnostics, SF_PROFILE_NO_EFFECT, member->key_span, NULL,
                            "'%s' has no effect: %s", key->name, key->help);
        else if (key->offset && profile_set(reader, key, member) && key->idle)
            diagnostics_add(reader->diagnostics, SF_PROFILE_NO_EFFECT, member->key_span, NULL,
                            "'%s' has no effect yet: %s", key->name, key->idle);
    }
}

/* A member that must be a map. NULL: absent, empty, or another kind (which is said). */
static const struct value *read_map(struct profile_reader *reader, const struct value *parent,
                                    const char *name)
{
    const struct member *member = value_member(parent, name);
    if (!member || member->value->kind == VALUE_NULL)
        return NULL;
    if (member->value->kind == VALUE_MAP)
        return member->value;
    profile_wrong_type(reader, member, "a map");
    return NULL;
}

static void check_twice(struct profile_reader *reader, const struct member *first,
                        const struct member *second)
{
    if (!first || !second)
        return;
    diagnostics_add(reader->diagnostics, SF_PROFILE_DUPLICATE, second->key_span, NULL,
                    "'%s' and '%s' say the same; one is enough", first->key, second->key);
    diagnostics_relate(reader->diagnostics, first->key_span, "the other one");
}

static void read_duckdb(struct profile_reader *reader, const struct value *root,
                        const struct value *settings)
{
    const struct member *mode = value_member(settings, "mode");
    const struct member *path = value_member(settings, "path");
    const struct member *earlier_path = value_member(settings, "database_path");
    const char *word =
        mode ? profile_word(reader, profile_key_find(PROFILE_DUCKDB, "mode"), mode) : NULL;
    reader->profile->in_memory = g_strcmp0(word, "memory") == 0;
    check_twice(reader, path, earlier_path);
    check_twice(reader, path ? path : earlier_path, value_member(root, "database_path"));
    if (reader->profile->in_memory && (path || earlier_path))
        diagnostics_add(reader->diagnostics, SF_PROFILE_NO_EFFECT,
                        (path ? path : earlier_path)->key_span, NULL,
                        "'%s' has no effect with mode: memory", (path ? path : earlier_path)->key);
    read_keys(reader, PROFILE_DUCKDB, settings, "the engine 'duckdb'");
}

static void report_engine(struct profile_reader *reader, const char *name, struct span at)
{
    g_autofree char *hint = nearest_hint(name, engine_names);
    diagnostics_add(reader->diagnostics, SF_PROFILE_ENGINE, at, hint,
                    "there is no engine '%s', only duckdb", name);
}

/* The engine that `engine:` names must be there; without that key there may be one only. */
static void check_choice(struct profile_reader *reader, const struct value *root,
                         const struct value *engines)
{
    const struct member *choice = value_member(root, "engine");
    const struct member *list = value_member(root, "engines");
    if (choice && !g_strv_contains(engine_names, reader->profile->engine))
        report_engine(reader, reader->profile->engine, choice->value->span);
    else if (choice && engines && engines->members->len &&
             !value_get(engines, reader->profile->engine))
        diagnostics_add(reader->diagnostics, SF_PROFILE_ENGINE, choice->value->span, NULL,
                        "'engines' has no '%s'", reader->profile->engine);
    else if (!choice && engines && engines->members->len > 1)
        diagnostics_add(reader->diagnostics, SF_PROFILE_ENGINE, list->key_span,
                        "say which one with 'engine: NAME'", "there are several engines");
}

static void read_engines(struct profile_reader *reader, const struct value *root)
{
    const struct value *engines = read_map(reader, root, "engines");
    check_choice(reader, root, engines);
    for (guint i = 0; engines && i < engines->members->len; i++) {
        const struct member *member = g_ptr_array_index(engines->members, i);
        if (!g_strv_contains(engine_names, member->key))
            report_engine(reader, member->key, member->key_span);
        else if (member->value->kind == VALUE_MAP)
            read_duckdb(reader, root, member->value);
        else if (member->value->kind != VALUE_NULL)
            profile_wrong_type(reader, member, "a map");
    }
}

/* A list is for IN (${name}), which takes elements with commas between. */
static char *variable_text(struct profile_reader *reader, const struct member *member)
{
    const struct value *value = member->value;
    if (value->text)
        return g_strdup(value->text);
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; value->kind == VALUE_LIST && i < value->items->len; i++) {
        const struct value *item = g_ptr_array_index(value->items, i);
        if (!item->text || strchr(item->text, ',')) {
            profile_wrong_type(reader, member, "strings without commas in its list");
            return NULL;
        }
        g_string_append_printf(out, "%s%s", i ? "," : "", item->text);
    }
    if (value->kind == VALUE_LIST && value->items->len)
        return g_string_free(g_steal_pointer(&out), FALSE);
    profile_wrong_type(reader, member, "a string, a number, true or false, or a list of them");
    return NULL;
}

/* A variable whose value can't be made now may be one that nobody uses. */
static void read_variable(struct profile_reader *reader, const struct member *member)
{
    g_autofree char *written = variable_text(reader, member);
    g_autofree char *missing = NULL;
    char *text = written ? profile_expand(reader->project, written, &missing) : NULL;
    if (missing)
        diagnostics_add(reader->diagnostics, SF_PROFILE_VARIABLE, member->value->span, NULL,
                        "variable '%s' has no value: the environment has no '%s'", member->key,
                        missing);
    if (!text)
        return;
    g_ptr_array_add(reader->profile->variables, g_strdup(member->key));
    g_ptr_array_add(reader->profile->variables, text);
}

static void read_variables(struct profile_reader *reader, const struct value *root)
{
    const struct value *variables = read_map(reader, root, "variables");
    for (guint i = 0; variables && i < variables->members->len; i++)
        read_variable(reader, g_ptr_array_index(variables->members, i));
}

/* A map with one of these keys alone says where a secret is; it is read when it is used. */
/* NOLINTNEXTLINE(misc-no-recursion): YAML_MAX_DEPTH bounds it */
static void check_secrets(struct profile_reader *reader, const struct value *map)
{
    static const char *const places[] = {"env", "file", "command", NULL};
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        const bool is_place = map->members->len == 1 && g_strv_contains(places, member->key);
        if (is_place && member->value->kind != VALUE_STRING)
            profile_wrong_type(reader, member, "a string");
        else if (member->value->kind == VALUE_MAP)
            check_secrets(reader, member->value);
    }
}

static void read_connector(struct profile_reader *reader, const struct member *member)
{
    if (member->value->kind != VALUE_MAP) {
        profile_wrong_type(reader, member, "a map {type: .., params: {..}}");
        return;
    }
    g_autofree char *where = g_strdup_printf("the connector '%s'", member->key);
    const struct member *type = value_member(member->value, "type");
    const struct value *params = read_map(reader, member->value, "params");
    read_keys(reader, PROFILE_CONNECTOR, member->value, where);
    if (!type)
        diagnostics_add(reader->diagnostics, SF_PROFILE_VALUE, member->key_span, NULL,
                        "%s has no 'type'", where);
    else if (type->value->kind != VALUE_STRING)
        profile_wrong_type(reader, type, "a string");
    if (params)
        check_secrets(reader, params);
    struct profile_connector *connector = g_new0(struct profile_connector, 1);
    connector->name = g_strdup(member->key);
    connector->at = member->key_span;
    connector->type = g_strdup(type && type->value->text ? type->value->text : "");
    connector->params = params;
    g_ptr_array_add(reader->profile->connectors, connector);
}

static void read_connectors(struct profile_reader *reader, const struct value *root)
{
    const struct value *connectors = read_map(reader, root, "connectors");
    for (guint i = 0; connectors && i < connectors->members->len; i++)
        read_connector(reader, g_ptr_array_index(connectors->members, i));
}

/* The earlier program put everything below the profile's name; other keys of its own may stand
 * beside it. */
static const struct value *unwrap(const struct profile *profile)
{
    const struct value *inner = value_get(profile->root, profile->name);
    if (!inner || inner->kind != VALUE_MAP || profile_key_find(PROFILE_ROOT, profile->name))
        return profile->root;
    for (guint i = 0; i < profile->root->members->len; i++) {
        const struct member *member = g_ptr_array_index(profile->root->members, i);
        const struct profile_key *key = profile_key_find(PROFILE_ROOT, member->key);
        if (member->value != inner && (!key || key->kind != PROFILE_NO_EFFECT))
            return profile->root;
    }
    return inner;
}

static void read_root(struct profile_reader *reader)
{
    const struct profile *profile = reader->profile;
    const struct value *root = unwrap(profile);
    read_keys(reader, PROFILE_ROOT, root, "the profile");
    read_engines(reader, root);
    read_variables(reader, root);
    read_connectors(reader, root);
    const struct value *execution = read_map(reader, root, "execution");
    if (execution)
        read_keys(reader, PROFILE_EXECUTION, execution, "'execution'");
}

static struct profile *profile_new(const struct project *project, const char *name)
{
    struct profile *profile = g_new0(struct profile, 1);
    profile->name = g_strdup(name);
    profile->engine = g_strdup("duckdb");
    profile->in_memory = !project->is_project;
    profile->database_path = g_strdup_printf("target/%s.duckdb", name);
    profile->timezone = g_strdup("UTC");
    profile->variables = g_ptr_array_new_with_free_func(g_free);
    profile->connectors = g_ptr_array_new_with_free_func(connector_free);
    profile->retries = -1;
    profile->retry_delay = -1;
    profile->plugins = g_ptr_array_new_with_free_func(g_free);
    profile->log_level = g_strdup("info");
    return profile;
}

/* The text as messages show it. Covering characters leaves it UTF-8. */
static struct text *shown_text(const struct text *text)
{
    g_autofree char *masked = mask_yaml(text->data, text->length);
    struct text *shown = text_new(text->path, masked, text->length, NULL);
    g_assert(shown);
    return shown;
}

static void read_text(struct profile_reader *reader, const struct text *text)
{
    struct profile *profile = reader->profile;
    profile->text = shown_text(text);
    profile->root = yaml_parse(text, profile->text, reader->diagnostics);
    if (profile->root && profile->root->kind == VALUE_MAP)
        read_root(reader);
    else if (profile->root)
        diagnostics_add(reader->diagnostics, SF_PROFILE_TYPE, profile->root->span, NULL,
                        "a profile is a map, this is %s", value_kind_name(profile->root->kind));
}

struct profile *profile_parse(const struct project *project, const char *name,
                              const struct text *text, struct diagnostics *diagnostics)
{
    const guint errors = diagnostics_errors(diagnostics);
    AUTO(profile) profile = profile_new(project, name);
    struct profile_reader reader = {
        .profile = profile, .project = project, .diagnostics = diagnostics};
    read_text(&reader, text);
    if (diagnostics_errors(diagnostics) == errors)
        return g_steal_pointer(&profile);
    diagnostics_keep(diagnostics, g_steal_pointer(&profile->text));
    return NULL;
}

char **profile_names(const struct project *project)
{
    GPtrArray *names = g_ptr_array_new();
    g_autofree char *folder = g_build_filename(project->root, "profiles", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    while (dir && (name = g_dir_read_name(dir))) {
        const char *dot = strrchr(name, '.');
        if (dot && dot > name && (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0))
            g_ptr_array_add(names, g_strndup(name, (gsize)(dot - name)));
    }
    g_ptr_array_sort(names, compare_texts);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static void report_missing(const struct project *project, const char *name,
                           struct diagnostics *diagnostics)
{
    g_auto(GStrv) names = profile_names(project);
    g_autofree char *hint = nearest_hint(name, (const char *const *)names);
    if (!hint && *names) {
        g_autofree char *list = g_strjoinv(", ", names);
        hint = g_strdup_printf("there are %s", list);
    }
    diagnostics_add(diagnostics, SF_PROFILE_MISSING, (struct span){0}, hint,
                    "there is no profile '%s' (profiles/%s.yml)", name, name);
}

/* The profile's file: .yml, or .yaml where there is no .yml. NULL: there is none. */
static char *find_file(const struct project *project, const char *name)
{
    static const char *const extensions[] = {".yml", ".yaml"};
    for (gsize i = 0; i < G_N_ELEMENTS(extensions); i++) {
        g_autofree char *file = g_strconcat(name, extensions[i], NULL);
        g_autofree char *path = g_build_filename(project->root, "profiles", file, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    return NULL;
}

struct profile *profile_load(const struct project *project, const char *name, bool explicitly_named,
                             struct diagnostics *diagnostics)
{
    const bool is_name = *name && !strchr(name, '/');
    g_autofree char *path = is_name ? find_file(project, name) : NULL;
    if (!path && !explicitly_named)
        return profile_new(project, name);
    if (!path) {
        report_missing(project, name, diagnostics);
        return NULL;
    }
    g_autofree char *shown_path = project_display_path(project, path);
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_load(shown_path, path, &error);
    if (text)
        return profile_parse(project, name, text, diagnostics);
    diagnostics_add(diagnostics, SF_PROFILE_MISSING, (struct span){0}, NULL, "%s", error->message);
    return NULL;
}

void profile_free(struct profile *profile)
{
    if (!profile)
        return;
    g_free(profile->name);
    value_free(profile->root);
    text_free(profile->text);
    g_free(profile->engine);
    g_free(profile->database_path);
    g_free(profile->memory_limit);
    g_free(profile->temp_directory);
    g_free(profile->timezone);
    g_ptr_array_unref(profile->variables);
    g_ptr_array_unref(profile->connectors);
    g_ptr_array_unref(profile->plugins);
    g_free(profile->log_level);
    g_free(profile);
}

const struct profile_connector *profile_connector(const struct profile *profile, const char *name)
{
    for (guint i = 0; i < profile->connectors->len; i++) {
        const struct profile_connector *connector = g_ptr_array_index(profile->connectors, i);
        if (strcmp(connector->name, name) == 0)
            return connector;
    }
    return NULL;
}

char *profile_catalog(const struct profile *profile)
{
    if (profile->in_memory || !profile->database_path)
        return g_strdup("memory");
    g_autofree char *base = g_path_get_basename(profile->database_path);
    char *dot = strrchr(base, '.');
    return g_strndup(base, dot && dot != base ? (gsize)(dot - base) : strlen(base));
}
