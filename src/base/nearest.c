/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <string.h>

enum { LONGEST_WORD = 64 };

static guint least(guint a, guint b, guint c)
{
    return MIN(MIN(a, b), c);
}

/* Edits between two words of at most LONGEST_WORD bytes: insert, delete, replace, swap neighbours
 * (optimal string alignment). */
static guint edit_distance(const char *left, gsize left_length, const char *right,
                           gsize right_length)
{
    guint rows[3][LONGEST_WORD + 1];
    guint *before = rows[0];
    guint *last = rows[1];
    guint *current = rows[2];
    for (guint j = 0; j <= right_length; j++)
        last[j] = j;
    for (guint i = 1; i <= left_length; i++) {
        current[0] = i;
        for (guint j = 1; j <= right_length; j++) {
            char a = g_ascii_tolower(left[i - 1]);
            char b = g_ascii_tolower(right[j - 1]);
            current[j] = least(last[j] + 1, current[j - 1] + 1, last[j - 1] + (a != b));
            if (i > 1 && j > 1 && a == g_ascii_tolower(right[j - 2]) &&
                b == g_ascii_tolower(left[i - 2]))
                current[j] = MIN(current[j], before[j - 2] + 1);
        }
        guint *spare = before;
        before = last;
        last = current;
        current = spare;
    }
    return last[right_length];
}

const char *nearest_name(const char *word, const char *const *candidates)
{
    gsize length = strlen(word);
    if (length == 0 || length > LONGEST_WORD)
        return NULL;
    guint best = MAX(1, (guint)length / 3) + 1;
    const char *nearest = NULL;
    for (; *candidates; candidates++) {
        gsize candidate_length = strlen(*candidates);
        if (candidate_length > LONGEST_WORD)
            continue;
        guint distance = edit_distance(word, length, *candidates, candidate_length);
        if (distance < best) {
            best = distance;
            nearest = *candidates;
        }
    }
    return nearest;
}

char *nearest_hint(const char *word, const char *const *candidates)
{
    const char *nearest = nearest_name(word, candidates);
    return nearest ? g_strdup_printf("did you mean '%s'?", nearest) : NULL;
}
