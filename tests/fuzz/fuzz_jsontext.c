/* SPDX-License-Identifier: Apache-2.0 */
/* Our own reader of JSON: looking for places where numbers would change, and the copy that has them
 * in quotes. */
#include "fuzz.h"

#include "engine/duckdb/jsontext.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int file_of(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("fuzz", 0);
    g_assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    return fd;
}

/* Less the quotes, the copy is the file behind its byte order mark. */
static void check_copy(const uint8_t *data, size_t size, const char *copy, size_t length)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t mark_length = sizeof mark - 1;
    size_t at = size >= mark_length && memcmp(data, mark, mark_length) == 0 ? mark_length : 0;
    for (size_t i = 0; i < length; i++) {
        if (at < size && copy[i] == (char)data[at])
            at++;
        else
            g_assert(copy[i] == '"');
    }
    g_assert(at == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(json_places) places = json_places_new();
    g_autoptr(GError) error = NULL;
    const int fd = file_of(data, size);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_assert(json_places_find(places, path, "none", &error));
    g_assert(json_places_records(places, "newline_delimited") <= size);
    const struct json_place *place = json_places_of(places, "a", JSON_LOST);
    g_assert(!place || json_places_lose(places));
    char *copy = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&copy, &length);
    const bool is_written = json_places_quote(places, path, "none", out, &error);
    fclose(out);
    g_assert(is_written);
    check_copy(data, size, copy, length);
    g_assert(json_places_lose(places) || length == size);
    free(copy); /* NOLINT: the stream's own */
    close(fd);
    return 0;
}
