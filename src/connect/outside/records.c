/* SPDX-License-Identifier: Apache-2.0 */
/* Records as text, in files: what is fetched, what is delivered. */
#include "base/error.h"
#include "connect/outside/context.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { USUAL_RECORD_BYTES = 16 * 1024 * 1024 };

bool outside_gives_records(const struct connector *connector)
{
    return outside_fetches(connector->descriptor);
}

bool outside_takes_records(const struct connector *connector)
{
    return outside_delivers(connector->descriptor);
}

static int open_nameless(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, ".fetched-XXXXXX", NULL);
    const int file = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        error_set_errno(error, errno, "what is fetched can't be kept in '%s'", folder);
    else
        unlink(path);
    return file;
}

static void add_columns(const struct usage *usage, struct relation *relation)
{
    const GPtrArray *items = options_list(usage->options, "columns");
    if (!items)
        return;
    struct setting *setting = relation_set(relation, "columns", SETTING_PAIRS, NULL);
    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(setting->items, g_strdup(g_ptr_array_index(items, i)));
}

static struct relation *relation_of(const struct usage *usage, const struct sqlflow_fetch *fetch)
{
    struct relation *relation = relation_new("json");
    g_autofree char *longest =
        g_strdup_printf("%" G_GINT64_FORMAT, MAX(fetch->longest, USUAL_RECORD_BYTES));
    g_ptr_array_add(relation->paths, g_strdup_printf("/proc/self/fd/%d", fetch->file));
    relation_set(relation, "format", SETTING_TEXT, "newline_delimited");
    relation_set(relation, "compression", SETTING_TEXT, "none");
    relation_set(relation, "hive_partitioning", SETTING_BOOLEAN, "false");
    relation_set(relation, "maximum_object_size", SETTING_INTEGER, longest);
    add_columns(usage, relation);
    return relation;
}

static bool call_fetch(const struct usage *usage, struct sqlflow_fetch *fetch, GError **error)
{
    struct sqlflow_context context;
    if (!context_init(&context, usage, error))
        return false;
    const struct sqlflow_call call = context_call(&context);
    struct sqlflow_error failure = context_error(&context);
    const bool done = outcome(usage->connector->descriptor->fetch(&call, fetch, &failure), &context,
                              &failure, error);
    context_clear(&context);
    return done;
}

bool outside_fetch(const struct usage *usage, const char *folder, struct fetched *out,
                   GError **error)
{
    struct sqlflow_fetch fetch = {.size = sizeof fetch, .file = open_nameless(folder, error)};
    *out = (struct fetched){.file = fetch.file};
    if (fetch.file < 0 || !call_fetch(usage, &fetch, error))
        return false;
    out->records = fetch.records;
    out->relation = relation_of(usage, &fetch);
    return true;
}

void fetched_clear(struct fetched *fetched)
{
    relation_free(fetched->relation);
    if (fetched->file >= 0)
        close(fetched->file);
    *fetched = (struct fetched){.file = -1};
}

static bool call_deliver(const struct usage *usage, struct sqlflow_delivery *delivery,
                         GError **error)
{
    struct sqlflow_context context;
    if (!context_init(&context, usage, error))
        return false;
    const struct sqlflow_call call = context_call(&context);
    struct sqlflow_error failure = context_error(&context);
    const bool done = outcome(usage->connector->descriptor->deliver(&call, delivery, &failure),
                              &context, &failure, error);
    context_clear(&context);
    return done;
}

static int open_file(const char *path, int flags, GError **error)
{
    const int file = open(path, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        error_set_errno(error, errno, "%s", path);
    return file;
}

bool outside_deliver(const struct usage *usage, const char *rows, const char *progress,
                     gint64 *out_rows, GError **error)
{
    struct sqlflow_delivery delivery = {
        .size = sizeof delivery,
        .file = open_file(rows, O_RDONLY, error),
        .progress = -1,
    };
    if (delivery.file >= 0)
        delivery.progress = open_file(progress, O_RDWR | O_CREAT | O_APPEND, error);
    bool done = delivery.progress >= 0;
    if (done) {
        delivery.bytes = lseek(delivery.file, 0, SEEK_END);
        done = call_deliver(usage, &delivery, error);
        close(delivery.progress);
    }
    if (delivery.file >= 0)
        close(delivery.file);
    if (done)
        *out_rows = delivery.rows;
    return done;
}
