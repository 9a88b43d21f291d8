/* SPDX-License-Identifier: Apache-2.0 */
#include "base/value.h"

#include <string.h>

static void member_free(gpointer pointer)
{
    struct member *member = pointer;
    g_free(member->key);
    value_free(member->value);
    g_free(member);
}

static void item_free(gpointer pointer)
{
    value_free(pointer);
}

struct value *value_new(enum value_kind kind, struct span span, char *text)
{
    struct value *value = g_new0(struct value, 1);
    value->kind = kind;
    value->span = span;
    value->text = text;
    if (kind == VALUE_LIST)
        value->items = g_ptr_array_new_with_free_func(item_free);
    if (kind == VALUE_MAP)
        value->members = g_ptr_array_new_with_free_func(member_free);
    return value;
}

void value_free(struct value *value)
{
    if (!value)
        return;
    g_free(value->text);
    g_clear_pointer(&value->items, g_ptr_array_unref);
    g_clear_pointer(&value->members, g_ptr_array_unref);
    g_free(value);
}

/* NOLINTNEXTLINE(misc-no-recursion): what reads values bounds their depth */
struct value *value_copy(const struct value *value)
{
    struct value *copy = value_new(value->kind, value->span, g_strdup(value->text));
    for (guint i = 0; value->items && i < value->items->len; i++)
        value_add_item(copy, value_copy(g_ptr_array_index(value->items, i)));
    for (guint i = 0; value->members && i < value->members->len; i++) {
        const struct member *member = g_ptr_array_index(value->members, i);
        value_add_member(copy, member->key, member->key_span, value_copy(member->value));
    }
    return copy;
}

void value_add_member(struct value *map, const char *key, struct span key_span, struct value *value)
{
    struct member *member = g_new0(struct member, 1);
    member->key = g_strdup(key);
    member->key_span = key_span;
    member->value = value;
    g_ptr_array_add(map->members, member);
}

void value_add_item(struct value *list, struct value *value)
{
    g_ptr_array_add(list->items, value);
}

const struct member *value_member(const struct value *map, const char *key)
{
    if (!map || !map->members)
        return NULL;
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        if (strcmp(member->key, key) == 0)
            return member;
    }
    return NULL;
}

const struct value *value_get(const struct value *map, const char *key)
{
    const struct member *member = value_member(map, key);
    return member ? member->value : NULL;
}

const char *value_kind_name(enum value_kind kind)
{
    static const char *const names[] = {
        [VALUE_NULL] = "null",       [VALUE_BOOLEAN] = "true or false", [VALUE_NUMBER] = "a number",
        [VALUE_STRING] = "a string", [VALUE_LIST] = "a list",           [VALUE_MAP] = "a map",
    };
    return (gsize)kind < G_N_ELEMENTS(names) && names[kind] ? names[kind] : "nothing";
}

static void append_escape(GString *out, guchar byte)
{
    const char *escape = strchr("\"\"\\\\\nn\rr\tt\bb\ff", byte);
    if (!escape) {
        g_string_append_printf(out, "\\u%04x", byte);
        return;
    }
    g_string_append_c(out, '\\');
    g_string_append_c(out, escape[1]);
}

/* Bytes that end a stretch that is copied as it is: control bytes, quotes, backslashes. */
static const char *plain_end(const char *text)
{
    /* clang-format off */
    static const guint8 ends[256] = {
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 0x00 to 0x0F */
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 0x10 to 0x1F */
        ['"'] = 1, ['\\'] = 1,
    };
    /* clang-format on */
    while (!ends[(guchar)*text])
        text++;
    return text;
}

void append_json_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (;;) {
        const char *end = plain_end(text);
        g_string_append_len(out, text, end - text);
        if (!*end)
            break;
        append_escape(out, (guchar)*end);
        text = end + 1;
    }
    g_string_append_c(out, '"');
}

void append_number(GString *out, guint number)
{
    char digits[16];
    char *start = digits + sizeof digits;
    do {
        *--start = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    g_string_append_len(out, start, digits + sizeof digits - start);
}

static void append_json(GString *out, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        g_string_append(out, "null");
        break;
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
        g_string_append(out, value->text);
        break;
    case VALUE_STRING:
        append_json_string(out, value->text);
        break;
    case VALUE_LIST:
        g_string_append_c(out, '[');
        for (guint i = 0; i < value->items->len; i++) {
            g_string_append(out, i ? ", " : "");
            append_json(out, g_ptr_array_index(value->items, i));
        }
        g_string_append_c(out, ']');
        break;
    case VALUE_MAP:
        g_string_append_c(out, '{');
        for (guint i = 0; i < value->members->len; i++) {
            const struct member *member = g_ptr_array_index(value->members, i);
            g_string_append(out, i ? ", " : "");
            append_json_string(out, member->key);
            g_string_append(out, ": ");
            append_json(out, member->value);
        }
        g_string_append_c(out, '}');
        break;
    }
}

char *value_to_json(const struct value *value)
{
    GString *out = g_string_new(NULL);
    append_json(out, value);
    return g_string_free(out, FALSE);
}
