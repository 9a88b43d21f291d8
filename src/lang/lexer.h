/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of SQL and of our directives, over one text. It knows exactly what language.md says the
 * scanner knows: quotes of all kinds, comments (nesting), words, numbers, `${..}`, brackets. It
 * never changes a byte; every token is a slice of the text.
 */
#pragma once

#include "base/diagnostics.h"

enum token_kind {
    TOKEN_END = 1,
    TOKEN_WORD,          /* name or keyword, no quotes */
    TOKEN_QUOTED,        /* "..": SQL rules ("" is a quote, backslash is nothing) */
    TOKEN_STRING,        /* '..' */
    TOKEN_ESCAPE_STRING, /* E'..' with backslash escapes; the E belongs to the token */
    TOKEN_DOLLAR_STRING, /* $tag$..$tag$ */
    TOKEN_NUMBER,        /* 1, 1.5, .5, 1e5, 1_000 */
    TOKEN_VARIABLE,      /* ${..} outside quotes, to its closing brace */
    TOKEN_SEMICOLON,
    TOKEN_COMMA,
    TOKEN_DOT,
    TOKEN_OPEN,     /* ( [ { */
    TOKEN_CLOSE,    /* ) ] } */
    TOKEN_OPERATOR, /* one or more of + - * / < > = ~ ! @ # % ^ & | ` ? : or a lone $, $1 */
};

struct token {
    enum token_kind kind;
    struct span span;
    bool unclosed; /* a quote or bracketed variable that the text's end cut off */
};

struct lexer {
    const struct text *text;
    gsize offset; /* of the next byte to read */
    gsize end;
    struct span unclosed_comment; /* set when a comment had no end */
};

/* Reads [from, end) of a text. */
void lexer_init(struct lexer *lexer, const struct text *text, gsize from, gsize end);

/* The next token; comments and white space are passed over. After the end: TOKEN_END for ever. */
struct token lexer_next(struct lexer *lexer);

/* Passes over white space (Unicode's, too, as the engine does) and comments. */
void lexer_skip(struct lexer *lexer);

/* Passes over one blank character, or one comment, if that is next. */
bool lexer_blank(struct lexer *lexer);
bool lexer_comment(struct lexer *lexer);

/* As lexer_next where the grammar wants a string: a `".."` has backslash escapes and ends on its
 * line; one without an end stops before a `;` that ends the line. All else is as lexer_next reads
 * it. */
struct token lexer_string(struct lexer *lexer);

/* The token is this word, whatever its case. */
bool token_is(const struct token *token, const char *word);

/* Two tokens stand side by side without anything between. */
bool token_touches(const struct token *left, const struct token *right);

/* A place of one character widened to the word, quoted name, text or number that begins there; any
 * other place as it is. For marking what an engine's message is about. */
struct span span_widen(struct span place);
