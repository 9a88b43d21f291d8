/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrow from outside: whatever a schema and an array say, the check reads no byte that isn't there.
 * The input is a program that builds both; buffers are exactly as large as the array says they are,
 * so that AddressSanitizer sees a step too far.
 */
#include "fuzz.h"

#include "base/error.h"
#include "connect/arrow_shape.h"
#include "connect/filter.h"

#include <string.h>

enum { MAX_NODES = 64, MAX_LENGTH = 300 };

struct input {
    const uint8_t *data;
    size_t left;
    guint nodes;
};

static guint next_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->data++;
}

static const char *const formats[] = {
    "n",
    "b",
    "c",
    "C",
    "s",
    "S",
    "i",
    "I",
    "l",
    "L",
    "f",
    "g",
    "tdD",
    "tts",
    "ttm",
    "ttu",
    "ttn",
    "tsu:",
    "tDu",
    "tiM",
    "tin",
    "d:9,2",
    "d:38,38",
    "w:3",
    "u",
    "U",
    "z",
    "Z",
    "+l",
    "+L",
    "+w:2",
    "+s",
    "+m",
    "vu",
    "+r",
    "d:99",
    "w:9999999999",
    "",
    "tsu:UTC",
    "e",
};

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        release_schema(schema->children[i]);
        g_free(schema->children[i]);
    }
    if (schema->dictionary)
        release_schema(schema->dictionary);
    g_free(schema->dictionary);
    g_free(schema->children);
}

static void make_schema(struct input *input, guint depth, struct ArrowSchema *out)
{
    static const char metadata[] = "\x01\0\0\0\x14\0\0\0ARROW:extension:name\x0a\0\0\0arrow.json";
    const guint kind = depth == 0 ? 31 : next_byte(input);
    *out = (struct ArrowSchema){.format = formats[kind % G_N_ELEMENTS(formats)],
                                .name = "c",
                                .metadata = next_byte(input) & 64 ? metadata : NULL,
                                .release = release_schema};
    const gboolean is_nested = out->format[0] == '+';
    const guint count = is_nested && depth < 6 ? next_byte(input) % 4 : 0;
    out->children = g_new0(struct ArrowSchema *, count);
    for (guint i = 0; i < count && input->nodes < MAX_NODES; i++) {
        input->nodes++;
        out->children[i] = g_new0(struct ArrowSchema, 1);
        make_schema(input, depth + 1, out->children[i]);
        out->n_children++;
    }
    if (next_byte(input) % 8 == 1 && depth < 6 && input->nodes++ < MAX_NODES) {
        out->dictionary = g_new0(struct ArrowSchema, 1);
        make_schema(input, depth + 1, out->dictionary);
    }
}

static void free_array(struct ArrowArray *array)
{
    for (int64_t i = 0; i < 3; i++)
        g_free((gpointer)(guintptr)array->buffers[i]);
    for (int64_t i = 0; array->children && i < array->n_children; i++) {
        free_array(array->children[i]);
        g_free(array->children[i]);
    }
    if (array->dictionary)
        free_array(array->dictionary);
    g_free(array->dictionary);
    g_free(array->children);
    g_free(array->buffers);
}

static void release_array(struct ArrowArray *array)
{
    (void)array;
}

static void *make_buffer(struct input *input, size_t size)
{
    uint8_t *buffer = g_malloc(MAX(size, 1));
    const guint mode = next_byte(input);
    for (size_t i = 0; i < size; i++)
        buffer[i] = mode & 1 ? (uint8_t)next_byte(input) : (uint8_t)(mode & 2 ? 0xff : 0);
    return buffer;
}

/* Bytes of the values behind buffers[1], for `end` of them. */
static size_t values_size(const char *format, size_t end)
{
    static const struct {
        const char *format;
        size_t width;
    } widths[] = {{"c", 1},   {"C", 1},   {"s", 2},    {"S", 2},      {"w:3", 3},
                  {"i", 4},   {"I", 4},   {"f", 4},    {"tdD", 4},    {"tts", 4},
                  {"ttm", 4}, {"tiM", 4}, {"tin", 16}, {"d:9,2", 16}, {"d:38,38", 16}};
    if (strcmp(format, "b") == 0)
        return (end + 7) / 8;
    if (strchr("uz", *format) || strcmp(format, "+l") == 0 || strcmp(format, "+m") == 0)
        return (end + 1) * 4;
    if (strchr("UZ", *format) || strcmp(format, "+L") == 0)
        return (end + 1) * 8;
    for (size_t i = 0; i < G_N_ELEMENTS(widths); i++)
        if (strcmp(format, widths[i].format) == 0)
            return end * widths[i].width;
    return end * 8;
}

/* Offsets that mostly go up, so that the check gets behind them. Gives where they end. */
static size_t make_offsets(struct input *input, void *buffer, size_t end, size_t width)
{
    int64_t at = 0, last = 0;
    for (size_t i = 0; i <= end; i++) {
        const guint byte = next_byte(input);
        memcpy((uint8_t *)buffer + i * width, &at, width);
        last = at;
        at += byte == 255 ? -1 : (int64_t)(byte % 4);
    }
    return last > 0 ? (size_t)last : 0;
}

static const int64_t buffer_counts[] = {0, 1, 2, 3};

static void make_array(struct input *input, const struct ArrowSchema *schema, int64_t wanted,
                       struct ArrowArray *out)
{
    const char *format = schema->format;
    const int64_t length = next_byte(input) % 8 == 7 ? (int64_t)next_byte(input) : wanted;
    const int64_t offset = next_byte(input) % 4 == 3 ? next_byte(input) % 16 : 0;
    const size_t end = (size_t)(length + offset);
    const gboolean is_text = strchr("uUzZ", *format) && *format;
    const gboolean is_list =
        strcmp(format, "+l") == 0 || strcmp(format, "+L") == 0 || strcmp(format, "+m") == 0;
    size_t below = strncmp(format, "+w", 2) == 0 ? end * 2 : end;
    *out = (struct ArrowArray){.length = length,
                               .offset = offset,
                               .null_count = (int64_t)(next_byte(input) % 4) - 1,
                               .n_children = schema->n_children,
                               .release = release_array};
    out->buffers = g_new0(const void *, 3);
    if (next_byte(input) & 1)
        out->buffers[0] = make_buffer(input, (end + 7) / 8);
    out->buffers[1] = make_buffer(input, values_size(format, end));
    if (is_text || is_list)
        below = make_offsets(input, (void *)(guintptr)out->buffers[1], end,
                             strchr("UZ", *format) || strcmp(format, "+L") == 0 ? 8 : 4);
    if (is_text)
        out->buffers[2] = make_buffer(input, below);
    out->n_buffers = strcmp(format, "n") == 0                                     ? 0
                     : strcmp(format, "+s") == 0 || strncmp(format, "+w", 2) == 0 ? 1
                     : is_text                                                    ? 3
                                                                                  : 2;
    if (next_byte(input) % 16 == 1)
        out->n_buffers = buffer_counts[next_byte(input) % 4];
    out->children = g_new0(struct ArrowArray *, (gsize)schema->n_children);
    for (int64_t i = 0; i < schema->n_children; i++) {
        out->children[i] = g_new0(struct ArrowArray, 1);
        make_array(input, schema->children[i], (int64_t)MIN(below, MAX_LENGTH), out->children[i]);
    }
    if (schema->dictionary) {
        out->dictionary = g_new0(struct ArrowArray, 1);
        make_array(input, schema->dictionary, next_byte(input) % 32, out->dictionary);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size, 0};
    struct ArrowSchema schema;
    make_schema(&input, 0, &schema);
    g_autoptr(GError) error = NULL;
    AUTO(arrow_shape) shape = arrow_shape_new(&schema, &error);
    g_assert((shape == NULL) == (error != NULL));
    if (shape) {
        struct ArrowArray array;
        make_array(&input, &schema, next_byte(&input), &array);
        const bool fine = arrow_shape_check(shape, &array, &error);
        g_assert(fine == (error == NULL));
        free_array(&array);
    }
    release_schema(&schema);
    g_autofree char *where = g_strndup((const char *)data, size);
    g_autoptr(GArray) filters = filters_read(where);
    g_assert(filters->len <= 100);
    return 0;
}
