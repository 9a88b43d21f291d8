/* SPDX-License-Identifier: Apache-2.0 */
#include "random_arrow.h"

#include <stdbool.h>
#include <string.h>

enum { MAX_DEPTH = 3, MAX_CHILDREN = 3 };

enum kind {
    KIND_SIGNED = 1,
    KIND_UNSIGNED,
    KIND_BOOLEAN,
    KIND_DECIMAL,
    KIND_FLOAT,
    KIND_FIXED_BYTES,
    KIND_NULL,
    KIND_TEXT,
    KIND_DICTIONARY,
    KIND_LIST,
    KIND_FIXED_LIST,
    KIND_STRUCT,
    KIND_MAP,
    KIND_ENTRIES, /* of a map */
    KIND_KEYS,    /* of entries */
};

/* What there is to choose from: plain ones, nested ones, and dictionaries, which aren't taken in
 * lists. */
static const struct form {
    const char *format;
    enum kind kind;
    guint width; /* bytes: of a value, an offset, an index; FIXED_LIST: values */
} forms[] = {
    {"u", KIND_TEXT, 4},         {"U", KIND_TEXT, 8},          {"z", KIND_TEXT, 4},
    {"Z", KIND_TEXT, 8},         {"w:5", KIND_FIXED_BYTES, 5}, {"n", KIND_NULL, 0},
    {"f", KIND_FLOAT, 4},        {"g", KIND_FLOAT, 8},         {"c", KIND_SIGNED, 1},
    {"s", KIND_SIGNED, 2},       {"i", KIND_SIGNED, 4},        {"l", KIND_SIGNED, 8},
    {"C", KIND_UNSIGNED, 1},     {"I", KIND_UNSIGNED, 4},      {"b", KIND_BOOLEAN, 0},
    {"d:9,2", KIND_DECIMAL, 16}, {"d:30,2", KIND_DECIMAL, 16}, {"+l", KIND_LIST, 4},
    {"+L", KIND_LIST, 8},        {"+w:3", KIND_FIXED_LIST, 3}, {"+s", KIND_STRUCT, 0},
    {"+m", KIND_MAP, 4},         {"c", KIND_DICTIONARY, 1},    {"S", KIND_DICTIONARY, 2},
    {"i", KIND_DICTIONARY, 4},
};

enum { TEXT_FORM = 0, PLAIN_FORMS = 17, LISTED_FORMS = 22 };

static const struct form entries_form = {"+s", KIND_ENTRIES, 0};
static const struct form keys_form = {"u", KIND_KEYS, 4};

/* A column, or what is in it. */
struct type {
    const struct form *form;
    struct type *children[MAX_CHILDREN];
    guint count;
    struct ArrowSchema schema;
    struct ArrowSchema *pointers[MAX_CHILDREN];
    struct ArrowSchema dictionary;
};

struct round {
    GRand *random;
    GPtrArray *memory; /* of all arrays and types */
    bool is_listing;   /* the types that are made are those of a list's elements */
    struct type *root;
};

static gint pick(struct round *round, gint below)
{
    return g_rand_int_range(round->random, 0, below);
}

static gpointer take(struct round *round, gsize size)
{
    gpointer memory = g_malloc0(MAX(size, 1));
    g_ptr_array_add(round->memory, memory);
    return memory;
}

static void keep_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static const char *const names[] = {"a", "b", "c", "d", "e"};

static const struct form *pick_form(struct round *round, guint depth)
{
    const guint nested = round->is_listing ? LISTED_FORMS : G_N_ELEMENTS(forms);
    return &forms[pick(round, depth < MAX_DEPTH ? (gint)nested : PLAIN_FORMS)];
}

static guint count_children(struct round *round, enum kind kind)
{
    if (kind == KIND_STRUCT)
        return 1 + (guint)pick(round, MAX_CHILDREN);
    return kind == KIND_ENTRIES ? 2
                                : kind == KIND_LIST || kind == KIND_FIXED_LIST || kind == KIND_MAP;
}

static const struct form *pick_child(struct round *round, const struct form *form, guint index,
                                     guint depth)
{
    if (form->kind == KIND_MAP)
        return &entries_form;
    return form->kind == KIND_ENTRIES && index == 0 ? &keys_form : pick_form(round, depth);
}

/* NOLINTNEXTLINE(misc-no-recursion): at most MAX_DEPTH deep */
static struct type *make_type(struct round *round, guint depth, const struct form *form)
{
    struct type *type = take(round, sizeof *type);
    const bool was_listing = round->is_listing;
    type->form = form;
    type->count = count_children(round, form->kind);
    round->is_listing |= type->count == 1 && form->kind != KIND_STRUCT;
    type->schema = (struct ArrowSchema){.format = form->format,
                                        .name = "item",
                                        .flags = ARROW_FLAG_NULLABLE,
                                        .n_children = type->count,
                                        .children = type->pointers,
                                        .release = keep_schema};
    for (guint i = 0; i < type->count; i++) {
        type->children[i] = make_type(round, depth + 1, pick_child(round, form, i, depth + 1));
        type->pointers[i] = &type->children[i]->schema;
        type->pointers[i]->name = names[i];
    }
    round->is_listing = was_listing;
    if (form->kind == KIND_DICTIONARY) {
        type->dictionary = (struct ArrowSchema){.format = "u", .name = "", .release = keep_schema};
        type->schema.dictionary = &type->dictionary;
    }
    return type;
}

/* An array that is being made. */
struct making {
    struct round *round;
    const struct type *type;
    struct ArrowArray *array;
    gint64 end;       /* offset + length: how many values there are */
    guint8 *validity; /* NULL: all are values */
    GPtrArray *texts; /* of all `end` */
};

static void add_text(struct making *making, char *text)
{
    g_ptr_array_add(making->texts, text);
    g_ptr_array_add(making->round->memory, text);
}

/* A row isn't NULL, nor is what a map can't be without. */
static bool may_be_null(const struct round *round, const struct type *type)
{
    const enum kind kind = type->form->kind;
    return type != round->root && kind != KIND_NULL && kind != KIND_ENTRIES && kind != KIND_KEYS;
}

static bool is_null(const struct making *making, gint64 index)
{
    return making->validity && !(making->validity[index / 8] >> (index % 8) & 1);
}

/* The text of a value that is one. */
static void add_value(struct making *making, gint64 index, char *text)
{
    add_text(making, is_null(making, index) ? (g_free(text), g_strdup("NULL")) : text);
}

static void fill_integers(struct making *making)
{
    const guint width = making->type->form->width;
    guint8 *values = take(making->round, (gsize)making->end * width);
    making->array->buffers[1] = values;
    for (gint64 i = 0; i < making->end; i++) {
        const gint64 limit = width == 1 ? 100 : width == 2 ? 30000 : G_MAXINT32;
        gint64 value = g_rand_int_range(making->round->random, 0, (gint32)limit);
        if (making->type->form->kind == KIND_SIGNED && value % 2 == 0)
            value = width == 8 ? -value * 1000000000 : -value;
        memcpy(values + i * width, &value, width);
        add_value(making, i, g_strdup_printf("%" G_GINT64_FORMAT, value));
    }
}

static void fill_booleans(struct making *making)
{
    guint8 *bits = take(making->round, (gsize)making->end / 8 + 1);
    making->array->buffers[1] = bits;
    for (gint64 i = 0; i < making->end; i++) {
        const bool value = pick(making->round, 2) != 0;
        bits[i / 8] |= (guint8)((guint)value << (i % 8));
        add_value(making, i, g_strdup(value ? "true" : "false"));
    }
}

static void fill_decimals(struct making *making)
{
    gint64(*values)[2] = take(making->round, (gsize)making->end * sizeof *values);
    making->array->buffers[1] = values;
    for (gint64 i = 0; i < making->end; i++) {
        const gint64 value = pick(making->round, 1999999999) - 999999999;
        values[i][0] = value;
        values[i][1] = value < 0 ? -1 : 0;
        const gint64 size = ABS(value);
        add_value(making, i,
                  g_strdup_printf("%s%" G_GINT64_FORMAT ".%02" G_GINT64_FORMAT,
                                  value < 0 ? "-" : "", size / 100, size % 100));
    }
}

/* Quarters. */
static void fill_floats(struct making *making)
{
    static const char *const fractions[] = {"0", "25", "5", "75"};
    const guint width = making->type->form->width;
    guint8 *values = take(making->round, (gsize)making->end * width);
    making->array->buffers[1] = values;
    for (gint64 i = 0; i < making->end; i++) {
        const gint quarters = 1 + pick(making->round, 9999);
        const gdouble wide = (quarters % 3 ? 1 : -1) * quarters / 4.0;
        const gfloat narrow = (gfloat)wide;
        memcpy(values + i * width, width == 4 ? (const void *)&narrow : &wide, width);
        add_value(
            making, i,
            g_strdup_printf("%s%d.%s", wide < 0 ? "-" : "", quarters / 4, fractions[quarters % 4]));
    }
}

static void fill_fixed_bytes(struct making *making)
{
    const guint width = making->type->form->width;
    char *bytes = take(making->round, (gsize)making->end * width);
    making->array->buffers[1] = bytes;
    for (gint64 i = 0; i < making->end * width; i++)
        bytes[i] = (char)('a' + pick(making->round, 26));
    for (gint64 i = 0; i < making->end; i++)
        add_value(making, i, g_strndup(bytes + i * width, width));
}

static void fill_nulls(struct making *making)
{
    making->array->null_count = making->array->length;
    for (gint64 i = 0; i < making->end; i++)
        add_text(making, g_strdup("NULL"));
}

/* Offsets, of texts or lists; they begin anywhere. Where they end. */
static gint64 fill_offsets(struct making *making, gint64 longest)
{
    const guint width = making->type->form->width;
    guint8 *offsets = take(making->round, (gsize)(making->end + 1) * width);
    gint64 at = pick(making->round, 4);
    making->array->buffers[1] = offsets;
    memcpy(offsets, &at, width);
    for (gint64 i = 0; i < making->end; i++) {
        at += pick(making->round, (gint)longest + 1);
        memcpy(offsets + (i + 1) * width, &at, width);
    }
    return at;
}

static gint64 offset_at(const struct making *making, gint64 index)
{
    gint64 offset = 0;
    const guint width = making->type->form->width;
    memcpy(&offset, (const guint8 *)making->array->buffers[1] + index * width, width);
    return offset;
}

static void fill_texts(struct making *making)
{
    const gint64 size = fill_offsets(making, 20);
    char *bytes = take(making->round, (gsize)size);
    making->array->buffers[2] = bytes;
    for (gint64 i = 0; i < size; i++)
        bytes[i] = (char)('a' + pick(making->round, 26));
    for (gint64 i = 0; i < making->end; i++) {
        const gint64 from = offset_at(making, i);
        add_value(making, i, g_strndup(bytes + from, (gsize)(offset_at(making, i + 1) - from)));
    }
}

/* No two are the same. */
static void fill_keys(struct making *making)
{
    GString *bytes = g_string_new(NULL);
    gint32 *offsets = take(making->round, (gsize)(making->end + 1) * sizeof *offsets);
    for (gint64 i = 0; i < making->end; i++) {
        add_text(making, g_strdup_printf("k%" G_GINT64_FORMAT, i));
        g_string_append(bytes, g_ptr_array_index(making->texts, i));
        offsets[i + 1] = (gint32)bytes->len;
    }
    making->array->buffers[1] = offsets;
    making->array->buffers[2] = bytes->str;
    g_ptr_array_add(making->round->memory, g_string_free(bytes, FALSE));
}

static GPtrArray *make_array(struct round *round, const struct type *type, gint64 wanted,
                             struct ArrowArray *out);

static const struct type word_type = {.form = &forms[TEXT_FORM]};

static void fill_dictionary(struct making *making)
{
    const guint width = making->type->form->width;
    guint8 *indexes = take(making->round, (gsize)making->end * width);
    making->array->buffers[1] = indexes;
    making->array->dictionary = take(making->round, sizeof(struct ArrowArray));
    GPtrArray *words = make_array(making->round, &word_type, 1 + pick(making->round, 90),
                                  making->array->dictionary);
    for (gint64 i = 0; i < making->end; i++) {
        const gint64 index = pick(making->round, (gint)making->array->dictionary->length);
        memcpy(indexes + i * width, &index, width);
        add_value(making, i, g_strdup(g_ptr_array_index(words, index)));
    }
    g_ptr_array_unref(words);
}

static GPtrArray *make_child(struct making *making, guint index, gint64 wanted)
{
    struct ArrowArray *child = take(making->round, sizeof *child);
    making->array->children[index] = child;
    return make_array(making->round, making->type->children[index], wanted, child);
}

/* DuckDB puts quotes around an empty text in a list or struct, but not in one of fixed size. */
static const char *inner_text(const struct type *outer, const char *text)
{
    return *text == '\0' && outer->form->kind != KIND_FIXED_LIST ? "''" : text;
}

static char *list_text(const struct making *making, const GPtrArray *elements, gint64 from,
                       gint64 to)
{
    const bool is_map = making->type->form->kind == KIND_MAP;
    GString *text = g_string_new(is_map ? "{" : "[");
    for (gint64 i = from; i < to; i++)
        g_string_append_printf(text, "%s%s", i > from ? ", " : "",
                               inner_text(making->type, g_ptr_array_index(elements, i)));
    g_string_append_c(text, is_map ? '}' : ']');
    return g_string_free(text, FALSE);
}

static void fill_lists(struct making *making)
{
    const bool is_fixed = making->type->form->kind == KIND_FIXED_LIST;
    const gint64 width = making->type->form->width;
    const gint64 size = is_fixed ? making->end * width : fill_offsets(making, 3);
    GPtrArray *elements = make_child(making, 0, size);
    for (gint64 i = 0; i < making->end; i++) {
        const gint64 from = is_fixed ? i * width : offset_at(making, i);
        const gint64 to = is_fixed ? from + width : offset_at(making, i + 1);
        add_value(making, i, list_text(making, elements, from, to));
    }
    g_ptr_array_unref(elements);
}

static void fill_structs(struct making *making)
{
    GPtrArray *members[MAX_CHILDREN] = {NULL};
    const guint count = making->type->count;
    for (guint k = 0; k < count; k++)
        members[k] = make_child(making, k, making->end);
    for (gint64 i = 0; i < making->end; i++) {
        GString *text = g_string_new("{");
        for (guint k = 0; k < count; k++)
            g_string_append_printf(text, "%s'%s': %s", k ? ", " : "", names[k],
                                   inner_text(making->type, g_ptr_array_index(members[k], i)));
        g_string_append_c(text, '}');
        add_value(making, i, g_string_free(text, FALSE));
    }
    for (guint k = 0; k < count; k++)
        g_ptr_array_unref(members[k]);
}

static void fill_entries(struct making *making)
{
    GPtrArray *keys = make_child(making, 0, making->end);
    GPtrArray *values = make_child(making, 1, making->end);
    for (gint64 i = 0; i < making->end; i++)
        add_text(making, g_strconcat(g_ptr_array_index(keys, i), "=",
                                     inner_text(making->type, g_ptr_array_index(values, i)), NULL));
    g_ptr_array_unref(keys);
    g_ptr_array_unref(values);
}

/* Most have a mask, not all of them a gap; the count may be left open. */
static void fill_validity(struct making *making)
{
    gint64 nulls = 0;
    if (pick(making->round, 3) == 0)
        return;
    const gint rarity = 2 + pick(making->round, 10);
    making->validity = take(making->round, (gsize)making->end / 8 + 1);
    for (gint64 i = 0; i < making->end; i++) {
        const bool is_value = pick(making->round, rarity) > 0;
        making->validity[i / 8] |= (guint8)((guint)is_value << (i % 8));
        nulls += !is_value && i >= making->array->offset;
    }
    making->array->buffers[0] = making->validity;
    making->array->null_count = pick(making->round, 2) ? -1 : nulls;
}

static void fill(struct making *making)
{
    static void (*const fillers[])(struct making *) = {
        [KIND_SIGNED] = fill_integers,  [KIND_UNSIGNED] = fill_integers,
        [KIND_BOOLEAN] = fill_booleans, [KIND_DECIMAL] = fill_decimals,
        [KIND_TEXT] = fill_texts,       [KIND_DICTIONARY] = fill_dictionary,
        [KIND_LIST] = fill_lists,       [KIND_FIXED_LIST] = fill_lists,
        [KIND_STRUCT] = fill_structs,   [KIND_MAP] = fill_lists,
        [KIND_ENTRIES] = fill_entries,  [KIND_KEYS] = fill_keys,
        [KIND_FLOAT] = fill_floats,     [KIND_FIXED_BYTES] = fill_fixed_bytes,
        [KIND_NULL] = fill_nulls,
    };
    fillers[making->type->form->kind](making);
}

static void keep_array(struct ArrowArray *array)
{
    array->release = NULL;
}

/* At least `wanted` values. The texts of those that count, as the engine shows them. */
/* NOLINTNEXTLINE(misc-no-recursion): at most MAX_DEPTH deep */
static GPtrArray *make_array(struct round *round, const struct type *type, gint64 wanted,
                             struct ArrowArray *out)
{
    static const gint64 buffers[] = {
        [KIND_SIGNED] = 2, [KIND_UNSIGNED] = 2,    [KIND_BOOLEAN] = 2, [KIND_DECIMAL] = 2,
        [KIND_TEXT] = 3,   [KIND_DICTIONARY] = 2,  [KIND_LIST] = 2,    [KIND_FIXED_LIST] = 1,
        [KIND_STRUCT] = 1, [KIND_MAP] = 2,         [KIND_ENTRIES] = 1, [KIND_KEYS] = 3,
        [KIND_FLOAT] = 2,  [KIND_FIXED_BYTES] = 2, [KIND_NULL] = 0,
    };
    *out = (struct ArrowArray){.length = wanted + (pick(round, 3) ? 0 : pick(round, 5)),
                               .offset = pick(round, 2) ? 0 : pick(round, 20),
                               .n_buffers = buffers[type->form->kind],
                               .n_children = type->count,
                               .buffers = take(round, 3 * sizeof(void *)),
                               .children = take(round, type->count * sizeof(struct ArrowArray *)),
                               .release = keep_array};
    struct making making = {.round = round,
                            .type = type,
                            .array = out,
                            .end = out->offset + out->length,
                            .texts = g_ptr_array_new()};
    if (may_be_null(round, type))
        fill_validity(&making);
    fill(&making);
    g_ptr_array_remove_range(making.texts, 0, (guint)out->offset);
    return making.texts;
}

void random_rows_init(struct random_rows *rows, guint32 seed)
{
    static const struct form root_form = {"+s", KIND_STRUCT, 0};
    struct round *round = g_new0(struct round, 1);
    *round = (struct round){.random = g_rand_new_with_seed(seed),
                            .memory = g_ptr_array_new_with_free_func(g_free)};
    round->root = make_type(round, 0, &root_form);
    const gint count = pick(round, 4) ? pick(round, 60) : 2000 + pick(round, 3000);
    *rows = (struct random_rows){.schema = &round->root->schema, .round = round};
    rows->texts = make_array(round, round->root, 1 + count, &rows->array);
}

void random_rows_clear(struct random_rows *rows)
{
    g_rand_free(rows->round->random);
    g_ptr_array_unref(rows->texts);
    g_ptr_array_unref(rows->round->memory);
    g_free(rows->round);
}
