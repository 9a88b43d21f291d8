/* SPDX-License-Identifier: Apache-2.0 */
/* One `${name:form|default}`. */
#pragma once

#include "base/text.h"

enum reference_form {
    FORM_BY_PLACE = 1, /* what stands there depends on the place */
    FORM_IDENTIFIER,   /* ${x:ident} */
    FORM_LITERAL,      /* ${x:literal} */
    FORM_RAW,          /* ${x:raw} */
};

struct reference {
    char *name;
    enum reference_form form;
    char *fallback; /* the default; NULL: none */
    gsize length;   /* from the `$` to behind the `}` */
};

/* Reads the reference at the start of `text`, which begins with `${`. False: *out_problem says why
 * not, in words that follow "this variable": "has no name". It is static. */
bool reference_parse(struct reference *reference, const char *text, gsize length,
                     const char **out_problem) G_GNUC_WARN_UNUSED_RESULT;
void reference_clear(struct reference *reference);

/* The names of all references in a piece of source, comments and all, in their order (char *, not
 * repeated). What can't be read is left out. */
GPtrArray *reference_names(const char *text, gsize length);
