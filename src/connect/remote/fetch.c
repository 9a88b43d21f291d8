/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/fetch.h"

#include "connect/remote/object.h"
#include "connect/remote/parallel.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PARTIAL = 206, PIECE_BYTES = 8 * 1024 * 1024 };

static gint compare_pieces(gconstpointer left, gconstpointer right)
{
    const struct piece *a = left;
    const struct piece *b = right;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Sorted, those that touch as one. */
static GArray *joined(const struct byte_range *ranges, guint count)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct piece));
    GArray *out = g_array_new(FALSE, FALSE, sizeof(struct piece));
    for (guint i = 0; i < count; i++) {
        const struct piece piece = {ranges[i].offset, ranges[i].length};
        if (piece.length > 0)
            g_array_append_val(all, piece);
    }
    g_array_sort(all, compare_pieces);
    for (guint i = 0; i < all->len; i++) {
        const struct piece *piece = &g_array_index(all, struct piece, i);
        struct piece *last = out->len ? &g_array_index(out, struct piece, out->len - 1) : NULL;
        if (last && piece->offset <= last->offset + last->length)
            last->length = MAX(last->length, piece->offset + piece->length - last->offset);
        else
            g_array_append_vals(out, piece, 1);
    }
    g_array_unref(all);
    return out;
}

GArray *fetch_pieces(const struct byte_range *ranges, guint count, gint64 most)
{
    g_autoptr(GArray) whole = joined(ranges, count);
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
    for (guint i = 0; i < whole->len; i++) {
        const struct piece *piece = &g_array_index(whole, struct piece, i);
        for (gint64 done = 0; done < piece->length; done += most) {
            const struct piece part = {piece->offset + done, MIN(most, piece->length - done)};
            g_array_append_val(pieces, part);
        }
    }
    return pieces;
}

char *fetch_range(const struct piece *piece)
{
    return g_strdup_printf("bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, piece->offset,
                           piece->offset + piece->length - 1);
}

/* One request: a piece of an object into a file. */
struct job {
    const struct file_identity *identity;
    const char *path; /* of the file; NULL: `fd` is open */
    int fd;
    struct piece piece;
};

struct fetching {
    struct s3 *s3;
    GArray *jobs; /* struct job */
};

/* What S3 says of an ETag that isn't the object's any more. */
static void explain_change(const struct file_identity *identity, GError **error)
{
    if (g_strcmp0(error_details(*error)->code, "PreconditionFailed") != 0 &&
        g_strcmp0(error_details(*error)->code, "412") != 0)
        return;
    g_clear_error(error);
    error_set(error, ERROR_DATA, "'%s' was changed while files were read", identity->path);
}

static bool send_job(struct s3 *s3, const struct job *job, const struct s3_place *place, int fd,
                     GError **error)
{
    AUTO(http_headers) headers = http_headers_new();
    g_autofree char *range = fetch_range(&job->piece);
    http_headers_add(headers, "Range", range);
    if (*job->identity->version)
        http_headers_add(headers, "If-Match", job->identity->version);
    const struct s3_request request = {
        .method = "GET",
        .bucket = place->bucket,
        .key = place->key,
        .headers = headers,
        .sink = {.to_file = true, .fd = fd, .offset = job->piece.offset},
        .wanted_status = PARTIAL,
    };
    struct http_response response = {0};
    const bool sent = s3_send(s3, &request, &response, error);
    const bool is_whole = sent && response.received_bytes == job->piece.length;
    if (sent && !is_whole)
        error_set(error, ERROR_DATA, "%s: the server sent another range than was asked for",
                  job->identity->path);
    http_response_clear(&response);
    return is_whole;
}

static bool run_job(gpointer data, guint index, GError **error)
{
    const struct fetching *fetching = data;
    const struct job *job = &g_array_index(fetching->jobs, struct job, index);
    struct s3_place place;
    g_autoptr(GError) failure = NULL;
    if (!s3_place_init(&place, job->identity->path, error))
        return false;
    const int fd = job->path ? open(job->path, O_WRONLY | O_CLOEXEC) : job->fd;
    if (fd < 0)
        error_set_errno(&failure, errno, "%s", job->path);
    const bool done = fd >= 0 && send_job(fetching->s3, job, &place, fd, &failure);
    if (job->path && fd >= 0)
        close(fd);
    s3_place_clear(&place);
    if (done) {
        fetching->s3->context->moved(fetching->s3->context, job->piece.length);
        return true;
    }
    explain_change(job->identity, &failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

static void add_jobs(GArray *jobs, const struct job *job, const struct byte_range *ranges,
                     guint count)
{
    g_autoptr(GArray) pieces = fetch_pieces(ranges, count, PIECE_BYTES);
    for (guint i = 0; i < pieces->len; i++) {
        struct job one = *job;
        one.piece = g_array_index(pieces, struct piece, i);
        g_array_append_val(jobs, one);
    }
}

static bool run_jobs(struct s3 *s3, GArray *jobs, GError **error)
{
    struct fetching fetching = {s3, jobs};
    gint64 largest = 0;
    for (guint i = 0; i < jobs->len; i++)
        largest = MAX(largest, g_array_index(jobs, struct job, i).piece.length);
    return parallel_run(jobs->len, s3_requests(s3, largest), run_job, &fetching, error);
}

bool s3_fetch(struct s3 *s3, const struct file_identity *identity, const struct byte_range *ranges,
              guint count, int fd, GError **error)
{
    g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(struct job));
    add_jobs(jobs, &(struct job){.identity = identity, .fd = fd}, ranges, count);
    return run_jobs(s3, jobs, error);
}

bool s3_fetch_files(struct s3 *s3, const GPtrArray *identities, const GPtrArray *paths,
                    GError **error)
{
    g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(struct job));
    for (guint i = 0; i < identities->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(identities, i);
        const struct byte_range whole = {0, identity->size};
        const struct job job = {.identity = identity, .path = g_ptr_array_index(paths, i)};
        add_jobs(jobs, &job, &whole, 1);
    }
    return run_jobs(s3, jobs, error);
}
