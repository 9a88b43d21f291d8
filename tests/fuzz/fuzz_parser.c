/* SPDX-License-Identifier: Apache-2.0 */
/* The parser, on a pipeline and on a file of the engine's SQL. */
#include "fuzz.h"

#include "lang/parser.h"

static void check_span(const struct text *text, struct span span)
{
    g_assert(!span.text || (span.text == text && span.offset + span.length <= text->length));
}

static void parse(const char *path, const uint8_t *data, size_t size)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new(path, (const char *)data, size, &error);
    if (!text)
        return;
    g_autoptr(GPtrArray) statements = pipeline_parse(text, diagnostics);
    gsize end = 0;
    for (guint i = 0; i < statements->len; i++) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        check_span(text, statement->span);
        g_assert(statement->span.offset >= end);
        end = statement->span.offset;
    }
    fuzz_render(diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse("fuzz.sf", data, size);
    parse("fuzz.sql", data, size);
    return 0;
}
