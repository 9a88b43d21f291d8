/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/look.h"

static const struct look kinds[NODE_KIND_COUNT] = {
    [NODE_SOURCE] = {"source", "#dbeafe", "#1d4ed8"},
    [NODE_LOAD] = {"load", "#cffafe", "#0e7490"},
    [NODE_TABLE] = {"table", "#fef3c7", "#b45309"},
    [NODE_VIEW] = {"view", "#fff7ed", "#c2410c"},
    [NODE_CHECK] = {"check", "#ede9fe", "#6d28d9"},
    [NODE_EXPORT] = {"export", "#dcfce7", "#15803d"},
    [NODE_SQL] = {"sql", "#f3f4f6", "#4b5563"},
    [NODE_QUERY] = {"query", "#fce7f3", "#be185d"},
};

static const struct look states[STEP_STATUS_COUNT] = {
    [STEP_PENDING] = {"not_run", "#ffffff", "#6b7280"},
    [STEP_RUNNING] = {"running", "#dbeafe", "#1d4ed8"},
    [STEP_RETRYING] = {"retrying", "#fef3c7", "#b45309"},
    [STEP_OK] = {"ok", "#dcfce7", "#15803d"},
    [STEP_DONE] = {"done", "#ecfdf5", "#15803d"},
    [STEP_WARNED] = {"warned", "#fef3c7", "#b45309"},
    [STEP_FAILED] = {"failed", "#fecaca", "#b91c1c"},
    [STEP_SKIPPED] = {"skipped", "#f3f4f6", "#6b7280"},
    [STEP_CANCELLED] = {"cancelled", "#fde68a", "#92400e"},
    [STEP_NOT_RUN] = {"not_run", "#ffffff", "#6b7280"},
};

const struct look *look_of_kind(enum node_kind kind)
{
    return &kinds[kind];
}

const struct look *look_of_status(enum step_status status)
{
    return &states[status];
}

const struct look *look_of(const struct graph *graph, const struct node *node)
{
    return graph->has_status ? &states[node->status] : &kinds[node->kind];
}
