/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline's text with a few variables, for the tests of both. */
#pragma once

#include "lang/scope.h"
#include "lang/variable.h"

#include <string.h>

static const struct span nowhere;

/* A pipeline's text with a few variables. */
struct bench {
    struct text *text;
    struct variables *variables;
    struct diagnostics *diagnostics;
};

static inline void bench_set(struct bench *bench, const char *name, const char *value)
{
    variables_set(bench->variables, ORIGIN_COMMAND_LINE, name, value, nowhere);
}

static inline void bench_open(struct bench *bench, const char *source)
{
    g_autoptr(GError) error = NULL;
    bench->text = text_new("t.sf", source, strlen(source), &error);
    g_assert_no_error(error);
    bench->variables = variables_new();
    bench->diagnostics = diagnostics_new();
    bench_set(bench, "region", "eu");
    bench_set(bench, "spaced", "a b");
    bench_set(bench, "quoted", "it's \"q\"");
    bench_set(bench, "slashed", "a\\'b");
    bench_set(bench, "dotted", "s.t");
    bench_set(bench, "n", "5");
    bench_set(bench, "negative", "-3");
    bench_set(bench, "yes", "true");
    bench_set(bench, "zip", "00501");
    bench_set(bench, "price", "1.10");
    bench_set(bench, "long", "123456789012345678901234567890");
    bench_set(bench, "list", "a, b,3, 007,'x,y'");
    bench_set(bench, "empty", "");
    bench_set(bench, "col", "amount");
    bench_set(bench, "dollars", "a$$b");
}

static inline void bench_close(struct bench *bench)
{
    diagnostics_free(bench->diagnostics);
    variables_free(bench->variables);
    text_free(bench->text);
}

static inline struct span whole(const struct text *text)
{
    return (struct span){.text = text, .length = (guint32)text->length};
}

static inline void fragment_reset(struct fragment *fragment)
{
    g_clear_pointer(&fragment->text, g_free);
    g_clear_pointer(&fragment->pieces, g_array_unref);
}
