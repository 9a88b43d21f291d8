/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzzers share. A fuzzer looks for crashes, hangs, leaks and broken invariants. */
#pragma once

#include "base/diagnostics.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes hold of every message's text and places, as the command line would. */
static inline void fuzz_render(struct diagnostics *diagnostics)
{
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(diagnostics, false, out);
    g_assert((out->len > 0) == (diagnostics_count(diagnostics) > 0));
}
