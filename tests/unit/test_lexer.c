/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of SQL and of directives: the engine's own lexer is the measure (tried on 1.5.6). */
#include "lang/lexer.h"

#include <string.h>

/* One letter a kind, `!` behind it when the token has no end. */
static const char kind_letters[] = {
    [TOKEN_WORD] = 'w',     [TOKEN_QUOTED] = 'q',        [TOKEN_STRING] = 's',
    [TOKEN_NUMBER] = 'n',   [TOKEN_ESCAPE_STRING] = 'e', [TOKEN_DOLLAR_STRING] = 'd',
    [TOKEN_VARIABLE] = 'v', [TOKEN_SEMICOLON] = ';',     [TOKEN_COMMA] = ',',
    [TOKEN_DOT] = '.',      [TOKEN_OPEN] = '(',          [TOKEN_CLOSE] = ')',
    [TOKEN_OPERATOR] = 'o',
};

static struct text make_text(const char *data)
{
    return (struct text){.data = (char *)(guintptr)data, .length = strlen(data)};
}

typedef struct token (*reader)(struct lexer *lexer);

static char *describe_with(const char *data, reader read)
{
    const struct text text = make_text(data);
    struct lexer lexer;
    lexer_init(&lexer, &text, 0, text.length);
    GString *out = g_string_new(NULL);
    for (;;) {
        const struct token token = read(&lexer);
        if (token.kind == TOKEN_END)
            break;
        g_string_append_printf(out, "%s%c%s:%.*s", out->len ? "|" : "", kind_letters[token.kind],
                               token.unclosed ? "!" : "", (int)token.span.length,
                               data + token.span.offset);
    }
    if (lexer.unclosed_comment.text)
        g_string_append_printf(out, "%sunclosed comment at %u", out->len ? "|" : "",
                               lexer.unclosed_comment.offset);
    return g_string_free(out, FALSE);
}

struct lexer_case {
    const char *text;
    const char *tokens;
};

static void check(const struct lexer_case *cases, gsize count, reader read)
{
    for (gsize i = 0; i < count; i++) {
        g_test_message("%s", cases[i].text);
        g_autofree char *tokens = describe_with(cases[i].text, read);
        g_assert_cmpstr(tokens, ==, cases[i].tokens);
    }
}

#define CHECK(cases) check(cases, G_N_ELEMENTS(cases), lexer_next)

static void words_and_numbers_are_told_apart(void)
{
    static const struct lexer_case cases[] = {
        {"", ""},
        {"a_1 _b é$x", "w:a_1|w:_b|w:é$x"},
        {"Straße", "w:Straße"},
        {"1 1.5 .5 1. 1e5 1E-5 1.5e+3 1_000", "n:1|n:1.5|n:.5|n:1.|n:1e5|n:1E-5|n:1.5e+3|n:1_000"},
        {"1e 1e+ 1_", "n:1|w:e|n:1|w:e|o:+|n:1|w:_"},
        {"0x1F", "n:0|w:x1F"},
        {"1..2", "n:1|.:.|n:.2"},
        {"a.b .c", "w:a|.:.|w:b|.:.|w:c"},
        {"t.1", "w:t|n:.1"},
    };
    CHECK(cases);
}

static void quotes_end_where_the_engine_ends_them(void)
{
    static const struct lexer_case cases[] = {
        {"'it''s' 'a\\'", "s:'it''s'|s:'a\\'"},
        {"\"a\"\"b\" \"a\\\"", "q:\"a\"\"b\"|q:\"a\\\""},
        {"E'a\\'b' e'''' xE'a'", "e:E'a\\'b'|e:e''''|w:xE|s:'a'"},
        {"E'a'\n 'b\\'c'", "e:E'a'\n 'b\\'c'"},
        {"E'a' -- x\n'b\\'c'", "e:E'a' -- x\n'b\\'c'"},
        {"E'a' 'b'", "e:E'a'|s:'b'"},
        {"'a'\n'b\\'", "s:'a'|s:'b\\'"},
        {"x'41' b'1' U&'a'", "w:x|s:'41'|w:b|s:'1'|w:U|o:&|s:'a'"},
        {"$$ ; ' $$", "d:$$ ; ' $$"},
        {"$a$ $$ $b$ $a$", "d:$a$ $$ $b$ $a$"},
        {"x$$;", "w:x$$|;:;"},
        {"1$$;$$", "n:1|d:$$;$$"},
        {"$1 $ $x $a1$;$a1$ $1a$", "o:$1|o:$|o:$|w:x|d:$a1$;$a1$|o:$1|w:a$"},
    };
    CHECK(cases);
}

static void comments_and_blanks_are_passed(void)
{
    static const struct lexer_case cases[] = {
        {"a -- b ; 'c\nd", "w:a|w:d"},
        {"a--b\rc", "w:a|w:c"},
        {"a /* b /* c */ ; */ d", "w:a|w:d"},
        {"/**/a/***/b/*/*/**/*/*/c", "w:a|w:b|w:c"},
        {"a-/*x*/-b", "w:a|o:-|o:-|w:b"},
        {"a\t\n\f\r b", "w:a|w:b"},
        {"a\u00a0b\u2003c\u200bd\u202fe\u205ff\u2060g\u3000h\ufeffi",
         "w:a|w:b|w:c|w:d|w:e|w:f|w:g|w:h|w:i"},
        {"a\u00a1\u2014\u3001\u2070", "w:a\u00a1\u2014\u3001\u2070"},
        {"/* a", "unclosed comment at 0"},
        {"x /* a /* b */", "w:x|unclosed comment at 2"},
    };
    CHECK(cases);
}

static void operators_stop_before_comments(void)
{
    static const struct lexer_case cases[] = {
        {"a<--b\n1", "w:a|o:<|n:1"},
        {"a*/*b*/1", "w:a|o:*|n:1"},
        {"a->>'$.a'", "w:a|o:->>|s:'$.a'"},
        {"a::INT[1]", "w:a|o:::|w:INT|(:[|n:1|):]"},
        {"{'a': 1}.a", "(:{|s:'a'|o::|n:1|):}|.:.|w:a"},
        {"(x) -> x + 1", "(:(|w:x|):)|o:->|w:x|o:+|n:1"},
        {"@x #1 a<>b,c;", "o:@|w:x|o:#|n:1|w:a|o:<>|w:b|,:,|w:c|;:;"},
        {"\x01\\`", "o:\x01|o:\\|o:`"},
    };
    CHECK(cases);
}

static void variables_are_tokens_of_their_own(void)
{
    static const struct lexer_case cases[] = {
        {"${a}", "v:${a}"},
        {"x${a}_b${c}", "w:x|v:${a}|w:_b|v:${c}"},
        {"${a|b c;d}", "v:${a|b c;d}"},
        {"${a|\"}\"}", "v:${a|\"}\"}"},
        {"${a|\"\\\"}\\\\\"}", "v:${a|\"\\\"}\\\\\"}"},
        {"'${a}' \"${a}\"", "s:'${a}'|q:\"${a}\""},
        {"\\${a}", "o:\\$|(:{|w:a|):}"},
        {"${a\nb", "v!:${a|w:b"},
        {"${a|\"b}\nc", "v!:${a|\"b}|w:c"},
        {"${", "v!:${"},
    };
    CHECK(cases);
}

static void what_the_end_cuts_off_is_marked(void)
{
    static const struct lexer_case cases[] = {
        {"'a", "s!:'a"}, {"\"a\"\"", "q!:\"a\"\""}, {"E'a\\'", "e!:E'a\\'"},   {"$$a$", "d!:$$a$"},
        {"'", "s!:'"},   {"E'a\\", "e!:E'a\\"},     {"$a$ $b$", "d!:$a$ $b$"},
    };
    CHECK(cases);
}

static void strings_of_directives_have_backslash_escapes_and_one_line(void)
{
    static const struct lexer_case cases[] = {
        {"\"a\\\"b\"", "q:\"a\\\"b\""},
        {"\"a\\\\\" x", "q:\"a\\\\\"|w:x"},
        {"\"a\"\"b\"", "q:\"a\"|q:\"b\""},
        {"-- c\n\"a\"", "q:\"a\""},
        {"\"a\nb", "q!:\"a|w:b"},
        {"\"a;  \r\nb", "q!:\"a|;:;|w:b"},
        {"\"a", "q!:\"a"},
        {"\";", "q!:\"|;:;"},
        {"\"", "q!:\""},
        {"'a''b' x", "s:'a''b'|w:x"},
    };
    check(cases, G_N_ELEMENTS(cases), lexer_string);
}

static void a_lexer_keeps_to_its_range(void)
{
    const struct text text = make_text("'abc' -- x\n ${y} def");
    const struct {
        gsize from;
        gsize end;
        enum token_kind kind;
        guint32 offset;
        guint32 length;
        bool unclosed;
    } cases[] = {
        {0, 3, TOKEN_STRING, 0, 3, true},      {1, 4, TOKEN_WORD, 1, 3, false},
        {6, 9, TOKEN_END, 9, 0, false},        {6, 11, TOKEN_END, 11, 0, false},
        {12, 15, TOKEN_VARIABLE, 12, 3, true}, {17, 19, TOKEN_WORD, 17, 2, false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct lexer lexer;
        lexer_init(&lexer, &text, cases[i].from, cases[i].end);
        const struct token token = lexer_next(&lexer);
        g_assert_cmpint(token.kind, ==, cases[i].kind);
        g_assert_cmpuint(token.span.offset, ==, cases[i].offset);
        g_assert_cmpuint(token.span.length, ==, cases[i].length);
        g_assert_cmpint(token.unclosed, ==, cases[i].unclosed);
        g_assert_cmpuint(lexer.offset, <=, cases[i].end);
    }
}

static void words_are_compared_without_case(void)
{
    const struct text text = make_text("Source source \"source\" sourc sources");
    static const bool expected[] = {true, true, false, false, false};
    struct lexer lexer;
    lexer_init(&lexer, &text, 0, text.length);
    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
        const struct token token = lexer_next(&lexer);
        g_assert_cmpint(token_is(&token, "SOURCE"), ==, expected[i]);
    }
}

static void tokens_touch_when_nothing_is_between(void)
{
    const struct text text = make_text("a.b /**/c");
    struct lexer lexer;
    lexer_init(&lexer, &text, 0, text.length);
    const struct token a = lexer_next(&lexer);
    const struct token dot = lexer_next(&lexer);
    const struct token b = lexer_next(&lexer);
    const struct token c = lexer_next(&lexer);
    g_assert_true(token_touches(&a, &dot));
    g_assert_true(token_touches(&dot, &b));
    g_assert_false(token_touches(&b, &c));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lexer/words_and_numbers", words_and_numbers_are_told_apart);
    g_test_add_func("/lexer/quotes", quotes_end_where_the_engine_ends_them);
    g_test_add_func("/lexer/comments_and_blanks", comments_and_blanks_are_passed);
    g_test_add_func("/lexer/operators", operators_stop_before_comments);
    g_test_add_func("/lexer/variables", variables_are_tokens_of_their_own);
    g_test_add_func("/lexer/cut_off", what_the_end_cuts_off_is_marked);
    g_test_add_func("/lexer/strings_of_directives",
                    strings_of_directives_have_backslash_escapes_and_one_line);
    g_test_add_func("/lexer/range", a_lexer_keeps_to_its_range);
    g_test_add_func("/lexer/case", words_are_compared_without_case);
    g_test_add_func("/lexer/touching", tokens_touch_when_nothing_is_between);
    return g_test_run();
}
