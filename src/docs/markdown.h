/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The documentation as Markdown (GitHub's): an index and one page a pipeline.
 *
 * Invariant: nothing of the model is ever markup: names stand in code, comments are escaped.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

struct markdown_page {
    char *path; /* from the folder of the index on: "pipelines/orders.md" */
    char *text;
};

/* The pages of a document sqlflow.docs/1: struct markdown_page, which the list owns. `pictures`:
 * char *, the graph of each pipeline in Mermaid's words, then that of all. */
GPtrArray *markdown_pages(const json_t *model, const GPtrArray *pictures);
