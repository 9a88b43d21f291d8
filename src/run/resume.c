/* SPDX-License-Identifier: Apache-2.0 */
#include "run/resume.h"

#include "run/folder.h"

#include <string.h>

/* What is known of an operation so far. It only ever goes from done to running. */
struct state {
    bool runs;
    bool is_new; /* it runs, and what it makes may differ from what it made before */
    char *reason;
    const struct past_step *done; /* what the journal has of it, or NULL */
};

struct decider {
    const struct resume *resume;
    struct state *states;
    GHashTable *by_key;  /* past_key -> operation + 1 */
    GHashTable *writers; /* name -> GArray of guint: the steps that write it, in the plan's order */
    bool has_moved;      /* some operation began to run in this round */
    GError *error;       /* why it is refused */
};

static const struct operation *operation_at(const struct decider *decider, guint index)
{
    return g_ptr_array_index(decider->resume->plan->operations, index);
}

static bool is_step(const struct decider *decider, guint index)
{
    return decider->resume->is_step[index];
}

/* Takes the reason over. The first one stays. */
static void let_run(struct decider *decider, guint index, bool is_new, char *reason)
{
    struct state *state = &decider->states[index];
    decider->has_moved = decider->has_moved || !state->runs || (is_new && !state->is_new);
    if (state->runs)
        g_free(reason);
    else
        state->reason = reason;
    state->runs = true;
    state->is_new = state->is_new || is_new;
}

static bool is_of_session(const struct operation *operation)
{
    return operation->type == OPERATION_SOURCE ||
           (operation->type == OPERATION_SQL && operation->class == SQL_SESSION);
}

/* A statement of which nobody knows what it reads and writes. */
static bool is_unknown(const struct operation *operation)
{
    return operation->is_barrier && operation->class == SQL_DATA;
}

/* Tables may be changed in part; files are always written as a whole, a macro holds no rows, and
 * what an export did to another system isn't looked at. */
static bool is_table(const char *name)
{
    return !g_str_has_prefix(name, "file:") && !g_str_has_prefix(name, "at:") &&
           !g_str_has_prefix(name, "macro:");
}

/* The operation of this plan that a write of the chain came from, or G_MAXUINT. */
static guint owner_of(const struct decider *decider, const struct past_write *write)
{
    if (!write || strcmp(write->root, decider->resume->past->root) != 0)
        return G_MAXUINT;
    return GPOINTER_TO_UINT(g_hash_table_lookup(decider->by_key, write->key)) - 1;
}

static const struct past_write *last_write(const struct decider *decider, const char *name)
{
    return g_hash_table_lookup(decider->resume->past->writes, name);
}

/* The last step before `index` that writes `name`, or G_MAXUINT. */
static guint writer_before(const struct decider *decider, const char *name, guint index)
{
    const GArray *writers = g_hash_table_lookup(decider->writers, name);
    guint found = G_MAXUINT;
    for (guint i = 0; writers && i < writers->len; i++)
        if (g_array_index(writers, guint, i) < index)
            found = g_array_index(writers, guint, i);
    return found;
}

/* The path of the first line that one has and the other hasn't. */
static char *first_difference(const char *before, const char *now)
{
    g_auto(GStrv) old = g_strsplit(before ? before : "", "\n", -1);
    g_auto(GStrv) new = g_strsplit(now ? now : "", "\n", -1);
    guint i = 0;
    while (old[i] && new[i] && strcmp(old[i], new[i]) == 0)
        i++;
    const char *line = new[i] && *new[i] ? new[i] : old[i];
    return g_strndup(line ? line : "", line ? strcspn(line, "\t") : 0);
}

static char *why_not_done(const struct decider *decider, const struct operation *operation)
{
    g_autofree char *key =
        past_target(operation_type_name(operation->type), journal_target(operation));
    const char *status = g_hash_table_lookup(decider->resume->past->targets, key);
    if (!status)
        return g_strdup("not done yet");
    return g_strdup(strcmp(status, "done") == 0 ? "text changed" : "failed before");
}

/* What can be told of an operation by itself. */
static void begin(struct decider *decider, guint index)
{
    const struct resume *resume = decider->resume;
    const struct operation *operation = operation_at(decider, index);
    const struct past_step *done = decider->states[index].done;
    if (is_of_session(operation)) {
        let_run(decider, index, false, NULL);
        return;
    }
    if (!done) {
        let_run(decider, index, true, why_not_done(decider, operation));
        return;
    }
    if (g_strcmp0(done->inputs, resume->inputs[index]) != 0) {
        g_autofree char *path = first_difference(done->inputs, resume->inputs[index]);
        let_run(decider, index, true, g_strdup_printf("input changed: %s", path));
    } else if (g_strcmp0(done->outputs, resume->outputs[index]) != 0) {
        g_autofree char *path = first_difference(resume->outputs[index], done->outputs);
        let_run(decider, index, false, g_strdup_printf("output changed: %s", path));
    }
}

/* A step that runs will write it before `index` would. */
static bool is_written_before(const struct decider *decider, const char *name, guint index)
{
    const GArray *writers = g_hash_table_lookup(decider->writers, name);
    for (guint i = 0; i < writers->len && g_array_index(writers, guint, i) < index; i++) {
        const guint writer = g_array_index(writers, guint, i);
        if (is_step(decider, writer) && decider->states[writer].runs)
            return true;
    }
    return false;
}

/* A table of another database, which a statement of this plan attaches first. */
static bool may_be_attached(const struct decider *decider, const char *name)
{
    if (!strchr(name, '.'))
        return false;
    for (guint i = 0; i < decider->resume->plan->operations->len; i++) {
        const struct operation *operation = operation_at(decider, i);
        if (is_of_session(operation) && operation->type == OPERATION_SQL &&
            g_ascii_strncasecmp(operation->statement->body.text, "ATTACH", 6) == 0)
            return true;
    }
    return false;
}

/* Why `name` won't be as `maker`, which doesn't run, left it; NULL: it will be. */
static char *why_stale(const struct decider *decider, guint maker, const char *name)
{
    const struct resume *resume = decider->resume;
    const struct past_write *write = last_write(decider, name);
    if (write && strcmp(write->root, resume->past->root) != 0)
        return g_strdup_printf("%s was written by %s (%s) since", name, write->step,
                               write->pipeline);
    if (owner_of(decider, write) != maker ||
        (is_table(name) && is_written_before(decider, name, maker)))
        return g_strdup_printf("%s must be rebuilt", name);
    if (!write->is_there || !is_table(name) || resume->is_there(resume->user_data, name))
        return NULL;
    return g_strdup_printf(may_be_attached(decider, name) ? "%s can't be looked at before ATTACH"
                                                          : "%s is gone",
                           name);
}

/* The last step that would write it. What one before left there need not be there any more. */
static bool is_last_writer(const struct decider *decider, const char *name, guint index)
{
    const GArray *writers = g_hash_table_lookup(decider->writers, name);
    guint last = index;
    for (guint i = 0; i < writers->len; i++)
        if (is_step(decider, g_array_index(writers, guint, i)))
            last = g_array_index(writers, guint, i);
    return last == index;
}

static void check_writes(struct decider *decider, guint index)
{
    const struct operation *operation = operation_at(decider, index);
    for (guint i = 0; i < operation->writes->len && !decider->states[index].runs; i++) {
        const char *name = g_ptr_array_index(operation->writes, i);
        char *reason =
            is_last_writer(decider, name, index) ? why_stale(decider, index, name) : NULL;
        if (reason)
            let_run(decider, index, false, reason);
    }
}

/* What it reads is made anew, and may differ. */
static void check_input(struct decider *decider, guint index, guint awaited)
{
    if (is_step(decider, awaited) && decider->states[awaited].is_new &&
        !decider->states[index].is_new && !is_of_session(operation_at(decider, index)))
        let_run(decider, index, true,
                g_strdup_printf("input changed: %s", operation_at(decider, awaited)->id));
}

static void refuse(struct decider *decider, guint index, const struct past_write *write)
{
    if (decider->error)
        return;
    error_set(&decider->error, ERROR_PLAN,
              "can't go on from where run %s ended: %s has to run%s%s%s and needs '%s' as it was "
              "before %s (run %s) changed it, but no step that would run makes '%s' anew. Bring it "
              "back yourself and start over with --restart; or undo the change that lets %s run",
              run_id_token(decider->resume->past->root), operation_at(decider, index)->id,
              decider->states[index].reason ? " (" : "",
              decider->states[index].reason ? decider->states[index].reason : "",
              decider->states[index].reason ? ")" : "", write->name, write->step,
              run_id_token(write->run_id), write->name, operation_at(decider, index)->id);
}

/* `index` runs and needs `name` as `maker` left it. */
static void need_version(struct decider *decider, guint index, guint maker, const char *name)
{
    if (decider->states[maker].runs)
        return;
    const struct past_write *changed = g_hash_table_lookup(decider->resume->past->changed, name);
    if (!is_step(decider, maker)) {
        if (changed && owner_of(decider, changed) != maker)
            refuse(decider, index, changed);
        return;
    }
    char *reason = why_stale(decider, maker, name);
    if (reason)
        let_run(decider, maker, false, reason);
}

/* `index` runs and needs `name` as it was before this plan wrote it. */
static void need_base(struct decider *decider, guint index, const char *name)
{
    const struct past_write *changed = g_hash_table_lookup(decider->resume->past->changed, name);
    if (changed && writer_before(decider, name, index) == G_MAXUINT)
        refuse(decider, index, changed);
}

/* The plan lets a step that waits for a later write by another way see that one. */
static void need_written(struct decider *decider, guint index, guint awaited)
{
    const struct operation *maker = operation_at(decider, awaited);
    if (maker->type == OPERATION_SOURCE)
        return;
    for (guint i = 0; i < maker->writes->len; i++) {
        const char *name = g_ptr_array_index(maker->writes, i);
        need_version(decider, index, writer_before(decider, name, index), name);
    }
}

/* Nobody knows what it reads: all that stands before it. */
static void need_all(struct decider *decider, guint index)
{
    GHashTableIter iter;
    gpointer name = NULL;
    g_hash_table_iter_init(&iter, decider->writers);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        const guint maker = writer_before(decider, name, index);
        if (maker != G_MAXUINT)
            need_version(decider, index, maker, name);
    }
}

/* The name is that of a source which the step reads, and no table's. */
static bool is_source_of(const struct decider *decider, guint reader, const char *name)
{
    const GArray *dependencies = operation_at(decider, reader)->dependencies;
    for (guint i = 0; dependencies && i < dependencies->len; i++) {
        const guint awaited = g_array_index(dependencies, struct dependency, i).operation;
        if (operation_at(decider, awaited)->type == OPERATION_SOURCE &&
            strcmp(operation_at(decider, awaited)->name, name) == 0)
            return true;
    }
    return false;
}

/* All that it reads, also through views and macros; none of them is passed twice. */
static void need_bases(struct decider *decider, guint index, guint reader, GHashTable *passed)
{
    const GPtrArray *reads = operation_at(decider, reader)->reads;
    for (guint i = 0; i < reads->len; i++) {
        const char *name = g_ptr_array_index(reads, i);
        const guint maker = writer_before(decider, name, index);
        if (is_table(name) && !is_source_of(decider, reader, name))
            need_base(decider, index, name);
        if (maker != G_MAXUINT && operation_at(decider, maker)->is_definition &&
            g_hash_table_add(passed, GUINT_TO_POINTER(maker + 1)))
            need_bases(decider, index, maker, passed);
    }
}

static void check_needs(struct decider *decider, guint index)
{
    const struct operation *operation = operation_at(decider, index);
    g_autoptr(GHashTable) passed = g_hash_table_new(NULL, NULL);
    if (!operation->is_definition)
        need_bases(decider, index, index, passed);
    for (guint i = 0; !operation->is_replacing && i < operation->writes->len; i++) {
        const char *name = g_ptr_array_index(operation->writes, i);
        if (is_table(name))
            need_base(decider, index, name);
    }
    if (is_unknown(operation))
        need_all(decider, index);
}

static void check_dependency(struct decider *decider, guint index, guint awaited)
{
    check_input(decider, index, awaited);
    if (decider->states[index].runs && !operation_at(decider, index)->is_definition)
        need_written(decider, index, awaited);
}

static void check_dependencies(struct decider *decider, guint index)
{
    const GArray *dependencies = operation_at(decider, index)->dependencies;
    for (guint i = 0; dependencies && i < dependencies->len; i++) {
        const struct dependency *dependency = &g_array_index(dependencies, struct dependency, i);
        if (dependency->for_data)
            check_dependency(decider, index, dependency->operation);
    }
}

/* Below a statement that may have changed anything, all runs. */
static void check_unknown_above(struct decider *decider, guint index, guint unknown)
{
    if (unknown != G_MAXUINT && !decider->states[index].runs)
        let_run(decider, index, true,
                g_strdup_printf("%s may have changed what it reads",
                                operation_at(decider, unknown)->id));
}

static void check_all(struct decider *decider)
{
    guint unknown = G_MAXUINT;
    for (guint i = 0; i < decider->resume->plan->operations->len; i++) {
        if (!is_step(decider, i))
            continue;
        check_unknown_above(decider, i, unknown);
        if (!decider->states[i].runs)
            check_writes(decider, i);
        check_dependencies(decider, i);
        if (decider->states[i].runs && !is_of_session(operation_at(decider, i)))
            check_needs(decider, i);
        if (decider->states[i].runs && is_unknown(operation_at(decider, i)))
            unknown = i;
    }
    const GArray *late = decider->resume->late;
    for (guint i = 0; late && i < late->len; i++) {
        const struct late_dependency *wait = &g_array_index(late, struct late_dependency, i);
        if (is_step(decider, wait->operation))
            check_dependency(decider, wait->operation, wait->awaited);
    }
}

static void add_writer(struct decider *decider, const char *name, guint index)
{
    GArray *writers = g_hash_table_lookup(decider->writers, name);
    if (!writers) {
        writers = g_array_new(FALSE, FALSE, sizeof(guint));
        g_hash_table_insert(decider->writers, (gpointer)(guintptr)name, writers);
    }
    g_array_append_val(writers, index);
}

static void free_array(gpointer array)
{
    g_array_unref(array);
}

static void decider_init(struct decider *decider, const struct resume *resume)
{
    const guint count = resume->plan->operations->len;
    *decider = (struct decider){
        .resume = resume,
        .states = g_new0(struct state, count),
        .by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .writers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_array),
    };
    for (guint i = 0; i < count; i++) {
        const struct operation *operation = operation_at(decider, i);
        char *key = past_key(operation_type_name(operation->type), journal_target(operation),
                             operation->fingerprint, resume->occurrences[i]);
        decider->states[i].done = g_hash_table_lookup(resume->past->steps, key);
        g_hash_table_insert(decider->by_key, key, GUINT_TO_POINTER(i + 1));
        for (guint k = 0; operation->type != OPERATION_SOURCE && k < operation->writes->len; k++)
            add_writer(decider, g_ptr_array_index(operation->writes, k), i);
    }
}

static void decider_clear(struct decider *decider)
{
    for (guint i = 0; i < decider->resume->plan->operations->len; i++)
        g_free(decider->states[i].reason);
    g_free(decider->states);
    g_hash_table_unref(decider->by_key);
    g_hash_table_unref(decider->writers);
}

static void decision_clear(gpointer data)
{
    g_free(((struct decision *)data)->reason);
}

static GArray *take_decisions(struct decider *decider)
{
    GArray *decisions = g_array_new(FALSE, TRUE, sizeof(struct decision));
    g_array_set_clear_func(decisions, decision_clear);
    for (guint i = 0; i < decider->resume->plan->operations->len; i++) {
        struct state *state = &decider->states[i];
        struct decision decision = {.is_done = is_step(decider, i) && !state->runs, .rows = -1};
        if (decision.is_done) {
            decision.reason = g_strconcat("done in run ", run_id_token(state->done->run_id), NULL);
            decision.rows = state->done->rows;
        } else {
            decision.reason = g_steal_pointer(&state->reason);
        }
        g_array_append_val(decisions, decision);
    }
    return decisions;
}

GArray *resume_decide(const struct resume *resume, GError **error)
{
    struct decider decider;
    decider_init(&decider, resume);
    for (guint i = 0; i < resume->plan->operations->len; i++)
        if (is_step(&decider, i))
            begin(&decider, i);
    do {
        decider.has_moved = false;
        check_all(&decider);
    } while (decider.has_moved && !decider.error);
    GArray *decisions = decider.error ? NULL : take_decisions(&decider);
    if (decider.error)
        g_propagate_error(error, decider.error);
    decider_clear(&decider);
    return decisions;
}
