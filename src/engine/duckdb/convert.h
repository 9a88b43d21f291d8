/* SPDX-License-Identifier: Apache-2.0 */
/* How the texts of one column become values: the SQL for it, from strict.h and exact.h. */
#pragma once

#include "base/relation.h"
#include "engine/duckdb/strict.h"

struct convert_column {
    char *name;
    bool is_text;   /* what is not read as text has its type from elsewhere */
    bool is_folder; /* it is in the path, not in the records */
    char *declared; /* the type that is wanted, or NULL */

    /* What was found, when nothing is declared. */
    enum strict_kind kind; /* STRICT_KINDS: text */
    bool has_form;         /* DATE, TIMESTAMP: as dateformat, timestampformat say */
    guint whole, scale;    /* DECIMAL */
    bool is_blank;         /* there was no text to find anything from: the first is a misfit */
};

void convert_column_free(gpointer column);

/* A number whose bits tell what a text is exactly; NULL for none. `text` is SQL. */
char *convert_fits(const struct relation *relation, const char *text);

/* The best type for texts that all fit what the bits say (-1: there is none). DECIMAL still needs
 * its digits. */
void convert_choose(struct convert_column *column, gint bits);

/* How many digits a text needs (strict.h); NULL for none. */
char *convert_digits(const struct relation *relation, const char *text);

/* The text as a value. With a slot, one that doesn't fit a type that was found is remembered there;
 * otherwise it is an error. */
char *convert_value(const struct relation *relation, const struct convert_column *column,
                    const char *text, guint slot);

/* Is it made of other types? Of JSON such a column is read as JSON instead of text. */
bool convert_is_nested(const char *type);

/* "DECIMAL(20,4)" */
char *convert_type(const struct convert_column *column);
