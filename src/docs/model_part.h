/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The making of the model. Inside of docs/ only.
 *
 *   model.c          pipelines, clusters, edges, connectors; puts them together
 *   model_step.c     steps
 *   model_table.c    tables and columns
 *   model_profile.c  profiles
 */
#pragma once

#include "docs/model.h"

/* What is being put together. */
struct making {
    const struct docs_input *input;
    GHashTable *operations; /* const struct operation -> its object in the plan's document */
    GHashTable *pipelines;  /* const struct operation -> index of its pipeline + 1 */
    GHashTable *steps;      /* const struct operation -> index of its step + 1 */
    GHashTable *outcomes;   /* const struct operation -> its object in run_results.json */
};

json_t *model_profiles(const struct docs_input *input);
json_t *model_steps(const struct making *making);
json_t *model_tables(const struct making *making);

/* A list of char *, which may be NULL. */
json_t *model_texts(const GPtrArray *texts);
