/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its response on one of the client's channels. Inside of this folder only. */
#pragma once

#include "connect/http/client.h"

#include <curl/curl.h>

/* What a request is sent through, with the connections that are kept. One thread's at a time. */
struct channel {
    CURLM *multi;
    CURL *easy;
};

struct channel *channel_new(void);
void channel_free(gpointer channel);

/* What of the settings a transfer needs; texts are those of the client. */
struct transfer_rules {
    char *user_agent;
    char *ca_bundle;
    char *proxy;
    gint64 connect_timeout_ms, stall_timeout_ms;
    bool (*is_cancelled)(gconstpointer cancel_data);
    gconstpointer cancel_data;
};

/* One exchange without redirections. */
struct exchange {
    const struct transfer_rules *rules;
    const struct http_request *request;
    const char *address; /* where to */
    bool with_credentials;
    gint64 deadline; /* monotonic; 0: none */
};

bool transfer_run(struct channel *channel, const struct exchange *exchange,
                  struct http_response *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
