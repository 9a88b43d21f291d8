/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/signature.h"

#include "base/secret.h"

#include <string.h>

enum { DIGEST_BYTES = 32, DAY_LENGTH = 8 };

/* One header as it is signed. */
struct line {
    char *name;
    char *value;
};

static void line_clear(gpointer data)
{
    struct line *line = data;
    g_free(line->name);
    g_free(line->value);
}

/* Runs of spaces are one, none at the ends. */
static char *trimmed(const char *value)
{
    GString *out = g_string_new(NULL);
    for (; *value; value++) {
        const bool is_space = *value == ' ' || *value == '\t';
        if (!is_space)
            g_string_append_c(out, *value);
        else if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    return g_strchomp(g_string_free(out, FALSE));
}

static GArray *header_lines(const struct http_headers *headers)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
    g_array_set_clear_func(lines, line_clear);
    for (guint i = 0; i < http_headers_count(headers); i++) {
        const char *name = NULL;
        const char *value = NULL;
        http_headers_at(headers, i, &name, &value);
        const struct line line = {g_ascii_strdown(name, -1), trimmed(value)};
        g_array_append_val(lines, line);
    }
    return lines;
}

/* Values of one name stay in the order they were given in: g_array_sort is stable. */
static gint compare_lines(gconstpointer left, gconstpointer right)
{
    return strcmp(((const struct line *)left)->name, ((const struct line *)right)->name);
}

/* "host:example.com\nrange:bytes=0-9\n" and "host;range". */
static void canonical_headers(const struct http_headers *headers, GString *out, GString *names)
{
    g_autoptr(GArray) lines = header_lines(headers);
    g_array_sort(lines, compare_lines);
    const char *last = NULL;
    for (guint i = 0; i < lines->len; i++) {
        const struct line *line = &g_array_index(lines, struct line, i);
        if (last && strcmp(last, line->name) == 0) {
            g_string_append_printf(out, ",%s", line->value);
            continue;
        }
        g_string_append_printf(out, "%s%s:%s", last ? "\n" : "", line->name, line->value);
        g_string_append_printf(names, "%s%s", last ? ";" : "", line->name);
        last = line->name;
    }
    g_string_append_c(out, '\n');
}

static void hmac(const guchar *key, gsize key_length, const char *text, guchar out[DIGEST_BYTES])
{
    g_autoptr(GHmac) state = g_hmac_new(G_CHECKSUM_SHA256, key, key_length);
    gsize length = DIGEST_BYTES;
    g_hmac_update(state, (const guchar *)text, (gssize)strlen(text));
    g_hmac_get_digest(state, out, &length);
}

/* The key of a day, region and service. */
static void signing_key(const struct signer *signer, const char *day, guchar out[DIGEST_BYTES])
{
    char *first = g_strconcat("AWS4", signer->secret_key, NULL);
    guchar key[DIGEST_BYTES];
    hmac((const guchar *)first, strlen(first), day, key);
    hmac(key, sizeof key, signer->region, out);
    hmac(out, DIGEST_BYTES, signer->service, key);
    hmac(key, sizeof key, "aws4_request", out);
    secret_free(first);
}

static char *string_to_sign(const struct signature_request *request, const char *scope,
                            const char *canonical)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
    return g_strdup_printf("AWS4-HMAC-SHA256\n%s\n%s\n%s", request->time, scope, digest);
}

char *signature_authorization(const struct signer *signer, const struct signature_request *request)
{
    g_autoptr(GString) headers = g_string_new(NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    canonical_headers(request->headers, headers, names);
    g_autofree char *canonical =
        g_strdup_printf("%s\n%s\n%s\n%s\n%s\n%s", request->method, request->path, request->query,
                        headers->str, names->str, request->payload);
    g_autofree char *day = g_strndup(request->time, DAY_LENGTH);
    g_autofree char *scope =
        g_strdup_printf("%s/%s/%s/aws4_request", day, signer->region, signer->service);
    g_autofree char *text = string_to_sign(request, scope, canonical);
    guchar key[DIGEST_BYTES];
    signing_key(signer, day, key);
    g_autofree char *signature =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, key, sizeof key, text, -1);
    return g_strdup_printf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                           signer->access_key, scope, names->str, signature);
}
