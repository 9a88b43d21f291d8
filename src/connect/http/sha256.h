/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of what is sent, in hex; the caller's. By OpenSSL, which libcurl brings anyway: GLib's
 * takes as long as all else that sending to a near server does. */
#pragma once

#include <glib.h>

char *sha256_hex(const void *data, gsize length);
