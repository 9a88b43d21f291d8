/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs that are kept as files. */
#pragma once

#include <glib.h>

static inline gsize common_length(const char *left, const char *right)
{
    gsize length = 0;
    while (left[length] && left[length] == right[length])
        length++;
    return length;
}

/* FOLDER/STEM.EXTENSION has what was found. UPDATE_GOLDEN=1 writes it. */
static inline void check_golden(const char *folder, const char *stem, const char *extension,
                                const GString *found)
{
    g_autofree char *path = g_strdup_printf("%s/%s.%s", folder, stem, extension);
    if (g_getenv("UPDATE_GOLDEN"))
        g_assert_true(g_file_set_contents(path, found->str, (gssize)found->len, NULL));
    g_autofree char *expected = NULL;
    g_assert_true(g_file_get_contents(path, &expected, NULL, NULL));
    const gsize same = common_length(found->str, expected);
    if (found->str[same] || expected[same])
        g_error("%s differs at byte %zu: '%.80s', not '%.80s'", path, same, found->str + same,
                expected + same);
}
