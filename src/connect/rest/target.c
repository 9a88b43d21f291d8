/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/target.h"

#include "base/value.h"

#include <string.h>

/* An object, without white space around it. */
static bool take_body(struct target *target, const char *text, GError **error)
{
    struct json_piece body;
    if (json_check(text, strlen(text), &body, NULL) && piece_kind(body) == PIECE_OBJECT) {
        target->body = g_strndup(body.text, body.length);
        return true;
    }
    error_set(error, ERROR_USAGE,
              "'pagination.in' is body: then 'body' must be an object, such as {\"size\": 100}");
    return false;
}

bool target_init(struct target *target, const struct api *api, GError **error)
{
    const char *body = api_option(api, "body");
    *target = (struct target){
        .address = g_strdup(api->address),
        .in_body = g_strcmp0(api_option(api, "pagination.in"), "body") == 0,
    };
    if (target->in_body)
        return take_body(target, body ? body : "{}", error);
    target->body = g_strdup(body);
    return true;
}

void target_clear(struct target *target)
{
    g_free(target->address);
    g_free(target->body);
    *target = (struct target){.address = NULL};
}

void target_copy(struct target *target, const struct target *from)
{
    *target = (struct target){
        .address = g_strdup(from->address),
        .body = g_strdup(from->body),
        .in_body = from->in_body,
    };
}

static void append_with(GString *out, struct json_piece former, const char *path,
                        struct json_piece value);

static void append_member(GString *out, const char *name, const char *rest,
                          struct json_piece former, struct json_piece value)
{
    append_json_string(out, name);
    g_string_append_c(out, ':');
    append_with(out, former, rest, value);
}

/* `former` with `value` where `path` leads, or the value itself when it leads nowhere. */
static void append_with(GString *out, struct json_piece former, const char *path,
                        struct json_piece value)
{
    if (!*path) {
        json_append(out, value);
        return;
    }
    const gsize length = strcspn(path, ".");
    const char *rest = path + length + (path[length] == '.');
    g_autofree char *name = g_strndup(path, length);
    struct json_walk walk = json_first(former);
    bool is_set = false;
    g_string_append_c(out, '{');
    while (piece_kind(former) == PIECE_OBJECT && json_next(&walk)) {
        g_autofree char *key = json_text(walk.key);
        const bool is_it = strcmp(key, name) == 0;
        append_member(out, key, is_it ? rest : "", walk.value, is_it ? value : walk.value);
        g_string_append_c(out, ',');
        is_set = is_set || is_it;
    }
    if (!is_set)
        append_member(out, name, rest, (struct json_piece){.text = NULL}, value);
    else
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '}');
}

static void set_in_body(struct target *target, const char *path, struct json_piece value)
{
    const struct json_piece body = {.text = target->body, .length = strlen(target->body)};
    g_autoptr(GString) out = g_string_new(NULL);
    append_with(out, body, path, value);
    g_free(target->body);
    target->body = g_strdup(out->str);
}

void target_set(struct target *target, const char *name, struct json_piece value)
{
    if (target->in_body) {
        set_in_body(target, name, value);
        return;
    }
    g_autofree char *text = json_text(value);
    char *address = address_with(target->address, name, text);
    g_free(target->address);
    target->address = address;
}

char *target_key(const struct target *target)
{
    return g_strconcat(target->address, "\n", target->body, NULL);
}
