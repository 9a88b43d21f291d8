/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An API as the options describe it: where it is, who asks, how often. All requests of the
 * connector go through api_send: it keeps to the rate, proves who asks, tries again.
 *
 * Invariant: what proves who asks goes to the origin of `address` only, or to the token's address.
 *
 * Threads: once it is initialised any number may send at the same time.
 */
#pragma once

#include "connect/http/client.h"
#include "sqlflow/connector.h"

#include <pthread.h>

struct auth;

struct api {
    const struct sqlflow_host *host;
    const struct sqlflow_context *context;
    struct http_client *client;
    char *address; /* with the params */
    const char *method;
    struct http_headers *headers;
    struct auth *auth;
    guint tries;
    gint64 shortest_us;   /* wait before another try */
    gint64 interval_us;   /* between two requests; 0: any */
    gint *retried;        /* atomic: how many requests were sent again */
    pthread_mutex_t lock; /* guards `next_us` */
    gint64 next_us;       /* when a request may be sent; monotonic */
};

/* Reads the options. ERROR_USAGE. To be cleared in any case. */
bool api_init(struct api *api, const struct sqlflow_call *call,
              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void api_clear(struct api *api);

/* ERROR_USAGE: it is no name of a header. */
bool api_check_header(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

const char *api_option(const struct api *api, const char *name);
/* A number or duration that has a default. */
gint64 api_number(const struct api *api, const char *name);

struct api_request {
    const char *method;
    const char *address;
    const struct http_headers *headers; /* besides those of the options; or NULL */
    const char *body;                   /* or NULL */
    gsize length;
    guint redirections;
};

/* Sends until there is an answer with status 2xx and without an error in it (`error_path`). What
 * may be over the next time is tried again as often as the call allows; then the error says so.
 * `out` is to be cleared in any case; a NUL stands behind its body. */
bool api_send(struct api *api, const struct api_request *request, struct http_response *out,
              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks for a page of a source by api_send, with its method; redirections are followed. `body` may
 * be NULL. */
bool api_ask(struct api *api, const char *address, const char *body, struct http_response *out,
             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts before an error which answer it is that can't be read, and what it says when it isn't even
 * like JSON: a page that asks for a login, for example. */
void api_name_answer(const struct http_response *response, GError **error);

/* As api_send for any answer, once: is the API there, and does it know who asks? */
bool api_reach(struct api *api, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes how many requests were sent again. */
void api_tell(const struct api *api);

/* Hands an error on, takes it over; false. */
bool api_fail(const struct sqlflow_host *host, struct sqlflow_error *out, GError *failure);

/* With another parameter behind it, percent-encoded. The caller's. */
char *address_with(const char *address, const char *name, const char *value);
/* The same parameter is there already. */
bool address_has(const char *address, const char *name);
