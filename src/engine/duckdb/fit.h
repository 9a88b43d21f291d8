/* SPDX-License-Identifier: Apache-2.0 */
/* Which types hold the values of which others without loss. Types by their names (type.h). */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum fit {
    FIT_NONE = 0,
    FIT_CHECKED, /* values may have no exact counterpart: to be looked at one by one */
    FIT_EXACT,   /* a cast gives each value exactly, or fails */
    FIT_SAME,
};

enum fit type_fit(const char *from, const char *to);

/* The narrowest type that both fit into, VARCHAR at worst; NULL when there is none. */
char *type_wider(const char *one, const char *other);

/* Not made of other types, nor of bytes: a text can stand for each value. */
bool type_is_scalar(const char *type);
