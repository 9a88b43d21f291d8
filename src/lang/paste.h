/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as SQL, each so that it can't end the token it stands in. Everything is appended to `out`.
 */
#pragma once

#include "lang/decode.h"

#include <stdbool.h>

/* Number or boolean: pasted as it is where a value may stand. */
bool value_is_plain(const char *value);

/* Inside quotes. In QUOTING_NONE, _DOLLAR and _JSON as it is: a `$tag$` is the caller's to check,
 * JSON's quotes are decoded before. */
void paste_quoted(GString *out, const char *value, enum quoting quoting);

/* A plain value, else '..'. */
void paste_literal(GString *out, const char *value);

/* The elements of a list stand between commas, blanks around them removed; one that holds a comma
 * stands in quotes. Begin with *at at the value; false behind the last one (there is always one).
 */
bool list_next(const char **at, GString *element, bool *out_is_quoted);

/* `a, b` -> 'a', 'b'. Numbers are plain only where all elements are: beside one the engine takes
 * the others for numbers, too, and `zip IN (10001, '00501')` fails on the first zip that is none
 * (tried). One in quotes is a text even if it looks like a number. */
void paste_list(GString *out, const char *value);

/* One name, dots and all. With `plain`, quotes are left out where none are needed. */
void paste_identifier(GString *out, const char *value, bool plain);

/* A name of up to three parts. False, with nothing pasted, when the value is none. */
bool paste_name(GString *out, const char *value, bool plain) G_GNUC_WARN_UNUSED_RESULT;
