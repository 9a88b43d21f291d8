/* SPDX-License-Identifier: Apache-2.0 */
/* One page that is being written. Inside of docs/ only. */
#pragma once

#include "docs/markdown_text.h"

#include <jansson.h>

/* A page is written twice: at first to find out what its headings are called in links. */
struct page {
    const json_t *model;
    const char *path;
    GString *out;
    GHashTable *slugs;  /* char * -> how often this page has it */
    bool in_cell;       /* a bar ends what is being written */
    GHashTable *places; /* index of a table + 1 -> char *, "pipelines/orders.md#table-daily" */
};

const char *json_text(const json_t *object, const char *key); /* "" for null */
gsize json_index(const json_t *object, const char *key);      /* G_MAXSIZE for null */

/* A heading behind an empty line; `name` (or NULL) stands in code. */
void page_heading(struct page *page, guint level, const char *word, const char *name);

/* The heading of a table, which others link to. */
void page_table_heading(struct page *page, gsize table, const char *word);

/* A link to another page. */
void page_link(struct page *page, const char *path, const char *name);

/* A table, or with a column (else G_MAXSIZE) that; linked where it has a heading. */
void page_node(struct page *page, gsize table, gsize column);

/* "ok, 2026-11-23T08:15:00.123Z, 0.66 s"; of a step's run "ok, 31 rows, 0.01 s". */
void page_run(struct page *page, const json_t *run);

/* The section of one table: what it is, is made from and feeds, its columns, its SQL. */
void page_table(struct page *page, gsize table);

void page_write_pipeline(struct page *page, gsize pipeline, const char *picture);
void page_write_index(struct page *page, const char *picture);
