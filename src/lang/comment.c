/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/comment.h"

#include "lang/lexer.h"

#include <string.h>

static bool has_comment(const char *from, gsize length)
{
    return memchr(from, '-', length) || memchr(from, '/', length);
}

struct span comment_above(const struct text *text, gsize from, gsize statement)
{
    const struct span none = {0};
    if (!has_comment(text->data + from, statement - from))
        return none;
    struct lexer lexer;
    lexer_init(&lexer, text, from, statement);
    struct span comment = none;
    /* A comment behind the former statement, on its line, belongs to that one. */
    bool on_old_line = from > 0;
    guint line_ends = 0; /* since the last comment */
    while (lexer.offset < statement) {
        const gsize start = lexer.offset;
        if (!lexer_comment(&lexer)) {
            line_ends += text->data[lexer.offset++] == '\n';
            on_old_line = on_old_line && line_ends == 0;
            if (line_ends > 1)
                comment = none;
        } else if (!on_old_line) {
            const gsize first = comment.text ? comment.offset : start;
            comment = (struct span){
                .text = text,
                .offset = (guint32)first,
                .length = (guint32)(lexer.offset - first),
            };
            line_ends = 0;
        }
    }
    return line_ends == 1 ? comment : none;
}
