/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values with places: what a PARAMS/OPTIONS map and a profile (YAML) are read into, so that one
 * option checker serves both and can point at a wrong key.
 */
#pragma once

#include "base/auto.h"
#include "base/text.h"

enum value_kind {
    VALUE_NULL = 1,
    VALUE_BOOLEAN,
    VALUE_NUMBER, /* text as written: 00501 never gets here, 1.10 stays 1.10 */
    VALUE_STRING, /* text decoded */
    VALUE_LIST,
    VALUE_MAP,
};

struct value {
    enum value_kind kind;
    struct span span;   /* the value where it stands */
    char *text;         /* BOOLEAN ("true"/"false"), NUMBER, STRING; else NULL */
    GPtrArray *items;   /* LIST: struct value */
    GPtrArray *members; /* MAP: struct member, in the order of the text, keys unique */
};

struct member {
    char *key;
    struct span key_span;
    struct value *value;
};

/* Takes ownership of `text` (NULL for NULL, LIST, MAP). */
struct value *value_new(enum value_kind kind, struct span span, char *text);
void value_free(struct value *value);
DEFINE_AUTO(value, value_free);

/* A copy with all that is in it; places stay. */
struct value *value_copy(const struct value *value);

/* Takes `value` over. The caller has seen to it that the key is new. */
void value_add_member(struct value *map, const char *key, struct span key_span,
                      struct value *value);
void value_add_item(struct value *list, struct value *value);

/* The member's value or NULL; `map` may be NULL. */
const struct value *value_get(const struct value *map, const char *key);
const struct member *value_member(const struct value *map, const char *key);

/* "a string", "a number", ..: for messages. */
const char *value_kind_name(enum value_kind kind);

/* One line of strict JSON, members in order, numbers as written. */
char *value_to_json(const struct value *value);

/* The text as a string of JSON, with its quotes. */
void append_json_string(GString *out, const char *text);

/* The number in decimal digits. */
void append_number(GString *out, guint number);
