/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/web.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct web_upload {
    struct web *web;
    char *address;
    int fd; /* of the file that is sent; -1: none yet */
    gint64 size;
};

struct web_upload *web_upload_open(struct web *web, const char *address)
{
    struct web_upload *upload = g_new0(struct web_upload, 1);
    *upload = (struct web_upload){.web = web, .address = g_strdup(address), .fd = -1};
    return upload;
}

void web_upload_close(struct web_upload *upload)
{
    if (!upload)
        return;
    if (upload->fd >= 0)
        close(upload->fd);
    g_free(upload->address);
    g_free(upload);
}

bool web_upload_file(struct web_upload *upload, const char *path, GError **error)
{
    upload->fd = open(path, O_RDONLY | O_CLOEXEC);
    upload->size = upload->fd >= 0 ? lseek(upload->fd, 0, SEEK_END) : -1;
    if (upload->size >= 0)
        return true;
    error_set_errno(error, errno, "%s", path);
    return false;
}

static bool read_file(gpointer data, gint64 offset, char *buffer, gsize size, gsize *out_read,
                      GError **error)
{
    const struct web_upload *upload = data;
    ssize_t count = -1;
    do
        count = pread(upload->fd, buffer, size, offset);
    while (count < 0 && errno == EINTR);
    *out_read = count > 0 ? (gsize)count : 0;
    if (count < 0)
        error_set_errno(error, errno, "what is to be uploaded can't be read");
    return count >= 0;
}

static bool put(struct web_upload *upload, struct http_response *out, GError **error)
{
    const struct storage_context *context = upload->web->context;
    const char *type = context->option(context, "content_type");
    AUTO(http_headers) headers = http_headers_new();
    http_headers_add(headers, "Content-Type", type ? type : "application/octet-stream");
    const struct http_request request = {
        .method = "PUT",
        .address = upload->address,
        .headers = headers,
        .body = {.length = upload->size, .read = read_file, .read_data = upload},
    };
    return web_send(upload->web, &request, out, error);
}

/* What is there now is what was sent. Who may only put (an address that is signed for that) isn't
 * told. */
static bool look(struct web_upload *upload, struct file_identity **out, GError **error)
{
    g_autoptr(GPtrArray) found = file_identities_new();
    g_autoptr(GError) untold = NULL;
    const bool is_told = web_find(upload->web, upload->address, found, &untold);
    const struct file_identity *there = is_told ? g_ptr_array_index(found, 0) : NULL;
    g_autofree char *shown = http_address_shown(upload->address);
    if (untold && error_kind(untold) == ERROR_CANCELLED) {
        g_propagate_error(error, g_steal_pointer(&untold));
        return false;
    }
    if (there && there->size != upload->size) {
        error_set(error, ERROR_DATA,
                  "%s: what is there (%" G_GINT64_FORMAT " bytes) is not what was sent "
                  "(%" G_GINT64_FORMAT " bytes)",
                  shown, there->size, upload->size);
        return false;
    }
    const struct file_identity sent = {
        .path = upload->address, .size = upload->size, .version = (char[]){""}};
    *out = file_identity_copy(there ? there : &sent);
    return true;
}

bool web_upload_commit(struct web_upload *upload, struct file_identity **out, GError **error)
{
    const struct storage_context *context = upload->web->context;
    struct http_response response = {0};
    const bool sent = put(upload, &response, error);
    http_response_clear(&response);
    if (sent)
        context->moved(context, upload->size);
    return sent && look(upload, out, error);
}
