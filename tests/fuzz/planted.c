/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bug that the fuzzers must find, linked around lexer_next by --wrap: it reads behind the text
 * for an unclosed dollar quote whose tag begins with a capital. No text of the corpus has one.
 */
#include "lang/lexer.h"

struct token __real_lexer_next(struct lexer *lexer);
struct token __wrap_lexer_next(struct lexer *lexer);

struct token __wrap_lexer_next(struct lexer *lexer)
{
    struct token token = __real_lexer_next(lexer);
    if (token.kind == TOKEN_DOLLAR_STRING && token.unclosed) {
        const char *quote = span_start(token.span);
        if (g_ascii_isupper(quote[1])) {
            const volatile char *behind = quote + token.span.length + 1;
            token.unclosed = behind[0] != 'q';
        }
    }
    return token;
}
