/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of others inside of Markdown. Inside of docs/ only. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Inside of backticks, on one line; `in_table`: in a cell, where a bar would end it. */
void markdown_code(GString *out, const char *text, bool in_table);

/* Words as they are, on lines as they are; nothing of them is markup. */
void markdown_words(GString *out, const char *text);

/* The first line of words, for a cell. */
void markdown_first_line(GString *out, const char *text);

/* A block of its own, behind an empty line. */
void markdown_block(GString *out, const char *language, const char *text);

/* What GitHub calls a heading in links: "Table `a.b`" is table-ab. The caller's. */
char *markdown_slug(const char *heading);
