/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/http/sha256.h"

#include <openssl/evp.h>

char *sha256_hex(const void *data, gsize length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (!EVP_Digest(data, length, digest, &size, EVP_sha256(), NULL))
        g_error("OpenSSL has no SHA-256");
    GString *hex = g_string_sized_new(2 * (gsize)size + 1);
    for (unsigned int i = 0; i < size; i++)
        g_string_append_printf(hex, "%02x", digest[i]);
    return g_string_free(hex, FALSE);
}
