/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/description.h"

#include "lang/comment.h"

#include <string.h>

/* Where the words of a comment's line begin. */
static const char *skip_marks(const char *line)
{
    while (*line == ' ' || *line == '\t')
        line++;
    if (g_str_has_prefix(line, "/*"))
        line += strlen("/*");
    if (*line == '-' && line[1] == '-')
        line += strspn(line, "-");
    else if (!g_str_has_prefix(line, "*/"))
        line += strspn(line, "*");
    return *line == ' ' ? line + 1 : line;
}

static bool is_blank(const char *line)
{
    return !line[strspn(line, " \t")];
}

char *description_of(struct span comment)
{
    if (!comment.text || comment.length == 0)
        return NULL;
    g_autofree char *whole = span_dup(comment);
    g_auto(GStrv) lines = g_strsplit(whole, "\n", -1);
    GString *out = g_string_new(NULL);
    for (char **line = lines; *line; line++) {
        char *words = (char *)(guintptr)skip_marks(g_strchomp(*line));
        if (g_str_has_suffix(words, "*/"))
            words[strlen(words) - strlen("*/")] = '\0';
        g_strchomp(words);
        if (out->len > 0)
            g_string_append_c(out, '\n');
        if (out->len > 0 || !is_blank(words))
            g_string_append(out, words);
    }
    while (out->len > 0 && g_ascii_isspace(out->str[out->len - 1]))
        g_string_truncate(out, out->len - 1);
    return g_string_free(out, out->len == 0);
}

struct span description_of_file(const struct text *text)
{
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    struct span whole = {0};
    struct span next;
    guint lines = 0;
    while (comment_next(&lexer, &lines, &next)) {
        if (whole.text && lines > 1)
            return whole;
        whole = whole.text ? span_between(whole, next) : next;
    }
    return whole;
}
