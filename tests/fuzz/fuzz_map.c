/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of PARAMS and OPTIONS. */
#include "fuzz.h"

#include "base/value.h"
#include "lang/lexer.h"
#include "lang/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new("fuzz.sf", (const char *)data, size, &error);
    if (!text)
        return 0;
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    AUTO(value) map = map_parse(&lexer, diagnostics);
    g_assert(lexer.offset <= text->length);
    g_assert(map || diagnostics_errors(diagnostics) > 0);
    fuzz_render(diagnostics);
    return 0;
}
