/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/link.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static const char *behind_space(const char *at)
{
    return at + strspn(at, " \t");
}

/* Relations have spaces between them. */
static bool has_next(const char *relations, gsize length)
{
    g_autofree char *text = g_ascii_strdown(relations, (gssize)length);
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    return g_strv_contains((const char *const *)words, "next");
}

/* Behind a parameter: `name`, `name=word` or `name="text"`. NULL: it doesn't end. */
static const char *pass_parameter(const char *at, bool *is_next)
{
    const gsize length = strcspn(at, "=;, \t");
    const bool is_relation = length == strlen("rel") && g_ascii_strncasecmp(at, "rel", length) == 0;
    at = behind_space(at + length);
    if (*at != '=')
        return at;
    at = behind_space(at + 1);
    const bool is_quoted = *at == '"';
    at += is_quoted;
    const gsize size = strcspn(at, is_quoted ? "\"" : ";, \t");
    *is_next = *is_next || (is_relation && has_next(at, size));
    at += size;
    if (is_quoted && !*at)
        return NULL;
    return behind_space(at + is_quoted);
}

char *link_next(const char *value)
{
    for (const char *at = strchr(value, '<'); at; at = strchr(at, '<')) {
        const char *start = at + 1;
        const char *end = strchr(start, '>');
        bool is_next = false;
        at = end ? behind_space(end + 1) : NULL;
        while (at && *at == ';')
            at = pass_parameter(behind_space(at + 1), &is_next);
        if (is_next)
            return g_strndup(start, (gsize)(end - start));
        if (!at)
            return NULL;
    }
    return NULL;
}
