/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/storage/storage.h"

#include "base/error.h"
#include "base/module.h"
#include "base/secret.h"
#include "connect/outside/keep.h"
#include "connect/storage/class.h"

#include <gmodule.h>
#include <string.h>

static const char *const schemes[] = {"s3://", "http://", "https://"};

struct storage {
    struct storage_context context; /* first: what the module gets */
    const struct storage_use *use;
    GHashTable *texts; /* name -> text: options as the module gets them */
    const struct storage_class *class;
    gpointer data; /* the module's */
};

struct upload {
    const struct storage_class *class;
    gpointer data;
};

struct series {
    const struct storage_class *class;
    gpointer data;
};

bool storage_is_address(const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_ascii_strncasecmp(path, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

bool storage_is_s3(const char *address)
{
    return g_ascii_strncasecmp(address, schemes[0], strlen(schemes[0])) == 0;
}

char *storage_name(const char *address)
{
    const bool is_web = storage_is_address(address) && !storage_is_s3(address);
    return g_strndup(address, is_web ? strcspn(address, "?#") : strlen(address));
}

static const char *context_option(const struct storage_context *context, const char *name)
{
    return g_hash_table_lookup(((const struct storage *)context)->texts, name);
}

static const char *context_environment(const struct storage_context *context, const char *name)
{
    const struct project *project = ((const struct storage *)context)->use->project;
    return project ? project_environment(name, (void *)(guintptr)project) : g_getenv(name);
}

static bool context_is_cancelled(gconstpointer context)
{
    gint *flag = ((const struct storage *)context)->use->is_interrupted;
    return flag && g_atomic_int_get(flag);
}

static void context_moved(const struct storage_context *context, gint64 bytes)
{
    const struct storage_use *use = ((const struct storage *)context)->use;
    if (use->moved)
        use->moved(use->moved_data, bytes);
}

/* The class of the module; it stays loaded. */
static const struct storage_class *load_class(const char *address, GError **error)
{
    static const struct module module = {"storage", "storage_remote.so", "src/connect/remote"};
    g_autofree char *tried = NULL;
    g_autofree char *path = module_path(&module, &tried);
    GModule *loaded = path ? g_module_open(path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL) : NULL;
    gpointer symbol = NULL;
    if (!loaded || !g_module_symbol(loaded, STORAGE_MODULE_SYMBOL, &symbol)) {
        error_set(error, ERROR_SYSTEM, "the part for s3:// and http:// can't be loaded: %s",
                  path ? g_module_error() : tried);
        return NULL;
    }
    g_module_make_resident(loaded);
    storage_class_function find = NULL;
    memcpy(&find, &symbol, sizeof find);
    const struct storage_class *class = find(address);
    if (class && class->size == sizeof(struct storage_class))
        return class;
    error_set(error, ERROR_SYSTEM, "'%s' is of another version than the program", path);
    return NULL;
}

/* "name=value" a line of pairs, else a line an item. */
static char *items_text(const struct option *option, const GPtrArray *items)
{
    GString *text = g_string_new(NULL);
    const guint step = option->type == OPTION_TYPES ? 2 : 1;
    for (guint i = 0; i + step <= items->len; i += step)
        g_string_append_printf(text, "%s%s%s%s", i ? "\n" : "",
                               (const char *)g_ptr_array_index(items, i), step == 2 ? "=" : "",
                               step == 2 ? (const char *)g_ptr_array_index(items, i + 1) : "");
    return g_string_free(text, FALSE);
}

static bool read_option(struct storage *storage, const struct option *option, GError **error)
{
    const struct options *options = storage->use->options;
    const struct secret_place *place = options_secret(options, option->name);
    const GPtrArray *items = options_list(options, option->name);
    char *text = NULL;
    if (place) {
        text = secret_read(place, storage->use->project, storage->use->is_interrupted, error);
        if (!text)
            return false;
    } else {
        text = items ? items_text(option, items) : g_strdup(options_text(options, option->name));
    }
    if (text)
        g_hash_table_replace(storage->texts, (gpointer)(guintptr)option->name, text);
    return true;
}

static bool read_options(struct storage *storage, GError **error)
{
    for (const struct option *option = storage_options(); option->name; option++) {
        if (!storage->use->options && option->default_text)
            g_hash_table_replace(storage->texts, (gpointer)(guintptr)option->name,
                                 g_strdup(option->default_text));
        else if (storage->use->options && !read_option(storage, option, error))
            return false;
    }
    return true;
}

static void free_text(gpointer text)
{
    secret_free(text);
}

struct storage *storage_open(const struct storage_use *use, const char *address, GError **error)
{
    AUTO(storage) storage = g_new0(struct storage, 1);
    *storage = (struct storage){
        .context = {.option = context_option,
                    .environment = context_environment,
                    .is_cancelled = context_is_cancelled,
                    .moved = context_moved},
        .use = use,
        .texts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_text),
        .class = load_class(address, error),
    };
    if (!storage->class || !read_options(storage, error))
        return NULL;
    storage->data = storage->class->open(&storage->context, address, error);
    return storage->data ? g_steal_pointer(&storage) : NULL;
}

void storage_close(struct storage *storage)
{
    if (!storage)
        return;
    if (storage->data)
        storage->class->close(storage->data);
    g_hash_table_unref(storage->texts);
    g_free(storage);
}

bool storage_find(struct storage *storage, const char *pattern, GPtrArray *identities,
                  GError **error)
{
    g_autoptr(GPtrArray) found = file_identities_new();
    if (!storage->class->find(storage->data, pattern, found, error))
        return false;
    file_identities_sort(found);
    for (guint i = 0; i < found->len; i++)
        g_ptr_array_add(identities, file_identity_copy(g_ptr_array_index(found, i)));
    return true;
}

bool storage_find_some(struct storage *storage, const char *pattern, GPtrArray *identities,
                       GError **error)
{
    const guint first = identities->len;
    if (!storage_find(storage, pattern, identities, error))
        return false;
    const struct file_identity *found =
        identities->len > first ? g_ptr_array_index(identities, first) : NULL;
    if (found && found->size >= 0)
        return true;
    error_set(error, ERROR_USAGE, found ? "no object '%s'" : "no object fits '%s'", pattern);
    return false;
}

bool storage_check(struct storage *storage, const char *address, GError **error)
{
    return storage->class->check(storage->data, address, error);
}

bool storage_buckets(struct storage *storage, GPtrArray *names, GError **error)
{
    if (storage->class->buckets)
        return storage->class->buckets(storage->data, names, error);
    error_set(error, ERROR_USAGE, "what there is at http:// can't be listed");
    return false;
}

bool storage_fetch(struct storage *storage, const struct file_identity *identity,
                   const struct byte_range *ranges, guint count, int fd, GError **error)
{
    return storage->class->fetch(storage->data, identity, ranges, count, fd, error);
}

bool storage_fetch_files(struct storage *storage, const GPtrArray *identities,
                         const GPtrArray *paths, GError **error)
{
    return storage->class->fetch_files(storage->data, identities, paths, error);
}

struct upload *upload_open(struct storage *storage, const char *address, GError **error)
{
    gpointer data = storage->class->upload_open(storage->data, address, error);
    if (!data)
        return NULL;
    struct upload *upload = g_new0(struct upload, 1);
    *upload = (struct upload){storage->class, data};
    return upload;
}

bool upload_feed(struct upload *upload, int pipe, gint *is_ended, GError **error)
{
    return upload->class->upload_feed(upload->data, pipe, is_ended, error);
}

bool upload_file(struct upload *upload, const char *path, GError **error)
{
    return upload->class->upload_file(upload->data, path, error);
}

bool upload_commit(struct upload *upload, struct file_identity **out, GError **error)
{
    return upload->class->upload_commit(upload->data, out, error);
}

void upload_close(struct upload *upload)
{
    if (!upload)
        return;
    upload->class->upload_close(upload->data);
    g_free(upload);
}

struct series *series_open(struct storage *storage)
{
    struct series *series = g_new0(struct series, 1);
    *series = (struct series){storage->class, storage->class->series_open(storage->data)};
    return series;
}

bool series_begin(struct series *series, const char *address, GError **error)
{
    return series->class->series_begin(series->data, address, error);
}

bool series_write(struct series *series, const char *bytes, gsize length, GError **error)
{
    return series->class->series_write(series->data, bytes, length, error);
}

bool series_end(struct series *series, GError **error)
{
    return series->class->series_end(series->data, error);
}

bool series_finish(struct series *series, GPtrArray *identities, GError **error)
{
    return series->class->series_finish(series->data, identities, error);
}

void series_close(struct series *series)
{
    if (!series)
        return;
    series->class->series_close(series->data);
    g_free(series);
}

bool storage_put_files(struct storage *storage, const GPtrArray *paths, const GPtrArray *addresses,
                       GError **error)
{
    return storage->class->put_files(storage->data, paths, addresses, error);
}

bool storage_remove(struct storage *storage, const GPtrArray *addresses, GError **error)
{
    return storage->class->remove(storage->data, addresses, error);
}

bool storage_sweep(struct storage *storage, const char *address, gint64 since_us, GError **error)
{
    return storage->class->sweep(storage->data, address, since_us, error);
}
