/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/sql_frame.h"

/* How names of CTEs are compared: quotes off, case folded. */
static char *cte_key(const struct scan *scan, guint index)
{
    const struct sql_token *token = sql_token_at(scan->tokens, index);
    const char *text = sql_token_text(scan->tokens, token);
    if (token->kind == TOKEN_QUOTED && token->length >= 2)
        return g_ascii_strdown(text + 1, (gssize)token->length - 2);
    return g_ascii_strdown(text, (gssize)token->length);
}

static void cte_enter(struct scan *scan, guint index)
{
    if (!scan->ctes) {
        scan->ctes = g_ptr_array_new_with_free_func(g_free);
        scan->in_scope = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    char *key = cte_key(scan, index);
    const guint count = GPOINTER_TO_UINT(g_hash_table_lookup(scan->in_scope, key));
    g_hash_table_insert(scan->in_scope, g_strdup(key), GUINT_TO_POINTER(count + 1));
    g_ptr_array_add(scan->ctes, key);
}

static guint cte_count(const struct scan *scan)
{
    return scan->ctes ? scan->ctes->len : 0;
}

static void ctes_leave(struct scan *scan, guint count)
{
    while (scan->ctes && scan->ctes->len > count) {
        const char *key = g_ptr_array_index(scan->ctes, scan->ctes->len - 1);
        const guint times = GPOINTER_TO_UINT(g_hash_table_lookup(scan->in_scope, key));
        g_hash_table_insert(scan->in_scope, g_strdup(key), GUINT_TO_POINTER(times - 1));
        g_ptr_array_remove_index(scan->ctes, scan->ctes->len - 1);
    }
}

bool frame_has_cte(const struct scan *scan, guint from, guint end)
{
    if (end != from + 1 || cte_count(scan) == 0)
        return false;
    g_autofree char *key = cte_key(scan, from);
    return g_hash_table_lookup(scan->in_scope, key) != NULL;
}

struct frame *frame_open(struct scan *scan)
{
    const char bracket = *sql_token_text(scan->tokens, scan_peek(scan, 0));
    frame_top(scan)->is_first = false;
    const struct frame frame = {
        .is_brace = bracket == '{',
        .is_first = bracket == '(',
        .cte_count = cte_count(scan),
    };
    g_array_append_val(scan->frames, frame);
    scan->at++;
    return frame_top(scan);
}

void frame_close(struct scan *scan)
{
    scan->at++;
    if (scan->frames->len == 1)
        return;
    const bool is_cte_body = frame_top(scan)->is_cte_body;
    ctes_leave(scan, frame_top(scan)->cte_count);
    g_array_set_size(scan->frames, scan->frames->len - 1);
    struct frame *frame = frame_top(scan);
    if (!is_cte_body)
        return;
    if (!frame->is_recursive)
        cte_enter(scan, frame->cte_token);
    frame->cte = CTE_AFTER;
}

static void cte_name(struct scan *scan, struct frame *frame)
{
    if (scan_peek(scan, 0)->word == WORD_RECURSIVE && scan_peek(scan, 1)->word != WORD_AS) {
        frame->is_recursive = true;
        scan->at++;
    } else if (sql_token_is_name(scan->tokens, scan->at)) {
        frame->cte_token = scan->at;
        frame->cte = CTE_HEAD;
        if (frame->is_recursive)
            cte_enter(scan, scan->at);
        scan->at++;
    } else {
        frame->cte = CTE_NONE;
    }
}

static void cte_head(struct scan *scan, struct frame *frame)
{
    const struct sql_token *token = scan_peek(scan, 0);
    if (token->kind == TOKEN_OPEN) {
        const bool is_body = frame->cte == CTE_AS;
        if (is_body)
            frame->cte = CTE_BODY;
        frame_open(scan)->is_cte_body = is_body;
    } else if (token->kind == TOKEN_WORD) {
        if (token->word == WORD_AS)
            frame->cte = CTE_AS;
        scan->at++;
    } else {
        frame->cte = CTE_NONE;
    }
}

void frame_scan_cte(struct scan *scan)
{
    struct frame *frame = frame_top(scan);
    switch ((enum cte_state)frame->cte) {
    case CTE_NAME:
        cte_name(scan, frame);
        break;
    case CTE_HEAD:
    case CTE_AS:
        cte_head(scan, frame);
        break;
    case CTE_AFTER:
        if (scan_peek(scan, 0)->kind == TOKEN_COMMA) {
            frame->cte = CTE_NAME;
            scan->at++;
            break;
        }
        frame->cte = CTE_NONE;
        frame->is_first = true;
        break;
    case CTE_NONE:
    case CTE_BODY:
        frame->cte = CTE_NONE;
        break;
    }
}
