/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong in a user's text: a list of coded messages with places. Parsing and planning go on
 * after an error, so that one run shows all; the list is shown once, sorted by place.
 */
#pragma once

#include "base/auto.h"
#include "base/codes.h"
#include "base/secret.h"
#include "base/text.h"

struct diagnostic {
    enum code code;
    enum severity severity;
    struct span at;
    char *message;
    char *hint;          /* said beside the caret, or NULL */
    struct span related; /* a second place ("first declared here"), or no place */
    char *related_hint;
};

struct diagnostics;

enum {
    DIAGNOSTICS_SHOWN = 20,
    /* Of each severity; later ones are only counted: a text can have millions. */
    DIAGNOSTICS_KEPT = 10000,
};

struct diagnostics *diagnostics_new(void);
void diagnostics_free(struct diagnostics *list);
DEFINE_AUTO(diagnostics, diagnostics_free);

/* Adds a message; severity is the code's. `hint` is copied and may be NULL. The texts that spans
 * point into must outlive the list's last use. The same code at the same place is added once. */
void diagnostics_add(struct diagnostics *list, enum code code, struct span at, const char *hint,
                     const char *format, ...) G_GNUC_PRINTF(5, 6);

/* A second place for the message added last; nothing when that one was there already. */
void diagnostics_relate(struct diagnostics *list, struct span related, const char *hint);

/* Keeps a text alive as long as the list; takes it over. */
void diagnostics_keep(struct diagnostics *list, struct text *text);

/* Stars for these in all that is told and shown, also what comes later. Copies them; NULL is fine.
 */
void diagnostics_hide(struct diagnostics *list, const struct secrets *secrets);

/* How many were told, also those that weren't kept. */
guint diagnostics_errors(const struct diagnostics *list);
guint diagnostics_warnings(const struct diagnostics *list);

/* How many there are to get. */
guint diagnostics_count(const struct diagnostics *list);

/* Sorted by the order of files met, then place. */
const struct diagnostic *diagnostics_get(struct diagnostics *list, guint index);

/* What diagnostics_hide was told, or NULL. */
const struct secrets *diagnostics_secrets(const struct diagnostics *list);

/* The house form: `error[SF0112]: ..`, place, line, caret; the include chain below. Includes at
 * most DIAGNOSTICS_SHOWN errors and says how many more there are. With `color`, ANSI colours. */
void diagnostics_render(struct diagnostics *list, bool color, GString *out);
