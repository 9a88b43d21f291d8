/* SPDX-License-Identifier: Apache-2.0 */
/* The module: which storage an address belongs to, and its functions. */
#include "connect/remote/object.h"
#include "connect/remote/series.h"
#include "connect/remote/upload.h"
#include "connect/remote/web.h"

#include <string.h>

static gpointer open_s3(const struct storage_context *context, const char *address, GError **error)
{
    (void)address;
    return s3_new(context, error);
}

static void close_s3(gpointer data)
{
    s3_free(data);
}

static bool find_s3(gpointer data, const char *pattern, GPtrArray *identities, GError **error)
{
    return s3_find(data, pattern, identities, error);
}

static bool check_s3(gpointer data, const char *address, GError **error)
{
    return s3_check(data, address, error);
}

static bool buckets_s3(gpointer data, GPtrArray *names, GError **error)
{
    return s3_buckets(data, names, error);
}

static bool fetch_s3(gpointer data, const struct file_identity *identity,
                     const struct byte_range *ranges, guint count, int fd, GError **error)
{
    return s3_fetch(data, identity, ranges, count, fd, error);
}

static bool fetch_files_s3(gpointer data, const GPtrArray *identities, const GPtrArray *paths,
                           GError **error)
{
    return s3_fetch_files(data, identities, paths, error);
}

static gpointer open_upload(gpointer data, const char *address, GError **error)
{
    struct s3 *s3 = data;
    return s3_upload_open(s3, address, s3->concurrency, error);
}

static bool feed_upload(gpointer upload, int pipe, gint *is_ended, GError **error)
{
    return s3_upload_feed(upload, pipe, is_ended, error);
}

static bool send_file(gpointer upload, const char *path, GError **error)
{
    return s3_upload_file(upload, path, error);
}

static bool commit_upload(gpointer upload, struct file_identity **out, GError **error)
{
    return s3_upload_commit(upload, out, error);
}

static void close_upload(gpointer upload)
{
    s3_upload_close(upload);
}

static bool put_files(gpointer data, const GPtrArray *paths, const GPtrArray *addresses,
                      GError **error)
{
    return s3_put_files(data, paths, addresses, error);
}

static bool remove_objects(gpointer data, const GPtrArray *addresses, GError **error)
{
    return s3_remove(data, addresses, error);
}

static bool sweep_uploads(gpointer data, const char *address, gint64 since_us, GError **error)
{
    return s3_sweep(data, address, since_us, error);
}

static gpointer open_series(gpointer data)
{
    return s3_series_open(data);
}

static bool begin_object(gpointer series, const char *address, GError **error)
{
    return s3_series_begin(series, address, error);
}

static bool write_object(gpointer series, const char *bytes, gsize length, GError **error)
{
    return s3_series_write(series, bytes, length, error);
}

static bool end_object(gpointer series, GError **error)
{
    return s3_series_end(series, error);
}

static bool finish_series(gpointer series, GPtrArray *identities, GError **error)
{
    return s3_series_finish(series, identities, error);
}

static void close_series(gpointer series)
{
    s3_series_close(series);
}

static const struct storage_class s3_class = {
    .size = sizeof(struct storage_class),
    .open = open_s3,
    .close = close_s3,
    .find = find_s3,
    .check = check_s3,
    .buckets = buckets_s3,
    .fetch = fetch_s3,
    .fetch_files = fetch_files_s3,
    .upload_open = open_upload,
    .upload_feed = feed_upload,
    .upload_file = send_file,
    .upload_commit = commit_upload,
    .upload_close = close_upload,
    .put_files = put_files,
    .remove = remove_objects,
    .sweep = sweep_uploads,
    .series_open = open_series,
    .series_begin = begin_object,
    .series_write = write_object,
    .series_end = end_object,
    .series_finish = finish_series,
    .series_close = close_series,
};

static gpointer open_web(const struct storage_context *context, const char *address, GError **error)
{
    (void)address;
    return web_new(context, error);
}

static void close_web(gpointer data)
{
    web_free(data);
}

static bool find_web(gpointer data, const char *pattern, GPtrArray *identities, GError **error)
{
    return web_find(data, pattern, identities, error);
}

static bool check_web(gpointer data, const char *address, GError **error)
{
    g_autoptr(GPtrArray) found = file_identities_new();
    return web_find(data, address, found, error);
}

static bool fetch_web(gpointer data, const struct file_identity *identity,
                      const struct byte_range *ranges, guint count, int fd, GError **error)
{
    return web_fetch(data, identity, ranges, count, fd, error);
}

static bool fetch_files_web(gpointer data, const GPtrArray *identities, const GPtrArray *paths,
                            GError **error)
{
    return web_fetch_files(data, identities, paths, error);
}

static gpointer open_put(gpointer data, const char *address, GError **error)
{
    (void)error;
    return web_upload_open(data, address);
}

static bool put_file(gpointer upload, const char *path, GError **error)
{
    return web_upload_file(upload, path, error);
}

static bool commit_put(gpointer upload, struct file_identity **out, GError **error)
{
    return web_upload_commit(upload, out, error);
}

static void close_put(gpointer upload)
{
    web_upload_close(upload);
}

/* A request that was broken off has left nothing. */
static bool sweep_web(gpointer data, const char *address, gint64 since_us, GError **error)
{
    (void)data;
    (void)address;
    (void)since_us;
    (void)error;
    return true;
}

static const struct storage_class web_class = {
    .size = sizeof(struct storage_class),
    .open = open_web,
    .close = close_web,
    .find = find_web,
    .check = check_web,
    .fetch = fetch_web,
    .fetch_files = fetch_files_web,
    .upload_open = open_put,
    .upload_file = put_file,
    .upload_commit = commit_put,
    .upload_close = close_put,
    .sweep = sweep_web,
};

__attribute__((visibility("default"))) const struct storage_class *
sqlflow_storage_class(const char *address);

const struct storage_class *sqlflow_storage_class(const char *address)
{
    return g_ascii_strncasecmp(address, "s3://", strlen("s3://")) == 0 ? &s3_class : &web_class;
}
