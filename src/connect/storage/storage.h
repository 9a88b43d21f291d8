/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of a file are, besides the local disk: s3:// and http(s)://. A storage works with
 * every format, since it knows of none: it finds objects, fetches bytes of them into local files,
 * and takes files or streams.
 *
 * It is a module, loaded when the first such address is used: the program starts without libcurl.
 *
 * Invariants
 *  - An object is whole under its name or absent: until upload_commit nothing of it is seen.
 *  - What is fetched belongs to the very version that was found; another one is ERROR_DATA.
 *  - No secret stands in a message.
 *
 * Threads: a storage belongs to one thread at a time, which waits for those that it uses inside.
 */
#pragma once

#include "base/identity.h"
#include "connect/option.h"
#include "project/project.h"

/* s3://, http://, https:// in any case: one that a storage is there for. */
bool storage_is_address(const char *path);
/* Of those, one of S3: it has many objects, and takes what comes piece by piece. */
bool storage_is_s3(const char *address);

/* The address by which content is called, extension last: of the web without query and fragment,
 * which may be signed; any other path as it is. The caller's. */
char *storage_name(const char *address);

/* The options of each source and export whose path is such an address (connectors.md, "S3"). Ended
 * by an entry without name; their use is OPTION_STORAGE beside FOR_SOURCE or FOR_EXPORT. */
const struct option *storage_options(void);

/* One use of a storage. What it points to outlives what is opened with it. */
struct storage_use {
    const struct options *options; /* of storage_options; NULL: none given */
    const struct project *project; /* whose environment is looked at; NULL: the process' own */
    gint *is_interrupted;          /* atomic: not 0 when it is to end; may be NULL */
    /* Told how many bytes have been moved since the last time, on any thread; may be NULL. */
    void (*moved)(void *user_data, gint64 bytes);
    void *moved_data;
};

struct storage;

/* The storage for an address, for all addresses of its scheme. ERROR_SYSTEM: the module is not
 * installed; ERROR_USAGE: an option or the environment is wrong. Credentials are found when they
 * are first wanted. */
struct storage *storage_open(const struct storage_use *use, const char *address,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void storage_close(struct storage *storage);
DEFINE_AUTO(storage, storage_close);

/* Adds the objects of an address or pattern (glob.h) as they are now, sorted by address: their path
 * is the address, `version` what the storage calls the content. One that is missing is added, too,
 * with size -1; a pattern that nothing fits adds nothing. */
bool storage_find(struct storage *storage, const char *pattern, GPtrArray *identities,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same; a missing one, and a pattern that nothing fits, are ERROR_USAGE. */
bool storage_find_some(struct storage *storage, const char *pattern, GPtrArray *identities,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is it there, and may we? Of "s3://bucket" the bucket, of "s3://" the account. */
bool storage_check(struct storage *storage, const char *address,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The names of the buckets that the account has: char *. ERROR_USAGE for http(s). */
bool storage_buckets(struct storage *storage, GPtrArray *names,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes bytes of an object to the same places of a file, several ranges at a time. The ranges lie
 * within it. ERROR_DATA when the object isn't any more what `identity` says. */
bool storage_fetch(struct storage *storage, const struct file_identity *identity,
                   const struct byte_range *ranges, guint count, int fd,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole of several objects, object i into the file that is there at path i (char *); as many
 * requests at a time as for one. */
bool storage_fetch_files(struct storage *storage, const GPtrArray *identities,
                         const GPtrArray *paths, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An object that is being written. */
struct upload;

struct upload *upload_open(struct storage *storage, const char *address,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sends what comes through a pipe, opened without waiting (O_NONBLOCK). It ends where there is
 * nothing more and *is_ended (atomic) isn't 0. Of S3 alone. */
bool upload_feed(struct upload *upload, int pipe, gint *is_ended,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sends a whole file instead. */
bool upload_file(struct upload *upload, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Makes it the object, and says what that is now. */
bool upload_commit(struct upload *upload, struct file_identity **out,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Without a commit the destination is as it was, and nothing is left of the parts. */
void upload_close(struct upload *upload);
DEFINE_AUTO(upload, upload_close);

/* Objects that are written one after another, and sent from memory while the next ones come: of
 * `part_size` as much as there may be requests at a time. Each is whole or absent. Of S3 alone. A
 * series may be used by another thread than its storage. */
struct series;

struct series *series_open(struct storage *storage);
bool series_begin(struct series *series, const char *address,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool series_write(struct series *series, const char *bytes, gsize length,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* That was the object that was begun last. */
bool series_end(struct series *series, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until all of them are there, and adds what they are now, in any order. */
bool series_finish(struct series *series, GPtrArray *identities,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing is left of those that weren't finished, but for some that are whole. */
void series_close(struct series *series);
DEFINE_AUTO(series, series_close);

/* Several whole files at a time: file i of `paths` (char *) to address i. Some of them may be there
 * when it fails. This and storage_remove: of S3 alone. */
bool storage_put_files(struct storage *storage, const GPtrArray *paths, const GPtrArray *addresses,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes objects, char *; missing ones are fine. */
bool storage_remove(struct storage *storage, const GPtrArray *addresses,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends uploads of exactly this address (of all below it, where it ends in a slash) that were begun
 * at or after a moment (microseconds since 1970) and that nobody will end. */
bool storage_sweep(struct storage *storage, const char *address, gint64 since_us,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
