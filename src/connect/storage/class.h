/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands between storage.h and the module with the storages: the functions of each side. The
 * module finds base/ in the program and nothing else.
 */
#pragma once

#include "connect/storage/storage.h"

/* What the program tells a storage of its use; callable by any thread. */
struct storage_context {
    /* By its name in storage_options, secrets read; NULL: not given. */
    const char *(*option)(const struct storage_context *context, const char *name);
    /* Of the project's .env and the process; NULL: none. */
    const char *(*environment)(const struct storage_context *context, const char *name);
    bool (*is_cancelled)(gconstpointer context);
    void (*moved)(const struct storage_context *context, gint64 bytes);
};

/* The functions are those of storage.h without its prefix; `data` is what `open` gave. */
struct storage_class {
    gsize size; /* sizeof(struct storage_class): both sides are of one build */
    gpointer (*open)(const struct storage_context *context, const char *address, GError **error);
    void (*close)(gpointer data);
    bool (*find)(gpointer data, const char *pattern, GPtrArray *identities, GError **error);
    bool (*check)(gpointer data, const char *address, GError **error);
    bool (*buckets)(gpointer data, GPtrArray *names, GError **error);
    bool (*fetch)(gpointer data, const struct file_identity *identity,
                  const struct byte_range *ranges, guint count, int fd, GError **error);
    bool (*fetch_files)(gpointer data, const GPtrArray *identities, const GPtrArray *paths,
                        GError **error);
    gpointer (*upload_open)(gpointer data, const char *address, GError **error);
    bool (*upload_feed)(gpointer upload, int pipe, gint *is_ended,
                        GError **error); /* NULL: it takes files alone, one at a time */
    bool (*upload_file)(gpointer upload, const char *path, GError **error);
    bool (*upload_commit)(gpointer upload, struct file_identity **out, GError **error);
    void (*upload_close)(gpointer upload);
    bool (*put_files)(gpointer data, const GPtrArray *paths, const GPtrArray *addresses,
                      GError **error);
    bool (*remove)(gpointer data, const GPtrArray *addresses, GError **error);
    bool (*sweep)(gpointer data, const char *address, gint64 since_us, GError **error);
    gpointer (*series_open)(gpointer data);
    bool (*series_begin)(gpointer series, const char *address, GError **error);
    bool (*series_write)(gpointer series, const char *bytes, gsize length, GError **error);
    bool (*series_end)(gpointer series, GError **error);
    bool (*series_finish)(gpointer series, GPtrArray *identities, GError **error);
    void (*series_close)(gpointer series);
};

/* The one symbol of the module: gives the class for an address's scheme. */
typedef const struct storage_class *(*storage_class_function)(const char *address);
#define STORAGE_MODULE_SYMBOL "sqlflow_storage_class"
