/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is summarized without harm, and every reference lies inside of it. */
#include "lang/sql.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sql_summary *summary, gsize length)
{
    g_assert_nonnull(summary->verb);
    for (guint i = 0; i < summary->reference_count; i++) {
        const struct sql_reference *reference = &summary->references[i];
        g_assert_nonnull(reference->name);
        g_assert_cmpuint(reference->offset, <=, length);
        g_assert_cmpuint(reference->length, <=, length - reference->offset);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *sql = (const char *)data;
    if (!g_utf8_validate_len(sql, size, NULL))
        return 0;
    AUTO(arena) arena = arena_new();
    const struct sql_summary *statement = sql_summarize(arena, sql, size);
    check(statement, size);
    const struct sql_summary *expression = sql_summarize_expression(arena, sql, size);
    check(expression, size);
    return 0;
}
