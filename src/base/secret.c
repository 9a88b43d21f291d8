/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "base/value.h"

#include <string.h>
#include <sys/prctl.h>

struct secrets {
    GPtrArray *texts; /* char *: longest first, in all their spellings */
};

static void free_text(gpointer text)
{
    secret_free(text);
}

struct secrets *secrets_new(void)
{
    struct secrets *secrets = g_new(struct secrets, 1);
    secrets->texts = g_ptr_array_new_with_free_func(free_text);
    return secrets;
}

void secrets_free(struct secrets *secrets)
{
    if (!secrets)
        return;
    g_ptr_array_unref(secrets->texts);
    g_free(secrets);
}

void secret_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

/* One that holds another is covered first. */
static gint compare_lengths(gconstpointer left, gconstpointer right)
{
    const gsize a = strlen(*(const char *const *)left);
    const gsize b = strlen(*(const char *const *)right);
    return (a < b) - (a > b);
}

/* Takes the text. */
static void add_spelling(struct secrets *secrets, char *text)
{
    if (g_ptr_array_find_with_equal_func(secrets->texts, text, g_str_equal, NULL))
        secret_free(text);
    else
        g_ptr_array_add(secrets->texts, text);
}

static char *doubled(const char *text, const char *mark)
{
    GString *out = g_string_new(text);
    g_autofree char *twice = g_strconcat(mark, mark, NULL);
    g_string_replace(out, mark, twice, 0);
    return g_string_free(out, FALSE);
}

static char *in_json(const char *text)
{
    GString *out = g_string_new(NULL);
    append_json_string(out, text);
    g_string_truncate(out, out->len - 1);
    g_string_erase(out, 0, 1);
    return g_string_free(out, FALSE);
}

/* With others before and behind it, as in "user:password": the characters of base64 that it alone
 * decides. Few of them may stand anywhere. */
static void add_base64(struct secrets *secrets, const char *text)
{
    enum { BITS = 6, FEWEST = 8 };
    const gsize length = strlen(text);
    for (gsize before = 0; before < 3; before++) {
        char *bytes = g_strdup_printf("%*s%s", (int)before, "", text);
        char *encoded = g_base64_encode((const guchar *)bytes, before + length);
        const gsize from = (before * 8 + BITS - 1) / BITS;
        const gsize to = (before + length) * 8 / BITS;
        if (to >= from + FEWEST)
            add_spelling(secrets, g_strndup(encoded + from, to - from));
        secret_free(bytes);
        secret_free(encoded);
    }
}

void secret_hold(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0);
}

void secrets_add(struct secrets *secrets, const char *text)
{
    if (!text || !*text)
        return;
    secret_hold();
    add_spelling(secrets, g_strdup(text));
    add_spelling(secrets, doubled(text, "'"));
    add_spelling(secrets, doubled(text, "\""));
    add_spelling(secrets, doubled(text, "\\"));
    add_spelling(secrets, in_json(text));
    add_base64(secrets, text);
    add_spelling(secrets, g_uri_escape_string(text, NULL, TRUE));
    add_spelling(secrets, g_uri_escape_string(text, NULL, FALSE));
    g_ptr_array_sort(secrets->texts, compare_lengths);
}

void secrets_add_all(struct secrets *secrets, const struct secrets *from)
{
    for (guint i = 0; from && i < from->texts->len; i++)
        add_spelling(secrets, g_strdup(g_ptr_array_index(from->texts, i)));
    g_ptr_array_sort(secrets->texts, compare_lengths);
}

void secrets_add_addresses(struct secrets *secrets, const char *text)
{
    for (const char *at = strstr(text, "://"); at; at = strstr(at, "://")) {
        at += strlen("://");
        const char *end = at + strcspn(at, "@/'\" \t\r\n");
        const char *colon = memchr(at, ':', (gsize)(end - at));
        if (*end != '@' || !colon)
            continue;
        char *written = g_strndup(colon + 1, (gsize)(end - colon - 1));
        char *meant = g_uri_unescape_string(written, NULL);
        secrets_add(secrets, written);
        secrets_add(secrets, meant);
        secret_free(written);
        secret_free(meant);
    }
}

char *secrets_mask(const struct secrets *secrets, const char *text)
{
    GString *out = g_string_new(text);
    for (guint i = 0; secrets && i < secrets->texts->len; i++)
        g_string_replace(out, g_ptr_array_index(secrets->texts, i), "***", 0);
    return g_string_free(out, FALSE);
}

static void cover_all(GString *text, const char *secret)
{
    g_autofree char *stars = g_strnfill((gsize)g_utf8_strlen(secret, -1), '*');
    g_string_replace(text, secret, stars, 0);
}

char *secrets_cover(const struct secrets *secrets, const char *text)
{
    GString *out = g_string_new(text);
    for (guint i = 0; secrets && i < secrets->texts->len; i++)
        cover_all(out, g_ptr_array_index(secrets->texts, i));
    return g_string_free(out, FALSE);
}
