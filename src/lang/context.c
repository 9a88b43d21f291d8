/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/context.h"

#include <string.h>

/* What the tokens of one level of brackets are, until a word changes it. */
enum clause {
    CLAUSE_EXPRESSION = 1,
    CLAUSE_ITEMS,          /* SELECT, GROUP BY, ORDER BY, PARTITION BY */
    CLAUSE_TABLES,         /* FROM */
    CLAUSE_JOIN_CONDITION, /* in FROM, after ON: a comma goes back to the tables */
    CLAUSE_COLUMNS,        /* after INTO t: names in brackets */
    CLAUSE_NAMES,          /* WITH a, b; inside USING ( .. ) */
    CLAUSE_ELEMENTS,       /* inside IN ( .. ) */
    CLAUSE_FUNCTION,       /* inside EXTRACT( .. ): its FROM names no table */
};

struct frame {
    enum clause clause;
    enum slot next;    /* of the next token; 0: an operand */
    enum clause opens; /* of a bracket that comes next; 0: by the slot */
    bool is_pivot;
    bool is_copy;
    bool is_create;
    bool items_follow; /* DISTINCT ON ( .. ): an item begins behind the bracket */
};

enum { HISTORY = 2 };

struct context {
    GArray *frames;               /* struct frame, never empty */
    struct token before[HISTORY]; /* the last tokens, the latest first; kind 0: none */
};

/* What a word does: the clause from here on, the place right behind it, what a bracket right behind
 * it holds. 0 leaves the clause, means an operand, means by the slot. */
struct word_rule {
    const char *word;
    enum clause clause;
    enum slot next;
    enum clause opens;
    void (*apply)(const struct context *context, struct frame *frame, enum slot before);
};

static bool last_is(const struct context *context, guint back, const char *word)
{
    return context->before[back].kind == TOKEN_WORD && token_is(&context->before[back], word);
}

static void items_begin(struct frame *frame)
{
    frame->clause = CLAUSE_ITEMS;
    frame->next = SLOT_ITEM;
}

/* SELECT DISTINCT: what may begin still may. */
static void apply_distinct(const struct context *context, struct frame *frame, enum slot before)
{
    (void)context;
    frame->next = before == SLOT_ITEM ? SLOT_ITEM : (enum slot)0;
}

static void apply_by(const struct context *context, struct frame *frame, enum slot before)
{
    (void)before;
    if (last_is(context, 0, "group") || last_is(context, 0, "order") ||
        last_is(context, 0, "partition"))
        items_begin(frame);
}

static void apply_from(const struct context *context, struct frame *frame, enum slot before)
{
    (void)before;
    bool is_comparison = last_is(context, 0, "distinct") &&
                         (last_is(context, 1, "is") || last_is(context, 1, "not"));
    if (is_comparison || frame->is_copy || frame->clause == CLAUSE_FUNCTION)
        return;
    frame->clause = CLAUSE_TABLES;
    frame->next = SLOT_TABLE;
}

static void apply_exists(const struct context *context, struct frame *frame, enum slot before)
{
    (void)before;
    bool is_test =
        last_is(context, 0, "if") || (last_is(context, 0, "not") && last_is(context, 1, "if"));
    frame->next = is_test ? SLOT_TABLE : (enum slot)0;
}

static void apply_on(const struct context *context, struct frame *frame, enum slot before)
{
    (void)before;
    if (last_is(context, 0, "distinct")) {
        frame->opens = CLAUSE_ITEMS;
        frame->items_follow = true;
    } else if (frame->is_pivot) {
        items_begin(frame);
    } else if (frame->clause == CLAUSE_TABLES) {
        frame->clause = CLAUSE_JOIN_CONDITION;
    } else if (frame->is_create && frame->clause == CLAUSE_EXPRESSION) {
        frame->next = SLOT_TABLE;
    }
}

static void apply_using(const struct context *context, struct frame *frame, enum slot before)
{
    (void)context;
    (void)before;
    if (frame->is_pivot) {
        frame->clause = CLAUSE_EXPRESSION;
    } else if (frame->clause == CLAUSE_TABLES || frame->clause == CLAUSE_COLUMNS) {
        frame->clause = CLAUSE_TABLES;
        frame->next = SLOT_TABLE;
        frame->opens = CLAUSE_NAMES;
    }
}

/* An alias or a type; but an expression after CREATE MACRO f(x) AS. */
static void apply_as(const struct context *context, struct frame *frame, enum slot before)
{
    (void)context;
    (void)before;
    if (!frame->is_create || frame->clause != CLAUSE_EXPRESSION)
        frame->next = SLOT_NAME;
}

static void apply_pivot(const struct context *context, struct frame *frame, enum slot before)
{
    (void)context;
    (void)before;
    frame->is_pivot = frame->clause != CLAUSE_TABLES;
}

static bool is_first(const struct context *context)
{
    return context->before[0].kind == 0;
}

static void apply_copy(const struct context *context, struct frame *frame, enum slot before)
{
    (void)before;
    frame->is_copy = is_first(context);
    frame->next = frame->is_copy ? SLOT_TABLE : (enum slot)0;
}

static void apply_create(const struct context *context, struct frame *frame, enum slot before)
{
    (void)before;
    frame->is_create = is_first(context);
}

static const struct word_rule word_rules[] = {
    {"all", .apply = apply_distinct},
    {"as", .apply = apply_as},
    {"by", .apply = apply_by},
    {"column", .next = SLOT_NAME},
    {"copy", .apply = apply_copy},
    {"create", .apply = apply_create},
    {"cube", .opens = CLAUSE_ITEMS},
    {"describe", .next = SLOT_TABLE},
    {"detach", .next = SLOT_TABLE},
    {"distinct", .apply = apply_distinct},
    {"except", .clause = CLAUSE_EXPRESSION},
    {"exclude", .opens = CLAUSE_NAMES},
    {"exists", .apply = apply_exists},
    {"extract", .opens = CLAUSE_FUNCTION},
    {"from", .apply = apply_from},
    {"having", .clause = CLAUSE_EXPRESSION},
    {"in", .next = SLOT_BARE_IN, .opens = CLAUSE_ELEMENTS},
    {"index", .next = SLOT_TABLE},
    {"intersect", .clause = CLAUSE_EXPRESSION},
    {"into", .clause = CLAUSE_COLUMNS, .next = SLOT_TABLE},
    {"join", .clause = CLAUSE_TABLES, .next = SLOT_TABLE},
    {"limit", .clause = CLAUSE_EXPRESSION},
    {"macro", .next = SLOT_TABLE},
    {"offset", .clause = CLAUSE_EXPRESSION},
    {"on", .apply = apply_on},
    {"overlay", .opens = CLAUSE_FUNCTION},
    {"pivot", .clause = CLAUSE_TABLES, .next = SLOT_TABLE, .apply = apply_pivot},
    {"position", .opens = CLAUSE_FUNCTION},
    {"qualify", .clause = CLAUSE_EXPRESSION},
    {"recursive", .next = SLOT_NAME},
    {"returning", .clause = CLAUSE_ITEMS, .next = SLOT_ITEM},
    {"rollup", .opens = CLAUSE_ITEMS},
    {"schema", .next = SLOT_TABLE},
    {"select", .clause = CLAUSE_ITEMS, .next = SLOT_ITEM},
    {"sequence", .next = SLOT_TABLE},
    {"set", .clause = CLAUSE_EXPRESSION},
    {"sets", .opens = CLAUSE_ITEMS},
    {"substring", .opens = CLAUSE_FUNCTION},
    {"summarize", .next = SLOT_TABLE},
    {"table", .next = SLOT_TABLE},
    {"trim", .opens = CLAUSE_FUNCTION},
    {"truncate", .next = SLOT_TABLE},
    {"type", .next = SLOT_TABLE},
    {"union", .clause = CLAUSE_EXPRESSION},
    {"unpivot", .clause = CLAUSE_TABLES, .next = SLOT_TABLE, .apply = apply_pivot},
    {"update", .next = SLOT_TABLE},
    {"use", .next = SLOT_TABLE},
    {"using", .apply = apply_using},
    {"values", .clause = CLAUSE_EXPRESSION},
    {"view", .next = SLOT_TABLE},
    {"where", .clause = CLAUSE_EXPRESSION},
    {"window", .clause = CLAUSE_EXPRESSION},
    {"with", .clause = CLAUSE_NAMES, .next = SLOT_NAME},
};

static struct frame *top(const struct context *context)
{
    return &g_array_index(context->frames, struct frame, context->frames->len - 1);
}

struct context *context_new(enum slot slot)
{
    struct context *context = g_new0(struct context, 1);
    context->frames = g_array_new(FALSE, FALSE, sizeof(struct frame));
    struct frame frame = {.clause = CLAUSE_EXPRESSION, .next = slot};
    g_array_append_val(context->frames, frame);
    return context;
}

void context_free(struct context *context)
{
    if (!context)
        return;
    g_array_unref(context->frames);
    g_free(context);
}

/* The order of a word in the table: by its letters, case apart. */
static int compare_word(const struct token *token, const char *word)
{
    int order = g_ascii_strncasecmp(span_start(token->span), word, token->span.length);
    return order ? order : -(word[token->span.length] != '\0');
}

static const struct word_rule *find_rule(const struct token *token)
{
    guint low = 0;
    guint high = G_N_ELEMENTS(word_rules);
    while (low < high) {
        guint middle = low + (high - low) / 2;
        int order = compare_word(token, word_rules[middle].word);
        if (order == 0)
            return &word_rules[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void pass_word(struct context *context, const struct token *token, enum slot before)
{
    const struct word_rule *rule = find_rule(token);
    if (!rule || context->before[0].kind == TOKEN_DOT)
        return;
    struct frame *frame = top(context);
    enum clause old = frame->clause;
    if (rule->apply)
        rule->apply(context, frame, before);
    if (rule->clause && frame->clause == old)
        frame->clause = rule->clause;
    if (rule->next)
        frame->next = rule->next;
    if (rule->opens)
        frame->opens = rule->opens;
}

/* The place where a list of this clause goes on after a comma, or begins. */
static enum slot slot_in(enum clause clause)
{
    switch (clause) {
    case CLAUSE_ITEMS:
        return SLOT_ITEM;
    case CLAUSE_TABLES:
        return SLOT_TABLE;
    case CLAUSE_NAMES:
        return SLOT_NAME;
    case CLAUSE_ELEMENTS:
        return SLOT_ELEMENT;
    case CLAUSE_EXPRESSION:
    case CLAUSE_JOIN_CONDITION:
    case CLAUSE_COLUMNS:
    case CLAUSE_FUNCTION:
        break;
    }
    return (enum slot)0;
}

static void pass_comma(struct frame *frame)
{
    if (frame->clause == CLAUSE_JOIN_CONDITION)
        frame->clause = CLAUSE_TABLES;
    frame->next = slot_in(frame->clause);
}

static enum clause clause_of_bracket(struct frame *frame, enum slot slot, enum clause opens)
{
    if (opens)
        return opens;
    if (frame->clause == CLAUSE_COLUMNS) {
        frame->clause = CLAUSE_EXPRESSION;
        return CLAUSE_NAMES;
    }
    if (slot == SLOT_TABLE)
        return CLAUSE_TABLES;
    return slot == SLOT_ITEM ? CLAUSE_ITEMS : CLAUSE_EXPRESSION;
}

static void pass_open(struct context *context, const struct token *token, enum slot slot,
                      enum clause opens)
{
    struct frame inner = {.clause = CLAUSE_EXPRESSION};
    if (*span_start(token->span) == '(')
        inner.clause = clause_of_bracket(top(context), slot, opens);
    inner.next = slot_in(inner.clause);
    g_array_append_val(context->frames, inner);
}

static void pass_close(struct context *context)
{
    if (context->frames->len == 1)
        return;
    g_array_set_size(context->frames, context->frames->len - 1);
    struct frame *frame = top(context);
    if (frame->items_follow)
        frame->next = SLOT_ITEM;
    frame->items_follow = false;
}

void context_pass(struct context *context, const struct token *token)
{
    struct frame *frame = top(context);
    enum slot slot = frame->next;
    enum clause opens = frame->opens;
    frame->next = (enum slot)0;
    frame->opens = (enum clause)0;
    if (token->kind == TOKEN_WORD)
        pass_word(context, token, slot);
    else if (token->kind == TOKEN_COMMA)
        pass_comma(frame);
    else if (token->kind == TOKEN_DOT)
        frame->next = SLOT_NAME;
    else if (token->kind == TOKEN_OPEN)
        pass_open(context, token, slot, opens);
    else if (token->kind == TOKEN_CLOSE)
        pass_close(context);
    context->before[1] = context->before[0];
    context->before[0] = *token;
}

enum slot context_slot(const struct context *context)
{
    enum slot slot = top(context)->next;
    return slot ? slot : SLOT_OPERAND;
}

const struct token *context_last(const struct context *context)
{
    return &context->before[0];
}
