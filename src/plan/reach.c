/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write waits for the readers above it, except those that wait for it. A reader can wait for a
 * step below it only through a reference forward, so most texts need no look at the graph at all;
 * for the rest, 64 writes at a time are followed through it in one pass.
 */
#include "plan/planner.h"

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

static gint compare_from(gconstpointer left, gconstpointer right)
{
    const struct edge *a = left;
    const struct edge *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

/* Adds those of the doubtful edges, sorted by write, that close no circle. */
static void add_doubtful(struct planner *planner, const struct adjacency *adjacency,
                         const GArray *order, const GArray *doubtful)
{
    g_autofree guint8 *numbers = g_new0(guint8, planner->steps->len);
    g_autofree guint64 *bits = g_new0(guint64, planner->steps->len);
    for (guint start = 0; start < doubtful->len;) {
        guint count = 0;
        guint end = start;
        for (; end < doubtful->len; end++) {
            const guint write = g_array_index(doubtful, struct edge, end).from;
            if (!numbers[write] && count == WRITES_AT_ONCE)
                break;
            if (!numbers[write])
                numbers[write] = (guint8)++count;
        }
        follow(adjacency, order, numbers, bits);
        for (guint i = start; i < end; i++) {
            const struct edge edge = g_array_index(doubtful, struct edge, i);
            if (!(bits[edge.to] >> (numbers[edge.from] - 1) & 1))
                g_array_append_val(planner->edges, edge);
        }
        for (guint i = start; i < end; i++)
            numbers[g_array_index(doubtful, struct edge, i).from] = 0;
        start = end;
    }
}

/* What is known of who waits for whom before writes wait for readers. */
struct reach {
    struct planner *planner;
    const guint *farthest; /* NULL: nobody waits for a step below */
    GArray *doubtful;      /* struct edge: the reader may wait for the write */
};

static void add_edge(GArray *edges, guint write, guint reader)
{
    const struct edge edge = {.from = write, .to = reader};
    g_array_append_val(edges, edge);
}

/* A reader, and the writes from the first below it on: all that it may reach are doubtful, the
 * first that it can't surely waits for it, and with that one all after it. */
static void connect_reader(struct reach *reach, guint reader, const GArray *writes, guint first)
{
    const struct step *step = planner_step(reach->planner, reader);
    const guint farthest = reach->farthest ? reach->farthest[reader] : 0;
    guint i = first;
    for (; i < writes->len && g_array_index(writes, guint, i) <= farthest; i++)
        if (planner_spend(reach->planner, step))
            add_edge(reach->doubtful, g_array_index(writes, guint, i), reader);
    if (i < writes->len)
        add_edge(reach->planner->edges, g_array_index(writes, guint, i), reader);
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
    reach.farthest = farthest;
    reach.doubtful = g_array_new(FALSE, FALSE, sizeof(struct edge));
    connect_all(&reach);
    g_array_sort(reach.doubtful, compare_from);
    add_doubtful(planner, &adjacency, order, reach.doubtful);
    g_array_unref(reach.doubtful);
    adjacency_clear(&adjacency);
}
