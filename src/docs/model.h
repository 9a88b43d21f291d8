/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that documentation shows of a project as one document, sqlflow.docs/1: what its members are
 * is told in docs/docs-model.md. Pages (markdown.h) are made from it.
 */
#pragma once

#include "docs/graph.h"
#include "docs/lineage.h"

#include <jansson.h>

#define DOCS_FORMAT "sqlflow.docs/1"

struct docs_pipeline {
    const struct plan *plan;
    const json_t *results; /* run_results.json of its last run; NULL: there is none */
    const char *outcome;   /* of the last run: "ok", .., also "running" and "crashed"; or NULL */
    const char *run_id;    /* of the last run */
    const char *started_at;
    gint64 duration_us;
};

struct docs_profile {
    const char *name;
    const struct profile *profile; /* NULL: it can't be read */
    bool is_used;                  /* the plans were made with it */
};

/* Everything is borrowed. */
struct docs_input {
    const char *project;
    const struct docs_pipeline *pipelines; /* in the order of the lineage's and graph's plans */
    guint pipeline_count;
    const struct docs_profile *profiles;
    guint profile_count;
    const struct registry *registry; /* of the connectors that the profiles name */
    const struct graph *graph;       /* of all plans, without a selection */
    const struct lineage *lineage;
};

/* The document; the caller's. */
json_t *docs_model(const struct docs_input *input);
