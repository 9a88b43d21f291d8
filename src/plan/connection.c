/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/connection.h"

#include "base/error.h"
#include "base/name.h"
#include "base/nearest.h"
#include "connect/format/format.h"
#include "connect/storage/storage.h"
#include "plan/relation.h"
#include "plan/secret.h"
#include "plan/storage.h"
#include "project/profile_value.h"
#include "project/yaml_value.h"

#include <string.h>

/* One search, with what it found so far. */
struct search {
    struct planner *planner;
    struct operation *operation;
    const struct statement *statement;
    guint ability;
};

static void not_yet(const struct search *search, struct span at, const char *type,
                    const char *refusal)
{
    diagnostics_add(search->planner->diagnostics, SF_NOT_SUPPORTED_YET, at, NULL, "TYPE %s %s",
                    type, refusal);
}

static void report_type(const struct search *search, const char *type, struct span at)
{
    const char *refusal = connector_refusal(type);
    if (refusal) {
        not_yet(search, at, type, refusal);
        return;
    }
    g_auto(GStrv) loaded = registry_names(search->planner->input->registry);
    g_autofree char *near = nearest_hint(type, (const char *const *)loaded);
    g_autofree char *refused = near ? NULL : nearest_hint(type, connector_refused());
    const char *hint = near ? near : refused ? refused : "there are csv, parquet and json";
    diagnostics_add(search->planner->diagnostics, SF_UNKNOWN_TYPE, at, hint, "unknown type '%s'",
                    type);
}

/* The connector of this type, if it can do what is asked for. */
static const struct connector *find_type(const struct search *search, const char *type,
                                         struct span at)
{
    g_autoptr(GError) error = NULL;
    const struct connector *connector =
        registry_find(search->planner->input->registry, type, &error);
    if (!connector && error)
        diagnostics_add(search->planner->diagnostics, SF_UNKNOWN_TYPE, at,
                        error_details(error)->suggestion, "%s", error->message);
    else if (!connector)
        report_type(search, type, at);
    if (!connector || (connector->abilities & search->ability))
        return connector;
    diagnostics_add(search->planner->diagnostics, SF_UNKNOWN_TYPE, at, NULL, "%s can't be %s",
                    connector->name, search->ability == CONNECTOR_SOURCE ? "read" : "written");
    return NULL;
}

static const struct profile_connector *find_profile(const struct search *search, const char *name,
                                                    struct span at)
{
    const struct profile *profile = search->planner->input->profile;
    const struct profile_connector *found = profile_connector(profile, name);
    if (found)
        return found;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; profile->connectors && i < profile->connectors->len; i++) {
        struct profile_connector *connector = g_ptr_array_index(profile->connectors, i);
        g_ptr_array_add(names, connector->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = nearest_hint(name, (const char *const *)names->pdata);
    diagnostics_add(search->planner->diagnostics, SF_UNKNOWN_CONNECTION, at, hint,
                    "the profile '%s' has no connector '%s'", profile->name, name);
    return NULL;
}

/* "connection": a connector of the profile by its name. An address there is the connector's own
 * option. */
static const struct member *connection_member(const struct statement *statement)
{
    const struct member *member = value_member(statement->options, "connection");
    const bool is_name = member && member->value->kind == VALUE_STRING &&
                         !strstr(member->value->text, "://") && !strchr(member->value->text, '=');
    return is_name ? member : NULL;
}

/* 'warehouse/orders' where the profile has a connector 'warehouse'. */
static const struct profile_connector *destination_connector(const struct planner *planner,
                                                             const struct statement *statement)
{
    const char *slash = strchr(statement->target.text, '/');
    if (!slash)
        return NULL;
    g_autofree char *name =
        g_strndup(statement->target.text, (gsize)(slash - statement->target.text));
    return profile_connector(planner->input->profile, name);
}

static struct value *param_value(const struct search *search, const struct value *value);

/* What is in a map or list of the params. */
static void fill_in_parts(const struct search *search, struct value *value)
{
    for (guint i = 0; value->items && i < value->items->len; i++) {
        struct value *item = param_value(search, g_ptr_array_index(value->items, i));
        if (!item)
            return;
        value_free(g_ptr_array_index(value->items, i));
        g_ptr_array_index(value->items, i) = item;
    }
    for (guint i = 0; value->members && i < value->members->len; i++) {
        struct member *member = g_ptr_array_index(value->members, i);
        struct value *filled = param_value(search, member->value);
        if (!filled)
            return;
        value_free(member->value);
        member->value = filled;
    }
}

/* The environment filled in. NULL after an error. */
static struct value *param_value(const struct search *search, const struct value *value)
{
    if (!value->text) {
        struct value *copy = value_copy(value);
        fill_in_parts(search, copy);
        return copy;
    }
    if (!strstr(value->text, "${"))
        return value_copy(value);
    g_autofree char *missing = NULL;
    char *text = profile_expand(search->planner->input->project, value->text, &missing);
    if (text)
        return value_new(yaml_scalar_kind(text), value->span, text);
    diagnostics_add(search->planner->diagnostics, SF_PROFILE_ENVIRONMENT, value->span,
                    "set it, or write it into .env", "the environment has no variable '%s'",
                    missing);
    return NULL;
}

/* An option of the connector, or of whatever format and storage it may relate. */
static const struct option *find_option(const struct connector *connector, guint use,
                                        const char *name)
{
    const struct option *option = option_find(connector->options, use, name);
    if (option || !connector->relates)
        return option;
    option = option_find(storage_options(), use, name);
    for (const struct format *const *format = format_table(); !option && *format; format++)
        if (!connector->format || connector->format == *format)
            option = option_find((*format)->options, use, name);
    return option;
}

/* An option of the statement, or one for another use, takes a param's place. */
static bool is_param_wanted(const struct search *search, const struct connector *connector,
                            const char *name)
{
    const guint use = search->ability == CONNECTOR_SOURCE ? OPTION_FOR_SOURCE : OPTION_FOR_EXPORT;
    const struct option *option = find_option(connector, use, name);
    if (!option && find_option(connector, ~use, name))
        return false;
    const struct value *options = search->statement->options;
    for (guint i = 0; options && i < options->members->len; i++) {
        const struct member *member = g_ptr_array_index(options->members, i);
        if (strcmp(member->key, name) == 0 ||
            (option && find_option(connector, use, member->key) == option))
            return false;
    }
    return true;
}

static struct value *lay_together(const struct search *search, const struct connector *connector,
                                  const struct value *params)
{
    struct value *map = value_new(VALUE_MAP, search->statement->span, NULL);
    const struct value *options = search->statement->options;
    const struct member *connection = connection_member(search->statement);
    for (guint i = 0; params && i < params->members->len; i++) {
        const struct member *member = g_ptr_array_index(params->members, i);
        struct value *value = is_param_wanted(search, connector, member->key)
                                  ? param_value(search, member->value)
                                  : NULL;
        if (value)
            value_add_member(map, member->key, member->key_span, value);
    }
    for (guint i = 0; options && i < options->members->len; i++) {
        const struct member *member = g_ptr_array_index(options->members, i);
        if (member != connection)
            value_add_member(map, member->key, member->key_span, value_copy(member->value));
    }
    return map;
}

/* It stands for a place that may have files of any format. */
static bool is_place_of_files(const struct connector *connector)
{
    return connector->relates && !connector->format;
}

/* TYPE beside a connector of the profile must be its type. */
static bool check_type(const struct search *search, const struct connector *connector,
                       const struct profile_connector *profile)
{
    const struct fragment *type = &search->statement->type;
    if (!fragment_present(type) || g_ascii_strcasecmp(type->text, connector->name) == 0)
        return true;
    if (is_place_of_files(connector) && format_find(type->text))
        return true;
    diagnostics_add(search->planner->diagnostics, SF_UNKNOWN_CONNECTION, type->span,
                    "leave TYPE out", "the connector '%s' of the profile is of type %s",
                    profile->name, connector->name);
    return false;
}

static struct connection use_profile(const struct search *search,
                                     const struct profile_connector *profile, struct span at)
{
    struct connection connection = {.profile = profile};
    const struct connector *connector = profile ? find_type(search, profile->type, at) : NULL;
    if (!connector || !check_type(search, connector, profile))
        return connection;
    search->operation->params = lay_together(search, connector, profile->params);
    connection.connector = connector;
    connection.map = search->operation->params;
    options_free(search->operation->common);
    search->operation->common = options_check_common(connection.map, search->planner->diagnostics);
    return connection;
}

/* What the extension of a destination tells, or NULL. */
static const struct format *format_of(const char *destination)
{
    g_autofree char *name = storage_name(destination);
    return format_for_path(name);
}

static const struct connector *by_extension(const struct search *search)
{
    const struct fragment *target = &search->statement->target;
    const struct format *format = format_of(target->text);
    if (format)
        return registry_find(search->planner->input->registry, format->name, NULL);
    diagnostics_add(search->planner->diagnostics, SF_MISSING_TYPE, target->span,
                    "write TYPE CSV, TYPE PARQUET or TYPE JSON after it",
                    "the type of this EXPORT can't be told from '%s'", target->text);
    return NULL;
}

/* Without TYPE the extension tells. */
static bool means_file(const struct search *search)
{
    const struct fragment *type = &search->statement->type;
    if (!fragment_present(type))
        return format_of(search->statement->target.text) != NULL;
    const struct connector *connector =
        registry_find(search->planner->input->registry, type->text, NULL);
    return connector && (connector->format || connector->relates);
}

/* The connector of the profile is such a place, whatever the file is called; or it can't be used,
 * which is to be told. */
static bool means_place(const struct search *search, const struct profile_connector *profile)
{
    g_autoptr(GError) error = NULL;
    const struct connector *connector =
        registry_find(search->planner->input->registry, profile->type, &error);
    return error || (connector && is_place_of_files(connector));
}

static struct connection find_export(const struct search *search)
{
    const struct statement *statement = search->statement;
    const struct fragment *type = &statement->type;
    const struct profile_connector *profile = destination_connector(search->planner, statement);
    if (profile && (!means_file(search) || means_place(search, profile)))
        return use_profile(search, profile, statement->target.span);
    return (struct connection){
        .connector = fragment_present(type) ? find_type(search, type->text, type->span)
                                            : by_extension(search),
        .map = statement->options,
    };
}

static struct connection find_connection(const struct search *search)
{
    const struct statement *statement = search->statement;
    const struct member *member = connection_member(statement);
    const struct fragment *target = &statement->target;
    if (member)
        return use_profile(search, find_profile(search, member->value->text, member->value->span),
                           member->value->span);
    if (search->ability == CONNECTOR_EXPORT)
        return find_export(search);
    if (fragment_present(target))
        return use_profile(search, find_profile(search, target->text, target->span), target->span);
    return (struct connection){
        .connector = find_type(search, statement->type.text, statement->type.span),
        .map = statement->options,
    };
}

struct connection connection_find(struct planner *planner, struct operation *operation,
                                  guint ability)
{
    const struct search search = {planner, operation, operation->statement, ability};
    struct connection connection = find_connection(&search);
    struct value *flat = connection.connector
                             ? options_flatten(connection.connector->options, connection.map)
                             : NULL;
    if (flat) {
        value_free(operation->params);
        operation->params = flat;
        connection.map = flat;
    }
    if (connection.connector && connection.connector->relates)
        planner_relate(planner, operation, ability, &connection);
    return connection;
}

const char *connection_destination(const struct planner *planner, const struct statement *statement,
                                   const struct connection *connection)
{
    const char *text = statement->target.text;
    const bool is_named = connection->profile && !connection_member(statement) &&
                          destination_connector(planner, statement) == connection->profile;
    return is_named ? strchr(text, '/') + 1 : text;
}

/* One spelling for a table: without quotes, behind its schema unless that is the usual one. */
static char *table_name(const struct connection *connection, const char *table)
{
    const struct member *schema = value_member(connection->map, "schema");
    const bool has_schema = schema && schema->value->kind == VALUE_STRING;
    g_auto(GStrv) parts = name_split(table);
    const guint count = parts ? g_strv_length(parts) : 0;
    if (count != 1 && count != 2)
        return g_strdup(table);
    const char *before = count == 2 ? parts[0] : has_schema ? schema->value->text : "public";
    return strcmp(before, "public") == 0 ? g_strdup(parts[count - 1])
                                         : g_strconcat(before, ".", parts[count - 1], NULL);
}

char *connection_resource(const struct connection *connection, const char *table)
{
    const char *name =
        connection->profile ? connection->profile->name : connection->connector->name;
    g_autofree char *known = table ? table_name(connection, table) : NULL;
    return g_strconcat("at:", name, "/", known ? known : "*", NULL);
}

bool plan_connector_open(const struct profile_connector *profile, const struct connector *connector,
                         const struct plan_input *input, struct diagnostics *diagnostics,
                         struct plan_connector *out)
{
    const bool reads = (connector->abilities & CONNECTOR_SOURCE) != 0;
    const guint use = reads ? OPTION_FOR_SOURCE : OPTION_FOR_EXPORT;
    const struct statement none = {.span = profile->at};
    struct planner planner = {.input = input, .diagnostics = diagnostics};
    const struct search search = {&planner, NULL, &none,
                                  reads ? CONNECTOR_SOURCE : CONNECTOR_EXPORT};
    const guint errors = diagnostics_errors(diagnostics);
    AUTO(value) given = lay_together(&search, connector, profile->params);
    AUTO(value) flat = options_flatten(connector->options, given);
    const struct value *map = flat ? flat : given;
    const bool has_files = connector->format || connector->relates;
    const guint storage = has_files ? storage_use_of(map, NULL) : 0;
    *out = (struct plan_connector){.connector = connector};
    out->options = (connector->relates ? options_check_own : options_check)(
        connector->options, use | storage, connector->name, map, profile->at, diagnostics);
    if (storage || connector->relates)
        out->storage = options_check_some(storage_options(), use, map, diagnostics);
    AUTO(secrets) secrets = find_map_secrets(input, connector, map);
    diagnostics_hide(diagnostics, secrets);
    return diagnostics_errors(diagnostics) == errors;
}

void plan_connector_clear(struct plan_connector *opened)
{
    options_free(opened->options);
    options_free(opened->storage);
}
