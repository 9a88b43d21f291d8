/* SPDX-License-Identifier: Apache-2.0 */
/* Plans made from texts, for tests. */
#pragma once

#include "plan/plan.h"

#include <string.h>

/* A text, and what came of it. */
struct planned {
    struct diagnostics *diagnostics;
    struct variables *variables;
    struct profile *profile;
    struct registry *registry;
    struct plan *plan; /* NULL after an error */
};

static inline void planned_clear(struct planned *planned)
{
    plan_free(planned->plan);
    registry_free(planned->registry);
    diagnostics_free(planned->diagnostics);
    variables_free(planned->variables);
    if (planned->profile)
        g_ptr_array_unref(planned->profile->connectors);
    g_free(planned->profile);
}

#define PLANNED __attribute__((cleanup(planned_clear))) struct planned

/* A project in `root`, with a profile `dev` of one connector, `warehouse`. */
static inline struct planned plan_text(const char *root, const char *path, const char *sf)
{
    static char names[][24] = {"warehouse", "mysql", "dev", "duckdb", "target/dev.duckdb"};
    static struct profile_connector warehouse = {.name = names[0], .type = names[1]};
    g_autofree char *folder = g_strdup(root);
    const struct project project = {.root = folder, .is_project = true};
    struct planned planned = {
        .diagnostics = diagnostics_new(),
        .variables = variables_new(),
        .profile = g_new0(struct profile, 1),
        .registry = registry_new_own(),
    };
    planned.profile->name = names[2];
    planned.profile->engine = names[3];
    planned.profile->database_path = names[4];
    planned.profile->connectors = g_ptr_array_new();
    g_ptr_array_add(planned.profile->connectors, &warehouse);
    struct text *text = text_new(path, sf, strlen(sf), NULL);
    g_assert_nonnull(text);
    const struct expand_options options = {.project_directory = root,
                                           .variables = planned.variables};
    struct script *script = script_new(text, &options, planned.diagnostics);
    const struct plan_input input = {.pipeline = "orders",
                                     .project = &project,
                                     .profile = planned.profile,
                                     .registry = planned.registry};
    planned.plan = plan_new(script, &input, planned.diagnostics);
    return planned;
}

static inline const struct operation *plan_at(const struct plan *plan, guint index)
{
    return g_ptr_array_index(plan->operations, index);
}

/* "b: a c~" a line for each operation that waits, in the plan's order; `~` is order only. */
static inline char *plan_waits(const struct plan *plan)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = plan_at(plan, i);
        if (operation->dependencies->len)
            g_string_append_printf(out, "%s%s:", out->len ? "\n" : "", operation->id);
        for (guint k = 0; k < operation->dependencies->len; k++) {
            const struct dependency *dependency =
                &g_array_index(operation->dependencies, struct dependency, k);
            g_string_append_printf(out, " %s%s", plan_at(plan, dependency->operation)->id,
                                   dependency->for_data ? "" : "~");
        }
    }
    return g_string_free(out, FALSE);
}

/* All messages: "SF0404 3:6 there is no source 'x' (did you mean 'y'?)" a line. */
static inline char *planned_messages(const struct planned *planned)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < diagnostics_count(planned->diagnostics); i++) {
        const struct diagnostic *entry = diagnostics_get(planned->diagnostics, i);
        const struct place place = entry->at.text ? text_place(entry->at.text, entry->at.offset)
                                                  : (struct place){.line = 0};
        g_string_append_printf(out, "%sSF%04d %u:%u %s", out->len ? "\n" : "", (int)entry->code,
                               place.line, place.column, entry->message);
        if (entry->hint)
            g_string_append_printf(out, " (%s)", entry->hint);
    }
    return g_string_free(out, FALSE);
}
