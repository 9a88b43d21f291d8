/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/secret.h"

#include "connect/storage/storage.h"
#include "lang/reference.h"

#include <string.h>

static const struct option *find_any(const struct option *table, const char *name)
{
    for (const struct option *option = table; option && option->name; option++)
        if (strcmp(option->name, name) == 0 ||
            (option->aliases && g_strv_contains(option->aliases, name)))
            return option;
    return NULL;
}

bool option_is_secret(const struct connector *connector, const char *name)
{
    const struct option *option = connector ? find_any(connector->options, name) : NULL;
    if (!option && connector && connector->format)
        option = find_any(storage_options(), name);
    return option && (option->flags & OPTION_SECRET);
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
