/* SPDX-License-Identifier: Apache-2.0 */
/* One export to S3. The functions are those of connect/storage/class.h. */
#pragma once

#include "connect/remote/multipart.h"

struct s3_upload;

/* `lanes`: how many parts are under way at a time. */
struct s3_upload *s3_upload_open(struct s3 *s3, const char *address, guint lanes, GError **error);
bool s3_upload_feed(struct s3_upload *upload, int pipe, gint *is_ended, GError **error);
bool s3_upload_file(struct s3_upload *upload, const char *path, GError **error);
bool s3_upload_commit(struct s3_upload *upload, struct file_identity **out, GError **error);
void s3_upload_close(struct s3_upload *upload);

bool s3_put_files(struct s3 *s3, const GPtrArray *paths, const GPtrArray *addresses,
                  GError **error);
