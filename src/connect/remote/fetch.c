/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/fetch.h"

#include "connect/remote/object.h"
#include "connect/remote/parallel.h"

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

struct fetching {
    struct s3 *s3;
    const struct file_identity *identity;
    struct s3_place place;
    GArray *pieces;
    int fd;
};

static bool fetch_piece(gpointer data, guint index, GError **error)
{
    const struct fetching *fetching = data;
    const struct piece *piece = &g_array_index(fetching->pieces, struct piece, index);
    AUTO(http_headers) headers = http_headers_new();
    g_autofree char *range = fetch_range(piece);
    http_headers_add(headers, "Range", range);
    if (*fetching->identity->version)
        http_headers_add(headers, "If-Match", fetching->identity->version);
    const struct s3_request request = {
        .method = "GET",
        .bucket = fetching->place.bucket,
        .key = fetching->place.key,
        .headers = headers,
        .sink = {.to_file = true, .fd = fetching->fd, .offset = piece->offset},
        .wanted_status = PARTIAL,
    };
    struct http_response response = {0};
    const bool sent = s3_send(fetching->s3, &request, &response, error);
    const bool is_whole = sent && response.received_bytes == piece->length;
    if (sent && !is_whole)
        error_set(error, ERROR_DATA, "%s: the server sent another range than was asked for",
                  fetching->identity->path);
    http_response_clear(&response);
    if (is_whole)
        fetching->s3->context->moved(fetching->s3->context, piece->length);
    return is_whole;
}

/* What S3 says of an ETag that isn't the object's any more. */
static void explain_change(const struct file_identity *identity, GError **error)
{
    if (g_strcmp0(error_details(*error)->code, "PreconditionFailed") != 0 &&
        g_strcmp0(error_details(*error)->code, "412") != 0)
        return;
    g_clear_error(error);
    error_set(error, ERROR_DATA, "'%s' was changed while files were read", identity->path);
}

bool s3_fetch(struct s3 *s3, const struct file_identity *identity, const struct byte_range *ranges,
              guint count, int fd, GError **error)
{
    struct fetching fetching = {.s3 = s3, .identity = identity, .fd = fd};
    if (!s3_place_init(&fetching.place, identity->path, error))
        return false;
    g_autoptr(GError) failure = NULL;
    fetching.pieces = fetch_pieces(ranges, count, PIECE_BYTES);
    const bool fetched =
        parallel_run(fetching.pieces->len, s3->concurrency, fetch_piece, &fetching, &failure);
    g_array_unref(fetching.pieces);
    s3_place_clear(&fetching.place);
    if (fetched)
        return true;
    explain_change(identity, &failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}
