/* SPDX-License-Identifier: Apache-2.0 */
/* All pipelines of a project at once, with their columns and what these are made from. */
#pragma once

#include "cli/workspace.h"
#include "docs/lineage.h"

struct survey {
    GPtrArray *all_planned;  /* struct planned, in the order of their tables */
    GPtrArray *bounds;       /* by pipeline: GArray of struct bound; empty: nothing was bound */
    struct lineage *lineage; /* of all of them */
};

/* Plans and binds the pipeline `name`, or with NULL all of a project. What is wrong with single
 * statements goes to the workspace's diagnostics; a database that can't be opened is a warning, and
 * columns aren't known then. NULL with an error, or without one when a pipeline has errors. */
struct survey *survey_new(struct workspace *workspace, const char *name, GError **error);
void survey_free(struct survey *survey);
DEFINE_AUTO(survey, survey_free);
