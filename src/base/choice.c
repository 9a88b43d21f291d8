/* SPDX-License-Identifier: Apache-2.0 */
#include "base/choice.h"

#include "base/nearest.h"

#include <string.h>

/* Where the word begins that another spelling stands for; NULL for a word itself. A first `=` is
 * part of the word. */
static const char *meaning(const char *entry)
{
    const char *equals = *entry ? strchr(entry + 1, '=') : NULL;
    return equals ? equals + 1 : NULL;
}

const char *choice_find(const char *const *words, const char *text)
{
    for (; *words; words++) {
        const char *word = meaning(*words);
        const gsize length = word ? (gsize)(word - 1 - *words) : strlen(*words);
        if (strlen(text) == length && g_ascii_strncasecmp(*words, text, length) == 0)
            return word ? word : *words;
    }
    return NULL;
}

const char **choice_words(const char *const *words)
{
    GPtrArray *plain = g_ptr_array_new();
    for (; words && *words; words++)
        if (!meaning(*words))
            g_ptr_array_add(plain, (gpointer)(guintptr)*words);
    g_ptr_array_add(plain, NULL);
    return (const char **)(void *)g_ptr_array_free(plain, FALSE);
}

char *choice_list(const char *const *words)
{
    g_autofree const char **plain = choice_words(words);
    return g_strjoinv(", ", (char **)(guintptr)plain);
}

char *choice_hint(const char *const *words, const char *text)
{
    g_autofree const char **plain = choice_words(words);
    return nearest_hint(text, plain);
}
