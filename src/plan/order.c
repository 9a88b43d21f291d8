/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which step waits for which (language.md, "Order").
 *
 *   - A reader waits for the last write above it. Where none stands above, CREATE .. AS, LOAD and
 *     EXPORT wait for the last write below, up to the next barrier.
 *   - A write waits for the write before it, and for the readers between the two that don't wait
 *     for it themselves.
 *   - A barrier waits for all above it, all below waits for the barrier.
 *   - A reader below a CHECK on what it reads waits for the check.
 *   - depends_on says the rest.
 *
 * Invariant: edges are linear in references. Waiting is transitive, so a barrier is tied to the
 * ends of its stretch only, and every stretch to its barrier only by its beginnings.
 */
#include "plan/planner.h"

#include "base/name.h"
#include "base/nearest.h"

#include <string.h>

enum {
    MAX_SPENT = 4000000,
    /* A check waits for the one this many before it on the same table, so that a reader has to be
     * tied to so many at most. */
    CHECKS_SIDE_BY_SIDE = 64,
};

bool planner_spend(struct planner *planner, const struct step *step)
{
    if (planner->spent++ < MAX_SPENT)
        return true;
    if (planner->spent == MAX_SPENT + 1)
        diagnostics_add(planner->diagnostics, SF_TOO_MANY_READS,
                        statement_head(step->operation->statement),
                        "make a table of one of the views",
                        "more than %d reads through views, macros and patterns", MAX_SPENT);
    return false;
}

static void add_edge(struct planner *planner, guint from, guint to, bool for_data)
{
    const struct edge edge = {.from = from, .to = to, .for_data = for_data};
    if (from != to)
        g_array_append_val(planner->edges, edge);
}

guint count_below(const GArray *indices, guint limit)
{
    guint low = 0;
    guint high = length_of(indices);
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(indices, guint, middle) < limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The last of the indices below `limit` and above `floor`; G_MAXUINT when there is none. */
static guint last_between(const GArray *indices, guint floor, guint limit)
{
    const guint count = count_below(indices, limit);
    const guint last = count ? g_array_index(indices, guint, count - 1) : G_MAXUINT;
    return count && last > floor ? last : G_MAXUINT;
}

guint resource_write_above(const struct resource *resource, guint step)
{
    const guint count = count_below(resource->writes, step);
    return count ? g_array_index(resource->writes, guint, count - 1) : G_MAXUINT;
}

static void add_reading(struct resource *resource, struct reading reading)
{
    if (!resource->reads)
        resource->reads = g_array_new(FALSE, FALSE, sizeof(struct reading));
    g_array_append_val(resource->reads, reading);
}

/* A view or macro that reads what can't be known makes barriers of all that read it. */
static void spread_unknown(struct planner *planner)
{
    g_autoptr(GArray) work = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < planner->steps->len; i++) {
        const struct step *step = planner_step(planner, i);
        if (step->is_definition && step->summary->is_unknown)
            g_array_append_val(work, i);
    }
    if (work->len == 0)
        return;
    for (guint i = 0; i < planner->steps->len; i++) {
        const struct step *step = planner_step(planner, i);
        for (guint k = 0; k < step->reads.count; k++)
            add_reading(link_at(planner, &step->reads, k), (struct reading){.step = i});
    }
    while (work->len) {
        const struct step *step = planner_step(planner, g_array_index(work, guint, work->len - 1));
        g_array_set_size(work, work->len - 1);
        for (guint k = 0; k < step->writes.count; k++) {
            struct resource *resource = link_at(planner, &step->writes, k);
            for (guint r = 0; !resource->is_unknown && r < length_of(resource->reads); r++) {
                const guint reader = g_array_index(resource->reads, struct reading, r).step;
                planner_step(planner, reader)->operation->is_barrier = true;
                if (planner_step(planner, reader)->is_definition)
                    g_array_append_val(work, reader);
            }
            resource->is_unknown = true;
        }
    }
    for (guint i = 0; i < planner->listed->len; i++) {
        struct resource *resource = g_ptr_array_index(planner->listed, i);
        g_clear_pointer(&resource->reads, g_array_unref);
    }
}

static bool is_barrier(const struct planner *planner, guint index)
{
    return planner_step(planner, index)->operation->is_barrier;
}

static bool is_source(const struct planner *planner, guint index)
{
    return planner_step(planner, index)->operation->type == OPERATION_SOURCE;
}

static bool writes(const struct planner *planner, const struct step *step,
                   const struct resource *resource)
{
    for (guint i = 0; i < step->writes.count; i++)
        if (link_at(planner, &step->writes, i) == resource)
            return true;
    return false;
}

/* The readers of a table wait for the checks on its newest version. */
static void wait_for_checks(struct planner *planner, guint index, const struct resource *resource,
                            guint write)
{
    const guint end = count_below(resource->checks, index);
    const guint start = write == G_MAXUINT ? 0 : count_below(resource->checks, write);
    if (planner_step(planner, index)->operation->type == OPERATION_CHECK) {
        const bool on_it =
            end < resource->checks->len && g_array_index(resource->checks, guint, end) == index;
        if (on_it && end - start >= CHECKS_SIDE_BY_SIDE)
            add_edge(planner, index,
                     g_array_index(resource->checks, guint, end - CHECKS_SIDE_BY_SIDE), false);
        return;
    }
    for (guint i = end; i > start && end - i < CHECKS_SIDE_BY_SIDE; i--)
        add_edge(planner, index, g_array_index(resource->checks, guint, i - 1), false);
}

/* Ties a step to what it reads; what a view among it reads goes to `work`. */
static void read_resource(struct planner *planner, guint index, struct resource *resource,
                          guint next_barrier, GPtrArray *work)
{
    const struct step *step = planner_step(planner, index);
    struct reading reading = {.step = index};
    guint write = resource_write_above(resource, index);
    if (write == G_MAXUINT && step->can_wait && !writes(planner, step, resource) &&
        !resource_is_elsewhere(resource)) {
        write = last_between(resource->writes, index, next_barrier);
        reading.is_forward = write != G_MAXUINT;
    }
    if (write != G_MAXUINT)
        add_edge(planner, index, write, true);
    if (!reading.is_forward && resource->checks)
        wait_for_checks(planner, index, resource, write);
    if (resource->writes && !is_source(planner, index))
        add_reading(resource, reading);
    const struct step *definition = write == G_MAXUINT ? NULL : planner_step(planner, write);
    for (guint i = 0; definition && definition->is_definition && i < definition->reads.count; i++)
        if (planner_spend(planner, step))
            g_ptr_array_add(work, link_at(planner, &definition->reads, i));
}

static void connect_reads(struct planner *planner, guint index, guint next_barrier, GPtrArray *work)
{
    const struct step *step = planner_step(planner, index);
    for (guint i = 0; i < step->reads.count; i++)
        g_ptr_array_add(work, link_at(planner, &step->reads, i));
    while (work->len) {
        struct resource *resource = g_ptr_array_index(work, work->len - 1);
        g_ptr_array_set_size(work, (gint)work->len - 1);
        if (resource->visited == index + 1)
            continue;
        resource->visited = index + 1;
        read_resource(planner, index, resource, next_barrier, work);
    }
}

static void connect_all_reads(struct planner *planner)
{
    const guint count = planner->steps->len;
    g_autoptr(GPtrArray) work = g_ptr_array_new();
    g_autofree guint *next_barriers = g_new(guint, count + 1);
    guint next = count;
    for (guint i = count; i-- > 0;) {
        next_barriers[i] = next;
        if (is_barrier(planner, i))
            next = i;
    }
    for (guint i = 0; i < count; i++)
        connect_reads(planner, i, next_barriers[i], work);
}

static void connect_writes(struct planner *planner, const struct resource *resource)
{
    for (guint i = 1; i < length_of(resource->writes); i++) {
        const guint step = g_array_index(resource->writes, guint, i);
        add_edge(planner, step, g_array_index(resource->writes, guint, i - 1),
                 !planner_step(planner, step)->is_replacing);
    }
}

static void connect_depends_on(struct planner *planner, guint index)
{
    const struct operation *operation = planner_step(planner, index)->operation;
    const GPtrArray *names =
        operation->common ? options_list(operation->common, "depends_on") : NULL;
    for (guint i = 0; names && i < names->len; i++) {
        const guint found = planner_find(planner, index, g_ptr_array_index(names, i));
        if (found != G_MAXUINT)
            add_edge(planner, index, found, false);
    }
}

/* True when there was anything to wait for. */
static bool connect_barrier(struct planner *planner, guint barrier, guint from,
                            const gboolean *is_awaited)
{
    bool any = false;
    for (guint i = from; i < barrier; i++) {
        if (is_source(planner, i))
            continue;
        any = true;
        if (!is_awaited[i])
            add_edge(planner, barrier, i, false);
    }
    return any;
}

/* Within each stretch between barriers: its ends are awaited by the next barrier, its beginnings
 * wait for the last. */
static void connect_barriers(struct planner *planner)
{
    const guint count = planner->steps->len;
    g_autofree gboolean *is_awaited = g_new0(gboolean, count);
    g_autofree gboolean *awaits = g_new0(gboolean, count);
    g_autofree guint *stretch = g_new(guint, count);
    guint start = 0;
    for (guint i = 0; i < count; i++) {
        stretch[i] = start;
        if (is_barrier(planner, i))
            start = i + 1;
    }
    const guint edges = planner->edges->len;
    for (guint i = 0; i < edges; i++) {
        const struct edge edge = g_array_index(planner->edges, struct edge, i);
        if (stretch[edge.from] != stretch[edge.to] || is_source(planner, edge.from))
            continue;
        is_awaited[edge.to] = is_awaited[edge.to] || !is_barrier(planner, edge.from);
        awaits[edge.from] = awaits[edge.from] || !is_source(planner, edge.to);
    }
    for (guint i = 0; i < count; i++) {
        const bool ends_stretch =
            is_barrier(planner, i) && connect_barrier(planner, i, stretch[i], is_awaited);
        const bool tied = awaits[i] || ends_stretch || is_source(planner, i);
        if (stretch[i] > 0 && !tied)
            add_edge(planner, i, stretch[i] - 1, false);
    }
}

void planner_connect(struct planner *planner)
{
    spread_unknown(planner);
    connect_all_reads(planner);
    for (guint i = 0; i < planner->listed->len; i++)
        connect_writes(planner, g_ptr_array_index(planner->listed, i));
    for (guint i = 0; i < planner->steps->len; i++)
        connect_depends_on(planner, i);
    connect_barriers(planner);
    planner_connect_readers(planner);
}
