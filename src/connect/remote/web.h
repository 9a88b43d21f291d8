/* SPDX-License-Identifier: Apache-2.0 */
/* http:// and https:// as a storage: files at addresses, read only. The functions are those of
 * connect/storage/class.h. */
#pragma once

#include "connect/storage/class.h"

struct web;

struct web *web_new(const struct storage_context *context, GError **error);
void web_free(struct web *web);

bool web_find(struct web *web, const char *address, GPtrArray *identities, GError **error);
bool web_fetch_files(struct web *web, const GPtrArray *identities, const GPtrArray *paths,
                     GError **error);
bool web_fetch(struct web *web, const struct file_identity *identity,
               const struct byte_range *ranges, guint count, int fd, GError **error);
