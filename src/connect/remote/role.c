/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/role.h"

#include "base/secret.h"
#include "connect/http/client.h"
#include "connect/remote/answer.h"
#include "connect/remote/encode.h"

#include <jansson.h>
#include <string.h>

enum { CONNECT_MS = 1000, ANSWER_MS = 5000 };

#define CONTAINER_HOST "http://169.254.170.2"
#define INSTANCE_HOST "http://169.254.169.254"

static const char *variable(const struct storage_context *context, const char *name)
{
    const char *text = context->environment(context, name);
    return text && *text ? text : NULL;
}

static struct http_client *client_new(const struct storage_context *context, GError **error)
{
    const struct http_settings settings = {
        .connect_timeout_ms = CONNECT_MS,
        .stall_timeout_ms = ANSWER_MS,
        .timeout_ms = ANSWER_MS,
        .ca_bundle = context->option(context, "ca_bundle"),
        .is_cancelled = context->is_cancelled,
        .cancel_data = context,
    };
    return http_client_new(&settings, error);
}

/* One request with a header of its own (name NULL: none). The body as a text, NULL after an error.
 */
static char *ask(struct http_client *client, const char *method, const char *address,
                 const char *name, const char *value, GError **error)
{
    AUTO(http_headers) headers = http_headers_new();
    if (name)
        http_headers_add(headers, name, value);
    const struct http_request request = {
        .method = method, .address = address, .credentials = headers};
    struct http_response response = {0};
    char *text = NULL;
    if (http_send(client, &request, &response, error) && http_check(&response, address, error))
        text = g_strndup(response.body ? (const char *)response.body->data : "",
                         response.body ? response.body->len : 0);
    http_response_clear(&response);
    return text;
}

static gint64 time_of(const char *text)
{
    g_autoptr(GDateTime) time = text ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    return time ? g_date_time_to_unix(time) * G_USEC_PER_SEC : 0;
}

static char *text_of(const json_t *object, const char *name)
{
    return g_strdup(json_string_value(json_object_get(object, name)));
}

/* What agents of containers and instances answer. */
static bool take_json(const char *text, const char *where, struct credentials *out, GError **error)
{
    json_t *answer = json_loads(text, 0, NULL);
    g_autofree char *expires = text_of(answer, "Expiration");
    *out = (struct credentials){
        .access_key = text_of(answer, "AccessKeyId"),
        .secret_key = text_of(answer, "SecretAccessKey"),
        .token = text_of(answer, "Token"),
        .expires_us = time_of(expires),
    };
    json_decref(answer);
    if (out->access_key && out->secret_key)
        return true;
    credentials_clear(out);
    error_set(error, ERROR_PERMISSION, "%s gives no credentials", where);
    return false;
}

static char *read_token(const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, &failure))
        error_set(error, ERROR_USAGE, "the token can't be read: %s", failure->message);
    return text ? g_strstrip(text) : NULL;
}

static char *sts_address(const struct storage_context *context)
{
    const char *endpoint = variable(context, "AWS_ENDPOINT_URL_STS");
    g_autofree char *region = credentials_region(context);
    if (endpoint)
        return g_strdup(endpoint);
    return region ? g_strdup_printf("https://sts.%s.amazonaws.com/", region)
                  : g_strdup("https://sts.amazonaws.com/");
}

static char *sts_form(const struct storage_context *context, const char *role, const char *token)
{
    const char *session = variable(context, "AWS_ROLE_SESSION_NAME");
    const struct query_item items[] = {
        {"Action", "AssumeRoleWithWebIdentity"},
        {"RoleArn", role},
        {"RoleSessionName", session ? session : "sqlflow"},
        {"Version", "2011-06-15"},
        {"WebIdentityToken", token},
    };
    return query_encode(items, G_N_ELEMENTS(items));
}

/* In the body: addresses are logged on their way, and the token is a secret. */
static char *ask_sts(const struct storage_context *context, const char *form, GError **error)
{
    AUTO(http_client) client = client_new(context, error);
    AUTO(http_headers) headers = http_headers_new();
    g_autofree char *address = sts_address(context);
    http_headers_add(headers, "Content-Type", "application/x-www-form-urlencoded");
    const struct http_request request = {
        .method = "POST",
        .address = address,
        .headers = headers,
        .body = {.data = form, .length = (gint64)strlen(form)},
    };
    struct http_response response = {0};
    char *text = NULL;
    if (client && http_send(client, &request, &response, error) &&
        http_check(&response, "AssumeRoleWithWebIdentity", error))
        text = g_strndup((const char *)response.body->data, response.body->len);
    http_response_clear(&response);
    return text;
}

bool role_from_web_identity(const struct storage_context *context, struct credentials *out,
                            GError **error)
{
    const char *path = variable(context, "AWS_WEB_IDENTITY_TOKEN_FILE");
    const char *role = variable(context, "AWS_ROLE_ARN");
    if (!path || !role)
        return true;
    char *token = read_token(path, error);
    char *form = token ? sts_form(context, role, token) : NULL;
    g_autofree char *answer = form ? ask_sts(context, form, error) : NULL;
    secret_free(token);
    secret_free(form);
    if (!answer)
        return false;
    const GByteArray body = {.data = (guint8 *)answer, .len = (guint)strlen(answer)};
    g_autofree char *expires = s3_element_read(&body, "Expiration");
    *out = (struct credentials){
        .access_key = s3_element_read(&body, "AccessKeyId"),
        .secret_key = s3_element_read(&body, "SecretAccessKey"),
        .token = s3_element_read(&body, "SessionToken"),
        .expires_us = time_of(expires),
    };
    if (out->access_key && out->secret_key)
        return true;
    credentials_clear(out);
    error_set(error, ERROR_PERMISSION, "AssumeRoleWithWebIdentity gives no credentials");
    return false;
}

/* Secrets go over http to the machine itself or its link only. */
static bool check_container_address(const char *address, GError **error)
{
    static const char *const fine[] = {
        "https://",     "http://127.0.0.1",      "http://localhost",     "http://[::1]",
        CONTAINER_HOST, "http://169.254.170.23", "http://[fd00:ec2::23]"};
    for (gsize i = 0; i < G_N_ELEMENTS(fine); i++) {
        const char end = address[strlen(fine[i])];
        if (g_str_has_prefix(address, fine[i]) && (i == 0 || end == ':' || end == '/'))
            return true;
    }
    error_set(error, ERROR_USAGE,
              "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor this machine");
    return false;
}

static char *container_token(const struct storage_context *context, GError **error)
{
    const char *path = variable(context, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    return path ? read_token(path, error)
                : g_strdup(variable(context, "AWS_CONTAINER_AUTHORIZATION_TOKEN"));
}

bool role_from_container(const struct storage_context *context, struct credentials *out,
                         GError **error)
{
    const char *full = variable(context, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    const char *relative = variable(context, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    if (!full && !relative)
        return true;
    g_autofree char *address =
        relative ? g_strconcat(CONTAINER_HOST, relative, NULL) : g_strdup(full);
    g_autoptr(GError) failure = NULL;
    g_autofree char *token = container_token(context, &failure);
    AUTO(http_client)
    client = !failure && check_container_address(address, &failure) ? client_new(context, &failure)
                                                                    : NULL;
    char *answer =
        client ? ask(client, "GET", address, token ? "Authorization" : NULL, token, &failure)
               : NULL;
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    const bool taken = answer && take_json(answer, "the container's agent", out, error);
    secret_free(answer);
    return taken;
}

/* The name of the instance's role, one line. */
static char *instance_role(struct http_client *client, const char *base, const char *token,
                           GError **error)
{
    g_autofree char *names = ask(client, "GET", base, "X-aws-ec2-metadata-token", token, error);
    return names ? g_strndup(names, strcspn(names, "\r\n")) : NULL;
}

bool role_from_instance(const struct storage_context *context, struct credentials *out,
                        GError **error)
{
    const char *off = variable(context, "AWS_EC2_METADATA_DISABLED");
    const char *given = variable(context, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (off && g_ascii_strcasecmp(off, "true") == 0)
        return true;
    AUTO(http_client) client = client_new(context, error);
    if (!client)
        return false;
    g_autofree char *host = g_strdup(given ? given : INSTANCE_HOST);
    if (g_str_has_suffix(host, "/"))
        host[strlen(host) - 1] = '\0';
    g_autofree char *token_address = g_strconcat(host, "/latest/api/token", NULL);
    g_autofree char *base = g_strconcat(host, "/latest/meta-data/iam/security-credentials/", NULL);
    g_autoptr(GError) absent = NULL;
    g_autofree char *token =
        ask(client, "PUT", token_address, "X-aws-ec2-metadata-token-ttl-seconds", "21600", &absent);
    g_autofree char *role = token ? instance_role(client, base, token, &absent) : NULL;
    if (g_error_matches(absent, SQLFLOW_ERROR, ERROR_CANCELLED)) {
        g_propagate_error(error, g_steal_pointer(&absent));
        return false;
    }
    if (!role || !*role)
        return true;
    g_autofree char *encoded = uri_encode(role, false);
    g_autofree char *address = g_strconcat(base, encoded, NULL);
    char *answer = ask(client, "GET", address, "X-aws-ec2-metadata-token", token, error);
    const bool taken = answer && take_json(answer, "the instance's metadata", out, error);
    secret_free(answer);
    return taken;
}
