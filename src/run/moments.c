/* SPDX-License-Identifier: Apache-2.0 */
#include "run/moments.h"

#include <string.h>

enum { PLACE_END = 3 };

/* What is read at one moment. */
struct gathering {
    const char *place;             /* outside_place; the hash table's */
    struct outside_moment *moment; /* NULL: nobody reads */
    guint members;                 /* that are not read yet */
    GPtrArray *earlier;            /* const char *: tables that an earlier run has read */
};

/* A source that is read, by the operation that opens it: a LOAD, or the SOURCE itself. */
struct reading {
    struct gathering *gathering;    /* NULL: its connector has no moments */
    const struct operation *source; /* NULL: nothing is read */
    const char *name;               /* what it is read into, or its own */
    struct outside_moment *moment;  /* since it is ready */
    guint steps;                    /* that read it and are not settled */
    guint last;                     /* place in the file of the last of them */
    bool is_member;
};

struct moments {
    const struct plan *plan;
    char **places;            /* by operation: of a SOURCE or EXPORT, or NULL */
    struct reading *readings; /* by operation */
    GHashTable *gatherings;   /* "place", exports above it -> struct gathering */
};

static const struct operation *operation_at(const struct moments *moments, guint index)
{
    return g_ptr_array_index(moments->plan->operations, index);
}

static void gathering_free(gpointer data)
{
    struct gathering *gathering = data;
    outside_moment_unref(gathering->moment);
    g_ptr_array_unref(gathering->earlier);
    g_free(gathering);
}

static char *place_of(const struct operation *operation)
{
    const bool has_place =
        operation->type == OPERATION_SOURCE || operation->type == OPERATION_EXPORT;
    return has_place && operation->connector && operation->options
               ? outside_place(operation->connector, operation->options)
               : NULL;
}

/* EXPORTs to the place that stand above: what they write is another state of the other side. */
static guint count_exports(const struct moments *moments, const char *place, guint position)
{
    guint count = 0;
    for (guint i = 0; i < moments->plan->operations->len; i++) {
        const struct operation *operation = operation_at(moments, i);
        count += operation->type == OPERATION_EXPORT && operation->position < position &&
                 g_strcmp0(moments->places[i], place) == 0;
    }
    return count;
}

static struct gathering *find_gathering(struct moments *moments, guint source, guint position)
{
    const char *place = moments->places[source];
    if (!place)
        return NULL;
    char *key =
        g_strdup_printf("%s%c%u", place, PLACE_END, count_exports(moments, place, position));
    struct gathering *gathering = g_hash_table_lookup(moments->gatherings, key);
    if (gathering) {
        g_free(key);
        return gathering;
    }
    gathering = g_new0(struct gathering, 1);
    gathering->place = key;
    gathering->earlier = g_ptr_array_new();
    g_hash_table_insert(moments->gatherings, key, gathering);
    return gathering;
}

/* `reader` reads the source that `opener` opens. */
static void add_reader(struct moments *moments, guint opener, guint source, guint reader)
{
    struct reading *reading = &moments->readings[opener];
    const guint position = operation_at(moments, reader)->position;
    if (!reading->source) {
        reading->source = operation_at(moments, source);
        reading->name = operation_at(moments, opener)->name;
        reading->gathering = find_gathering(moments, source, position);
    }
    reading->steps++;
    reading->last = MAX(reading->last, position);
}

struct moments *moments_new(const struct plan *plan, const guint8 *is_step)
{
    struct moments *moments = g_new0(struct moments, 1);
    moments->plan = plan;
    moments->readings = g_new0(struct reading, plan->operations->len);
    moments->gatherings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, gathering_free);
    moments->places = g_new0(char *, plan->operations->len + 1);
    for (guint i = 0; i < plan->operations->len; i++)
        moments->places[i] = place_of(operation_at(moments, i));
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = operation_at(moments, i);
        const GArray *sources = operation->unloaded_sources;
        if (!is_step[i])
            continue;
        if (operation->type == OPERATION_LOAD)
            add_reader(moments, i, operation->source, i);
        if (operation->type == OPERATION_SOURCE)
            add_reader(moments, i, i, i);
        for (guint k = 0; sources && k < sources->len; k++)
            add_reader(moments, g_array_index(sources, guint, k), g_array_index(sources, guint, k),
                       i);
    }
    return moments;
}

void moments_free(struct moments *moments)
{
    if (!moments)
        return;
    for (guint i = 0; i < moments->plan->operations->len; i++) {
        outside_moment_unref(moments->readings[i].moment);
        g_free(moments->places[i]);
    }
    g_free(moments->places);
    g_hash_table_unref(moments->gatherings);
    g_free(moments->readings);
    g_free(moments);
}

void moments_ready(struct moments *moments, guint operation)
{
    struct reading *reading = &moments->readings[operation];
    struct gathering *gathering = reading->gathering;
    if (!gathering || reading->is_member)
        return;
    if (!gathering->moment)
        gathering->moment =
            outside_moment_new(reading->source->connector, reading->source->options);
    reading->moment = outside_moment_ref(gathering->moment);
    reading->is_member = true;
    gathering->members++;
}

static void let_go(struct gathering *gathering)
{
    if (!gathering->moment)
        return;
    outside_moment_end(gathering->moment);
    g_clear_pointer(&gathering->moment, outside_moment_unref);
    gathering->members = 0;
}

static void settle_reader(struct moments *moments, guint opener, enum step_status status)
{
    struct reading *reading = &moments->readings[opener];
    if (!reading->gathering || reading->steps == 0)
        return;
    if (status == STEP_DONE && operation_at(moments, opener)->type == OPERATION_LOAD)
        g_ptr_array_add(reading->gathering->earlier, (gpointer)(guintptr)reading->name);
    if (--reading->steps > 0 || !reading->is_member ||
        reading->gathering->moment != reading->moment)
        return;
    if (--reading->gathering->members == 0)
        let_go(reading->gathering);
}

/* What is read below the EXPORT from a source that was opened above it. */
static void end_before(struct moments *moments, guint index)
{
    const struct operation *export = operation_at(moments, index);
    const char *place = moments->places[index];
    const gsize length = place ? strlen(place) : 0;
    for (guint i = 0; place && i < moments->plan->operations->len; i++) {
        const struct reading *reading = &moments->readings[i];
        if (reading->gathering && reading->last > export->position && reading->moment &&
            reading->moment == reading->gathering->moment &&
            strncmp(reading->gathering->place, place, length) == 0 &&
            reading->gathering->place[length] == PLACE_END)
            let_go(reading->gathering);
    }
}

void moments_settled(struct moments *moments, guint index, enum step_status status)
{
    const struct operation *operation = operation_at(moments, index);
    const GArray *sources = operation->unloaded_sources;
    if (operation->type == OPERATION_LOAD || operation->type == OPERATION_SOURCE)
        settle_reader(moments, index, status);
    for (guint i = 0; sources && i < sources->len; i++)
        settle_reader(moments, g_array_index(sources, guint, i), status);
    if (operation->type == OPERATION_EXPORT && status == STEP_OK)
        end_before(moments, index);
}

static void tell_reading(const struct reading *reading, struct written *written)
{
    if (!reading->moment)
        return;
    g_autoptr(GPtrArray) notes = outside_moment_take_notes(reading->moment);
    for (guint i = 0; i < notes->len; i++)
        written_note(written, g_strdup(g_ptr_array_index(notes, i)));
    const GPtrArray *earlier = reading->gathering->earlier;
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < earlier->len; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "",
                               (const char *)g_ptr_array_index(earlier, i));
    if (earlier->len > 0)
        written_note(written, g_strdup_printf("%s is as of this run, %s as of the run before",
                                              reading->name, names->str));
}

void moments_tell(struct moments *moments, guint index, struct written *written)
{
    const struct operation *operation = operation_at(moments, index);
    const GArray *sources = operation->unloaded_sources;
    if (operation->type == OPERATION_LOAD)
        tell_reading(&moments->readings[index], written);
    for (guint i = 0; sources && i < sources->len; i++)
        tell_reading(&moments->readings[g_array_index(sources, guint, i)], written);
}

struct outside_moment *moments_of(const struct moments *moments, guint operation)
{
    return moments->readings[operation].moment;
}
