/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/secret.h"

#include "lang/reference.h"

#include <string.h>

bool option_is_secret(const struct connector *connector, const char *name)
{
    for (const struct option *option = connector ? connector->options : NULL;
         option && option->name; option++)
        if (strcmp(option->name, name) == 0 ||
            (option->aliases && g_strv_contains(option->aliases, name)))
            return option->flags & OPTION_SECRET;
    return false;
}

GHashTable *plan_secrets(const struct plan *plan)
{
    GHashTable *secrets = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        const struct value *map = operation->connector ? operation_map(operation) : NULL;
        for (guint k = 0; map && k < map->members->len; k++) {
            const struct member *member = g_ptr_array_index(map->members, k);
            if (member->value->text && option_is_secret(operation->connector, member->key))
                g_hash_table_add(secrets, member->value->text);
        }
    }
    return secrets;
}

/* The variables that a secret is put together from: "pre${pw}" holds pw. */
static void add_names(GHashTable *names, const struct value *value)
{
    if (!value->span.text)
        return;
    g_autoptr(GPtrArray) found = reference_names(span_start(value->span), value->span.length);
    for (guint i = 0; i < found->len; i++)
        g_hash_table_add(names, g_strdup(g_ptr_array_index(found, i)));
}

GHashTable *plan_secret_names(const struct plan *plan)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        const struct value *map = operation->connector ? operation->statement->options : NULL;
        for (guint k = 0; map && k < map->members->len; k++) {
            const struct member *member = g_ptr_array_index(map->members, k);
            if (option_is_secret(operation->connector, member->key))
                add_names(names, member->value);
        }
    }
    return names;
}

static bool makes_secret(const struct operation *operation)
{
    static const char *const verbs[] = {"create secret", "create persistent secret",
                                        "create temporary secret"};
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (operation->type == OPERATION_SQL && g_str_has_prefix(operation->name, verbs[i]))
            return true;
    return false;
}

/* The strings of a text as stars. */
static char *without_strings(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text) {
        const gsize plain = strcspn(text, "'");
        g_string_append_len(out, text, (gssize)plain);
        text += plain;
        if (!*text)
            break;
        g_string_append(out, "'***'");
        for (text++; *text && (*text != '\'' || text[1] == '\''); text++)
            text += *text == '\'';
        text += *text == '\'';
    }
    return g_string_free(out, FALSE);
}

char *address_masked(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *address = strstr(text, "://"); address; address = strstr(text, "://")) {
        const char *start = address + strlen("://");
        const gsize user = strcspn(start, "@/'\" \t\r\n");
        g_string_append_len(out, text, start - text);
        if (start[user] == '@')
            g_string_append(out, "***");
        else
            g_string_append_len(out, start, (gssize)user);
        text = start + user;
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

char *body_masked(const struct operation *operation)
{
    const char *text = operation->statement->body.text;
    if (!text)
        return NULL;
    if (makes_secret(operation))
        return without_strings(text);
    return strstr(text, "://") ? address_masked(text) : NULL;
}
