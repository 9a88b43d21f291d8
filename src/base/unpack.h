/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a file, unpacked while they are read. A packed file that ends too early, or has
 * anything behind its end, is an error and never a shorter file.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* The length of a path without `.gz` or `.zst`. */
gsize path_stem_length(const char *path);

/* "gzip", "zstd" or "none": as `option` says; NULL and "auto": by the extension of `path`. */
const char *path_compression(const char *path, const char *option);

struct unpack;

/* `compression`: as path_compression gives it. ERROR_USAGE, ERROR_PERMISSION, ERROR_SYSTEM. */
struct unpack *unpack_open(const char *path, const char *compression,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void unpack_close(struct unpack *unpack);
DEFINE_AUTO(unpack, unpack_close);

/* Fills `data` as far as the file goes. *out_length is less than `length` only at its end.
 * ERROR_DATA: not what the compression says, or not whole. */
bool unpack_read(struct unpack *unpack, char *data, gsize length, gsize *out_length,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
