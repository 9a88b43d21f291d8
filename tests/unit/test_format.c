/* SPDX-License-Identifier: Apache-2.0 */
/* How pipelines are laid out, and what that must leave as it is. */
#include "format_check.h"

struct format_case {
    const char *text;
    const char *laid_out; /* NULL: the text itself */
};

static void check_cases(const struct format_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const char *wanted = cases[i].laid_out ? cases[i].laid_out : cases[i].text;
        g_autofree char *laid_out = format_text("p.sf", cases[i].text);
        g_assert_cmpstr(laid_out, ==, wanted);
        g_assert_true(format_check("/nowhere", "p.sf", cases[i].text));
    }
}

#define CHECK_CASES(cases) check_cases(cases, G_N_ELEMENTS(cases))

static void directives_are_on_one_line_with_single_blanks(void)
{
    static const struct format_case cases[] = {
        {"", NULL},
        {" \n\n", ""},
        {"source  a\n  type csv   params { \"path\" : 'x' }",
         "SOURCE a TYPE csv PARAMS {\"path\": \"x\"};\n"},
        {"source a from \"wh\" ;", "SOURCE a FROM 'wh';\n"},
        {"load a into b mode upsert key( k ,l ) ;", "LOAD a INTO b MODE UPSERT KEY (k, l);\n"},
        {"load b from a mode merge keys k ,l", "LOAD b FROM a MODE MERGE KEYS k, l;\n"},
        {"set x=-1; set y = 'a';SET z=${x}", "SET x = -1;\nSET y = 'a';\nSET z = ${x};\n"},
        {"include  \"a.sf\"  as  b;;;", "INCLUDE 'a.sf' AS b;\n"},
        {"export  t\n to \"out.csv\"\ntype csv\n options {}",
         "EXPORT t TO 'out.csv' TYPE csv OPTIONS {};\n"},
        {"create or replace table t mode incremental by d lookback \"7 days\" as select 1",
         "CREATE OR REPLACE TABLE t MODE INCREMENTAL BY d LOOKBACK '7 days' AS select 1;\n"},
        {"create view Select as select 1", "CREATE VIEW Select AS select 1;\n"},
    };
    CHECK_CASES(cases);
}

static void quotes_change_only_where_nothing_in_them_minds(void)
{
    static const struct format_case cases[] = {
        {"SET a = \"it's\";\n", NULL},
        {"SET a = \"a\\nb\";\n", NULL},
        {"SET a = \"${b}\";\n", NULL},
        {"SOURCE a TYPE csv PARAMS {\"path\": 'it''s', \"delimiter\": '\"'};\n", NULL},
        {"SOURCE a TYPE csv PARAMS {path: 'x', 'header': TRUE, skip: 1}",
         "SOURCE a TYPE csv PARAMS {\"path\": \"x\", \"header\": true, \"skip\": 1};\n"},
    };
    CHECK_CASES(cases);
}

static void sql_stays_byte_for_byte(void)
{
    static const struct format_case cases[] = {
        {"select  1 ,\t2", "select  1 ,\t2;\n"},
        {"  select\n    1", "  select\n    1;\n"},
        {"CREATE TABLE a AS select  1;\n", NULL},
        {"create table a as\n\n     select  1\n   from b  ;",
         "CREATE TABLE a AS\n     select  1\n   from b;\n"},
        {"CREATE TABLE a AS\nSELECT 1 -- why\n;\n", NULL},
        {"CREATE TABLE a AS -- why\n  SELECT 1;\n", NULL},
        {"CHECK c ON t AS SELECT ';' AS \"a;\" OPTIONS {\"limit\": 1};\n", NULL},
        {"EXPORT select a,\n  b\nfrom t TO 'x.csv'",
         "EXPORT select a,\n  b\nfrom t\nTO 'x.csv';\n"},
        {"CHECK c AS\n  SELECT 1 OPTIONS {}", "CHECK c AS\n  SELECT 1\nOPTIONS {};\n"},
        {"EXPORT select 1 -- c\n to 'x.csv'", "EXPORT select 1 -- c\nTO 'x.csv';\n"},
        {"LOAD a INTO b where  x>1  mode append", "LOAD a INTO b WHERE x>1 MODE APPEND;\n"},
    };
    CHECK_CASES(cases);
}

#define WIDE "a_path_that_is_as_long/as_paths_may_well_become/in_the_depth"

static void what_has_no_room_is_opened_out(void)
{
    static const struct format_case cases[] = {
        {"SOURCE a TYPE csv PARAMS {\"path\": \"" WIDE "\", \"types\": {\"a\": \"DATE\"}}",
         "SOURCE a TYPE csv PARAMS {\n"
         "  \"path\": \"" WIDE "\",\n"
         "  \"types\": {\"a\": \"DATE\"}\n"
         "};\n"},
        {"EXPORT SELECT * FROM t ORDER BY a TO '" WIDE "' OPTIONS {\"header\": true}",
         "EXPORT SELECT * FROM t ORDER BY a\n"
         "TO '" WIDE "' OPTIONS {\"header\": true};\n"},
        {"EXPORT SELECT 1 TO 'x' OPTIONS {\"depends_on\": [\"" WIDE "\", \"" WIDE "\"]}",
         "EXPORT SELECT 1 TO 'x' OPTIONS {\n"
         "  \"depends_on\": [\n"
         "    \"" WIDE "\",\n"
         "    \"" WIDE "\"\n"
         "  ]\n"
         "};\n"},
        {"SOURCE a TYPE csv PARAMS {\n\"path\": \"x\",}",
         "SOURCE a TYPE csv PARAMS {\n  \"path\": \"x\"\n};\n"},
        {"SOURCE a TYPE csv PARAMS {\"path\": [\n\"x\", \"y\"]}",
         "SOURCE a TYPE csv PARAMS {\n  \"path\": [\n    \"x\",\n    \"y\"\n  ]\n};\n"},
        {"SOURCE a TYPE csv PARAMS {\"path\": \"x\", \"names\": [\"" WIDE "\", \"" WIDE "\"]}",
         "SOURCE a TYPE csv PARAMS {\n"
         "  \"path\": \"x\",\n"
         "  \"names\": [\n"
         "    \"" WIDE "\",\n"
         "    \"" WIDE "\"\n"
         "  ]\n"
         "};\n"},
    };
    CHECK_CASES(cases);
}

static void comments_stay_where_they_are(void)
{
    static const struct format_case cases[] = {
        {"-- only this", "-- only this\n"},
        {"-- head  \n\n\n\n-- of a\nSET a = 1;   -- one\n\n\n-- of b\nSET b = ${a};",
         "-- head\n\n-- of a\nSET a = 1; -- one\n\n-- of b\nSET b = ${a};\n"},
        {"/* x */ SET a = 1; /* y */ SET b = 2;", "/* x */ SET a = 1; /* y */\nSET b = 2;\n"},
        {"SET a = 1 -- c\n;", "SET a = 1 -- c\n;\n"},
        {"SET a -- c\n= 1;", "SET a -- c\n  = 1;\n"},
        {"SOURCE /* one */ a -- two\n-- three\nTYPE csv PARAMS {\"path\": \"x\"}",
         "SOURCE /* one */ a -- two\n  -- three\n  TYPE csv PARAMS {\"path\": \"x\"};\n"},
        {"SOURCE a TYPE csv PARAMS { -- one\n\"path\": \"x\" -- two\n, -- three\n  -- four\n"
         "skip: /* five */ 1 -- six\n}",
         "SOURCE a TYPE csv PARAMS { -- one\n"
         "  \"path\": \"x\", -- two\n"
         "  -- three\n"
         "  -- four\n"
         "  \"skip\": /* five */ 1 -- six\n"
         "};\n"},
        {"SET a = 1; -- c\r\n-- d\r\nSET b = 2;\r\n", NULL},
    };
    CHECK_CASES(cases);
}

static void branches_are_indented(void)
{
    static const struct format_case cases[] = {
        {"if 1 = 1 then set a = 1; elseif 2=2 then\n\n-- c\nset a = 2; else set a = 3;\n\n"
         "-- d\nendif",
         "IF 1 = 1 THEN\n  SET a = 1;\nELSE IF 2=2 THEN\n  -- c\n  SET a = 2;\nELSE\n"
         "  SET a = 3;\n\n  -- d\nEND IF;\n"},
        {"IF a = 1 THEN -- why\nIF b = 2 THEN END IF; END IF;",
         "IF a = 1 THEN -- why\n  IF b = 2 THEN\n  END IF;\nEND IF;\n"},
        {"IF a -- c\nTHEN END /* d */ IF", "IF a -- c\nTHEN\nEND /* d */ IF;\n"},
        {"IF 1 = 1 THEN\nSELECT\n  1;\nSELECT 2; END IF;",
         "IF 1 = 1 THEN\nSELECT\n  1;\n  SELECT 2;\nEND IF;\n"},
    };
    CHECK_CASES(cases);
}

static void what_does_not_parse_stays(void)
{
    AUTO(text) text = text_new("p.sf", "SET a =;", 8, NULL);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_assert_null(pipeline_format(text, diagnostics));
    g_assert_cmpuint(diagnostics_errors(diagnostics), ==, 1);
}

/* All that is below tests/unit/FOLDER, with the plan made in ROOT. */
static guint check_files(const char *folder, const char *root)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, folder, NULL);
    g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
    g_assert_nonnull(files);
    guint count = 0;
    for (const char *name; (name = g_dir_read_name(files));) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autofree char *data = NULL;
        gsize length = 0;
        if (g_file_test(file, G_FILE_TEST_IS_DIR) ||
            !g_file_get_contents(file, &data, &length, NULL) || strlen(data) != length ||
            !g_utf8_validate(data, (gssize)length, NULL))
            continue;
        g_test_message("%s", file);
        count += format_check(root ? root : path, "p.sf", data);
    }
    return count;
}

/* check_files for each folder in `folder` (its `below`, if there is one); how many have a text that
 * can be laid out. */
static guint check_folders(const char *folder, const char *below, bool is_project)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, folder, NULL);
    g_autoptr(GDir) folders = g_dir_open(path, 0, NULL);
    g_assert_nonnull(folders);
    guint count = 0;
    for (const char *name; (name = g_dir_read_name(folders));) {
        g_autofree char *inner = g_build_filename(folder, name, below, NULL);
        g_autofree char *root = g_build_filename(path, name, NULL);
        g_autofree char *whole = g_build_filename(path, name, below, NULL);
        if (g_file_test(whole, G_FILE_TEST_IS_DIR))
            count += check_files(inner, is_project ? root : "/nowhere") > 0;
    }
    return count;
}

static void every_example_means_the_same(void)
{
    g_assert_cmpuint(check_folders("../../examples", "pipelines", true), >=, 7);
}

/* Also of those that are no pipelines. */
static void every_text_of_the_corpus_means_the_same(void)
{
    static const char *const pipelines[] = {"expand", "format", "parser", "plan"};
    g_assert_cmpuint(check_folders("../fuzz/corpus", NULL, false), >=, G_N_ELEMENTS(pipelines));
    for (guint i = 0; i < G_N_ELEMENTS(pipelines); i++) {
        g_autofree char *folder = g_strconcat("../fuzz/corpus/", pipelines[i], NULL);
        g_assert_cmpuint(check_files(folder, "/nowhere"), >=, 1);
    }
}

static void every_golden_text_means_the_same(void)
{
    g_assert_cmpuint(check_files("../golden/errors", "/nowhere"), >=, 1);
    g_assert_cmpuint(check_files("../golden/plans", "/nowhere"), >=, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/format/" #name, name)
    ADD(directives_are_on_one_line_with_single_blanks);
    ADD(quotes_change_only_where_nothing_in_them_minds);
    ADD(sql_stays_byte_for_byte);
    ADD(what_has_no_room_is_opened_out);
    ADD(comments_stay_where_they_are);
    ADD(branches_are_indented);
    ADD(what_does_not_parse_stays);
    ADD(every_example_means_the_same);
    ADD(every_text_of_the_corpus_means_the_same);
    ADD(every_golden_text_means_the_same);
#undef ADD
    return g_test_run();
}
