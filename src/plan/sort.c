/* SPDX-License-Identifier: Apache-2.0 */
/* Edges to an order, or to the path of a cycle. */
#include "plan/planner.h"

#include <string.h>

static gint compare_to(gconstpointer left, gconstpointer right)
{
    const struct edge *a = left;
    const struct edge *b = right;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return b->for_data - a->for_data;
}

/* Sorts the edges of one step and leaves one of each; returns how many are left. */
static guint settle(struct edge *edges, guint count)
{
    qsort(edges, count, sizeof *edges, compare_to);
    guint kept = 0;
    for (guint i = 0; i < count; i++)
        if (kept == 0 || edges[kept - 1].to != edges[i].to)
            edges[kept++] = edges[i];
    return kept;
}

/* How many edges start at each step, summed up: where the next free place of each is. */
static guint *find_starts(const GArray *edges, guint steps)
{
    guint *starts = g_new0(guint, steps + 2);
    for (guint i = 0; i < edges->len; i++)
        starts[g_array_index(edges, struct edge, i).from + 1]++;
    for (guint i = 0; i < steps; i++)
        starts[i + 1] += starts[i];
    return starts;
}

void adjacency_init(struct adjacency *adjacency, const GArray *edges, guint steps)
{
    g_autofree guint *starts = find_starts(edges, steps);
    g_autofree guint *free_places = g_memdup2(starts, (steps + 1) * sizeof(guint));
    g_autofree struct edge *sorted = g_new(struct edge, edges->len + 1);
    for (guint i = 0; i < edges->len; i++) {
        const struct edge *edge = &g_array_index(edges, struct edge, i);
        sorted[free_places[edge->from]++] = *edge;
    }
    adjacency->starts = g_array_sized_new(FALSE, FALSE, sizeof(guint), steps + 1);
    adjacency->edges = g_array_sized_new(FALSE, FALSE, sizeof(struct edge), edges->len + 1);
    for (guint i = 0; i < steps; i++) {
        g_array_append_val(adjacency->starts, adjacency->edges->len);
        g_array_append_vals(adjacency->edges, sorted + starts[i],
                            settle(sorted + starts[i], starts[i + 1] - starts[i]));
    }
    g_array_append_val(adjacency->starts, adjacency->edges->len);
}

void adjacency_clear(struct adjacency *adjacency)
{
    g_clear_pointer(&adjacency->starts, g_array_unref);
    g_clear_pointer(&adjacency->edges, g_array_unref);
}

const struct edge *adjacency_of(const struct adjacency *adjacency, guint step, guint *out_count)
{
    const guint start = g_array_index(adjacency->starts, guint, step);
    *out_count = g_array_index(adjacency->starts, guint, step + 1) - start;
    return &((const struct edge *)(const void *)adjacency->edges->data)[start];
}

/* The smallest index first. */
struct heap {
    guint *items;
    guint count;
};

static void swap(guint *a, guint *b)
{
    const guint kept = *a;
    *a = *b;
    *b = kept;
}

static void heap_push(struct heap *heap, guint item)
{
    guint at = heap->count++;
    heap->items[at] = item;
    for (; at > 0 && heap->items[at] < heap->items[(at - 1) / 2]; at = (at - 1) / 2)
        swap(&heap->items[at], &heap->items[(at - 1) / 2]);
}

static guint heap_pop(struct heap *heap)
{
    const guint smallest = heap->items[0];
    heap->items[0] = heap->items[--heap->count];
    for (guint at = 0;;) {
        guint least = at;
        for (guint child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++)
            if (heap->items[child] < heap->items[least])
                least = child;
        if (least == at)
            return smallest;
        swap(&heap->items[at], &heap->items[least]);
        at = least;
    }
}

/* The same edges the other way round. */
static void adjacency_turn(const struct adjacency *adjacency, struct adjacency *out)
{
    g_autoptr(GArray) turned =
        g_array_sized_new(FALSE, FALSE, sizeof(struct edge), adjacency->edges->len);
    for (guint i = 0; i < adjacency->edges->len; i++) {
        const struct edge *edge = &g_array_index(adjacency->edges, struct edge, i);
        const struct edge back = {.from = edge->to, .to = edge->from, .for_data = edge->for_data};
        g_array_append_val(turned, back);
    }
    adjacency_init(out, turned, adjacency->starts->len - 1);
}

GArray *adjacency_sort(const struct adjacency *adjacency)
{
    const guint steps = adjacency->starts->len - 1;
    struct adjacency waiters;
    adjacency_turn(adjacency, &waiters);
    g_autofree guint *open = g_new0(guint, steps + 1);
    struct heap ready = {.items = g_new(guint, steps + 1)};
    for (guint i = 0; i < steps; i++) {
        adjacency_of(adjacency, i, &open[i]);
        if (open[i] == 0)
            heap_push(&ready, i);
    }
    GArray *order = g_array_sized_new(FALSE, FALSE, sizeof(guint), steps);
    while (ready.count) {
        const guint step = heap_pop(&ready);
        g_array_append_val(order, step);
        guint count = 0;
        const struct edge *edges = adjacency_of(&waiters, step, &count);
        for (guint i = 0; i < count; i++)
            if (--open[edges[i].to] == 0)
                heap_push(&ready, edges[i].to);
    }
    g_free(ready.items);
    adjacency_clear(&waiters);
    return order;
}

/* A step on a cycle: whoever was left out waits for one that was left out, too. */
static guint find_on_cycle(const struct adjacency *adjacency, const guint8 *is_sorted, guint start)
{
    g_autofree guint8 *seen = g_new0(guint8, adjacency->starts->len);
    guint step = start;
    while (!seen[step]) {
        seen[step] = 1;
        guint count = 0;
        const struct edge *edges = adjacency_of(adjacency, step, &count);
        guint i = 0;
        while (i < count && is_sorted[edges[i].to])
            i++;
        step = edges[i].to;
    }
    return step;
}

/* The shortest way from a step back to itself, `step` first. */
static GArray *find_cycle(const struct adjacency *adjacency, guint step)
{
    const guint steps = adjacency->starts->len - 1;
    g_autofree guint *before = g_new(guint, steps);
    memset(before, 0xFF, steps * sizeof(guint));
    g_autoptr(GArray) queue = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(queue, step);
    for (guint next = 0; next < queue->len && before[step] == G_MAXUINT; next++) {
        const guint at = g_array_index(queue, guint, next);
        guint count = 0;
        const struct edge *edges = adjacency_of(adjacency, at, &count);
        for (guint i = 0; i < count; i++) {
            if (before[edges[i].to] != G_MAXUINT)
                continue;
            before[edges[i].to] = at;
            g_array_append_val(queue, edges[i].to);
        }
    }
    GArray *path = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint at = before[step]; at != step; at = before[at])
        g_array_append_val(path, at);
    g_array_append_val(path, step);
    for (guint i = 0; i < path->len / 2; i++)
        swap(&g_array_index(path, guint, i), &g_array_index(path, guint, path->len - 1 - i));
    return path;
}

static void append_step(const struct planner *planner, GString *out, guint index)
{
    const struct operation *operation = planner_step(planner, index)->operation;
    const struct text *text = operation->statement->span.text;
    g_string_append(out, operation->name);
    if (text == planner->script->text)
        g_string_append_printf(out, " (line %u)", operation->place.line);
    else
        g_string_append_printf(out, " (%s:%u)", text->path, operation->place.line);
}

/* `a (line 3) -> b (line 9) -> a`: the arrow is "waits for". A long way is cut in the middle. */
static char *describe_cycle(const struct planner *planner, const GArray *path, guint start)
{
    enum { SHOWN = 12 };
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < path->len; i++) {
        if (path->len > SHOWN && i == SHOWN / 2) {
            i = path->len - SHOWN / 2;
            g_string_append_printf(out, ".. %u more .. -> ", path->len - SHOWN);
        }
        append_step(planner, out, g_array_index(path, guint, (start + i) % path->len));
        g_string_append(out, " -> ");
    }
    const guint first = g_array_index(path, guint, start);
    g_string_append(out, planner_step(planner, first)->operation->name);
    return g_string_free(out, FALSE);
}

static void report_cycle(const struct planner *planner, const GArray *order)
{
    const guint steps = planner->steps->len;
    g_autofree guint8 *is_sorted = g_new0(guint8, steps);
    for (guint i = 0; i < order->len; i++)
        is_sorted[g_array_index(order, guint, i)] = 1;
    guint left_out = 0;
    while (is_sorted[left_out])
        left_out++;
    const guint on_it = find_on_cycle(&planner->waits, is_sorted, left_out);
    g_autoptr(GArray) path = find_cycle(&planner->waits, on_it);
    guint start = 0;
    for (guint i = 1; i < path->len; i++)
        if (g_array_index(path, guint, i) < g_array_index(path, guint, start))
            start = i;
    g_autofree char *described = describe_cycle(planner, path, start);
    const struct operation *first =
        planner_step(planner, g_array_index(path, guint, start))->operation;
    diagnostics_add(planner->diagnostics, SF_CYCLE, statement_head(first->statement),
                    "one of them has to read something else", "these wait for each other: %s",
                    described);
}

GArray *planner_sort(struct planner *planner)
{
    adjacency_init(&planner->waits, planner->edges, planner->steps->len);
    g_autoptr(GArray) order = adjacency_sort(&planner->waits);
    if (order->len == planner->steps->len)
        return g_steal_pointer(&order);
    report_cycle(planner, order);
    return NULL;
}
