/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/outside/context.h"

#include <stddef.h>
#include <string.h>

struct outside_moment {
    gatomicrefcount uses;
    struct usage usage;
    struct sqlflow_context context; /* for its notes; it reads no options */
    void *handle;
    pthread_mutex_t lock; /* guards the notes */
    GPtrArray *notes;     /* char * */
};

static bool has_moments(const struct connector *connector)
{
    const struct sqlflow_connector *descriptor = connector->descriptor;
    return descriptor->size > offsetof(struct sqlflow_connector, moment_free) &&
           descriptor->moment_new && descriptor->moment_end && descriptor->moment_free;
}

/* Not told by what it points to: what a secret is isn't read for this. */
static void append_option(GString *place, const struct options *options, const char *name)
{
    const struct secret_place *secret = options_secret(options, name);
    const char *text = secret ? secret->text : options_text(options, name);
    if (text)
        g_string_append_printf(place, "%c%s%c%s", 1, name, 2, text);
}

char *outside_place(const struct connector *connector, const struct options *options)
{
    if (!has_moments(connector))
        return NULL;
    GString *place = g_string_new(connector->name);
    for (const struct option *option = connector->options; option->name; option++)
        if (option->flags & OPTION_PLACE)
            append_option(place, options, option->name);
    return g_string_free(place, FALSE);
}

static void take_note(void *data, const char *line)
{
    struct outside_moment *moment = data;
    pthread_mutex_lock(&moment->lock);
    g_ptr_array_add(moment->notes, g_strdup(line));
    pthread_mutex_unlock(&moment->lock);
}

struct outside_moment *outside_moment_new(const struct connector *connector,
                                          const struct options *options)
{
    struct outside_moment *moment = g_new0(struct outside_moment, 1);
    g_atomic_ref_count_init(&moment->uses);
    pthread_mutex_init(&moment->lock, NULL);
    moment->notes = g_ptr_array_new_with_free_func(g_free);
    moment->usage = (struct usage){
        .connector = connector, .options = options, .note = take_note, .note_data = moment};
    moment->context = (struct sqlflow_context){
        .usage = &moment->usage,
        .resolved = g_hash_table_new(g_str_hash, g_str_equal),
        .secrets = secrets_new(),
    };
    const struct sqlflow_call call = context_call(&moment->context);
    moment->handle = connector->descriptor->moment_new(&call);
    return moment;
}

struct outside_moment *outside_moment_ref(struct outside_moment *moment)
{
    if (moment)
        g_atomic_ref_count_inc(&moment->uses);
    return moment;
}

void outside_moment_unref(struct outside_moment *moment)
{
    if (!moment || !g_atomic_ref_count_dec(&moment->uses))
        return;
    if (moment->handle)
        moment->usage.connector->descriptor->moment_free(moment->handle);
    context_clear(&moment->context);
    g_ptr_array_unref(moment->notes);
    pthread_mutex_destroy(&moment->lock);
    g_free(moment);
}

void outside_moment_end(struct outside_moment *moment)
{
    if (moment->handle)
        moment->usage.connector->descriptor->moment_end(moment->handle);
}

void *outside_moment_handle(const struct outside_moment *moment)
{
    return moment ? moment->handle : NULL;
}

GPtrArray *outside_moment_take_notes(struct outside_moment *moment)
{
    pthread_mutex_lock(&moment->lock);
    GPtrArray *notes = moment->notes;
    moment->notes = g_ptr_array_new_with_free_func(g_free);
    pthread_mutex_unlock(&moment->lock);
    return notes;
}
