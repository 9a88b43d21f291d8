/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 of what is sent, in hex. GLib's takes 4 ns a byte, as long as all else that sending to a
 * near server does: where the processor has instructions for it (x86 with SHA), those are used.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The caller's. */
char *sha256_hex(const void *data, gsize length);

/* By GLib alone, for the comparison in tests. */
char *sha256_hex_plain(const void *data, gsize length);
