/* SPDX-License-Identifier: Apache-2.0 */
/* http:// and https:// as a storage: files at addresses, written by PUT. The functions are those of
 * connect/storage/class.h. */
#pragma once

#include "connect/http/client.h"
#include "connect/storage/class.h"

struct web {
    const struct storage_context *context;
    struct http_client *client;
    guint concurrency;
};

struct web *web_new(const struct storage_context *context, GError **error);
void web_free(struct web *web);

bool web_find(struct web *web, const char *address, GPtrArray *identities, GError **error);
bool web_fetch_files(struct web *web, const GPtrArray *identities, const GPtrArray *paths,
                     GError **error);
bool web_fetch(struct web *web, const struct file_identity *identity,
               const struct byte_range *ranges, guint count, int fd, GError **error);

/* Sends a request until it is answered by what is wanted, or a retry can't help. That the file is
 * missing, or that HEAD is refused (400, 401, 403, 405, 501), answers a HEAD. `out` is to be
 * cleared in any case. */
bool web_send(struct web *web, const struct http_request *request, struct http_response *out,
              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A file is sent by the commit, in one request: until then nothing has happened. */
struct web_upload;
struct web_upload *web_upload_open(struct web *web, const char *address);
bool web_upload_file(struct web_upload *upload, const char *path, GError **error);
bool web_upload_commit(struct web_upload *upload, struct file_identity **out, GError **error);
void web_upload_close(struct web_upload *upload);
