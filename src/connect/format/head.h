/* SPDX-License-Identifier: Apache-2.0 */
/* The first part of a text file, uncompressed and in UTF-8 (or bytes of latin-1). */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

enum {
    HEAD_BYTES = 64 * 1024,           /* what is looked at */
    HEAD_MAX_BYTES = 4 * 1024 * 1024, /* where a first record may at most end */
};

struct head {
    char *data; /* NUL-terminated; a BOM left out */
    gsize length;
    bool whole;           /* the file's end is in it */
    const char *encoding; /* "utf-8", "utf-16", "latin-1"; static */
};

struct head_request {
    const char *path;
    const char *compression; /* as path_compression gives it */
    const char *encoding;    /* NULL: found by BOM, or UTF-8 */
    gsize length;            /* how much to read */
};

/* ERROR_USAGE, ERROR_PERMISSION, ERROR_SYSTEM: can't be read. ERROR_DATA: broken compression, not
 * in that encoding, none found (the message asks for `encoding`), NUL bytes. */
bool head_read(const struct head_request *request, struct head *out,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void head_clear(struct head *head);
