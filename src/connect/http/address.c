/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/http/address.h"

#include <curl/curl.h>
#include <string.h>

enum { PARSE_FLAGS = CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME };

static CURLU *parse(const char *address)
{
    CURLU *url = curl_url();
    if (curl_url_set(url, CURLUPART_URL, address, PARSE_FLAGS) == CURLUE_OK)
        return url;
    curl_url_cleanup(url);
    return NULL;
}

/* The caller's; NULL when there is none. */
static char *part(CURLU *url, CURLUPart what, unsigned flags)
{
    char *text = NULL;
    if (!url || curl_url_get(url, what, &text, flags) != CURLUE_OK)
        return NULL;
    char *own = g_strdup(text);
    curl_free(text);
    return own;
}

static char *origin(const char *address)
{
    CURLU *url = parse(address);
    g_autofree char *scheme = part(url, CURLUPART_SCHEME, 0);
    g_autofree char *host = part(url, CURLUPART_HOST, 0);
    g_autofree char *port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    curl_url_cleanup(url);
    if (!scheme || !host || !port)
        return NULL;
    g_autofree char *text = g_strconcat(scheme, "://", host, ":", port, NULL);
    return g_ascii_strdown(text, -1);
}

bool http_same_origin(const char *address, const char *other)
{
    g_autofree char *first = origin(address);
    g_autofree char *second = origin(other);
    return first && second && strcmp(first, second) == 0;
}

char *address_resolve(const char *address, const char *location)
{
    CURLU *url = parse(address);
    if (url && curl_url_set(url, CURLUPART_URL, location, PARSE_FLAGS) != CURLUE_OK) {
        curl_url_cleanup(url);
        return NULL;
    }
    char *resolved = part(url, CURLUPART_URL, 0);
    curl_url_cleanup(url);
    return resolved;
}

bool address_is_downgrade(const char *address, const char *other)
{
    return g_ascii_strncasecmp(address, "https:", strlen("https:")) == 0 &&
           g_ascii_strncasecmp(other, "https:", strlen("https:")) != 0;
}

char *http_address_shown(const char *address)
{
    CURLU *url = parse(address);
    if (!url)
        return g_strdup("the address");
    static const CURLUPart hidden[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                       CURLUPART_FRAGMENT};
    for (gsize i = 0; i < G_N_ELEMENTS(hidden); i++)
        curl_url_set(url, hidden[i], NULL, 0);
    char *shown = part(url, CURLUPART_URL, 0);
    curl_url_cleanup(url);
    return shown ? shown : g_strdup("the address");
}
