/* SPDX-License-Identifier: Apache-2.0 */
#include "run/binder.h"

#include "base/name.h"

static bool copy_table(struct binder *binder, struct session *from, const char *name,
                       GError **error)
{
    g_autoptr(GPtrArray) columns = NULL;
    g_auto(GStrv) parts = name_split(name);
    if (!parts || !binder->class->table_columns(from, name, &columns, error))
        return parts == NULL;
    if (g_strv_length(parts) > 1 && !binder->class->create_schema(binder->session, parts[0], error))
        return false;
    const struct target target = {.name = name};
    return binder->class->create_shape(binder->session, &target, columns, error);
}

static bool copy_tables(struct binder *binder, struct session *from, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    if (!binder->class->table_list(from, &names, error))
        return false;
    for (guint i = 0; i < names->len; i++)
        if (!copy_table(binder, from, g_ptr_array_index(names, i), error))
            return false;
    return true;
}

/* The shapes of all that the project's database has; without a database there is nothing. */
static bool copy_database(struct binder *binder, const struct engine_options *options,
                          GError **error)
{
    struct engine_options reading = *options;
    struct engine *engine = NULL;
    struct session *session = NULL;
    reading.read_only = true;
    if (!options->path || !g_file_test(options->path, G_FILE_TEST_EXISTS))
        return true;
    if (!binder->class->open(&reading, &engine, error))
        return false;
    bool copied =
        binder->class->session_new(engine, &session, error) && copy_tables(binder, session, error);
    if (session)
        binder->class->session_free(session);
    binder->class->close(engine);
    return copied;
}

static void unref_columns(gpointer columns)
{
    if (columns)
        g_ptr_array_unref(columns);
}

struct binder *binder_new(const struct engine_class *engine, const struct engine_options *options,
                          GError **error)
{
    AUTO(binder) binder = g_new0(struct binder, 1);
    struct engine_options scratch = *options;
    scratch.path = NULL;
    scratch.read_only = false;
    binder->class = engine;
    binder->written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_columns);
    if (!engine->open(&scratch, &binder->engine, error) ||
        !engine->session_new(binder->engine, &binder->session, error) ||
        !copy_database(binder, options, error))
        return NULL;
    return g_steal_pointer(&binder);
}

void binder_free(struct binder *binder)
{
    if (!binder)
        return;
    if (binder->session)
        binder->class->session_free(binder->session);
    if (binder->engine)
        binder->class->close(binder->engine);
    g_hash_table_unref(binder->written);
    spool_free(binder->spool);
    g_free(binder);
}

void binder_trace(struct binder *binder)
{
    binder->traces = true;
}
