/* SPDX-License-Identifier: Apache-2.0 */
/* What an API has to read, as far as one answer tells. */
#include "connect/rest/api.h"
#include "connect/rest/json.h"
#include "connect/rest/rest.h"

#include <string.h>

enum { DEEPEST = 4 };

struct look {
    const struct sqlflow_host *host;
    struct sqlflow_listing *listing;
};

static void tell(const struct look *look, const char *kind, const char *name, const char *detail)
{
    look->host->found(look->listing, kind, name, detail);
}

static char *member_names(struct json_piece object)
{
    GString *names = g_string_new(NULL);
    struct json_walk walk = json_first(object);
    while (json_next(&walk)) {
        g_autofree char *name = json_text(walk.key);
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", name);
    }
    return g_string_free(names, FALSE);
}

static void tell_records(const struct look *look, const char *path, struct json_piece list)
{
    struct json_walk walk = json_first(list);
    struct json_piece first = {.text = NULL};
    guint64 count = 0;
    for (; json_next(&walk); count++)
        if (count == 0)
            first = walk.value;
    const bool has_members = piece_kind(first) == PIECE_OBJECT;
    g_autofree char *names = has_members ? member_names(first) : NULL;
    g_autofree char *detail =
        g_strdup_printf("%" G_GUINT64_FORMAT "%s%s", count, names ? ": " : "", names ? names : "");
    tell(look, "records", path, detail);
}

/* Only what leads somewhere: less its query, which may hold what is secret. */
static void tell_link(const struct look *look, const char *path, struct json_piece text)
{
    g_autofree char *address = json_text(text);
    if (!g_str_has_prefix(address, "http://") && !g_str_has_prefix(address, "https://"))
        return;
    g_autofree char *shown = http_address_shown(address);
    tell(look, "link", path, shown);
}

static void look_at(const struct look *look, const char *path, struct json_piece piece, guint depth)
{
    const enum piece_kind kind = piece_kind(piece);
    if (kind == PIECE_LIST)
        tell_records(look, path, piece);
    else if (kind == PIECE_TEXT)
        tell_link(look, path, piece);
    struct json_walk walk = json_first(piece);
    while (kind == PIECE_OBJECT && depth < DEEPEST && json_next(&walk)) {
        g_autofree char *name = json_text(walk.key);
        g_autofree char *inner = *path == '$' ? g_strdup(name) : g_strconcat(path, ".", name, NULL);
        look_at(look, inner, walk.value, depth + 1);
    }
}

/* A description of the API itself: https://spec.openapis.org/oas/latest.html */
static bool is_description(struct json_piece root, struct json_piece *out_paths)
{
    struct json_piece version;
    return piece_kind(root) == PIECE_OBJECT &&
           (json_find(root, "openapi", &version) || json_find(root, "swagger", &version)) &&
           json_find(root, "paths", out_paths) && piece_kind(*out_paths) == PIECE_OBJECT;
}

static void tell_paths(const struct look *look, struct json_piece paths)
{
    struct json_walk walk = json_first(paths);
    while (json_next(&walk)) {
        g_autofree char *path = json_text(walk.key);
        const bool has_methods = piece_kind(walk.value) == PIECE_OBJECT;
        g_autofree char *methods = has_methods ? member_names(walk.value) : NULL;
        tell(look, "path", path, methods);
    }
}

static void tell_all(const struct look *look, struct json_piece root)
{
    struct json_piece paths;
    if (is_description(root, &paths)) {
        tell_paths(look, paths);
        return;
    }
    if (piece_kind(root) == PIECE_OBJECT) {
        g_autofree char *names = member_names(root);
        tell(look, "record", "$", names);
    }
    look_at(look, "$", root, 0);
}

/* A NUL stands behind the body. */
static bool look_around(const struct look *look, const struct http_response *response,
                        GError **error)
{
    struct json_piece root;
    const char *body = (const char *)response->body->data;
    if (!json_check(body, response->body->len, &root, error)) {
        api_name_answer(response, error);
        return false;
    }
    tell_all(look, root);
    return true;
}

bool rest_discover(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                   struct sqlflow_error *error)
{
    struct api api;
    struct http_response response = {0};
    GError *failure = NULL;
    bool done = api_init(&api, call, &failure) &&
                api_ask(&api, api.address, api_option(&api, "body"), &response, &failure);
    if (done) {
        const struct look look = {call->host, listing};
        done = look_around(&look, &response, &failure);
    }
    http_response_clear(&response);
    api_clear(&api);
    return done || api_fail(call->host, error, failure);
}
