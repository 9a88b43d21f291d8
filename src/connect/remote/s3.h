/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to S3 and what speaks its language: signed, tried again where that can help, their
 * failures told by kind.
 *
 * Threads: any number may send at the same time.
 */
#pragma once

#include "connect/http/client.h"
#include "connect/remote/credentials.h"
#include "connect/remote/encode.h"

#include <pthread.h>

enum {
    S3_MIN_PART = 5 * 1024 * 1024,
    S3_MAX_PARTS = 10000,
};

struct s3 {
    const struct storage_context *context;
    struct http_client *client;
    struct http_client *starter; /* for what has to be known, though a cancel comes */
    struct http_client *closer;  /* for what is said after a cancel */
    char *scheme;                /* "https" */
    char *host;                  /* of the endpoint, with its port */
    char *base_path;             /* of the endpoint, "" or "/x" */
    char *region;
    bool is_path_style; /* always; else by bucket */
    bool is_vhost_style;
    guint concurrency; /* requests at a time that may have a part of `part_size` each */
    bool is_limited;   /* by the user: nor more of smaller ones */
    gint64 part_size;
    gint retries;         /* atomic: how many requests were sent again */
    pthread_mutex_t lock; /* guards the one below */
    struct credentials credentials;
};

/* "s3://bucket/key", taken apart. Keys are the user's bytes: nothing in them is decoded. */
struct s3_place {
    char *bucket;
    char *key; /* "" */
};

/* ERROR_USAGE: options or the environment are wrong. */
struct s3 *s3_new(const struct storage_context *context, GError **error);
void s3_free(struct s3 *s3);

/* How many requests run at a time whose bodies have at most `largest` bytes: what is small waits
 * for answers, not for the line. */
guint s3_requests(const struct s3 *s3, gint64 largest);
DEFINE_AUTO(s3, s3_free);

/* ERROR_USAGE: there is no bucket, or its name is none. */
bool s3_place_init(struct s3_place *place, const char *address,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void s3_place_clear(struct s3_place *place);
/* The caller's. */
char *s3_address(const char *bucket, const char *key);

/* Where a bucket (NULL: none) is asked for: with it in the name or not. The caller's. */
char *s3_host(const struct s3 *s3, const char *bucket);

struct s3_request {
    const char *method;
    const char *bucket; /* NULL: of the account */
    const char *key;    /* NULL: of the bucket */
    const struct query_item *query;
    guint query_count;
    const struct http_headers *headers; /* besides those that each request has; or NULL */
    struct http_body body;              /* `data` alone */
    struct http_sink sink;
    guint wanted_status;  /* 0: any of 200 to 299; another one is an error */
    bool may_be_missing;  /* 404 is an answer, too */
    bool may_fail_inside; /* an <Error> within a 200 is a failure */
    bool is_starting;     /* a cancel doesn't end it, since it makes what has to be ended */
    bool is_closing;      /* once, quickly, and also after a cancel */
};

/* `out` is to be cleared in any case. What a retry mends was tried again. */
bool s3_send(struct s3 *s3, const struct s3_request *request, struct http_response *out,
             GError **error) G_GNUC_WARN_UNUSED_RESULT;
