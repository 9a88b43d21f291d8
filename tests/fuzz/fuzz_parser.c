/* SPDX-License-Identifier: Apache-2.0 */
/* The parser, on a pipeline and on a file of the engine's SQL. */
#include "fuzz.h"

#include "lang/parser.h"

/* The piece lies in its statement. */
static void check_fragment(const struct statement *statement, const struct fragment *fragment)
{
    const struct span span = fragment->span;
    if (!span.text)
        return;
    g_assert(span.text == statement->span.text);
    g_assert(span.offset >= statement->span.offset);
    g_assert(span.offset + span.length <= span.text->length);
    g_assert(span.length > 0);
    const struct span place = fragment_place(fragment, span.length / 2);
    g_assert(place.offset >= span.offset && place.offset < span.offset + span.length);
}

static void check_statements(const GPtrArray *statements, guint depth);

static void check_parts(const struct statement *statement)
{
    check_fragment(statement, &statement->name);
    check_fragment(statement, &statement->table);
    check_fragment(statement, &statement->type);
    check_fragment(statement, &statement->target);
    check_fragment(statement, &statement->body);
    check_fragment(statement, &statement->mode.column);
    check_fragment(statement, &statement->mode.lookback);
    for (guint i = 0; statement->mode.keys && i < statement->mode.keys->len; i++)
        check_fragment(statement, g_ptr_array_index(statement->mode.keys, i));
}

static void check_statement(const struct statement *statement, guint depth)
{
    g_assert_nonnull(statement_kind_name(statement->kind));
    g_assert(statement->span.offset + statement->span.length <= statement->span.text->length);
    if (statement->comment.text)
        g_assert(statement->comment.offset + statement->comment.length < statement->span.offset);
    check_parts(statement);
    const bool is_engines = statement->kind == STATEMENT_QUERY || statement->kind == STATEMENT_SQL;
    g_assert(!is_engines || statement->broken || fragment_present(&statement->body));
    for (guint i = 0; statement->branches && i < statement->branches->len; i++) {
        const struct branch *branch = g_ptr_array_index(statement->branches, i);
        check_fragment(statement, &branch->condition);
        check_statements(branch->statements, depth + 1);
    }
}

static void check_statements(const GPtrArray *statements, guint depth)
{
    g_assert(depth <= NESTING_MAX);
    gsize end = 0;
    for (guint i = 0; i < statements->len; i++) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        g_assert(statement->span.offset >= end);
        end = statement->span.offset + statement->span.length;
        check_statement(statement, depth);
    }
}

static bool any_broken(const GPtrArray *statements)
{
    for (guint i = 0; i < statements->len; i++) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        if (statement->broken)
            return true;
    }
    return false;
}

static void parse(const char *path, const uint8_t *data, size_t size)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    AUTO(text) text = text_new(path, (const char *)data, size, &error);
    if (!text)
        return;
    g_autoptr(GPtrArray) statements = pipeline_parse(text, diagnostics);
    check_statements(statements, 0);
    g_assert(!any_broken(statements) || diagnostics_errors(diagnostics) > 0);
    fuzz_render(diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse("fuzz.sf", data, size);
    parse("fuzz.sql", data, size);
    return 0;
}
