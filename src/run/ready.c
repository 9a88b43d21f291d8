/* SPDX-License-Identifier: Apache-2.0 */
#include "run/ready.h"

static const GArray *dependencies(const struct plan *plan, guint operation)
{
    const struct operation *record = g_ptr_array_index(plan->operations, operation);
    return record->dependencies;
}

static guint dependency_at(const GArray *list, guint index)
{
    return g_array_index(list, struct dependency, index).operation;
}

static const struct late_dependency *late_at(const GArray *late, guint index)
{
    return &g_array_index(late, struct late_dependency, index);
}

static void count_waiter(struct ready *ready, guint operation, guint awaited)
{
    ready->pending[operation]++;
    ready->first_waiter[awaited + 1]++;
}

/* first_waiter[i + 1] becomes the number of those that wait for i, then the sum up to there. */
static void count_waiters(struct ready *ready, const struct plan *plan, const GArray *late)
{
    for (guint i = 0; i < ready->count; i++) {
        const GArray *list = dependencies(plan, i);
        for (guint j = 0; list && j < list->len; j++)
            count_waiter(ready, i, dependency_at(list, j));
    }
    for (guint i = 0; late && i < late->len; i++)
        count_waiter(ready, late_at(late, i)->operation, late_at(late, i)->awaited);
    for (guint i = 0; i < ready->count; i++)
        ready->first_waiter[i + 1] += ready->first_waiter[i];
}

void ready_init(struct ready *ready, const struct plan *plan, const GArray *late)
{
    guint count = plan->operations->len;
    *ready = (struct ready){
        .count = count,
        .pending = g_new0(guint, count),
        .first_waiter = g_new0(guint, (gsize)count + 1),
        .is_blocked = g_new0(guint8, count),
    };
    count_waiters(ready, plan, late);
    ready->waiters = g_new(guint, ready->first_waiter[count]);
    g_autofree guint *filled = g_new0(guint, count);
    for (guint i = 0; i < count; i++) {
        const GArray *list = dependencies(plan, i);
        for (guint j = 0; list && j < list->len; j++) {
            guint needed = dependency_at(list, j);
            ready->waiters[ready->first_waiter[needed] + filled[needed]++] = i;
        }
    }
    for (guint i = 0; late && i < late->len; i++) {
        guint needed = late_at(late, i)->awaited;
        ready->waiters[ready->first_waiter[needed] + filled[needed]++] =
            late_at(late, i)->operation;
    }
}

void ready_clear(struct ready *ready)
{
    g_clear_pointer(&ready->pending, g_free);
    g_clear_pointer(&ready->first_waiter, g_free);
    g_clear_pointer(&ready->waiters, g_free);
    g_clear_pointer(&ready->is_blocked, g_free);
}

void ready_start(const struct ready *ready, GArray *out)
{
    for (guint i = 0; i < ready->count; i++)
        if (ready->pending[i] == 0)
            g_array_append_val(out, i);
}

void ready_done(struct ready *ready, guint operation, GArray *out)
{
    for (guint i = ready->first_waiter[operation]; i < ready->first_waiter[operation + 1]; i++) {
        guint waiter = ready->waiters[i];
        if (--ready->pending[waiter] == 0)
            g_array_append_val(out, waiter);
    }
}

static gint compare_operations(gconstpointer left, gconstpointer right)
{
    guint a = *(const guint *)left;
    guint b = *(const guint *)right;
    return (a > b) - (a < b);
}

void ready_failed(struct ready *ready, guint operation, GArray *out)
{
    g_autoptr(GArray) blocked = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(blocked, operation);
    for (guint i = 0; i < blocked->len; i++) {
        guint cause = g_array_index(blocked, guint, i);
        for (guint j = ready->first_waiter[cause]; j < ready->first_waiter[cause + 1]; j++) {
            guint waiter = ready->waiters[j];
            if (ready->is_blocked[waiter])
                continue;
            ready->is_blocked[waiter] = 1;
            g_array_append_val(blocked, waiter);
        }
    }
    g_array_remove_index(blocked, 0);
    g_array_sort(blocked, compare_operations);
    g_array_append_vals(out, blocked->data, blocked->len);
}
