/* SPDX-License-Identifier: Apache-2.0 */
/* FIPS 180-4; the instructions: Intel, "Intel SHA Extensions". */
#include "base/sha256.h"

#include <string.h>

char *sha256_hex_plain(const void *data, gsize length)
{
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, length);
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, ROUNDS = 64, GROUP = 4, SHA_BIT = 29 };

static const guint32 constants[ROUNDS] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static bool has_instructions(void)
{
    guint a = 0;
    guint b = 0;
    guint c = 0;
    guint d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1U << SHA_BIT));
}

/* The state as the instructions want it: a, b, e, f and c, d, g, h. */
struct state {
    __m128i abef;
    __m128i cdgh;
};

/* Four words of the message schedule from the sixteen before. */
__attribute__((target("sha,sse4.1,ssse3"))) static inline __m128i
next_words(const __m128i words[GROUP])
{
    const __m128i middle = _mm_alignr_epi8(words[3], words[2], 4);
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(words[0], words[1]), middle);
    return _mm_sha256msg2_epu32(sum, words[3]);
}

__attribute__((target("sha,sse4.1,ssse3"))) static inline void
four_rounds(struct state *state, __m128i words, guint round)
{
    const __m128i *known = (const __m128i *)(const void *)(constants + round);
    const __m128i sum = _mm_add_epi32(words, _mm_load_si128(known));
    state->cdgh = _mm_sha256rnds2_epu32(state->cdgh, state->abef, sum);
    state->abef = _mm_sha256rnds2_epu32(state->abef, state->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

__attribute__((target("sha,sse4.1,ssse3"))) static inline void add_block(struct state *state,
                                                                         const guchar *block)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    const struct state before = *state;
    __m128i words[GROUP];
    for (guint i = 0; i < GROUP; i++) {
        const __m128i *from = (const __m128i *)(const void *)(block + 16 * (gsize)i);
        words[i] = _mm_shuffle_epi8(_mm_loadu_si128(from), swap);
        four_rounds(state, words[i], GROUP * i);
    }
    for (guint round = GROUP * GROUP; round < ROUNDS; round += GROUP) {
        const __m128i next = next_words(words);
        words[0] = words[1];
        words[1] = words[2];
        words[2] = words[3];
        words[3] = next;
        four_rounds(state, next, round);
    }
    state->abef = _mm_add_epi32(state->abef, before.abef);
    state->cdgh = _mm_add_epi32(state->cdgh, before.cdgh);
}

/* The state is in registers meanwhile. */
__attribute__((target("sha,sse4.1,ssse3"))) static void add_blocks(struct state *state,
                                                                   const guchar *data, gsize count)
{
    struct state now = *state;
    for (gsize i = 0; i < count; i++)
        add_block(&now, data + i * BLOCK_BYTES);
    *state = now;
}

/* The last bytes, a 1 bit, and the length in bits: one block or two. */
__attribute__((target("sha,sse4.1,ssse3"))) static void
add_end(struct state *state, const guchar *rest, gsize count, gsize length)
{
    guchar last[2 * BLOCK_BYTES] = {0};
    const gsize size = count + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    const guint64 bits = GUINT64_TO_BE((guint64)length * 8);
    if (count > 0)
        memcpy(last, rest, count);
    last[count] = 0x80;
    memcpy(last + size - LENGTH_BYTES, &bits, LENGTH_BYTES);
    add_blocks(state, last, size / BLOCK_BYTES);
}

__attribute__((target("sha,sse4.1,ssse3"))) static char *hex_fast(const guchar *data, gsize length)
{
    struct state state = {
        .abef = _mm_set_epi32(0x6a09e667, (gint32)0xbb67ae85, 0x510e527f, (gint32)0x9b05688c),
        .cdgh = _mm_set_epi32(0x3c6ef372, (gint32)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19),
    };
    const gsize rest = length % BLOCK_BYTES;
    add_blocks(&state, data, length / BLOCK_BYTES);
    add_end(&state, data + length - rest, rest, length);
    guint32 abef[GROUP];
    guint32 cdgh[GROUP];
    _mm_storeu_si128((__m128i *)(void *)abef, state.abef);
    _mm_storeu_si128((__m128i *)(void *)cdgh, state.cdgh);
    return g_strdup_printf("%08x%08x%08x%08x%08x%08x%08x%08x", abef[3], abef[2], cdgh[3], cdgh[2],
                           abef[1], abef[0], cdgh[1], cdgh[0]);
}

char *sha256_hex(const void *data, gsize length)
{
    return has_instructions() ? hex_fast(data, length) : sha256_hex_plain(data, length);
}

#else

char *sha256_hex(const void *data, gsize length)
{
    return sha256_hex_plain(data, length);
}

#endif
