/* SPDX-License-Identifier: Apache-2.0 */
/* Many objects at a time: written from files, removed; and uploads that nobody will end. */
#include "base/file.h"
#include "connect/remote/answer.h"
#include "connect/remote/object.h"
#include "connect/remote/parallel.h"
#include "connect/remote/upload.h"

#include <string.h>

enum { MOST_ITEMS = 8 };

struct batch {
    struct s3 *s3;
    const GPtrArray *paths;
    const GPtrArray *addresses;
};

static bool put_file(gpointer data, guint index, GError **error)
{
    const struct batch *batch = data;
    const guint lanes = batch->s3->concurrency / MAX(batch->addresses->len, 1);
    struct s3_upload *upload =
        s3_upload_open(batch->s3, g_ptr_array_index(batch->addresses, index), lanes, error);
    if (!upload)
        return false;
    struct file_identity *made = NULL;
    const bool put = s3_upload_file(upload, g_ptr_array_index(batch->paths, index), error) &&
                     s3_upload_commit(upload, &made, error);
    file_identity_free(made);
    s3_upload_close(upload);
    return put;
}

bool s3_put_files(struct s3 *s3, const GPtrArray *paths, const GPtrArray *addresses, GError **error)
{
    struct batch batch = {s3, paths, addresses};
    gint64 largest = 0;
    for (guint i = 0; i < paths->len; i++)
        largest = MAX(largest, file_size(g_ptr_array_index(paths, i)));
    return parallel_run(paths->len, s3_requests(s3, largest), put_file, &batch, error);
}

static bool remove_one(gpointer data, guint index, GError **error)
{
    const struct batch *batch = data;
    struct s3_place place;
    if (!s3_place_init(&place, g_ptr_array_index(batch->addresses, index), error))
        return false;
    const struct s3_request request = {
        .method = "DELETE", .bucket = place.bucket, .key = place.key, .may_be_missing = true};
    struct http_response response = {0};
    const bool removed = s3_send(batch->s3, &request, &response, error);
    http_response_clear(&response);
    s3_place_clear(&place);
    return removed;
}

bool s3_remove(struct s3 *s3, const GPtrArray *addresses, GError **error)
{
    struct batch batch = {.s3 = s3, .addresses = addresses};
    return parallel_run(addresses->len, s3_requests(s3, 0), remove_one, &batch, error);
}

/* Keys as they are: Ceph's gateway would encode them, when asked to, without saying so. */
static bool list_uploads(struct s3 *s3, const struct s3_place *place, const struct s3_page *former,
                         struct s3_page *out, GError **error)
{
    struct query_item query[MOST_ITEMS] = {{"uploads", ""}, {"prefix", place->key}};
    guint count = 2;
    if (former->next) {
        query[count++] = (struct query_item){"key-marker", former->next};
        if (former->next_upload)
            query[count++] = (struct query_item){"upload-id-marker", former->next_upload};
    }
    const struct s3_request request = {
        .method = "GET", .bucket = place->bucket, .query = query, .query_count = count};
    struct http_response response = {0};
    const bool listed =
        s3_send(s3, &request, &response, error) && s3_page_read(response.body, out, error);
    http_response_clear(&response);
    return listed;
}

static gint64 time_us(const char *text)
{
    g_autoptr(GDateTime) time = text ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    return time ? g_date_time_to_unix(time) * G_USEC_PER_SEC : 0;
}

static bool sweep_page(struct s3 *s3, const struct s3_place *place, gint64 since_us,
                       const struct s3_page *page, GError **error)
{
    for (guint i = 0; i < page->entries->len; i++) {
        const struct s3_entry *entry = g_ptr_array_index(page->entries, i);
        const bool is_meant = g_str_has_suffix(place->key, "/")
                                  ? g_str_has_prefix(entry->key, place->key)
                                  : strcmp(entry->key, place->key) == 0;
        const struct s3_place own = {place->bucket, entry->key};
        if (is_meant && entry->upload_id && time_us(entry->time) >= since_us &&
            !multipart_abort(s3, &own, entry->upload_id, false, error))
            return false;
    }
    return true;
}

static const struct s3_entry *find_upload(const struct s3_page *page, const char *id)
{
    for (guint i = 0; i < page->entries->len; i++) {
        const struct s3_entry *entry = g_ptr_array_index(page->entries, i);
        if (g_strcmp0(entry->upload_id, id) == 0)
            return entry;
    }
    return NULL;
}

/* Times are in whole seconds. */
static bool end_before(struct s3 *s3, const struct s3_place *place, const struct s3_page *page,
                       const struct s3_entry *ours, gint64 time, GError **error)
{
    const gint64 until = time_us(ours->time);
    for (guint i = 0; i < page->entries->len; i++) {
        const struct s3_entry *entry = g_ptr_array_index(page->entries, i);
        const gint64 begun = time_us(entry->time);
        if (entry != ours && entry->upload_id && strcmp(entry->key, place->key) == 0 &&
            begun <= until && begun >= until - time - G_USEC_PER_SEC &&
            !multipart_abort(s3, place, entry->upload_id, false, error))
            return false;
    }
    return true;
}

bool s3_end_twins(struct s3 *s3, const struct s3_place *place, const char *id, gint64 time,
                  GError **error)
{
    const struct s3_page none = {.entries = NULL};
    struct s3_page page;
    if (!list_uploads(s3, place, &none, &page, error))
        return false;
    const struct s3_entry *ours = find_upload(&page, id);
    const bool ended = !ours || end_before(s3, place, &page, ours, time, error);
    s3_page_clear(&page);
    return ended;
}

static bool sweep_place(struct s3 *s3, const struct s3_place *place, gint64 since_us,
                        GError **error)
{
    struct s3_page former = {.entries = NULL};
    bool more = true;
    bool fine = true;
    while (fine && more) {
        struct s3_page page;
        fine = list_uploads(s3, place, &former, &page, error);
        if (!fine)
            break;
        fine = sweep_page(s3, place, since_us, &page, error);
        more = page.is_truncated && page.next;
        s3_page_clear(&former);
        former = page;
    }
    s3_page_clear(&former);
    return fine;
}

bool s3_sweep(struct s3 *s3, const char *address, gint64 since_us, GError **error)
{
    struct s3_place place;
    if (!s3_place_init(&place, address, error))
        return false;
    const bool swept = sweep_place(s3, &place, since_us, error);
    s3_place_clear(&place);
    return swept;
}
