/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/values.h"

#include "base/error.h"
#include "base/value.h"
#include "lang/lexer.h"
#include "lang/parser.h"

#include <string.h>

static bool is_name(const char *name, gsize length)
{
    if (length == 0 || g_ascii_isdigit(name[0]))
        return false;
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]) && name[i] != '_' && !((guchar)name[i] & 0x80))
            return false;
    return true;
}

static void values_add(GPtrArray *values, const char *name, gsize length, const char *value)
{
    g_ptr_array_add(values, g_strndup(name, length));
    g_ptr_array_add(values, g_strdup(value));
}

/* A list is one value whose parts are separated by commas, as IN (${list}) takes it. */
static char *list_text(const struct value *list)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < list->items->len; i++) {
        const struct value *item = g_ptr_array_index(list->items, i);
        if (!item->text) {
            g_string_free(out, TRUE);
            return NULL;
        }
        g_string_append_printf(out, i > 0 ? ",%s" : "%s", item->text);
    }
    return g_string_free(out, FALSE);
}

static bool add_member(GPtrArray *values, const struct member *member, GError **error)
{
    g_autofree char *text = member->value->kind == VALUE_LIST ? list_text(member->value)
                                                              : g_strdup(member->value->text);
    if (!is_name(member->key, strlen(member->key))) {
        error_set(error, ERROR_USAGE, "'%s' in --vars is no name of a variable", member->key);
        return false;
    }
    if (!text) {
        error_set(error, ERROR_USAGE,
                  "the variable '%s' in --vars wants a string, a number, true or false, or a list "
                  "of these, not %s",
                  member->key, value_kind_name(member->value->kind));
        return false;
    }
    values_add(values, member->key, strlen(member->key), text);
    return true;
}

static bool read_map(GPtrArray *values, const char *json, struct diagnostics *diagnostics,
                     GError **error)
{
    struct text *text = text_new("--vars", json, strlen(json), error);
    if (!text)
        return false;
    diagnostics_keep(diagnostics, text);
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    AUTO(value) map = map_parse(&lexer, diagnostics);
    if (!map)
        return false;
    struct token rest = lexer_next(&lexer);
    if (rest.kind != TOKEN_END) {
        diagnostics_add(diagnostics, SF_EXPECTED, rest.span, NULL,
                        "nothing may follow the object of --vars");
        return false;
    }
    for (guint i = 0; i < map->members->len; i++)
        if (!add_member(values, g_ptr_array_index(map->members, i), error))
            return false;
    return true;
}

static bool read_pair(GPtrArray *values, const char *pair, GError **error)
{
    const char *equal = strchr(pair, '=');
    if (!equal || !is_name(pair, (gsize)(equal - pair))) {
        error_set(error, ERROR_USAGE, "--var wants NAME=VALUE, not '%s'", pair);
        return false;
    }
    values_add(values, pair, (gsize)(equal - pair), equal + 1);
    return true;
}

GPtrArray *values_read(const struct flags *flags, struct diagnostics *diagnostics, GError **error)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    const char *json = flags_text(flags, FLAG_VARS);
    if (json && !read_map(values, json, diagnostics, error))
        return NULL;
    const char *const *pairs = flags_list(flags, FLAG_VAR);
    for (; pairs && *pairs; pairs++)
        if (!read_pair(values, *pairs, error))
            return NULL;
    return g_steal_pointer(&values);
}
