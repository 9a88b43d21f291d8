/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/multipart.h"

#include "connect/remote/answer.h"
#include "connect/remote/object.h"

#include <string.h>

enum { DOUBLED_AFTER = 1000, DIGEST_BYTES = 16, HEX_LENGTH = 32 };

bool multipart_init(struct multipart *parts, struct s3 *s3, const char *address, GError **error)
{
    *parts = (struct multipart){.s3 = s3};
    if (!s3_place_init(&parts->place, address, error))
        return false;
    parts->address = g_strdup(address);
    parts->etags = g_ptr_array_new_with_free_func(g_free);
    pthread_mutex_init(&parts->lock, NULL);
    if (*parts->place.key && !g_str_has_suffix(parts->place.key, "/"))
        return true;
    error_set(error, ERROR_USAGE, "'%s' names no object", address);
    multipart_clear(parts);
    return false;
}

bool multipart_abort(struct s3 *s3, const struct s3_place *place, const char *id, bool is_closing,
                     GError **error)
{
    const struct query_item query[] = {{"uploadId", id}};
    const struct s3_request request = {
        .method = "DELETE",
        .bucket = place->bucket,
        .key = place->key,
        .query = query,
        .query_count = G_N_ELEMENTS(query),
        .may_be_missing = true,
        .is_closing = is_closing,
    };
    struct http_response response = {0};
    const bool aborted = s3_send(s3, &request, &response, error);
    http_response_clear(&response);
    return aborted;
}

void multipart_clear(struct multipart *parts)
{
    if (!parts->address)
        return;
    g_autoptr(GError) ignored = NULL; /* the next export to this address ends it */
    if (parts->id)
        (void)!multipart_abort(parts->s3, &parts->place, parts->id, true, &ignored);
    s3_place_clear(&parts->place);
    g_ptr_array_unref(parts->etags);
    pthread_mutex_destroy(&parts->lock);
    g_free(parts->address);
    g_free(parts->id);
    *parts = (struct multipart){.s3 = NULL};
}

gint64 multipart_size(const struct s3 *s3, guint index)
{
    return s3->part_size << (index / DOUBLED_AFTER);
}

/* Options that are headers of what is written. */
static const struct {
    const char *option;
    const char *header;
} header_options[] = {
    {"content_type", "Content-Type"},
    {"storage_class", "x-amz-storage-class"},
    {"acl", "x-amz-acl"},
    {"server_side_encryption", "x-amz-server-side-encryption"},
    {"kms_key_id", "x-amz-server-side-encryption-aws-kms-key-id"},
};

/* "name=value" a line. */
static void add_metadata(struct http_headers *headers, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        char *equals = strchr(*line, '=');
        if (!equals)
            continue;
        *equals = '\0';
        g_autofree char *name = g_strconcat("x-amz-meta-", *line, NULL);
        http_headers_add(headers, name, equals + 1);
    }
}

static struct http_headers *object_headers(const struct storage_context *context)
{
    struct http_headers *headers = http_headers_new();
    for (gsize i = 0; i < G_N_ELEMENTS(header_options); i++) {
        const char *value = context->option(context, header_options[i].option);
        if (value)
            http_headers_add(headers, header_options[i].header, value);
    }
    const char *metadata = context->option(context, "metadata");
    if (metadata)
        add_metadata(headers, metadata);
    return headers;
}

static struct file_identity *identity_of(const struct multipart *parts, const char *etag)
{
    struct file_identity *identity = g_new0(struct file_identity, 1);
    identity->path = g_strdup(parts->address);
    identity->size = parts->sent;
    identity->version = g_strdup(etag ? etag : "");
    return identity;
}

static struct http_body body_of(const char *data, gsize length)
{
    return (struct http_body){.data = data, .length = (gint64)length};
}

/* Of the object, with what the method needs besides. */
static bool send_about(const struct multipart *parts, struct s3_request request,
                       struct http_response *out, GError **error)
{
    request.bucket = parts->place.bucket;
    request.key = parts->place.key;
    return s3_send(parts->s3, &request, out, error);
}

/* SHA-256 of the bytes is signed: the server has compared it. */
bool multipart_put_whole(struct multipart *parts, const char *data, gsize length,
                         struct file_identity **out, GError **error)
{
    AUTO(http_headers) headers = object_headers(parts->s3->context);
    const struct s3_request request = {
        .method = "PUT",
        .headers = headers,
        .body = body_of(data, length),
    };
    struct http_response response = {0};
    const bool sent = send_about(parts, request, &response, error);
    if (sent) {
        parts->sent = (gint64)length;
        parts->s3->context->moved(parts->s3->context, (gint64)length);
        *out = identity_of(parts, http_headers_get(response.headers, "ETag"));
    }
    http_response_clear(&response);
    return sent;
}

bool multipart_begin(struct multipart *parts, GError **error)
{
    AUTO(http_headers) headers = object_headers(parts->s3->context);
    const struct query_item query[] = {{"uploads", ""}};
    const struct s3_request request = {
        .method = "POST",
        .query = query,
        .query_count = G_N_ELEMENTS(query),
        .headers = headers,
        .may_fail_inside = true,
        .is_starting = true,
    };
    const gint retries = g_atomic_int_get(&parts->s3->retries);
    const gint64 start = g_get_monotonic_time();
    struct http_response response = {0};
    const bool sent = send_about(parts, request, &response, error);
    if (sent)
        parts->id = s3_element_read(response.body, "UploadId");
    http_response_clear(&response);
    if (sent && !parts->id)
        error_set(error, ERROR_DATA, "%s: the server began an upload without an id",
                  parts->address);
    if (!parts->id || g_atomic_int_get(&parts->s3->retries) == retries)
        return parts->id != NULL;
    return s3_end_twins(parts->s3, &parts->place, parts->id, g_get_monotonic_time() - start, error);
}

static void keep_etag(struct multipart *parts, guint index, const char *etag, gint64 length)
{
    pthread_mutex_lock(&parts->lock);
    if (parts->etags->len <= index)
        g_ptr_array_set_size(parts->etags, (gint)index + 1);
    g_free(parts->etags->pdata[index]);
    parts->etags->pdata[index] = g_strdup(etag);
    parts->sent += length;
    pthread_mutex_unlock(&parts->lock);
    parts->s3->context->moved(parts->s3->context, length);
}

bool multipart_put(struct multipart *parts, guint index, const char *data, gsize length,
                   GError **error)
{
    g_autofree char *number = g_strdup_printf("%u", index + 1);
    const struct query_item query[] = {{"partNumber", number}, {"uploadId", parts->id}};
    const struct s3_request request = {
        .method = "PUT",
        .query = query,
        .query_count = G_N_ELEMENTS(query),
        .body = body_of(data, length),
    };
    if (index >= S3_MAX_PARTS) {
        error_set(error, ERROR_USAGE, "%s: more than %d parts; give a larger part_size",
                  parts->address, S3_MAX_PARTS);
        return false;
    }
    struct http_response response = {0};
    const bool sent = send_about(parts, request, &response, error);
    const char *etag = http_headers_get(response.headers, "ETag");
    if (sent && etag)
        keep_etag(parts, index, etag, (gint64)length);
    else if (sent)
        error_set(error, ERROR_DATA, "%s: the server took a part without an ETag", parts->address);
    const bool is_kept = sent && etag;
    http_response_clear(&response);
    return is_kept;
}

static char *complete_body(const struct multipart *parts)
{
    GString *xml =
        g_string_new("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (guint i = 0; i < parts->etags->len; i++) {
        g_autofree char *etag = g_markup_escape_text(g_ptr_array_index(parts->etags, i), -1);
        g_string_append_printf(xml, "<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>",
                               i + 1, etag);
    }
    return g_string_free(g_string_append(xml, "</CompleteMultipartUpload>"), FALSE);
}

/* MD5 of the MD5s of all parts and their count, which is what most stores call such an object.
 * NULL: some part is called otherwise (encrypted by a key of KMS). */
static char *composite_etag(const struct multipart *parts)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_MD5);
    for (guint i = 0; i < parts->etags->len; i++) {
        g_autofree char *hex = g_strdup(g_ptr_array_index(parts->etags, i));
        g_strdelimit(hex, "\"", ' ');
        g_strstrip(hex);
        if (strlen(hex) != HEX_LENGTH || strspn(hex, "0123456789abcdef") != HEX_LENGTH)
            return NULL;
        guchar digest[DIGEST_BYTES];
        for (gsize k = 0; k < sizeof digest; k++)
            digest[k] = (guchar)(g_ascii_xdigit_value(hex[2 * k]) << 4 |
                                 g_ascii_xdigit_value(hex[2 * k + 1]));
        g_checksum_update(checksum, digest, sizeof digest);
    }
    return g_strdup_printf("\"%s-%u\"", g_checksum_get_string(checksum), parts->etags->len);
}

static bool complete(struct multipart *parts, GError **error)
{
    const struct query_item query[] = {{"uploadId", parts->id}};
    g_autofree char *body = complete_body(parts);
    const struct s3_request request = {
        .method = "POST",
        .query = query,
        .query_count = G_N_ELEMENTS(query),
        .body = body_of(body, strlen(body)),
        .may_fail_inside = true,
    };
    struct http_response response = {0};
    const bool sent = send_about(parts, request, &response, error);
    http_response_clear(&response);
    return sent;
}

/* The object is as long as what was sent, and called as its parts say. */
static bool is_ours(const struct multipart *parts, const struct file_identity *there)
{
    g_autofree char *etag = composite_etag(parts);
    return there->size == parts->sent &&
           (!etag || !strchr(there->version, '-') || strcmp(etag, there->version) == 0);
}

/* An answer that was lost: the upload is gone, since it was completed. */
static bool was_completed(const GError *failure)
{
    return g_strcmp0(error_details(failure)->code, "NoSuchUpload") == 0;
}

bool multipart_complete(struct multipart *parts, struct file_identity **out, GError **error)
{
    g_autoptr(GError) failure = NULL;
    const bool completed = complete(parts, &failure);
    if (!completed && !was_completed(failure)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    AUTO(file_identity) there = s3_head(parts->s3, &parts->place, parts->address, error);
    if (!there)
        return false;
    g_clear_pointer(&parts->id, g_free);
    if (is_ours(parts, there)) {
        *out = g_steal_pointer(&there);
        return true;
    }
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    else
        error_set(error, ERROR_DATA,
                  "%s: the object that is there (%" G_GINT64_FORMAT " bytes, %s) is not what was "
                  "sent (%" G_GINT64_FORMAT " bytes)",
                  parts->address, there->size, there->version, parts->sent);
    return false;
}
