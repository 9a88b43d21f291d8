/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write waits for the readers above it, except those that wait for it. A reader can wait for a
 * step below it only through a reference forward, so most texts need no look at the graph at all;
 * for the rest, 64 writes at a time are followed through it in one pass.
 */
#include "plan/planner.h"

#include <string.h>

enum { WRITES_AT_ONCE = 64 };

static bool goes_forward(const GArray *edges)
{
    for (guint i = 0; i < edges->len; i++) {
        const struct edge *edge = &g_array_index(edges, struct edge, i);
        if (edge->to > edge->from)
            return true;
    }
    return false;
}

/* For each step the largest index among all that it waits for. */
static guint *find_farthest(const struct adjacency *adjacency, const GArray *order)
{
    guint *farthest = g_new0(guint, adjacency->starts->len);
    for (guint i = 0; i < order->len; i++) {
        const guint step = g_array_index(order, guint, i);
        guint count = 0;
        const struct edge *edges = adjacency_of(adjacency, step, &count);
        for (guint k = 0; k < count; k++)
            farthest[step] = MAX(farthest[step], MAX(edges[k].to, farthest[edges[k].to]));
    }
    return farthest;
}

/* bits[step]: which of the writes, by their number in `numbers` - 1, it waits for. */
static void follow(const struct adjacency *adjacency, const GArray *order, const guint8 *numbers,
                   guint64 *bits)
{
    for (guint i = 0; i < order->len; i++) {
        const guint step = g_array_index(order, guint, i);
        guint count = 0;
        const struct edge *edges = adjacency_of(adjacency, step, &count);
        bits[step] = 0;
        for (guint k = 0; k < count; k++) {
            const guint8 number = numbers[edges[k].to];
            bits[step] |= bits[edges[k].to] | (number ? G_GUINT64_CONSTANT(1) << (number - 1) : 0);
        }
    }
}

/* A reader that may wait for some of the writes below it: for which is found by halves, since one
 * that waits for a write waits for all before it. */
struct doubt {
    guint reader;
    const GArray *writes; /* of the resource that it reads */
    guint low;            /* it waits for all of them below this one */
    guint high;           /* it doesn't wait for this one: it comes too late, or there is none */
};

static guint asked_write(const struct doubt *doubt)
{
    return g_array_index(doubt->writes, guint, doubt->low + (doubt->high - doubt->low) / 2);
}

static gint compare_doubts(gconstpointer left, gconstpointer right)
{
    const guint a = asked_write(left);
    const guint b = asked_write(right);
    return a < b ? -1 : a > b;
}

/* The stretch from `start` on that asks for as many writes as can be followed at once; numbers
 * them. Doubts are sorted by the write that they ask for. */
static guint number_writes(const GArray *doubts, guint start, guint8 *numbers)
{
    guint count = 0;
    guint end = start;
    for (; end < doubts->len; end++) {
        const guint write = asked_write(&g_array_index(doubts, struct doubt, end));
        if (!numbers[write] && count == WRITES_AT_ONCE)
            break;
        if (!numbers[write])
            numbers[write] = (guint8)++count;
    }
    return end;
}

/* What is known before writes wait for readers. */
struct reach {
    struct planner *planner;
    const struct adjacency *adjacency;
    const GArray *order;
    const guint *farthest; /* NULL: nobody waits for a step below */
    GArray *doubts;        /* struct doubt */
};

/* Halves each doubt once. */
static void halve_doubts(struct reach *reach, guint8 *numbers, guint64 *bits)
{
    GArray *doubts = reach->doubts;
    g_array_sort(doubts, compare_doubts);
    for (guint start = 0; start < doubts->len;) {
        const guint end = number_writes(doubts, start, numbers);
        follow(reach->adjacency, reach->order, numbers, bits);
        for (guint i = start; i < end; i++) {
            struct doubt *doubt = &g_array_index(doubts, struct doubt, i);
            const guint middle = doubt->low + (doubt->high - doubt->low) / 2;
            const guint8 number = numbers[g_array_index(doubt->writes, guint, middle)];
            if (bits[doubt->reader] >> (number - 1) & 1)
                doubt->low = middle + 1;
            else
                doubt->high = middle;
        }
        memset(numbers, 0, reach->planner->steps->len);
        start = end;
    }
}

/* The first write that the reader doesn't wait for waits for the reader. */
static void add_edge(const struct reach *reach, guint reader, const GArray *writes, guint index)
{
    if (index >= writes->len)
        return;
    const struct edge edge = {.from = g_array_index(writes, guint, index), .to = reader};
    g_array_append_val(reach->planner->edges, edge);
}

static void settle_doubts(struct reach *reach)
{
    GArray *doubts = reach->doubts;
    g_autofree guint8 *numbers = g_new0(guint8, reach->planner->steps->len + 1);
    g_autofree guint64 *bits = g_new0(guint64, reach->planner->steps->len + 1);
    while (doubts->len) {
        halve_doubts(reach, numbers, bits);
        for (guint i = 0; i < doubts->len;) {
            const struct doubt doubt = g_array_index(doubts, struct doubt, i);
            if (doubt.low < doubt.high) {
                i++;
                continue;
            }
            add_edge(reach, doubt.reader, doubt.writes, doubt.low);
            g_array_remove_index_fast(doubts, i);
        }
    }
}

/* A reader, and the writes from the first below it on. */
static void connect_reader(struct reach *reach, guint reader, const GArray *writes, guint first)
{
    const guint farthest = reach->farthest ? reach->farthest[reader] : 0;
    if (first == writes->len || g_array_index(writes, guint, first) > farthest) {
        add_edge(reach, reader, writes, first);
        return;
    }
    const struct doubt doubt = {.reader = reader,
                                .writes = writes,
                                .low = first,
                                .high = count_below(writes, farthest + 1)};
    g_array_append_val(reach->doubts, doubt);
}

static void connect_readers(struct reach *reach, const struct resource *resource)
{
    guint next = 0;
    for (guint i = 0; i < length_of(resource->reads); i++) {
        const struct reading *reading = &g_array_index(resource->reads, struct reading, i);
        while (next < resource->writes->len &&
               g_array_index(resource->writes, guint, next) <= reading->step)
            next++;
        if (!reading->is_forward)
            connect_reader(reach, reading->step, resource->writes, next);
    }
}

static void connect_all(struct reach *reach)
{
    const GPtrArray *listed = reach->planner->listed;
    for (guint i = 0; i < listed->len; i++)
        connect_readers(reach, g_ptr_array_index(listed, i));
}

void planner_connect_readers(struct planner *planner)
{
    struct reach reach = {.planner = planner};
    if (!goes_forward(planner->edges)) {
        connect_all(&reach);
        return;
    }
    struct adjacency adjacency;
    adjacency_init(&adjacency, planner->edges, planner->steps->len);
    g_autoptr(GArray) order = adjacency_sort(&adjacency);
    g_autofree guint *farthest = find_farthest(&adjacency, order);
    g_autoptr(GArray) doubts = g_array_new(FALSE, FALSE, sizeof(struct doubt));
    reach.adjacency = &adjacency;
    reach.order = order;
    reach.farthest = farthest;
    reach.doubts = doubts;
    connect_all(&reach);
    settle_doubts(&reach);
    adjacency_clear(&adjacency);
}
