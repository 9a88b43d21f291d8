/* SPDX-License-Identifier: Apache-2.0 */
/* Where an API is: url, base_url and path, params, the destination of an export. */
#include "connect/rest/address.h"

#include <string.h>

static bool is_address(const char *text)
{
    return g_str_has_prefix(text, "http://") || g_str_has_prefix(text, "https://");
}

static char *join(const char *base, const char *path)
{
    gsize length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    g_autofree char *start = g_strndup(base, length);
    return g_strconcat(start, *path == '?' ? "" : "/", path + strspn(path, "/"), NULL);
}

/* What can't stand in an address is encoded, what is encoded stays; the fragment goes to nobody. */
static char *clean(const char *text)
{
    GString *out = g_string_new(NULL);
    for (; *text && *text != '#'; text++) {
        if (g_ascii_isgraph(*text) && !strchr("\"<>\\^`{|}", *text))
            g_string_append_c(out, *text);
        else
            g_string_append_printf(out, "%%%02X", (guchar)*text);
    }
    return g_string_free(out, FALSE);
}

char *address_with(const char *address, const char *name, const char *value)
{
    g_autofree char *left = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *right = g_uri_escape_string(value, NULL, FALSE);
    return g_strconcat(address, strchr(address, '?') ? "&" : "?", left, "=", right, NULL);
}

bool address_has(const char *address, const char *name)
{
    const char *query = strchr(address, '?');
    g_autofree char *left = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *wanted = g_strconcat(left, "=", NULL);
    g_auto(GStrv) parts = g_strsplit(query ? query + 1 : "", "&", -1);
    for (char **part = parts; *part; part++)
        if (g_str_has_prefix(*part, wanted))
            return true;
    return false;
}

static char *with_params(const struct sqlflow_call *call, const char *address)
{
    const guint count = call->host->option_count(call->context, "params");
    char *with = clean(address);
    for (guint i = 0; i + 1 < count; i += 2) {
        const char *name = call->host->option_item(call->context, "params", i);
        char *longer =
            address_with(with, name, call->host->option_item(call->context, "params", i + 1));
        g_free(with);
        with = longer;
    }
    return with;
}

/* Without the params. NULL: the options don't say. */
static char *bare_address(const struct sqlflow_call *call)
{
    const char *url = call->host->option_text(call->context, "url");
    const char *base = call->host->option_text(call->context, "base_url");
    const char *path = call->host->option_text(call->context, "path");
    if (!path)
        path = call->destination;
    if (url || !path)
        return g_strdup(url ? url : base);
    return is_address(path) ? g_strdup(path) : base ? join(base, path) : NULL;
}

char *address_of_call(const struct sqlflow_call *call, GError **error)
{
    g_autofree char *address = bare_address(call);
    if (address && is_address(address))
        return with_params(call, address);
    if (address)
        error_set(error, ERROR_USAGE, "'%s' is no address: it begins with https:// or http://",
                  address);
    else
        error_set(error, ERROR_USAGE, "rest needs 'url', or 'base_url' and 'path'");
    return NULL;
}
