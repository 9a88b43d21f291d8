/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/sql.h"

#include "lang/sql_scan.h"

static void reference_clear(gpointer pointer)
{
    struct sql_reference *reference = pointer;
    g_free(reference->name);
}

static struct sql_summary *summary_new(void)
{
    struct sql_summary *summary = g_new0(struct sql_summary, 1);
    summary->references = g_array_new(FALSE, FALSE, sizeof(struct sql_reference));
    g_array_set_clear_func(summary->references, reference_clear);
    summary->functions = g_ptr_array_new_with_free_func(g_free);
    return summary;
}

struct sql_summary *sql_summarize(const char *sql, gsize length)
{
    struct sql_summary *summary = summary_new();
    struct sql_tokens tokens;
    sql_tokens_init(&tokens, sql, length);
    const struct sql_rule *rule = sql_classify(&tokens, &summary->verb);
    summary->class = rule->class;
    summary->way_out = rule->way_out;
    sql_scan(&tokens, false, summary);
    summary->is_barrier = summary->is_unknown || rule->is_barrier || rule->class == SQL_SESSION ||
                          rule->class == SQL_DEFINITION;
    summary->tokens = tokens.list;
    return summary;
}

struct sql_summary *sql_summarize_expression(const char *sql, gsize length)
{
    struct sql_summary *summary = summary_new();
    struct sql_tokens tokens;
    sql_tokens_init(&tokens, sql, length);
    summary->class = SQL_DATA;
    summary->verb = g_strdup("");
    sql_scan(&tokens, true, summary);
    summary->is_barrier = summary->is_unknown;
    summary->tokens = tokens.list;
    return summary;
}

void sql_summary_free(struct sql_summary *summary)
{
    if (!summary)
        return;
    g_array_unref(summary->tokens);
    g_array_unref(summary->references);
    g_ptr_array_unref(summary->functions);
    g_free(summary->verb);
    g_free(summary);
}
