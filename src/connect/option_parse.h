/* SPDX-License-Identifier: Apache-2.0 */
/* One option's value: from the map's kinds to the option's type. */
#pragma once

#include "connect/option.h"

struct option_value {
    const struct option *option;
    struct span at; /* of the value */
    char *text;     /* normal form: "true", "10", bytes, seconds, the ENUM's word; NULL: items */
    struct secret_place place; /* of a secret that is kept elsewhere; kind 0: none */
    GPtrArray *items; /* STRINGS: char *; TYPES and MAP: char * name, char * text alternating; or
                         NULL */
};

/* Converts and checks. NULL after an error, which is then in the list. */
struct option_value *option_value_new(const struct option *option, const struct member *member,
                                      struct diagnostics *diagnostics);
void option_value_free(gpointer value);

enum setting_kind option_setting_kind(const struct option *option);
