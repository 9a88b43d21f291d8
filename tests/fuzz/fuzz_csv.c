/* SPDX-License-Identifier: Apache-2.0 */
/* The dialect of a CSV file, and file patterns. The first bytes choose what is given. */
#include "fuzz.h"

#include "connect/format/dialect.h"
#include "connect/glob.h"

#include <string.h>

static void find(const char *data, gsize length, guint given)
{
    const struct dialect_request request = {
        .path = "fuzz.csv",
        .data = data,
        .length = length,
        .whole = given & 1,
        .delimiter = given & 2   ? ";"
                     : given & 4 ? "::"
                                 : NULL,
        .quote = given & 8    ? "'"
                 : given & 16 ? ""
                              : NULL,
        .escape = given & 32 ? "\\" : NULL,
        .comment = given & 64 ? "#" : NULL,
        .skip = given >> 8 & 3,
        .fields = given >> 10 & 3,
        .allow_short = given >> 12 & 1,
        .allow_broken = given >> 13 & 1,
    };
    struct dialect dialect = {0};
    g_autoptr(GError) error = NULL;
    const bool found = dialect_find(&request, &dialect, &error);
    g_assert(found == (error == NULL));
    g_assert(!found || *dialect.delimiter);
    g_assert(!found || !request.delimiter || strcmp(dialect.delimiter, request.delimiter) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    /* A copy without room behind it, so that reading past its end is seen. */
    g_autofree char *copy = g_malloc(MAX(size - 2, 1));
    memcpy(copy, data + 2, size - 2);
    find(copy, size - 2, (guint)data[0] | (guint)data[1] << 8);
    g_autofree char *pattern = g_strndup((const char *)data + 2, (size - 2) / 2);
    g_autofree char *path = g_strndup((const char *)data + 2 + (size - 2) / 2, (size - 1) / 2);
    glob_matches(pattern, path);
    return 0;
}
