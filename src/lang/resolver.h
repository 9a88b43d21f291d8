/* SPDX-License-Identifier: Apache-2.0 */
/* SQL whose variables are being resolved: what the files resolve*.c share, and nobody else. */
#pragma once

#include "lang/context.h"
#include "lang/decode.h"
#include "lang/draft.h"
#include "lang/resolve.h"

struct resolver {
    struct variables *variables;
    struct diagnostics *diagnostics;
    struct draft draft;
    struct lexer lexer;
    struct context *context;
    GArray *run;        /* struct token: side by side, parts of one dotted name */
    struct token next;  /* the one behind the run */
    enum slot slot;     /* of the run */
    bool plain;         /* names stay unquoted where they can */
    bool pasted_string; /* the run became a '..' */
    bool failed;
};

/* Adds a message; always false. */
bool resolver_fail(struct resolver *resolver, enum code code, struct span at, const char *hint,
                   const char *message);

/* A token of the run. */
const struct token *resolver_token(const struct resolver *resolver, guint index);

/* The variables inside of a token with quotes. */
void resolver_quoted(struct resolver *resolver, const struct token *token, enum quoting quoting);

/* The run, which has a variable: tokens side by side, parts of one dotted name. */
void resolver_run(struct resolver *resolver);
