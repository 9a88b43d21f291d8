/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/storage.h"

#include "connect/storage/storage.h"

#include <string.h>

static bool is_address(const struct value *value)
{
    return value->kind == VALUE_STRING && storage_is_address(value->text);
}

guint storage_use_of(const struct value *map, const char *destination)
{
    const struct value *path = value_get(map, "path");
    bool found = destination ? storage_is_address(destination) : path && is_address(path);
    for (guint i = 0;
         !found && !destination && path && path->kind == VALUE_LIST && i < path->items->len; i++)
        found = is_address(g_ptr_array_index(path->items, i));
    return found ? OPTION_STORAGE : 0;
}

/* Is all of it on the web? */
static bool is_web(const struct operation *operation)
{
    const GPtrArray *paths = connector_paths(operation->options);
    if (operation->type == OPERATION_EXPORT)
        return !storage_is_s3(operation->destination);
    for (guint i = 0; paths && i < paths->len; i++)
        if (storage_is_s3(g_ptr_array_index(paths, i)))
            return false;
    return paths != NULL;
}

/* http:// knows few of the options, and takes one file at a time. */
static void check_web(const struct planner *planner, const struct operation *operation,
                      const struct value *map, guint use)
{
    static const char *const known[] = {"ca_bundle", "max_concurrency", "content_type", NULL};
    static const char *const folders[] = {"partition_by", "file_size", NULL};
    for (guint i = 0; map && i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        const struct option *option = option_find(storage_options(), use, member->key);
        if (option && !g_strv_contains(known, option->name))
            diagnostics_add(planner->diagnostics, SF_OPTION_NO_EFFECT, member->key_span, NULL,
                            "option '%s' has no effect on http:// (it is one of s3)", member->key);
        if (operation->type == OPERATION_EXPORT && g_strv_contains(folders, member->key))
            diagnostics_add(planner->diagnostics, SF_OPTION_VALUE, member->key_span,
                            "write to s3:// or a folder",
                            "http:// takes one file: '%s' would make several", member->key);
    }
}

void planner_check_storage(struct planner *planner, struct operation *operation,
                           const struct value *map, guint use)
{
    const bool reads = operation->type == OPERATION_SOURCE;
    const guint direction = reads ? OPTION_FOR_SOURCE : OPTION_FOR_EXPORT;
    if (!use)
        return;
    operation->storage =
        options_check_some(storage_options(), direction, map, planner->diagnostics);
    if (operation->options && is_web(operation))
        check_web(planner, operation, map, direction);
}

/* What TYPE S3 is told besides the options of storage and format. */
struct request {
    struct planner *planner;
    const struct statement *statement;
    const struct value *map;
    bool reads;
};

static const struct member *member_of(const struct request *request, const char *name)
{
    const guint use = request->reads ? OPTION_FOR_SOURCE : OPTION_FOR_EXPORT;
    const struct option *wanted = option_find(s3_connector.options, use, name);
    for (guint i = 0; wanted && request->map && i < request->map->members->len; i++) {
        const struct member *member = g_ptr_array_index(request->map->members, i);
        if (option_find(s3_connector.options, use, member->key) == wanted)
            return member;
    }
    return NULL;
}

static const char *text_of(const struct request *request, const char *name)
{
    const struct member *member = member_of(request, name);
    return member && member->value->kind == VALUE_STRING ? member->value->text : NULL;
}

static void missing(const struct request *request, const char *what, const char *hint)
{
    const struct fragment *type = &request->statement->type;
    diagnostics_add(request->planner->diagnostics, SF_OPTION_MISSING,
                    fragment_present(type) ? type->span : request->statement->target.span, hint,
                    "s3 needs the option '%s'", what);
}

/* "s3://bucket/prefix/rest". NULL after an error. */
static char *join(const struct request *request, const char *rest)
{
    const char *bucket = text_of(request, "bucket");
    const char *prefix = text_of(request, "prefix");
    if (!bucket) {
        missing(request, "bucket",
                request->reads ? "or a \"path\" of s3://BUCKET/KEY"
                               : "or write TO 's3://BUCKET/KEY'");
        return NULL;
    }
    const bool has_slash = !prefix || !*prefix || g_str_has_suffix(prefix, "/");
    return g_strconcat("s3://", bucket, "/", prefix ? prefix : "", has_slash ? "" : "/", rest,
                       NULL);
}

static char *source_address(const struct request *request)
{
    const char *path = text_of(request, "path");
    const char *key = text_of(request, "key");
    if (path && storage_is_s3(path))
        return g_strdup(path);
    if (key && !text_of(request, "prefix"))
        return join(request, key);
    if (key || text_of(request, "prefix"))
        return join(request, key ? key : "**");
    missing(request, text_of(request, "bucket") ? "key" : "bucket",
            "or \"prefix\", or a \"path\" of s3://BUCKET/KEY");
    return NULL;
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

/* By TYPE beside a connector of the profile, the option `format`, or the extension. *out_json: what
 * it says of JSON. NULL after an error. */
static const struct connector *format_of(const struct request *request, const char *address,
                                         const char **out_json)
{
    const struct member *given = member_of(request, "format");
    const char *type = request->statement->type.text;
    const char *word = text_of(request, "format");
    if (type && g_ascii_strcasecmp(type, s3_connector.name) != 0)
        return connector_find(type);
    for (gsize i = 0; word && i < G_N_ELEMENTS(formats); i++) {
        if (g_ascii_strcasecmp(formats[i].word, word) == 0) {
            *out_json = formats[i].json;
            return connector_find(formats[i].format);
        }
    }
    const struct connector *found = given ? NULL : connector_for_path(address);
    if (given)
        diagnostics_add(request->planner->diagnostics, SF_OPTION_VALUE, given->value->span,
                        "there are csv, parquet, json and ndjson",
                        "the option 'format' of s3 is no format");
    else if (!found)
        missing(request, "format", "csv, parquet or json");
    return found;
}

static struct value *text_value(const struct request *request, const char *text)
{
    return value_new(VALUE_STRING, request->statement->span, g_strdup(text));
}

/* The options of storage and format: what else was given, and the path. */
static struct value *rest_of(const struct request *request, const char *address, const char *json)
{
    static const char *const own[] = {"bucket", "key", "prefix", "path", "format"};
    struct value *rest = value_new(VALUE_MAP, request->statement->span, NULL);
    for (guint i = 0; request->map && i < request->map->members->len; i++) {
        const struct member *member = g_ptr_array_index(request->map->members, i);
        bool is_own = false;
        for (gsize k = 0; k < G_N_ELEMENTS(own); k++)
            is_own |= member == member_of(request, own[k]);
        if (!is_own)
            value_add_member(rest, member->key, member->key_span, value_copy(member->value));
    }
    if (json)
        value_add_member(rest, "format", request->statement->span, text_value(request, json));
    if (request->reads)
        value_add_member(rest, "path", request->statement->span, text_value(request, address));
    return rest;
}

void planner_resolve_s3(struct planner *planner, struct operation *operation, guint ability,
                        struct connection *connection)
{
    const struct request request = {
        .planner = planner,
        .statement = operation->statement,
        .map = connection->map,
        .reads = ability == CONNECTOR_SOURCE,
    };
    const char *json = NULL;
    const char *target =
        request.reads ? NULL : connection_destination(planner, operation->statement, connection);
    g_autofree char *address = request.reads           ? source_address(&request)
                               : storage_is_s3(target) ? g_strdup(target)
                                                       : join(&request, target);
    connection->connector = address ? format_of(&request, address, &json) : NULL;
    if (!connection->connector)
        return;
    struct value *rest = rest_of(&request, address, json);
    value_free(operation->params);
    operation->params = rest;
    connection->map = rest;
    if (!request.reads)
        connection->address = g_steal_pointer(&address);
}
