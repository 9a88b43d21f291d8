/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/comment.h"

#include <string.h>

bool comment_next(struct lexer *lexer, guint *out_lines, struct span *out)
{
    *out_lines = 0;
    gsize from = lexer->offset;
    while (lexer_blank(lexer)) {
        *out_lines += lexer->text->data[from] == '\n';
        from = lexer->offset;
    }
    if (!lexer_comment(lexer))
        return false;
    *out = (struct span){
        .text = lexer->text,
        .offset = (guint32)from,
        .length = (guint32)(lexer->offset - from),
    };
    return true;
}

bool comment_is_line(struct span comment)
{
    return *span_start(comment) == '-';
}

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
    struct span next;
    /* A comment behind the former statement, on its line, belongs to that one. */
    bool on_old_line = from > 0;
    guint lines = 0;
    while (comment_next(&lexer, &lines, &next)) {
        on_old_line = on_old_line && lines == 0;
        if (!on_old_line)
            comment = comment.text && lines < 2 ? span_between(comment, next) : next;
    }
    return lines == 1 ? comment : none;
}
