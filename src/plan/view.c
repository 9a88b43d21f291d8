/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views that are in the database before the run. The plan can't know what they read; once the
 * database is open, the same rules as in order.c give the edges that are missing.
 */
#include "base/name.h"
#include "engine/engine.h"
#include "plan/planner.h"

#include <string.h>

/* Operations are known by their place in the file here; `operations` leads back to the plan's. */
struct expansion {
    const struct plan *plan;
    guint *operations;    /* by position: index in the plan */
    guint *next_barriers; /* by position: that of the next barrier below, or the end */
    GHashTable *views;    /* key -> GPtrArray of char *: keys that it reads */
    GHashTable *writers;  /* key -> GArray of guint: positions, ascending */
    GHashTable *seen;     /* key -> 1, or 2 when it was reached through a view of the database */
    GPtrArray *work;      /* char *: keys still to be read */
    GArray *work_marks;   /* guint: 1 or 2 for each of them */
    GArray *found;        /* struct late_dependency */
    bool goes_forward;    /* some operation waits for one below it */
};

static const struct operation *operation_at(const struct expansion *expansion, guint position)
{
    return g_ptr_array_index(expansion->plan->operations, expansion->operations[position]);
}

static bool is_file(const char *key)
{
    return g_str_has_prefix(key, "file:");
}

static void array_free(gpointer array)
{
    g_array_unref(array);
}

static void pointers_free(gpointer array)
{
    g_ptr_array_unref(array);
}

static void list_writers(struct expansion *expansion)
{
    for (guint position = 0; position < expansion->plan->operations->len; position++) {
        const struct operation *operation = operation_at(expansion, position);
        for (guint i = 0; operation->type != OPERATION_SOURCE && i < operation->writes->len; i++) {
            char *key = g_ptr_array_index(operation->writes, i);
            GArray *list = g_hash_table_lookup(expansion->writers, key);
            if (!list) {
                list = g_array_new(FALSE, FALSE, sizeof(guint));
                g_hash_table_insert(expansion->writers, key, list);
            }
            g_array_append_val(list, position);
        }
    }
}

/* The schema of a view's key, or NULL. */
static char *schema_of(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? g_strndup(key, (gsize)(dot - key)) : NULL;
}

static bool is_known(const struct expansion *expansion, const char *key)
{
    return g_hash_table_contains(expansion->writers, key) ||
           g_hash_table_contains(expansion->views, key);
}

/* A name in a view's text: in the view's own schema, else in the default one. */
static char *key_in_view(const struct expansion *expansion, const char *schema, const char *name)
{
    if (schema && !strchr(name, '.')) {
        g_autofree char *inside = g_strconcat(schema, ".", name, NULL);
        g_autofree char *key = name_key(inside, expansion->plan->catalog);
        if (is_known(expansion, key))
            return g_steal_pointer(&key);
    }
    return name_key(name, expansion->plan->catalog);
}

static void read_view(struct expansion *expansion, const struct view_definition *view)
{
    g_autofree char *key = name_key(view->name, expansion->plan->catalog);
    GPtrArray *reads = g_hash_table_lookup(expansion->views, key);
    g_autofree char *schema = schema_of(key);
    AUTO(arena) arena = arena_new();
    const struct sql_summary *summary = sql_summarize(arena, view->sql, strlen(view->sql));
    for (guint i = 0; i < summary->reference_count; i++) {
        const struct sql_reference *reference = &summary->references[i];
        if (!reference->is_file && !reference->is_write)
            g_ptr_array_add(reads, key_in_view(expansion, schema, reference->name));
    }
}

/* All names first: a view may read another one. */
static void list_views(struct expansion *expansion, const GPtrArray *views)
{
    for (guint i = 0; i < views->len; i++) {
        const struct view_definition *view = g_ptr_array_index(views, i);
        g_hash_table_insert(expansion->views, name_key(view->name, expansion->plan->catalog),
                            g_ptr_array_new_with_free_func(g_free));
    }
    for (guint i = 0; i < views->len; i++)
        read_view(expansion, g_ptr_array_index(views, i));
}

/* Whether one operation waits for another, by the plan's edges and those found so far. */
static bool waits_for(const struct expansion *expansion, guint from, guint to)
{
    const guint count = expansion->plan->operations->len;
    g_autofree guint8 *seen = g_new0(guint8, count);
    g_autoptr(GArray) work = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(work, from);
    while (work->len) {
        const guint at = g_array_index(work, guint, work->len - 1);
        g_array_set_size(work, work->len - 1);
        if (at == to)
            return true;
        if (seen[at])
            continue;
        seen[at] = 1;
        const struct operation *operation = g_ptr_array_index(expansion->plan->operations, at);
        for (guint i = 0; i < operation->dependencies->len; i++)
            g_array_append_val(
                work, g_array_index(operation->dependencies, struct dependency, i).operation);
        for (guint i = 0; i < expansion->found->len; i++) {
            const struct late_dependency *late =
                &g_array_index(expansion->found, struct late_dependency, i);
            if (late->operation == at)
                g_array_append_val(work, late->awaited);
        }
    }
    return false;
}

/* Unless it would close a circle, which needs an edge forward. */
static void add_edge(struct expansion *expansion, guint position, guint awaited)
{
    const struct late_dependency late = {.operation = expansion->operations[position],
                                         .awaited = expansion->operations[awaited]};
    expansion->goes_forward = expansion->goes_forward || awaited > position;
    if (position == awaited ||
        (expansion->goes_forward && waits_for(expansion, late.awaited, late.operation)))
        return;
    g_array_append_val(expansion->found, late);
}

static bool can_wait(const struct operation *operation)
{
    return operation->type == OPERATION_TRANSFORM || operation->type == OPERATION_LOAD ||
           operation->type == OPERATION_EXPORT;
}

/* The writes around a reader: the last above, the first below, the last below up to a barrier. */
struct around {
    guint above;
    guint below;
    guint last;
};

static guint at_or_none(const GArray *writers, guint index)
{
    return index < writers->len ? g_array_index(writers, guint, index) : G_MAXUINT;
}

static struct around find_around(const struct expansion *expansion, const GArray *writers,
                                 guint position)
{
    const guint above = count_below(writers, position);
    const guint not_below = count_below(writers, position + 1);
    const guint before_barrier = count_below(writers, expansion->next_barriers[position]);
    return (struct around){
        .above = at_or_none(writers, above - 1),
        .below = at_or_none(writers, not_below),
        .last = before_barrier > not_below ? at_or_none(writers, before_barrier - 1) : G_MAXUINT,
    };
}

static void push(struct expansion *expansion, const GPtrArray *keys, guint mark)
{
    for (guint i = 0; i < keys->len; i++) {
        char *key = g_ptr_array_index(keys, i);
        if (is_file(key) || GPOINTER_TO_UINT(g_hash_table_lookup(expansion->seen, key)) >= mark)
            continue;
        g_hash_table_insert(expansion->seen, key, GUINT_TO_POINTER(mark));
        g_ptr_array_add(expansion->work, key);
        g_array_append_val(expansion->work_marks, mark);
    }
}

static bool makes_view(const struct operation *operation)
{
    return (operation->type == OPERATION_TRANSFORM && operation->statement->is_view) ||
           g_str_has_prefix(operation->name, "create view ");
}

/* A table or view that the plan writes; the plan knows of it, unless it was reached through a view
 * of the database. */
static void read_written(struct expansion *expansion, guint position, const GArray *writers,
                         guint mark)
{
    const struct around around = find_around(expansion, writers, position);
    const bool forward = around.above == G_MAXUINT && can_wait(operation_at(expansion, position));
    const guint version = forward ? around.last : around.above;
    if (mark == 2 && version != G_MAXUINT)
        add_edge(expansion, position, version);
    if (mark == 2 && !(forward && version != G_MAXUINT) && around.below != G_MAXUINT)
        add_edge(expansion, around.below, position);
    if (version != G_MAXUINT && makes_view(operation_at(expansion, version)))
        push(expansion, operation_at(expansion, version)->reads, mark);
}

static void read_all(struct expansion *expansion, guint position)
{
    g_hash_table_remove_all(expansion->seen);
    push(expansion, operation_at(expansion, position)->reads, 1);
    while (expansion->work->len) {
        const guint last = expansion->work->len - 1;
        const char *key = g_ptr_array_index(expansion->work, last);
        const guint mark = g_array_index(expansion->work_marks, guint, last);
        g_ptr_array_set_size(expansion->work, (gint)last);
        g_array_set_size(expansion->work_marks, last);
        const GArray *writers = g_hash_table_lookup(expansion->writers, key);
        const GPtrArray *view = g_hash_table_lookup(expansion->views, key);
        if (writers)
            read_written(expansion, position, writers, mark);
        else if (view)
            push(expansion, view, 2);
    }
}

static void expansion_init(struct expansion *expansion, const struct plan *plan)
{
    *expansion = (struct expansion){
        .plan = plan,
        .operations = g_new0(guint, plan->operations->len + 1),
        .next_barriers = g_new0(guint, plan->operations->len + 1),
        .views = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, pointers_free),
        .writers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, array_free),
        .seen = g_hash_table_new(g_str_hash, g_str_equal),
        .work = g_ptr_array_new(),
        .work_marks = g_array_new(FALSE, FALSE, sizeof(guint)),
        .found = g_array_new(FALSE, FALSE, sizeof(struct late_dependency)),
    };
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        expansion->operations[operation->position] = i;
        for (guint k = 0; k < operation->dependencies->len; k++) {
            const struct operation *other = g_ptr_array_index(
                plan->operations,
                g_array_index(operation->dependencies, struct dependency, k).operation);
            expansion->goes_forward |= other->position > operation->position;
        }
    }
    guint next = plan->operations->len;
    for (guint position = next; position-- > 0;) {
        expansion->next_barriers[position] = next;
        if (operation_at(expansion, position)->is_barrier)
            next = position;
    }
}

static GArray *expansion_end(struct expansion *expansion)
{
    g_free(expansion->operations);
    g_free(expansion->next_barriers);
    g_hash_table_unref(expansion->views);
    g_hash_table_unref(expansion->writers);
    g_hash_table_unref(expansion->seen);
    g_ptr_array_unref(expansion->work);
    g_array_unref(expansion->work_marks);
    return expansion->found;
}

GArray *plan_expand_views(const struct plan *plan, const GPtrArray *views)
{
    struct expansion expansion;
    expansion_init(&expansion, plan);
    list_writers(&expansion);
    list_views(&expansion, views);
    for (guint position = 0; views->len && position < plan->operations->len; position++)
        if (operation_at(&expansion, position)->type != OPERATION_SOURCE)
            read_all(&expansion, position);
    return expansion_end(&expansion);
}

bool plan_reads_others(const struct plan *plan)
{
    g_autoptr(GHashTable) written = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        for (guint k = 0; k < operation->writes->len; k++)
            g_hash_table_add(written, g_ptr_array_index(operation->writes, k));
    }
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        for (guint k = 0; k < operation->reads->len; k++) {
            const char *key = g_ptr_array_index(operation->reads, k);
            if (!is_file(key) && !g_hash_table_contains(written, key))
                return true;
        }
    }
    return false;
}
