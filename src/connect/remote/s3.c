/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/s3.h"

#include "connect/http/sha256.h"
#include "connect/remote/failure.h"
#include "connect/remote/parallel.h"
#include "connect/remote/retry.h"
#include "connect/remote/signature.h"

#include <string.h>

enum {
    TIME_LENGTH = 32,
    LONGEST_BUCKET = 255,
    STARTING_MS = 10 * 1000,
    CLOSING_MS = 2000,
    SMALL_REQUESTS = 64,
    SMALL_BYTES = 1024 * 1024,
};

#define USUAL_REGION "us-east-1"

bool s3_place_init(struct s3_place *place, const char *address, GError **error)
{
    const char *bucket = address + strlen("s3://");
    const gsize length = strcspn(bucket, "/");
    g_autofree char *name = g_strndup(bucket, length);
    const bool is_name = length > 0 && length <= LONGEST_BUCKET &&
                         strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-_") == length &&
                         *name != '.' && *name != '-';
    if (!is_name) {
        error_set(error, ERROR_USAGE, "'%s' names no bucket: s3://BUCKET/KEY", address);
        return false;
    }
    *place = (struct s3_place){
        .bucket = g_steal_pointer(&name),
        .key = g_strdup(bucket[length] ? bucket + length + 1 : ""),
    };
    return true;
}

void s3_place_clear(struct s3_place *place)
{
    g_clear_pointer(&place->bucket, g_free);
    g_clear_pointer(&place->key, g_free);
}

char *s3_address(const char *bucket, const char *key)
{
    return g_strconcat("s3://", bucket, "/", key, NULL);
}

/* Before a number no bucket can stand. */
static bool check_style(const struct s3 *s3, GError **error)
{
    const bool is_bracketed = *s3->host == '[';
    g_autofree char *name = g_strndup(s3->host, strcspn(s3->host, ":"));
    if (!s3->is_vhost_style || !(is_bracketed || g_hostname_is_ip_address(name)))
        return true;
    error_set(error, ERROR_USAGE,
              "\"url_style\" can't be vhost where the endpoint is a number (%s): the bucket is a "
              "part of the host's name",
              s3->host);
    return false;
}

/* "https://host:port/base": scheme, host and base path. */
static bool take_endpoint(struct s3 *s3, const char *endpoint, bool use_ssl, GError **error)
{
    const char *colon = strstr(endpoint, "://");
    const char *host = colon ? colon + strlen("://") : endpoint;
    const gsize length = strcspn(host, "/");
    s3->scheme =
        colon ? g_ascii_strdown(endpoint, colon - endpoint) : g_strdup(use_ssl ? "https" : "http");
    s3->host = g_strndup(host, length);
    s3->base_path = g_strdup(host + length);
    while (g_str_has_suffix(s3->base_path, "/"))
        s3->base_path[strlen(s3->base_path) - 1] = '\0';
    const bool is_known = strcmp(s3->scheme, "https") == 0 || strcmp(s3->scheme, "http") == 0;
    if (is_known && length > 0 && !strpbrk(s3->host, "@?#") && !strpbrk(s3->base_path, "?#"))
        return check_style(s3, error);
    error_set(error, ERROR_USAGE, "the endpoint of S3 is no address such as https://host:port");
    return false;
}

static bool find_endpoint(struct s3 *s3, GError **error)
{
    static const char *const variables[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};
    const struct storage_context *context = s3->context;
    const bool use_ssl = g_strcmp0(context->option(context, "use_ssl"), "false") != 0;
    const char *endpoint = context->option(context, "endpoint");
    for (gsize i = 0; i < G_N_ELEMENTS(variables) && !endpoint; i++) {
        endpoint = context->environment(context, variables[i]);
        endpoint = endpoint && *endpoint ? endpoint : NULL;
    }
    const char *style = context->option(context, "url_style");
    s3->is_path_style = g_strcmp0(style, "path") == 0 || (endpoint && g_strcmp0(style, "vhost"));
    s3->is_vhost_style = g_strcmp0(style, "vhost") == 0;
    if (endpoint)
        return take_endpoint(s3, endpoint, use_ssl, error);
    s3->scheme = g_strdup(use_ssl ? "https" : "http");
    s3->host = g_strdup_printf("s3.%s.amazonaws.com", s3->region);
    s3->base_path = g_strdup("");
    return true;
}

static gint64 number_option(const struct storage_context *context, const char *name, gint64 usual)
{
    const char *text = context->option(context, name);
    return text ? g_ascii_strtoll(text, NULL, 10) : usual;
}

/* One for all, and two that no cancel ends. */
static bool make_clients(struct s3 *s3, GError **error)
{
    const struct storage_context *context = s3->context;
    const char *option = context->option(context, "ca_bundle");
    const char *ca_bundle = option ? option : context->environment(context, "AWS_CA_BUNDLE");
    const struct http_settings usual = {
        .ca_bundle = ca_bundle,
        .is_cancelled = context->is_cancelled,
        .cancel_data = context,
    };
    const struct http_settings starting = {
        .ca_bundle = ca_bundle,
        .timeout_ms = STARTING_MS,
    };
    const struct http_settings closing = {
        .ca_bundle = ca_bundle,
        .connect_timeout_ms = CLOSING_MS,
        .timeout_ms = CLOSING_MS,
    };
    s3->client = http_client_new(&usual, error);
    s3->starter = s3->client ? http_client_new(&starting, error) : NULL;
    s3->closer = s3->starter ? http_client_new(&closing, error) : NULL;
    return s3->closer != NULL;
}

static bool configure(struct s3 *s3, GError **error)
{
    const struct storage_context *context = s3->context;
    const char *region = context->option(context, "region");
    s3->region = region ? g_strdup(region) : credentials_region(context);
    if (!s3->region)
        s3->region = g_strdup(USUAL_REGION);
    s3->concurrency = (guint)number_option(context, "max_concurrency", USUAL_REQUESTS);
    s3->is_limited = context->option(context, "max_concurrency") != NULL;
    s3->part_size = number_option(context, "part_size", S3_MIN_PART);
    return find_endpoint(s3, error) && make_clients(s3, error);
}

struct s3 *s3_new(const struct storage_context *context, GError **error)
{
    AUTO(s3) s3 = g_new0(struct s3, 1);
    s3->context = context;
    pthread_mutex_init(&s3->lock, NULL);
    return configure(s3, error) ? g_steal_pointer(&s3) : NULL;
}

guint s3_requests(const struct s3 *s3, gint64 largest)
{
    return s3->is_limited || largest > SMALL_BYTES ? s3->concurrency : SMALL_REQUESTS;
}

void s3_free(struct s3 *s3)
{
    if (!s3)
        return;
    http_client_free(s3->client);
    http_client_free(s3->starter);
    http_client_free(s3->closer);
    credentials_clear(&s3->credentials);
    pthread_mutex_destroy(&s3->lock);
    g_free(s3->scheme);
    g_free(s3->host);
    g_free(s3->base_path);
    g_free(s3->region);
    g_free(s3);
}

/* A bucket with a dot has no certificate as a host, and one that is no host's name can't be one. */
static bool is_in_host(const struct s3 *s3, const char *bucket)
{
    if (!bucket || s3->is_path_style)
        return false;
    const gsize plain = strspn(bucket, G_CSET_a_2_z G_CSET_DIGITS "-");
    return s3->is_vhost_style || bucket[plain] == '\0';
}

/* Where a request goes: host and encoded path. */
struct target {
    char *host;
    char *path;
};

char *s3_host(const struct s3 *s3, const char *bucket)
{
    return is_in_host(s3, bucket) ? g_strconcat(bucket, ".", s3->host, NULL) : g_strdup(s3->host);
}

static struct target target_of(const struct s3 *s3, const struct s3_request *request)
{
    const bool in_host = is_in_host(s3, request->bucket);
    g_autofree char *key = request->key ? uri_encode(request->key, true) : NULL;
    const bool in_path = request->bucket && !in_host;
    return (struct target){
        .host = s3_host(s3, request->bucket),
        .path = g_strconcat(s3->base_path, in_path ? "/" : "", in_path ? request->bucket : "",
                            key || !in_path ? "/" : "", key, NULL),
    };
}

static bool copy_credentials(struct s3 *s3, struct credentials *out, GError **error)
{
    pthread_mutex_lock(&s3->lock);
    bool has = true;
    if (credentials_are_stale(&s3->credentials)) {
        credentials_clear(&s3->credentials);
        has = credentials_find(s3->context, &s3->credentials, error);
    }
    *out = (struct credentials){
        .access_key = g_strdup(s3->credentials.access_key),
        .secret_key = g_strdup(s3->credentials.secret_key),
        .token = g_strdup(s3->credentials.token),
    };
    pthread_mutex_unlock(&s3->lock);
    return has;
}

static void copy_headers(struct http_headers *to, const struct http_headers *from)
{
    for (guint i = 0; i < http_headers_count(from); i++) {
        const char *name = NULL;
        const char *value = NULL;
        http_headers_at(from, i, &name, &value);
        http_headers_add(to, name, value);
    }
}

/* One try: what is signed. */
struct signing {
    struct target target;
    char *query;
    char *payload;
    char time[TIME_LENGTH];
    struct http_headers *headers;
    struct http_headers *authorization;
};

static void signing_clear(struct signing *signing)
{
    g_free(signing->target.host);
    g_free(signing->target.path);
    g_free(signing->query);
    g_free(signing->payload);
    http_headers_free(signing->headers);
    http_headers_free(signing->authorization);
}

static char *payload_of(const struct http_body *body)
{
    return body->data ? sha256_hex(body->data, (gsize)body->length) : g_strdup(SIGNATURE_EMPTY);
}

static void sign(const struct s3 *s3, const struct s3_request *request,
                 const struct credentials *credentials, struct signing *signing)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
    g_strlcpy(signing->time, time, sizeof signing->time);
    signing->headers = http_headers_new();
    signing->authorization = http_headers_new();
    http_headers_add(signing->headers, "Host", signing->target.host);
    http_headers_add(signing->headers, "x-amz-date", signing->time);
    http_headers_add(signing->headers, "x-amz-content-sha256", signing->payload);
    if (credentials->token)
        http_headers_add(signing->headers, "x-amz-security-token", credentials->token);
    copy_headers(signing->headers, request->headers);
    const struct signer signer = {credentials->access_key, credentials->secret_key, s3->region,
                                  "s3"};
    const struct signature_request signed_request = {
        .method = request->method,
        .path = signing->target.path,
        .query = signing->query,
        .headers = signing->headers,
        .payload = signing->payload,
        .time = signing->time,
    };
    g_autofree char *authorization = signature_authorization(&signer, &signed_request);
    http_headers_add(signing->authorization, "Authorization", authorization);
}

static bool send_once(struct s3 *s3, const struct s3_request *request, struct signing *signing,
                      struct http_response *out, GError **error)
{
    struct credentials credentials;
    if (!copy_credentials(s3, &credentials, error)) {
        credentials_clear(&credentials);
        return false;
    }
    sign(s3, request, &credentials, signing);
    credentials_clear(&credentials);
    g_autofree char *address =
        g_strconcat(s3->scheme, "://", signing->target.host, signing->target.path,
                    *signing->query ? "?" : "", signing->query, NULL);
    const struct http_request sent = {
        .method = request->method,
        .address = address,
        .headers = signing->headers,
        .credentials = signing->authorization,
        .body = request->body,
        .sink = request->sink,
        .wanted_status = request->wanted_status,
    };
    struct http_client *client = request->is_closing    ? s3->closer
                                 : request->is_starting ? s3->starter
                                                        : s3->client;
    return http_send(client, &sent, out, error) && failure_check(request, out, error);
}

/* New credentials help once, where the old ones have run out. */
static bool drop_expired(struct s3 *s3, const GError *error)
{
    const bool has_expired = g_strcmp0(error_details(error)->code, "ExpiredToken") == 0;
    pthread_mutex_lock(&s3->lock);
    const bool may_help = has_expired && s3->credentials.expires_us > 0;
    if (may_help)
        s3->credentials.expires_us = 1;
    pthread_mutex_unlock(&s3->lock);
    return may_help;
}

/* One more try can help: with new credentials, or a little later. */
static bool tries_again(struct s3 *s3, const struct s3_request *request, struct retry *retry,
                        const GError *failure)
{
    if (request->is_closing)
        return false;
    return drop_expired(s3, failure) ? retry_at_once(retry)
                                     : retry_again(retry, s3->context, failure);
}

bool s3_send(struct s3 *s3, const struct s3_request *request, struct http_response *out,
             GError **error)
{
    struct retry retry = {0};
    g_autofree char *payload = payload_of(&request->body);
    for (;;) {
        g_autoptr(GError) failure = NULL;
        struct signing signing = {
            .target = target_of(s3, request),
            .query = query_encode(request->query, request->query_count),
            .payload = g_strdup(payload),
        };
        *out = (struct http_response){.status = 0};
        const bool sent = send_once(s3, request, &signing, out, &failure);
        signing_clear(&signing);
        if (sent)
            return true;
        if (!tries_again(s3, request, &retry, failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
        g_atomic_int_inc(&s3->retries);
        http_response_clear(out);
    }
}
