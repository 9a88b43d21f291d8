/* SPDX-License-Identifier: Apache-2.0 */
/* What an API answers: what jansson reads is JSON to us, too, and what is JSON can be walked. */
#include "fuzz.h"

#include "connect/rest/json.h"

#include <jansson.h>
#include <string.h>

enum { SHALLOW_BYTES = 500 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    struct json_piece piece, found;
    const bool is_json = json_check(text, size, &piece, NULL);
    json_t *json = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    /* jansson takes a NUL for the end. */
    g_assert(!json || is_json || size > SHALLOW_BYTES || memchr(data, '\0', size));
    json_decref(json);
    if (!is_json)
        return 0;
    g_autoptr(GString) out = g_string_new(NULL);
    json_append(out, piece);
    g_assert(out->len == piece.length);
    if (piece_kind(piece) == PIECE_OBJECT && json_append_flat(out, piece, NULL))
        g_assert(json_check(out->str + piece.length, out->len - piece.length, &found, NULL));
    if (json_find(piece, "a.0.-1", &found)) {
        g_autofree char *inner = json_text(found);
        (void)json_is_something(found);
    }
    return 0;
}
