/* SPDX-License-Identifier: Apache-2.0 */
/* What S3 means by a status and an <Error>. */
#pragma once

#include "connect/remote/s3.h"

/* The response is what the request asked for. Else an error whose code is S3's own ("NoSuchKey"),
 * or the status where there is none. */
bool failure_check(const struct s3_request *request, const struct http_response *response,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
