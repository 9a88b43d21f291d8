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

static bool is_word(const char *text, gsize length, const char *word)
{
    return length == strlen(word) && g_ascii_strncasecmp(text, word, length) == 0;
}

/* A parameter: `name`, `name=word` or `name="text"`. Gives what stands behind it; NULL: it doesn't
 * end. `results="false"`: nothing is there (https://docs.sentry.io/api/pagination/). */
static const char *pass_parameter(const char *at, bool *is_next, bool *is_empty)
{
    const char *name = at;
    const gsize length = strcspn(at, "=;, \t");
    at = behind_space(at + length);
    if (*at != '=')
        return at;
    at = behind_space(at + 1);
    const bool is_quoted = *at == '"';
    at += is_quoted;
    const gsize size = strcspn(at, is_quoted ? "\"" : ";, \t");
    *is_next = *is_next || (is_word(name, length, "rel") && has_next(at, size));
    *is_empty = *is_empty || (is_word(name, length, "results") && is_word(at, size, "false"));
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
        bool is_next = false, is_empty = false;
        at = end ? behind_space(end + 1) : NULL;
        while (at && *at == ';')
            at = pass_parameter(behind_space(at + 1), &is_next, &is_empty);
        if (at && is_next && !is_empty)
            return g_strndup(start, (gsize)(end - start));
        if (!at)
            return NULL;
    }
    return NULL;
}
