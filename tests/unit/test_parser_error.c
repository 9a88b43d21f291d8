/* SPDX-License-Identifier: Apache-2.0 */
/* What is told about a text with errors, and what of it is kept. */
#include "tree.h"

struct error_case {
    const char *text;
    const char *errors;
    const char *tree;
};

static void check_errors(const struct error_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_test_message("%s", cases[i].text);
        struct parsed parsed = parse(cases[i].text);
        g_autofree char *errors = describe_errors(&parsed);
        g_assert_cmpstr(errors, ==, cases[i].errors);
        g_autofree char *tree = describe_tree(&parsed);
        g_assert_cmpstr(tree, ==, cases[i].tree);
        parsed_clear(&parsed);
    }
}

#define CHECK_ERRORS(cases) check_errors(cases, G_N_ELEMENTS(cases))

static void files_of_sql_are_the_engines(void)
{
    const char *data = "LOAD a INTO b; SET x = 1; CREATE TABLE t AS SELECT 1; FROM t;\nEND; "
                       "SOURCE a TYPE csv PARAMS {}; IF a THEN\n";
    struct parsed parsed = parse_as("x.SQL", data, strlen(data));
    g_autofree char *tree = describe_tree(&parsed);
    g_assert_cmpstr(tree, ==,
                    "SQL body<LOAD a INTO b>; SQL body<SET x = 1>; "
                    "SQL body<CREATE TABLE t AS SELECT 1>; QUERY body<FROM t>; SQL body<END>");
    g_autofree char *errors = describe_errors(&parsed);
    g_assert_cmpstr(errors, ==,
                    "SF0114 2:6 in a .sql file every statement is the engine's (name the file .sf "
                    "to use it)\nSF0114 2:35 in a .sql file every statement is the engine's (name "
                    "the file .sf to use it)");
    parsed_clear(&parsed);
}

static void unknown_words_get_a_suggestion(void)
{
    static const struct error_case cases[] = {
        {"SORCE a TYPE csv PARAMS {}; SELECT 1",
         "SF0101 1:1 no statement begins with 'SORCE' (did you mean 'SOURCE'?)",
         "QUERY body<SELECT 1>"},
        {"SELCT 1", "SF0101 1:1 no statement begins with 'SELCT' (did you mean 'SELECT'?)", ""},
        {"hello", "SF0101 1:1 no statement begins with 'hello'", ""},
        {"'a' b; SELECT 1", "SF0102 1:1 expected a statement, found the string 'a'",
         "QUERY body<SELECT 1>"},
        {")", "SF0102 1:1 expected a statement, found ')'", ""},
    };
    CHECK_ERRORS(cases);
}

static void what_a_source_lacks_is_told(void)
{
    static const struct error_case cases[] = {
        {"SOURCE a TPE csv PARAMS {}",
         "SF0102 1:10 expected TYPE or FROM after the source's name, found 'TPE' (did you mean "
         "'TYPE'?)",
         "!SOURCE name<a>"},
        {"SOURCE", "SF0102 1:7 expected the source's name, found the end of the file", "!SOURCE"},
        {"SOURCE 'a' TYPE csv PARAMS {}",
         "SF0102 1:8 expected the source's name, found the string 'a' (a name takes no quotes, or "
         "\"..\")",
         "!SOURCE"},
        {"SOURCE a TYPE csv OPTIONS {}", "SF0102 1:19 expected PARAMS, found 'OPTIONS'",
         "!SOURCE name<a> type<csv>"},
        {"SOURCE a TYPE csv PARAMS 1", "SF0102 1:26 expected a map, {..}, found '1'",
         "!SOURCE name<a> type<csv>"},
        {"SOURCE a FROM wh;",
         "SF0102 1:15 expected the name of a profile's connector in quotes, found 'wh' (it takes "
         "quotes: '..')",
         "!SOURCE name<a>"},
    };
    CHECK_ERRORS(cases);
}

static void what_a_load_lacks_is_told(void)
{
    static const struct error_case cases[] = {
        {"LOAD a INT b",
         "SF0102 1:8 expected INTO or FROM after LOAD's first name, found 'INT' (did you mean "
         "'INTO'?)",
         "!LOAD"},
        {"LOAD a.5 INTO b", "SF0102 1:7 expected INTO or FROM after LOAD's first name, found '.5'",
         "!LOAD"},
        {"LOAD a INTO", "SF0102 1:12 expected the table's name, found the end of the file",
         "!LOAD name<a>"},
        {"LOAD a FROM;", "SF0102 1:12 expected the source's name, found ';'", "!LOAD table<a>"},
        {"LOAD a INTO b WHERE;", "SF0102 1:20 expected a condition, found ';'",
         "!LOAD name<a> table<b>"},
        {"LOAD a INTO b WHERE MODE APPEND", "SF0102 1:21 expected a condition, found 'MODE'",
         "!LOAD name<a> table<b>"},
        {"LOAD a INTO b WHERE x > 1 OPTIONS;", "SF0102 1:34 expected a map, {..}, found ';'",
         "!LOAD name<a> table<b> body<x > 1>"},
        {"LOAD a INTO b MODE UPSERT k", "SF0102 1:27 expected KEY and the key columns, found 'k'",
         "!LOAD name<a> table<b> mode=upsert"},
        {"LOAD a INTO b MODE UPSERT KEY (k l)",
         "SF0102 1:34 expected ',' or ')' in the list of keys, found 'l'",
         "!LOAD name<a> table<b> mode=upsert key<k>"},
        {"LOAD a INTO b MODE UPSERT KEY k,",
         "SF0102 1:33 expected a key column, found the end of "
         "the file",
         "!LOAD name<a> table<b> mode=upsert key<k>"},
        {"LOAD a INTO b WHERE x > 1 MODE APEND",
         "SF0102 1:32 expected REPLACE, APPEND, UPSERT or INCREMENTAL after MODE, found 'APEND' "
         "(did you mean 'APPEND'?)",
         "!LOAD name<a> table<b> body<x > 1>"},
    };
    CHECK_ERRORS(cases);
}

static void what_a_create_or_check_lacks_is_told(void)
{
    static const struct error_case cases[] = {
        {"CREATE TABLE t MOD APPEND AS SELECT 1",
         "SF0102 1:16 expected AS and a query, found 'MOD' (did you mean 'MODE'?)",
         "!CREATE table<t>"},
        {"CREATE TABLE t OPTIONS {} MODE APPEND AS SELECT 1",
         "SF0102 1:27 expected AS and a query, found 'MODE'", "!CREATE table<t> {}"},
        {"CREATE TABLE t AS SELCT 1",
         "SF0102 1:19 expected a query after AS, found 'SELCT' (did you mean 'SELECT'?)",
         "!CREATE table<t>"},
        {"CREATE TABLE t AS", "SF0102 1:18 expected a query after AS, found the end of the file",
         "!CREATE table<t>"},
        {"CREATE TABLE t AS SELECT 1 OPTIONS {}",
         "SF0102 1:28 the OPTIONS of a CREATE stand before its query (put them before AS)",
         "!CREATE table<t> body<SELECT 1>"},
        {"CREATE TABLE t MODE INCREMENTAL ts AS SELECT 1", "SF0102 1:33 expected BY, found 'ts'",
         "!CREATE table<t> mode=incremental"},
        {"CREATE TABLE t MODE INCREMENTAL BY a LOOKBACK 7 DAS AS SELECT 1",
         "SF0102 1:49 expected a unit of time such as DAYS, found 'DAS' (did you mean 'DAY'?)",
         "!CREATE table<t> mode=incremental by<a>"},
        {"CREATE TABLE t MODE INCREMENTAL BY a LOOKBACK x AS SELECT 1",
         "SF0102 1:47 expected how far to look back, 7 DAYS or '7 days', found 'x' (it takes "
         "quotes: '..')",
         "!CREATE table<t> mode=incremental by<a>"},
        {"CHECK c SELECT 1", "SF0102 1:9 expected AS and a query, found 'SELECT'",
         "!CHECK name<c>"},
    };
    CHECK_ERRORS(cases);
}

static void what_an_export_lacks_is_told(void)
{
    static const struct error_case cases[] = {
        {"EXPORT", "SF0102 1:7 expected a query or a table after EXPORT, found the end of the file",
         "!EXPORT"},
        {"EXPORT FROM t TO out/a.csv TYPE csv",
         "SF0102 1:18 expected a destination in quotes, found 'out' (it takes quotes: '..')",
         "!EXPORT body<FROM t>"},
        {"EXPORT FROM t TO a.csv",
         "SF0102 1:18 expected a destination in quotes, found 'a' (it takes quotes: '..')",
         "!EXPORT body<FROM t>"},
        {"EXPORT SELECT 1", "SF0102 1:16 expected TO and a destination, found the end of the file",
         "!EXPORT body<SELECT 1>"},
        {"EXPORT SELCT a FROM t TO 'x'",
         "SF0102 1:8 expected a query or a table after EXPORT, found 'SELCT' (did you mean "
         "'SELECT'?)",
         "!EXPORT"},
        {"EXPORT t IN 'x'", "SF0102 1:10 expected TO and a destination, found 'IN'",
         "!EXPORT table<t>"},
        {"EXPORT t TO ${x}", "SF0102 1:13 expected a destination in quotes (write '${x}')",
         "!EXPORT table<t>"},
        {"EXPORT t TO x",
         "SF0102 1:13 expected a destination in quotes, found 'x' (it takes quotes: "
         "'..')",
         "!EXPORT table<t>"},
        {"EXPORT t TO $$x$$",
         "SF0102 1:13 expected a destination in quotes, found the string $$x$$",
         "!EXPORT table<t>"},
        {"EXPORT t TO 'x' TYPE",
         "SF0102 1:21 expected the destination's type, found the end of the "
         "file",
         "!EXPORT table<t> target<'x'>"},
    };
    CHECK_ERRORS(cases);
}

static void what_set_include_and_if_lack_is_told(void)
{
    static const struct error_case cases[] = {
        {"SET x", "SF0102 1:6 expected '=' and a value, found the end of the file", "!SET name<x>"},
        {"SET x == 1", "SF0102 1:7 expected '=' and a value, found '=='", "!SET name<x>"},
        {"SET x =",
         "SF0102 1:8 expected a value: a string, a number, a word or ${..}, found the end "
         "of the file",
         "!SET name<x>"},
        {"SET x = -a",
         "SF0102 1:10 expected a value: a string, a number, a word or ${..}, found 'a'",
         "!SET name<x>"},
        {"SET x = 2024-01-01", "SF0102 1:13 a value of several parts (put the value in quotes)",
         "!SET name<x> target<2024>"},
        {"SET x = $$a$$", "SF0102 1:9 expected a value, found the string $$a$$", "!SET name<x>"},
        {"INCLUDE a",
         "SF0102 1:9 expected the path of a file in quotes, found 'a' (it takes "
         "quotes: '..')",
         "!INCLUDE"},
        {"INCLUDE 'a' AS",
         "SF0102 1:15 expected a name for the file's schema, found the end of the "
         "file",
         "!INCLUDE target<'a'>"},
        {"IF THEN END IF", "SF0102 1:4 expected a condition, found 'THEN'", "!IF else {}"},
        {"IF a SELECT 1; END IF", "SF0102 1:14 expected THEN after the condition, found ';'",
         "!IF if<a SELECT 1> {}"},
        {"IF a THEN END; SELECT 1", "SF0102 1:14 expected IF, found ';'",
         "!IF if<a> {}; QUERY body<SELECT 1>"},
    };
    CHECK_ERRORS(cases);
}

static void unclosed_things_are_told_at_their_start(void)
{
    static const struct error_case cases[] = {
        {"SELECT 1;\nSELECT 'a;\nSELECT 2;", "SF0103 2:8 this ' has no end",
         "QUERY body<SELECT 1>; !QUERY"},
        {"SELECT \"a; SELECT 2;", "SF0103 1:8 this \" has no end", "!QUERY"},
        {"SELECT E'a\\'; SELECT 2;", "SF0103 1:8 this ' has no end", "!QUERY"},
        {"SELECT $a$ b $b$; SELECT 2;", "SF0103 1:8 this dollar quote has no end", "!QUERY"},
        {"SELECT 1; /* a", "SF0103 1:11 this comment has no end", "!QUERY body<SELECT 1>"},
        {"/* a", "SF0103 1:1 this comment has no end", ""},
        {"SELECT ${a\n + 1; SELECT 2", "SF0103 1:8 this ${ has no } on its line",
         "!QUERY; QUERY body<SELECT 2>"},
        {"SELECT (1 + [2; SELECT 3", "SF0103 1:13 this '[' is never closed",
         "!QUERY; QUERY body<SELECT 3>"},
        {"EXPORT SELECT (1 TO 'x'; SELECT 3", "SF0103 1:15 this '(' is never closed",
         "!EXPORT; QUERY body<SELECT 3>"},
        {"INCLUDE \"a;\nSELECT 1", "SF0103 1:9 this \" has no end",
         "!INCLUDE target<\"a>; QUERY body<SELECT 1>"},
        {"INCLUDE 'a;\nSELECT 1", "SF0103 1:9 this ' has no end", "!INCLUDE target<'a;\nSELECT 1>"},
        {"SOURCE a TYPE csv PARAMS {a: \"b};\nSELECT 1",
         "SF0103 1:30 this string, which ends on its line, has no end",
         "!SOURCE name<a> type<csv>; QUERY body<SELECT 1>"},
        {"SOURCE a TYPE csv PARAMS {a: 1;\nSELECT 1", "SF0103 1:26 this map has no end",
         "!SOURCE name<a> type<csv>; QUERY body<SELECT 1>"},
        {"SOURCE a TYPE csv PARAMS {", "SF0103 1:26 this map has no end",
         "!SOURCE name<a> type<csv>"},
        {"IF a THEN\nIF b THEN SELECT 1; END IF;\nSELECT 2;", "SF0103 1:1 this IF has no END IF",
         "!IF if<a> {IF if<b> {QUERY body<SELECT 1>}; QUERY body<SELECT 2>}"},
        {"IF a THEN SELECT 'x; END IF;", "SF0103 1:18 this ' has no end", "!IF if<a> {!QUERY}"},
        {"IF (a THEN SELECT 1; END IF;", "SF0103 1:4 this '(' is never closed", "!IF else {}"},
        {"SORCE it's; SELECT 1",
         "SF0101 1:1 no statement begins with 'SORCE' (did you mean 'SOURCE'?)\n"
         "SF0103 1:9 this ' has no end",
         ""},
        {"SOURCE \"a", "SF0103 1:8 this \" has no end", "!SOURCE"},
        {"SET x = ${a\n;", "SF0103 1:9 this ${ has no } on its line", "!SET name<x> target<${a>"},
    };
    CHECK_ERRORS(cases);
}

static void brackets_must_match(void)
{
    static const struct error_case cases[] = {
        {"SELECT 1); SELECT 2", "SF0104 1:9 this ')' closes nothing",
         "!QUERY; QUERY body<SELECT 2>"},
        {"SELECT (1]; SELECT (2]",
         "SF0104 1:10 this ']' does not close the '('\nSF0104 1:22 this ']' does not close the '('",
         "!QUERY; !QUERY"},
        {"SELECT {'a': [1}]", "SF0104 1:16 this '}' does not close the '['", "!QUERY"},
    };
    CHECK_ERRORS(cases);
}

static void a_forgotten_semicolon_is_told_and_nothing_is_lost(void)
{
    static const struct error_case cases[] = {
        {"SOURCE a TYPE csv PARAMS {}\nSOURCE b TYPE csv PARAMS {}",
         "SF0105 2:1 expected ';' after the statement, found 'SOURCE' (a ';' is missing before it)",
         "!SOURCE name<a> type<csv> {}; SOURCE name<b> type<csv> {}"},
        {"EXPORT SELECT 1 TO 'a.csv'\nEXPORT SELECT 2 TO 'b.csv' TYPE csv",
         "SF0105 2:1 expected ';' after the statement, found 'EXPORT' (a ';' is missing before it)",
         "!EXPORT target<'a.csv'> body<SELECT 1>; EXPORT type<csv> target<'b.csv'> body<SELECT 2>"},
        {"SET x = 7\nSELECT 1",
         "SF0105 2:1 expected ';' after the statement, found 'SELECT' (a ';' is missing before it)",
         "!SET name<x> target<7>; QUERY body<SELECT 1>"},
        {"SOURCE a TYPE csv\nSOURCE b TYPE csv PARAMS {}",
         "SF0102 2:1 expected PARAMS, found 'SOURCE'",
         "!SOURCE name<a> type<csv>; SOURCE name<b> type<csv> {}"},
        {"EXPORT t TO 'x' TYP csv",
         "SF0105 1:17 expected ';' after the statement, found 'TYP' (did you mean 'TYPE'?)",
         "!EXPORT table<t> target<'x'>"},
        {"LOAD a INTO b OPTIONS {} WHERE x; SELECT 1",
         "SF0105 1:26 expected ';' after the statement, found 'WHERE' (it doesn't stand here)",
         "!LOAD name<a> table<b> {}; QUERY body<SELECT 1>"},
        {"IF a THEN SELECT 1 END IF; SELECT 2",
         "SF0105 1:20 END IF inside a statement (a ';' is missing before it)",
         "IF if<a> {!QUERY body<SELECT 1>}; QUERY body<SELECT 2>"},
        {"SELECT 1 END IF; SELECT 2",
         "SF0105 1:10 END IF inside a statement (a ';' is missing before it)",
         "!QUERY body<SELECT 1>; QUERY body<SELECT 2>"},
        {"IF a THEN SORCE b END IF; SELECT 2",
         "SF0101 1:11 no statement begins with 'SORCE' (did you mean 'SOURCE'?)",
         "IF if<a> {}; QUERY body<SELECT 2>"},
        {"IF a THEN SORCE b ENDIF; SELECT 2",
         "SF0101 1:11 no statement begins with 'SORCE' (did you mean 'SOURCE'?)",
         "IF if<a> {}; QUERY body<SELECT 2>"},
        {"IF a THEN END IF SELECT 1; SELECT 2",
         "SF0105 1:18 expected ';' after the statement, found 'SELECT'",
         "!IF if<a> {}; QUERY body<SELECT 2>"},
    };
    CHECK_ERRORS(cases);
}

static void branches_need_an_open_if(void)
{
    static const struct error_case cases[] = {
        {"END IF; SELECT 1", "SF0106 1:1 no IF is open here", "QUERY body<SELECT 1>"},
        {"ENDIF; SELECT 1", "SF0106 1:1 no IF is open here", "QUERY body<SELECT 1>"},
        {"ELSE SELECT 1; SELECT 2", "SF0106 1:1 no IF is open here", "QUERY body<SELECT 2>"},
        {"ELSEIF x THEN SELECT 1; SELECT 2", "SF0106 1:1 no IF is open here",
         "QUERY body<SELECT 2>"},
        {"IF a THEN ELSE ELSE SELECT 1; END IF", "SF0106 1:16 this IF has had its ELSE",
         "IF if<a> {} else {}"},
        {"IF a THEN ELSE SELECT 1; ELSEIF b THEN SELECT 2; END IF",
         "SF0106 1:26 this IF has had its ELSE", "IF if<a> {} else {QUERY body<SELECT 1>}"},
    };
    CHECK_ERRORS(cases);
}

static void names_modes_settings_and_escapes_are_checked(void)
{
    static const struct error_case cases[] = {
        {"LOAD a..b INTO c",
         "SF0107 1:6 not a name (a name has one to three parts with dots between)", "!LOAD"},
        {"LOAD a. INTO c",
         "SF0107 1:6 not a name (a name has one to three parts with dots between)", "!LOAD"},
        {"CREATE TABLE a.b.c.d AS SELECT 1",
         "SF0107 1:14 not a name (a name has one to three parts with dots between)", "!CREATE"},
        {"SOURCE \"\" TYPE csv PARAMS {}",
         "SF0107 1:8 not a name (a name has one to three parts with dots between)", "!SOURCE"},
        {"SET a.b = 1", "SF0107 1:5 not a name (this name has one part, without a dot)", "!SET"},
        {"CHECK a.b AS SELECT 1", "SF0107 1:7 not a name (this name has one part, without a dot)",
         "!CHECK"},
        {"INCLUDE \"a\\qb\"",
         "SF0108 1:11 \\q stands for no character (for a backslash write \\\\, or put the text in "
         "'..')",
         "!INCLUDE target<\"a\\qb\">"},
        {"SOURCE a TYPE csv PARAMS {x: 007, x: 1}",
         "SF0109 1:30 not a number as JSON has them (write \"007\")\n"
         "SF0110 1:35 the key 'x' stands twice in this map",
         "!SOURCE name<a> type<csv>"},
        {"LOAD a INTO b MODE INCREMENTAL BY c",
         "SF0111 1:15 LOAD has no MODE INCREMENTAL (load with MODE APPEND, then CREATE TABLE .. "
         "MODE INCREMENTAL)",
         "!LOAD name<a> table<b> mode=incremental by<c>"},
        {"CREATE VIEW v MODE APPEND AS SELECT 1",
         "SF0111 1:15 a view holds no rows, so it has no MODE (make it a TABLE)",
         "!CREATE view table<v> mode=append"},
        {"SET Memory_Limit = '1GB'",
         "SF0113 1:5 'Memory_Limit' is a setting of the engine (write SET GLOBAL Memory_Limit = "
         ".., "
         "or set it in the profile)",
         "!SET name<Memory_Limit>"},
        {"SET \"threads\" = 1",
         "SF0113 1:5 '\"threads\"' is a setting of the engine (write SET GLOBAL \"threads\" = .., "
         "or "
         "set it in the profile)",
         "!SET name<\"threads\">"},
    };
    CHECK_ERRORS(cases);
}

static void all_errors_of_a_text_are_told(void)
{
    static const struct error_case cases[] = {
        {"SORCE a;\nLOAD a INT b;\nSELECT (1;\nIF x THEN\n  SET threads = 1;\nEND IF;\nSELECT 1",
         "SF0101 1:1 no statement begins with 'SORCE' (did you mean 'SOURCE'?)\n"
         "SF0102 2:8 expected INTO or FROM after LOAD's first name, found 'INT' (did you mean "
         "'INTO'?)\n"
         "SF0103 3:8 this '(' is never closed\n"
         "SF0113 5:7 'threads' is a setting of the engine (write SET GLOBAL threads = .., or set "
         "it "
         "in the profile)",
         "!LOAD; !QUERY; IF if<x> {!SET name<threads>}; QUERY body<SELECT 1>"},
    };
    CHECK_ERRORS(cases);
}

static char *repeated(const char *before, const char *part, guint count, const char *after)
{
    GString *out = g_string_new(before);
    for (guint i = 0; i < count; i++)
        g_string_append(out, part);
    g_string_append(out, after);
    return g_string_free(out, FALSE);
}

static char *only_error(const char *data)
{
    struct parsed parsed = parse(data);
    char *errors = describe_errors(&parsed);
    parsed_clear(&parsed);
    return errors;
}

static void limits_are_kept(void)
{
    g_autofree char *brackets = repeated("SELECT ", "(", 200, "");
    g_autofree char *closed = repeated(brackets, ")", 200, ";");
    g_autofree char *good_brackets = only_error(closed);
    g_assert_cmpstr(good_brackets, ==, "");
    g_autofree char *deep = repeated("SELECT ", "(", 100000, "; SELECT 1");
    g_autofree char *bad_brackets = only_error(deep);
    g_assert_cmpstr(bad_brackets, ==, "SF0115 1:208 more than 200 brackets inside each other");

    g_autofree char *ifs = repeated("", "IF a THEN ", 200, "");
    g_autofree char *ended = repeated(ifs, "END IF; ", 200, "");
    g_autofree char *good_ifs = only_error(ended);
    g_assert_cmpstr(good_ifs, ==, "");
    g_autofree char *deep_ifs = repeated("", "IF a THEN ", 100000, "");
    g_autofree char *bad_ifs = only_error(deep_ifs);
    g_assert_cmpstr(bad_ifs, ==, "SF0115 1:2001 more than 200 IFs inside each other");

    g_autofree char *most = repeated("", "END;", STATEMENTS_MAX, "");
    g_autofree char *good_count = only_error(most);
    g_assert_cmpstr(good_count, ==, "");
    g_autofree char *many = repeated("", "END;", STATEMENTS_MAX + 2, "");
    g_autofree char *bad_count = only_error(many);
    g_assert_cmpstr(bad_count, ==, "SF0115 1:400001 more than 100,000 statements in one file");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parser_error/sql_files", files_of_sql_are_the_engines);
    g_test_add_func("/parser_error/unknown", unknown_words_get_a_suggestion);
    g_test_add_func("/parser_error/source", what_a_source_lacks_is_told);
    g_test_add_func("/parser_error/load", what_a_load_lacks_is_told);
    g_test_add_func("/parser_error/create", what_a_create_or_check_lacks_is_told);
    g_test_add_func("/parser_error/export", what_an_export_lacks_is_told);
    g_test_add_func("/parser_error/set", what_set_include_and_if_lack_is_told);
    g_test_add_func("/parser_error/unclosed", unclosed_things_are_told_at_their_start);
    g_test_add_func("/parser_error/brackets", brackets_must_match);
    g_test_add_func("/parser_error/semicolons", a_forgotten_semicolon_is_told_and_nothing_is_lost);
    g_test_add_func("/parser_error/misplaced", branches_need_an_open_if);
    g_test_add_func("/parser_error/checked", names_modes_settings_and_escapes_are_checked);
    g_test_add_func("/parser_error/all_errors", all_errors_of_a_text_are_told);
    g_test_add_func("/parser_error/limits", limits_are_kept);
    return g_test_run();
}
