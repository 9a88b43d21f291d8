/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the parser: trees and errors as one line of text each. */
#pragma once

#include "lang/parser.h"

#include <string.h>

struct parsed {
    struct text *text;
    struct diagnostics *diagnostics;
    GPtrArray *statements;
};

static inline struct parsed parse_as(const char *path, const char *data, gsize length)
{
    g_autoptr(GError) error = NULL;
    struct parsed parsed = {
        .text = text_new(path, data, length, &error),
        .diagnostics = diagnostics_new(),
    };
    g_assert_no_error(error);
    parsed.statements = pipeline_parse(parsed.text, parsed.diagnostics);
    return parsed;
}

static inline struct parsed parse(const char *data)
{
    return parse_as("p.sf", data, strlen(data));
}

static inline void parsed_clear(struct parsed *parsed)
{
    g_ptr_array_unref(parsed->statements);
    diagnostics_free(parsed->diagnostics);
    text_free(parsed->text);
}

static inline void put_span(GString *out, const char *label, struct span span)
{
    g_string_append_printf(out, " %s<%.*s>", label, (int)span.length, span_start(span));
}

static inline void put_fragment(GString *out, const char *label, const struct fragment *fragment)
{
    if (fragment_present(fragment))
        put_span(out, label, fragment->span);
}

static inline void put_mode(GString *out, const struct mode *mode)
{
    static const char *const names[] = {
        [MODE_REPLACE] = "replace",
        [MODE_APPEND] = "append",
        [MODE_UPSERT] = "upsert",
        [MODE_INCREMENTAL] = "incremental",
    };
    if (!mode->kind)
        return;
    g_string_append_printf(out, " mode=%s", names[mode->kind]);
    for (guint i = 0; mode->keys && i < mode->keys->len; i++)
        put_fragment(out, "key", g_ptr_array_index(mode->keys, i));
    put_fragment(out, "by", &mode->column);
    put_fragment(out, "lookback", &mode->lookback);
}

static inline void put_statements(GString *out, const GPtrArray *statements);

static inline void put_branches(GString *out, const GPtrArray *branches)
{
    for (guint i = 0; branches && i < branches->len; i++) {
        const struct branch *branch = g_ptr_array_index(branches, i);
        put_fragment(out, "if", &branch->condition);
        g_string_append(out, fragment_present(&branch->condition) ? " {" : " else {");
        put_statements(out, branch->statements);
        g_string_append_c(out, '}');
    }
}

static inline void put_statement(GString *out, const struct statement *statement)
{
    g_string_append_printf(out, "%s%s", statement->broken ? "!" : "",
                           statement_kind_name(statement->kind));
    g_string_append(out, statement->or_replace ? " or_replace" : "");
    g_string_append(out, statement->is_view ? " view" : "");
    put_fragment(out, "name", &statement->name);
    put_fragment(out, "table", &statement->table);
    put_fragment(out, "type", &statement->type);
    put_fragment(out, statement->target_is_string ? "string" : "target", &statement->target);
    put_fragment(out, "body", &statement->body);
    put_mode(out, &statement->mode);
    if (statement->options) {
        g_autofree char *json = value_to_json(statement->options);
        g_string_append_printf(out, " %s", json);
    }
    if (statement->comment.text)
        put_span(out, "comment", statement->comment);
    put_branches(out, statement->branches);
}

static inline void put_statements(GString *out, const GPtrArray *statements)
{
    for (guint i = 0; i < statements->len; i++) {
        g_string_append(out, i ? "; " : "");
        put_statement(out, g_ptr_array_index(statements, i));
    }
}

/* The errors as `SFnnnn line:column message (hint)`, one a line. */
static inline char *describe_errors(const struct parsed *parsed)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < diagnostics_count(parsed->diagnostics); i++) {
        const struct diagnostic *entry = diagnostics_get(parsed->diagnostics, i);
        const struct place place = text_place(parsed->text, entry->at.offset);
        g_string_append_printf(out, "%sSF%04d %u:%u %s", i ? "\n" : "", (int)entry->code,
                               place.line, place.column, entry->message);
        if (entry->hint)
            g_string_append_printf(out, " (%s)", entry->hint);
    }
    return g_string_free(out, FALSE);
}

static inline char *describe_tree(const struct parsed *parsed)
{
    GString *out = g_string_new(NULL);
    put_statements(out, parsed->statements);
    return g_string_free(out, FALSE);
}
