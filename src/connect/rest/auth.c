/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/rest/auth.h"

#include "connect/rest/json.h"

#include <string.h>

enum {
    RENEW_EARLY_SECONDS = 30,
    USUAL_LIFE_SECONDS = 300,
    MOST_LIFE_SECONDS = 24 * 3600,
};

struct auth {
    struct http_headers *headers; /* that stay the same */
    const char *parameter;        /* of the address; or NULL */
    const char *value;
    bool has_token;       /* OAuth 2 client credentials */
    pthread_mutex_t lock; /* guards the two below */
    char *token;
    gint64 good_until; /* monotonic */
};

struct scheme {
    const char *type;
    bool (*init)(struct auth *auth, const struct api *api, GError **error);
};

/* Which options belong to which types; without a type the first that is given tells it. */
static const struct {
    const char *option;
    const char *types[3];
} uses[] = {
    {"auth.token", {"bearer"}},
    {"auth.username", {"basic"}},
    {"auth.password", {"basic"}},
    {"auth.key", {"api_key"}},
    {"auth.name", {"api_key"}},
    {"auth.in", {"api_key"}},
    {"auth.token_url", {"oauth2_client_credentials"}},
    {"auth.client_id", {"oauth2_client_credentials"}},
    {"auth.client_secret", {"oauth2_client_credentials"}},
    {"auth.scope", {"oauth2_client_credentials"}},
    {"auth.audience", {"oauth2_client_credentials"}},
    {"auth.send_as", {"oauth2_client_credentials"}},
};

static const char *type_of(const struct api *api)
{
    const char *type = api_option(api, "auth.type");
    for (gsize i = 0; i < G_N_ELEMENTS(uses) && !type; i++)
        if (api_option(api, uses[i].option))
            type = uses[i].types[0];
    return type ? type : "none";
}

static bool check_options(const struct api *api, const char *type, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(uses); i++)
        if (api_option(api, uses[i].option) && !g_strv_contains(uses[i].types, type)) {
            error_set(error, ERROR_USAGE, "'%s' has no effect on auth of type %s", uses[i].option,
                      type);
            return false;
        }
    return true;
}

/* An option that the type needs. */
static const char *needed(const struct api *api, const char *name, GError **error)
{
    const char *text = api_option(api, name);
    if (!text)
        error_set(error, ERROR_USAGE, "auth of type %s needs '%s'", type_of(api), name);
    return text;
}

static void add_basic(struct http_headers *headers, const char *user, const char *password)
{
    g_autofree char *pair = g_strconcat(user, ":", password, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    g_autofree char *value = g_strconcat("Basic ", encoded, NULL);
    http_headers_add(headers, "Authorization", value);
}

static void add_bearer(struct http_headers *headers, const char *token)
{
    g_autofree char *value = g_strconcat("Bearer ", token, NULL);
    http_headers_add(headers, "Authorization", value);
}

static bool init_basic(struct auth *auth, const struct api *api, GError **error)
{
    const char *user = needed(api, "auth.username", error);
    const char *password = user ? needed(api, "auth.password", error) : NULL;
    if (password)
        add_basic(auth->headers, user, password);
    return password != NULL;
}

static bool init_bearer(struct auth *auth, const struct api *api, GError **error)
{
    const char *token = needed(api, "auth.token", error);
    if (token)
        add_bearer(auth->headers, token);
    return token != NULL;
}

static bool init_key(struct auth *auth, const struct api *api, GError **error)
{
    const char *name = api_option(api, "auth.name");
    const char *key = needed(api, "auth.key", error);
    const bool is_parameter = g_strcmp0(api_option(api, "auth.in"), "query") == 0;
    if (key && is_parameter) {
        auth->parameter = name ? name : "api_key";
        auth->value = key;
    } else if (key) {
        http_headers_add(auth->headers, name ? name : "X-API-Key", key);
    }
    return key && (is_parameter || !name || api_check_header(name, error));
}

static bool init_oauth(struct auth *auth, const struct api *api, GError **error)
{
    auth->has_token = true;
    return needed(api, "auth.token_url", error) && needed(api, "auth.client_id", error) &&
           needed(api, "auth.client_secret", error);
}

static bool init_none(struct auth *auth, const struct api *api, GError **error)
{
    (void)auth;
    (void)api;
    (void)error;
    return true;
}

static const struct scheme schemes[] = {
    {"none", init_none},
    {"basic", init_basic},
    {"bearer", init_bearer},
    {"api_key", init_key},
    {"oauth2_client_credentials", init_oauth},
};

struct auth *auth_new(const struct api *api, GError **error)
{
    const char *type = type_of(api);
    if (!check_options(api, type, error))
        return NULL;
    struct auth *auth = g_new0(struct auth, 1);
    auth->headers = http_headers_new();
    pthread_mutex_init(&auth->lock, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (strcmp(schemes[i].type, type) == 0 && schemes[i].init(auth, api, error))
            return auth;
    auth_free(auth);
    return NULL;
}

void auth_free(struct auth *auth)
{
    if (!auth)
        return;
    http_headers_free(auth->headers);
    pthread_mutex_destroy(&auth->lock);
    g_free(auth->token);
    g_free(auth);
}

const char *auth_parameter(const struct auth *auth, const char **out_value)
{
    *out_value = auth->value;
    return auth->parameter;
}

static void append_field(GString *form, const char *name, const char *value)
{
    g_autofree char *escaped = value ? g_uri_escape_string(value, NULL, FALSE) : NULL;
    if (escaped)
        g_string_append_printf(form, "%s%s=%s", form->len ? "&" : "", name, escaped);
}

static char *token_form(const struct api *api, bool with_secret)
{
    GString *form = g_string_new(NULL);
    append_field(form, "grant_type", "client_credentials");
    append_field(form, "scope", api_option(api, "auth.scope"));
    append_field(form, "audience", api_option(api, "auth.audience"));
    append_field(form, "client_id", with_secret ? api_option(api, "auth.client_id") : NULL);
    append_field(form, "client_secret", with_secret ? api_option(api, "auth.client_secret") : NULL);
    return g_string_free(form, FALSE);
}

static bool take_token(struct auth *auth, struct http_response *response, GError **error)
{
    struct json_piece root, token, life;
    g_byte_array_append(response->body, (const guint8 *)"", 1);
    if (!json_check((const char *)response->body->data, response->body->len - 1, &root, error)) {
        g_prefix_error(error, "the answer of auth.token_url: ");
        return false;
    }
    if (!json_find(root, "access_token", &token) || piece_kind(token) != PIECE_TEXT) {
        error_set(error, ERROR_DATA, "the answer of auth.token_url has no access_token");
        return false;
    }
    g_autofree char *text = json_find(root, "expires_in", &life) ? json_text(life) : NULL;
    const gint64 seconds = text ? g_ascii_strtoll(text, NULL, 10) : USUAL_LIFE_SECONDS;
    const gint64 good = CLAMP(seconds - RENEW_EARLY_SECONDS, seconds / 2, MOST_LIFE_SECONDS);
    auth->token = json_text(token);
    auth->good_until = g_get_monotonic_time() + good * G_USEC_PER_SEC;
    return true;
}

static bool fetch_token(struct auth *auth, struct api *api, GError **error)
{
    const bool in_body = g_strcmp0(api_option(api, "auth.send_as"), "basic") != 0;
    AUTO(http_headers) headers = http_headers_new();
    AUTO(http_headers) credentials = http_headers_new();
    g_autofree char *form = token_form(api, in_body);
    http_headers_add(headers, "Content-Type", "application/x-www-form-urlencoded");
    http_headers_add(headers, "Accept", "application/json");
    if (!in_body)
        add_basic(credentials, api_option(api, "auth.client_id"),
                  api_option(api, "auth.client_secret"));
    const struct http_request request = {
        .method = "POST",
        .address = api_option(api, "auth.token_url"),
        .headers = headers,
        .credentials = credentials,
        .body = {.data = form, .length = (gint64)strlen(form)},
    };
    struct http_response response;
    const bool fetched = http_send(api->client, &request, &response, error) &&
                         http_check(&response, "auth.token_url", error) &&
                         take_token(auth, &response, error);
    http_response_clear(&response);
    return fetched;
}

/* The lock is held. */
static bool have_token(struct auth *auth, struct api *api, GError **error)
{
    if (auth->token && g_get_monotonic_time() < auth->good_until)
        return true;
    g_clear_pointer(&auth->token, g_free);
    return fetch_token(auth, api, error);
}

static struct http_headers *copy(const struct http_headers *headers)
{
    struct http_headers *own = http_headers_new();
    for (guint i = 0; i < http_headers_count(headers); i++) {
        const char *name = NULL, *value = NULL;
        http_headers_at(headers, i, &name, &value);
        http_headers_add(own, name, value);
    }
    return own;
}

struct http_headers *auth_headers(struct auth *auth, struct api *api, GError **error)
{
    struct http_headers *headers = copy(auth->headers);
    if (!auth->has_token)
        return headers;
    pthread_mutex_lock(&auth->lock);
    const bool had = have_token(auth, api, error);
    if (had)
        add_bearer(headers, auth->token);
    pthread_mutex_unlock(&auth->lock);
    if (had)
        return headers;
    http_headers_free(headers);
    return NULL;
}

bool auth_renew(struct auth *auth, const struct http_headers *refused)
{
    const char *value = http_headers_get(refused, "Authorization");
    if (!auth->has_token || !value)
        return false;
    pthread_mutex_lock(&auth->lock);
    if (auth->token && g_str_has_suffix(value, auth->token))
        g_clear_pointer(&auth->token, g_free);
    pthread_mutex_unlock(&auth->lock);
    return true;
}

char *auth_masked(struct auth *auth, const char *text)
{
    GString *masked = g_string_new(text);
    pthread_mutex_lock(&auth->lock);
    if (auth->token && *auth->token)
        g_string_replace(masked, auth->token, "***", 0);
    pthread_mutex_unlock(&auth->lock);
    const char *proof = http_headers_get(auth->headers, "Authorization");
    if (proof && g_str_has_prefix(proof, "Basic "))
        g_string_replace(masked, proof + strlen("Basic "), "***", 0);
    return g_string_free(masked, FALSE);
}
