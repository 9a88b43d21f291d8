/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/relation.h"

#include "base/error.h"
#include "connect/format/format.h"
#include "connect/outside/outside.h"
#include "connect/storage/storage.h"

#include <string.h>

/* What is asked, and what came of it. */
struct request {
    struct planner *planner;
    const struct statement *statement;
    const struct connection *connection;
    guint use;               /* OPTION_FOR_SOURCE or OPTION_FOR_EXPORT */
    struct options *own;     /* the connector's */
    struct related *related; /* its answer */
    const struct format *format;
};

static struct span place_of(const struct request *request)
{
    const struct fragment *type = &request->statement->type;
    return fragment_present(type) ? type->span : request->statement->target.span;
}

static void refuse(const struct request *request, const char *hint, const char *message)
{
    diagnostics_add(request->planner->diagnostics, SF_OPTIONS_REFUSED, place_of(request), hint,
                    "%s", message);
}

static bool ask(struct request *request)
{
    const struct connection *connection = request->connection;
    const struct connector *connector = connection->connector;
    g_autoptr(GError) error = NULL;
    request->own =
        options_check_own(connector->options, request->use, connector->name, connection->map,
                          place_of(request), request->planner->diagnostics);
    if (!request->own)
        return false;
    const struct usage usage = {
        .connector = connector,
        .options = request->own,
        .destination =
            request->use == OPTION_FOR_EXPORT
                ? connection_destination(request->planner, request->statement, connection)
                : NULL,
    };
    request->related = outside_relate(&usage, &error);
    if (!request->related)
        refuse(request, error_details(error)->suggestion, error->message);
    return request->related != NULL;
}

static bool check_paths(const struct request *request)
{
    const guint count = request->related->paths->len;
    const bool is_export = request->use == OPTION_FOR_EXPORT;
    const char *name = request->connection->connector->name;
    if (is_export ? count <= 1 : count > 0)
        return true;
    g_autofree char *message =
        g_strdup_printf(is_export ? "%s names several destinations" : "%s names no file", name);
    refuse(request, NULL, message);
    return false;
}

/* The formats by their name, and the two that JSON has. */
static const struct {
    const char *word;
    const char *format;
    const char *json; /* the `format` of JSON */
} formats[] = {
    {"csv", "csv", NULL},
    {"parquet", "parquet", NULL},
    {"json", "json", NULL},
    {"array", "json", "array"},
    {"ndjson", "json", "newline_delimited"},
    {"jsonl", "json", "newline_delimited"},
    {"newline_delimited", "json", "newline_delimited"},
};

static bool find_word(struct request *request, const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (g_ascii_strcasecmp(formats[i].word, word) != 0)
            continue;
        request->format = format_find(formats[i].format);
        if (formats[i].json) {
            g_ptr_array_add(request->related->options, g_strdup("format"));
            g_ptr_array_add(request->related->options, g_strdup(formats[i].json));
        }
        return true;
    }
    g_autofree char *message = g_strdup_printf("'%s' is no format of files", word);
    refuse(request, "there are csv, parquet, json and ndjson", message);
    return false;
}

static const char *first_path(const struct request *request)
{
    const GPtrArray *paths = request->related->paths;
    return paths->len > 0 ? g_ptr_array_index(paths, 0) : request->statement->target.text;
}

/* By TYPE beside a connector of the profile, by what the connector says, by the extension. */
static bool find_format(struct request *request)
{
    const struct connector *connector = request->connection->connector;
    const char *type = request->statement->type.text;
    if (type && g_ascii_strcasecmp(type, connector->name) != 0)
        request->format = format_find(type);
    else if (request->related->format)
        return find_word(request, request->related->format);
    else
        request->format =
            connector->format ? connector->format : format_for_path(first_path(request));
    if (request->format)
        return true;
    g_autofree char *message =
        g_strdup_printf("the format of '%s' can't be told from its name", first_path(request));
    const bool has_option = option_find(connector->options, request->use, "format") != NULL;
    refuse(request, has_option ? "give the option \"format\": csv, parquet or json" : NULL,
           message);
    return false;
}

static const struct option *find_option(const struct request *request, const char *name)
{
    const struct option *option = option_find(request->format->options, request->use, name);
    return option ? option : option_find(storage_options(), request->use, name);
}

static struct value *text_value(const struct request *request, const char *text,
                                enum value_kind kind)
{
    return value_new(kind, request->statement->span, g_strdup(text));
}

/* Texts as the user would have written them for an option of this type. */
static struct value *value_of(const struct request *request, const struct option *option,
                              const GPtrArray *texts)
{
    struct value *value = NULL;
    bool is_word = false;
    switch (option->type) {
    case OPTION_STRINGS:
        value = value_new(VALUE_LIST, request->statement->span, NULL);
        for (guint i = 0; i < texts->len; i++)
            value_add_item(value, text_value(request, texts->pdata[i], VALUE_STRING));
        return value;
    case OPTION_TYPES:
    case OPTION_MAP:
        value = value_new(VALUE_MAP, request->statement->span, NULL);
        for (guint i = 0; i + 1 < texts->len; i += 2)
            if (!value_member(value, texts->pdata[i]))
                value_add_member(value, texts->pdata[i], request->statement->span,
                                 text_value(request, texts->pdata[i + 1], VALUE_STRING));
        return value;
    case OPTION_INTEGER:
        return text_value(request, texts->pdata[0], VALUE_NUMBER);
    case OPTION_BOOLEAN:
        is_word =
            g_strcmp0(texts->pdata[0], "true") == 0 || g_strcmp0(texts->pdata[0], "false") == 0;
        return text_value(request, texts->pdata[0], is_word ? VALUE_BOOLEAN : VALUE_STRING);
    case OPTION_STRING:
    case OPTION_SIZE:
    case OPTION_DURATION:
    case OPTION_ENUM:
    case OPTION_CHARACTER:
    case OPTION_JSON:
        return text_value(request, texts->pdata[0], VALUE_STRING);
    }
    g_assert_not_reached();
}

/* The user has given the option, by whichever of its names. */
static bool is_given(const struct request *request, const struct value *map,
                     const struct option *option)
{
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        if (find_option(request, member->key) == option)
            return true;
    }
    return false;
}

/* What the connector says of one option, once. */
static bool add_said(const struct request *request, const char *name, struct value *map)
{
    const GPtrArray *said = request->related->options;
    const struct option *option = find_option(request, name);
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    if (!option) {
        g_autofree char *message =
            g_strdup_printf("%s says '%s', which is no option of %s",
                            request->connection->connector->name, name, request->format->name);
        refuse(request, NULL, message);
        return false;
    }
    if (is_given(request, map, option))
        return true;
    for (guint i = 0; i + 1 < said->len; i += 2)
        if (strcmp(g_ptr_array_index(said, i), name) == 0)
            g_ptr_array_add(texts, g_ptr_array_index(said, i + 1));
    value_add_member(map, name, request->statement->span, value_of(request, option, texts));
    return true;
}

/* Of what was given, that for the format and the storage. */
static struct value *others_of(const struct request *request)
{
    const struct option *own = request->connection->connector->options;
    const struct value *given = request->connection->map;
    struct value *map = value_new(VALUE_MAP, request->statement->span, NULL);
    for (guint i = 0; given && i < given->members->len; i++) {
        const struct member *member = g_ptr_array_index(given->members, i);
        if (!option_find(own, request->use, member->key))
            value_add_member(map, member->key, member->key_span, value_copy(member->value));
    }
    return map;
}

/* What the files are opened with. NULL after an error. */
static struct value *opened_with(const struct request *request)
{
    AUTO(value) map = others_of(request);
    const GPtrArray *paths = request->related->paths;
    const GPtrArray *said = request->related->options;
    const struct member *path = value_member(map, "path");
    if (path && request->use == OPTION_FOR_SOURCE) {
        diagnostics_add(request->planner->diagnostics, SF_UNKNOWN_OPTION, path->key_span, NULL,
                        "unknown option 'path' for %s", request->connection->connector->name);
        return NULL;
    }
    if (request->use == OPTION_FOR_SOURCE) {
        struct value *list = value_new(VALUE_LIST, request->statement->span, NULL);
        for (guint i = 0; i < paths->len; i++)
            value_add_item(list, text_value(request, paths->pdata[i], VALUE_STRING));
        value_add_member(map, "path", request->statement->span, list);
    }
    for (guint i = 0; i + 1 < said->len; i += 2)
        if (!add_said(request, g_ptr_array_index(said, i), map))
            return NULL;
    return g_steal_pointer(&map);
}

static void take_over(const struct request *request, struct operation *operation,
                      struct connection *connection)
{
    struct value *map = opened_with(request);
    connection->connector = NULL;
    if (!map)
        return;
    value_free(operation->params);
    operation->params = map;
    connection->map = map;
    connection->connector =
        registry_find(request->planner->input->registry, request->format->name, NULL);
    if (request->use == OPTION_FOR_EXPORT && request->related->paths->len > 0)
        connection->address = g_strdup(g_ptr_array_index(request->related->paths, 0));
}

void planner_relate(struct planner *planner, struct operation *operation, guint ability,
                    struct connection *connection)
{
    struct request request = {
        .planner = planner,
        .statement = operation->statement,
        .connection = connection,
        .use = ability == CONNECTOR_SOURCE ? OPTION_FOR_SOURCE : OPTION_FOR_EXPORT,
    };
    if (ask(&request) && check_paths(&request) && find_format(&request))
        take_over(&request, operation, connection);
    else
        connection->connector = NULL;
    related_free(request.related);
    options_free(request.own);
}
