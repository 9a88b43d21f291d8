/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/head.h"

#include "base/error.h"
#include "base/text.h"
#include "base/unpack.h"

#include <string.h>

static bool read_start(const struct head_request *request, struct head *out, GError **error)
{
    AUTO(unpack) unpack = unpack_open(request->path, request->compression, error);
    if (!unpack || !unpack_read(unpack, out->data, request->length, &out->length, error))
        return false;
    out->whole = out->length < request->length;
    return true;
}

static guint line_of(const char *data, gsize offset)
{
    guint line = 1;
    for (gsize i = 0; i < offset; i++)
        line += data[i] == '\n';
    return line;
}

static bool starts_with(const struct head *head, const char *bytes, gsize length)
{
    return head->length >= length && memcmp(head->data, bytes, length) == 0;
}

static void drop_front(struct head *head, gsize length)
{
    memmove(head->data, head->data + length, head->length - length + 1);
    head->length -= length;
}

/* The engine's reader knows little-endian only: big-endian would come out as other letters. */
static bool decode_utf16(const struct head_request *request, struct head *head, GError **error)
{
    if (starts_with(head, "\xfe\xff", 2)) {
        error_set(error, ERROR_DATA,
                  "%s: UTF-16 with the big end first is not supported; convert it: "
                  "iconv -f UTF-16 -t UTF-8",
                  request->path);
        return false;
    }
    if (starts_with(head, "\xff\xfe", 2))
        drop_front(head, 2);
    gsize usable = head->length & ~(gsize)1;
    /* A pair of surrogates that the head's end cuts. */
    if (!head->whole && usable >= 2 && ((guchar)head->data[usable - 1] & 0xfc) == 0xd8)
        usable -= 2;
    gsize length = 0;
    char *text = g_convert(head->data, (gssize)usable, "UTF-8", "UTF-16LE", NULL, &length, NULL);
    if (!text) {
        error_set(error, ERROR_DATA, "%s: not in UTF-16", request->path);
        return false;
    }
    g_free(head->data);
    head->data = text;
    head->length = length;
    return true;
}

/* What begins like this is no text, whatever it is called. */
static const struct {
    const char *start;
    const char *what;
    const char *way_out;
} others[] = {
    {"\x1f\x8b", "packed by gzip", "give the option \"compression\": \"gzip\""},
    {"\x28\xb5\x2f\xfd", "packed by zstd", "give the option \"compression\": \"zstd\""},
    {"BZh", "packed by bzip2", "unpack it first"},
    {"\xfd"
     "7zXZ",
     "packed by xz", "unpack it first"},
    {"PK\x03\x04", "a ZIP archive (or a workbook of Excel)", "unpack it first"},
    {"PAR1", "a Parquet file", "read it with TYPE PARQUET"},
};

/* Packed texts have bytes that no text has; others may be texts by chance. */
static bool check_kind(const struct head_request *request, const struct head *head, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        if (!starts_with(head, others[i].start, strlen(others[i].start)) ||
            g_utf8_validate(head->data, (gssize)head->length, NULL))
            continue;
        error_set(error, ERROR_DATA, "%s is %s: %s", request->path, others[i].what,
                  others[i].way_out);
        return false;
    }
    return true;
}

/* What servers send instead: a login, an error. It would be a header line without rows. */
static bool check_page(const struct head_request *request, const struct head *head, GError **error)
{
    static const char *const starts[] = {"<!doctype html", "<html"};
    const char *text = head->data + strspn(head->data, " \t\r\n");
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        if (g_ascii_strncasecmp(text, starts[i], strlen(starts[i])) != 0)
            continue;
        error_set(error, ERROR_DATA, "%s is a page of HTML, no data: does its server want a login?",
                  request->path);
        return false;
    }
    return true;
}

static bool check_utf8(const struct head_request *request, struct head *head, GError **error)
{
    const char *end = NULL;
    if (!check_kind(request, head, error))
        return false;
    drop_front(head, text_mark_length(head->data, head->length));
    if (memchr(head->data, '\0', head->length)) {
        error_set(error, ERROR_DATA,
                  "%s: line %u holds a NUL byte; a text in UTF-16 needs \"encoding\": \"utf-16\"",
                  request->path, line_of(head->data, strlen(head->data)));
        return false;
    }
    if (g_utf8_validate(head->data, (gssize)head->length, &end))
        return check_page(request, head, error);
    const gsize valid = (gsize)(end - head->data);
    /* A character that the head's end cuts. */
    if (!head->whole && head->length - valid < 4 &&
        g_utf8_get_char_validated(end, (gssize)(head->length - valid)) == (gunichar)-2) {
        head->length = valid;
        head->data[valid] = '\0';
        return true;
    }
    error_set(error, ERROR_DATA,
              "%s: line %u is not UTF-8; give the option \"encoding\", such as \"latin-1\"",
              request->path, line_of(head->data, valid));
    return false;
}

static bool decode(const struct head_request *request, struct head *head, GError **error)
{
    head->encoding = request->encoding;
    if (!head->encoding) {
        const bool is_utf16 = starts_with(head, "\xff\xfe", 2) || starts_with(head, "\xfe\xff", 2);
        head->encoding = is_utf16 ? "utf-16" : "utf-8";
    }
    if (strcmp(head->encoding, "utf-16") == 0)
        return decode_utf16(request, head, error);
    return strcmp(head->encoding, "utf-8") != 0 || check_utf8(request, head, error);
}

bool head_read(const struct head_request *request, struct head *out, GError **error)
{
    struct head head = {.data = g_malloc0(request->length + 1)};
    if (read_start(request, &head, error)) {
        head.data[head.length] = '\0';
        if (decode(request, &head, error)) {
            *out = head;
            return true;
        }
    }
    head_clear(&head);
    return false;
}

void head_clear(struct head *head)
{
    g_clear_pointer(&head->data, g_free);
    head->length = 0;
}
