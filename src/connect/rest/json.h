/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as it stands in a response, by pieces of its text: what is passed on keeps every digit. A
 * piece is one value without white space around it; those that are made from a checked one are
 * right and need no look again.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct json_piece {
    const char *text; /* NULL: there is none */
    gsize length;
};

enum piece_kind { PIECE_NULL = 1, PIECE_TRUTH, PIECE_NUMBER, PIECE_TEXT, PIECE_LIST, PIECE_OBJECT };

/* Is it one value, in UTF-8, at most 500 deep? ERROR_DATA says at which byte it isn't. A NUL stands
 * behind the text. */
bool json_check(const char *text, gsize length, struct json_piece *out,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of none: PIECE_NULL. */
enum piece_kind piece_kind(struct json_piece piece);
/* "an object", "a list", ..: for messages. */
const char *piece_kind_name(enum piece_kind kind);

/* Walks through a list or object: from json_first on. */
struct json_walk {
    const char *at;
    struct json_piece key; /* of an object's member, with its quotes */
    struct json_piece value;
};
struct json_walk json_first(struct json_piece piece);
bool json_next(struct json_walk *walk);

/* The text of a TEXT, decoded; of anything else as it stands. The caller's. */
char *json_text(struct json_piece piece);

/* What a path leads to: "data.items", "$.data.items", "errors.0.message", "-1.id" (of the last),
 * "@odata.nextLink" (a name with a dot); "" and "$" are the value itself. False: it isn't there. */
bool json_find(struct json_piece piece, const char *path, struct json_piece *out);

/* null, false, 0, "", [] and {} are nothing. */
bool json_is_something(struct json_piece piece);

/* As json_find, when it leads to something; "items.*.error" does so by the first element for which
 * the rest does. `out` is written to in any case. */
bool json_find_something(struct json_piece piece, const char *path, struct json_piece *out);

/* The piece on one line. */
void json_append(GString *out, struct json_piece piece);

/* The members of an object as those of one level: {"a": {"b": 1}} becomes {"a_b": 1}; lists stay.
 * ERROR_DATA: two would have one name. */
bool json_append_flat(GString *out, struct json_piece object,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
