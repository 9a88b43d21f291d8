/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of tables, and the quoting of names and values in SQL: the only place where user text
 * becomes part of a statement. The quoting is standard SQL's, which every engine of ours shares.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Splits `a."b.c".d` into its parts, quotes removed, case kept. NULL when it is no name (empty
 * part, unclosed quote, more than three parts). Free with g_strfreev. */
char **name_split(const char *text);

/* One form for all spellings of a table's name, for comparing: default catalog and `main` left out,
 * ASCII case folded, quotes removed; a part with a dot or quote in it keeps quotes. `catalog` is
 * the default catalog's name and may be NULL. */
char *name_key(const char *text, const char *catalog);

/* "x" with quotes doubled, always quoted. */
char *quote_identifier(const char *identifier);

/* All parts quoted: `a."b"` -> `"a"."b"`. The text must be a name (name_split). */
char *quote_name(const char *text);

/* 'x' with quotes doubled. */
char *quote_literal(const char *value);
