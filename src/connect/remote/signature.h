/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 4 in the Authorization header, as S3 wants it: the path is encoded once and
 * never normalised (docs.aws.amazon.com, "Authenticating Requests (AWS Signature Version 4)").
 *
 * Ours and not libcurl's: that of Debian 12 signs a host without its port.
 */
#pragma once

#include "connect/http/client.h"

#include <glib.h>

/* Who signs, for what. */
struct signer {
    const char *access_key;
    const char *secret_key;
    const char *region;
    const char *service; /* "s3" */
};

struct signature_request {
    const char *method;
    const char *path;                   /* encoded (uri_encode) */
    const char *query;                  /* encoded and sorted (query_encode), or "" */
    const struct http_headers *headers; /* all are signed; Host is among them */
    const char *payload;                /* SHA-256 of the body in hex */
    const char *time;                   /* "20150830T123600Z", as in x-amz-date */
};

/* The value of Authorization. The caller's. */
char *signature_authorization(const struct signer *signer, const struct signature_request *request);

/* SHA-256 of nothing, in hex. */
#define SIGNATURE_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
