/* SPDX-License-Identifier: Apache-2.0 */
/* What laying out a pipeline must not do, for any text. */
#pragma once

#include "lang/format.h"
#include "plan_fixture.h"

/* What a run hangs on: each step with its fingerprint, its edges and its description; after an
 * error the codes. */
static inline char *format_meaning(const struct planned *planned)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < diagnostics_count(planned->diagnostics); i++) {
        const struct diagnostic *entry = diagnostics_get(planned->diagnostics, i);
        g_string_append_printf(out, "SF%04d %s\n", (int)entry->code, entry->message);
    }
    for (guint i = 0; planned->plan && i < planned->plan->operations->len; i++) {
        const struct operation *operation = plan_at(planned->plan, i);
        g_string_append_printf(out, "%s %s\n", operation->id, operation->fingerprint);
    }
    g_autofree char *waits = planned->plan ? plan_waits(planned->plan) : NULL;
    g_string_append(out, waits ? waits : "");
    return g_string_free(out, FALSE);
}

/* NULL for a text that doesn't parse. */
static inline char *format_text(const char *path, const char *sf)
{
    AUTO(text) text = text_new(path, sf, strlen(sf), NULL);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_assert_nonnull(text);
    return pipeline_format(text, diagnostics);
}

/* Laid out again it stays, and means the same; true when it could be laid out at all. */
static inline bool format_check(const char *root, const char *path, const char *sf)
{
    g_autofree char *once = format_text(path, sf);
    if (!once)
        return false;
    g_autofree char *twice = format_text(path, once);
    g_assert_cmpstr(twice, ==, once);
    PLANNED before = plan_text(root, path, sf);
    PLANNED after = plan_text(root, path, once);
    g_autofree char *meaning_before = format_meaning(&before);
    g_autofree char *meaning_after = format_meaning(&after);
    g_assert_cmpstr(meaning_after, ==, meaning_before);
    return true;
}
