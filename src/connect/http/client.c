/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/http/address.h"
#include "connect/http/transfer.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    STALL_TIMEOUT_MS = 60 * 1000,
};

struct http_client {
    struct transfer_rules rules;
    gint64 timeout_ms;
    pthread_mutex_t lock; /* guards `idle` */
    GPtrArray *idle;      /* struct channel; the one that was used last stands last */
};

static bool check_bundle(const char *path, GError **error)
{
    if (!path || access(path, R_OK) == 0)
        return true;
    error_set(error, ERROR_USAGE, "the CA bundle '%s' can't be read", path);
    return false;
}

struct http_client *http_client_new(const struct http_settings *settings, GError **error)
{
    if (!check_bundle(settings->ca_bundle, error))
        return NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        error_set(error, ERROR_SYSTEM, "libcurl can't be initialised");
        return NULL;
    }
    struct http_client *client = g_new0(struct http_client, 1);
    const char *agent = settings->user_agent ? settings->user_agent : "sqlflow/" SQLFLOW_VERSION;
    client->rules = (struct transfer_rules){
        .user_agent = g_strdup(agent),
        .ca_bundle = g_strdup(settings->ca_bundle),
        .proxy = g_strdup(settings->proxy ? settings->proxy : ""),
        .connect_timeout_ms =
            settings->connect_timeout_ms ? settings->connect_timeout_ms : CONNECT_TIMEOUT_MS,
        .stall_timeout_ms =
            settings->stall_timeout_ms ? settings->stall_timeout_ms : STALL_TIMEOUT_MS,
        .is_cancelled = settings->is_cancelled,
        .cancel_data = settings->cancel_data,
    };
    client->timeout_ms = settings->timeout_ms;
    client->idle = g_ptr_array_new_with_free_func(channel_free);
    pthread_mutex_init(&client->lock, NULL);
    return client;
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    g_ptr_array_unref(client->idle);
    pthread_mutex_destroy(&client->lock);
    g_free(client->rules.user_agent);
    g_free(client->rules.ca_bundle);
    g_free(client->rules.proxy);
    g_free(client);
    curl_global_cleanup();
}

static struct channel *take_channel(struct http_client *client)
{
    pthread_mutex_lock(&client->lock);
    struct channel *channel =
        client->idle->len > 0 ? g_ptr_array_steal_index(client->idle, client->idle->len - 1) : NULL;
    pthread_mutex_unlock(&client->lock);
    return channel ? channel : channel_new();
}

static void give_channel(struct http_client *client, struct channel *channel)
{
    pthread_mutex_lock(&client->lock);
    g_ptr_array_add(client->idle, channel);
    pthread_mutex_unlock(&client->lock);
}

static bool has_method(const struct http_request *request, const char *method)
{
    return strcmp(request->method ? request->method : "GET", method) == 0;
}

static bool is_redirection(const struct http_response *response)
{
    static const guint statuses[] = {301, 302, 303, 307, 308};
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (response->status == statuses[i])
            return http_headers_get(response->headers, "Location") != NULL;
    return false;
}

/* Where the response leads, when that may be followed; NULL without an error: it is the answer. */
static char *next_address(const struct exchange *exchange, const struct http_response *response,
                          GError **error)
{
    const struct http_request *request = exchange->request;
    const bool is_plain = has_method(request, "GET") || has_method(request, "HEAD");
    if (!is_redirection(response) || (!is_plain && response->status < 307))
        return NULL;
    g_autofree char *next =
        address_resolve(exchange->address, http_headers_get(response->headers, "Location"));
    g_autofree char *shown = http_address_shown(next ? next : "");
    g_autofree char *what = http_address_shown(exchange->address);
    if (!next)
        http_fail(response, ERROR_DATA, what, "it leads to something that is no address", error);
    else if (address_is_downgrade(exchange->address, next))
        error_set(error, ERROR_PERMISSION, "%s leads to %s, without encryption: it is not followed",
                  what, shown);
    else if (is_plain || http_same_origin(request->address, next))
        return g_steal_pointer(&next);
    return NULL;
}

/* Too many redirections were followed: they may well go round in a circle. */
static bool fail_circle(const struct exchange *exchange, const struct http_response *response,
                        GError **error)
{
    g_autofree char *what = http_address_shown(exchange->request->address);
    g_autofree char *message =
        g_strdup_printf("it leads on after %u redirections", exchange->request->redirections);
    http_fail(response, ERROR_USAGE, what, message, error);
    return false;
}

static bool follow(struct channel *channel, struct exchange *exchange, struct http_response *out,
                   GError **error)
{
    g_autofree char *address = g_strdup(exchange->request->address);
    for (guint left = exchange->request->redirections;; left--) {
        GError *failure = NULL;
        exchange->address = address;
        exchange->with_credentials = http_same_origin(exchange->request->address, address);
        http_response_clear(out);
        if (!transfer_run(channel, exchange, out, error))
            return false;
        g_autofree char *next = left > 0 ? next_address(exchange, out, &failure) : NULL;
        if (failure) {
            g_propagate_error(error, failure);
            return false;
        }
        if (!next)
            return left > 0 || exchange->request->redirections == 0 || !is_redirection(out) ||
                   fail_circle(exchange, out, error);
        g_free(address);
        address = g_steal_pointer(&next);
    }
}

bool http_send(struct http_client *client, const struct http_request *request,
               struct http_response *out, GError **error)
{
    struct exchange exchange = {
        .rules = &client->rules,
        .request = request,
        .deadline = client->timeout_ms ? g_get_monotonic_time() + client->timeout_ms * 1000 : 0,
    };
    *out = (struct http_response){0};
    struct channel *channel = take_channel(client);
    const bool done = follow(channel, &exchange, out, error);
    give_channel(client, channel);
    return done;
}
