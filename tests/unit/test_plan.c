/* SPDX-License-Identifier: Apache-2.0 */
/* Which step waits for which, what is refused, and the same plan from the same text. */
#include "golden.h"
#include "plan_fixture.h"

#include "engine/engine.h"

#define DATA "SOURCE raw TYPE CSV PARAMS {\"path\": \"data/raw.csv\"};\n"

struct waits_case {
    const char *sf;
    const char *expected;
};

static void check_waits(const struct waits_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_test_message("%s", cases[i].sf);
        PLANNED planned = plan_text("/project", "pipelines/orders.sf", cases[i].sf);
        g_autofree char *messages = planned_messages(&planned);
        if (!planned.plan)
            g_error("%s", messages);
        g_autofree char *waits = plan_waits(planned.plan);
        g_assert_cmpstr(waits, ==, cases[i].expected);
    }
}

static void readers_wait_for_the_last_write_above(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE a AS SELECT 1; CREATE TABLE b AS SELECT * FROM a;",
         "transform_b: transform_a"},
        {"CREATE TABLE a AS SELECT 1; CREATE TABLE b AS SELECT * FROM MAIN.\"A\", dev.a;",
         "transform_b: transform_a"},
        {DATA "LOAD raw INTO t; EXPORT t TO 'out/t.csv';",
         "load_t: source_raw\nexport_csv_t: load_t"},
        {"CREATE TABLE t AS SELECT 1; CREATE TABLE a AS FROM t; INSERT INTO t SELECT 2; "
         "CREATE TABLE b AS FROM t;",
         "transform_a: transform_t\n"
         "sql_insert_t: transform_t transform_a~\n"
         "transform_b: sql_insert_t"},
        {"CREATE OR REPLACE TABLE t AS SELECT 1; FROM t; CREATE OR REPLACE TABLE t AS SELECT 2; "
         "FROM t;",
         "query_1: transform_t\ntransform_t_2: transform_t~ query_1~\nquery_2: transform_t_2"},
        {"FROM elsewhere; SELECT 1;", ""},
        {"CREATE TABLE t (a INT); INSERT INTO t VALUES (1); UPDATE t SET a = 2; "
         "CREATE INDEX IF NOT EXISTS i ON t (a);",
         "sql_insert_t: sql_create_table_t\nsql_update_t: sql_insert_t\n"
         "sql_create_index_t: sql_update_t"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void what_stands_below_can_be_read_up_to_the_next_barrier(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE b AS FROM a; CREATE TABLE a AS SELECT 1;", "transform_b: transform_a"},
        {"EXPORT a TO 'a.csv'; CREATE TABLE a AS SELECT 1; INSERT INTO a SELECT 2;",
         "sql_insert_a: transform_a\nexport_csv_a: sql_insert_a"},
        {"CREATE TABLE b AS FROM a; SET SESSION threads = 1; CREATE TABLE a AS SELECT 1;",
         "sql_set_threads: transform_b~\ntransform_a: transform_b~ sql_set_threads~"},
        {"FROM a; CREATE TABLE a AS SELECT 1;", "transform_a: query_1~"},
        {"INSERT INTO b FROM a; CREATE TABLE a AS SELECT 1;", "transform_a: sql_insert_b~"},
        {"CREATE TABLE IF NOT EXISTS b AS FROM a; CREATE TABLE a AS SELECT 1;",
         "sql_create_table_b: transform_a"},
        {"CREATE TABLE t AS FROM t; CREATE OR REPLACE TABLE t AS SELECT 1;",
         "transform_t_2: transform_t~"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

/* x waits for y below; so the insert, which waits for x, waits for t below and not t for it. */
static void a_write_does_not_wait_for_readers_that_wait_for_it(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE x AS FROM y; INSERT INTO z SELECT 1 FROM x, t; CREATE TABLE t AS SELECT 1; "
         "CREATE TABLE y AS FROM t;",
         "transform_y: transform_t\ntransform_x: transform_y\nsql_insert_z: transform_x"},
        {"CREATE TABLE x AS FROM y; INSERT INTO z SELECT 1 FROM x, t; CREATE TABLE t AS SELECT 1; "
         "CREATE TABLE y AS FROM t; CREATE OR REPLACE TABLE t AS SELECT 2;",
         "transform_y: transform_t\ntransform_x: transform_y\nsql_insert_z: transform_x\n"
         "transform_t_2: sql_insert_z~ transform_t~ transform_y~"},
    };
    PLANNED planned = plan_text("/project", "a.sf", cases[0].sf);
    g_assert_nonnull(planned.plan);
    check_waits(cases, 1);
    PLANNED second = plan_text("/project", "a.sf", cases[1].sf);
    g_assert_nonnull(second.plan);
    const struct operation *last = plan_at(second.plan, second.plan->operations->len - 1);
    g_assert_cmpstr(last->id, ==, "transform_t_2");
}

/* Rows of a child hang on those of its parent; two that create a child of one collide. */
static void who_changes_a_child_reads_its_parent(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE p (i INT PRIMARY KEY); CREATE TABLE c (i INT REFERENCES p (i)); "
         "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1); DELETE FROM c; DELETE FROM p;",
         "sql_create_table_c: sql_create_table_p\n"
         "sql_insert_p: sql_create_table_p sql_create_table_c~\n"
         "sql_insert_c: sql_create_table_c sql_insert_p\n"
         "sql_delete_c: sql_insert_p sql_insert_c\n"
         "sql_delete_p: sql_insert_p sql_insert_c~ sql_delete_c~"},
        {"CREATE TABLE p (i INT PRIMARY KEY); "
         "CREATE TABLE c (i INT, j INT, FOREIGN KEY (i) REFERENCES p (i)); "
         "CREATE TABLE d (i INT REFERENCES p, j INT REFERENCES p, k INT REFERENCES d);",
         "sql_create_table_c: sql_create_table_p\n"
         "sql_create_table_d: sql_create_table_p sql_create_table_c~"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void barriers_part_what_is_above_from_what_is_below(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE a AS SELECT 1; CREATE TABLE b AS FROM a; SET VARIABLE x = 1; SELECT 1; "
         "FROM a;",
         "transform_b: transform_a\nsql_set_x: transform_b~\nquery_1: sql_set_x~\n"
         "query_2: transform_a sql_set_x~"},
        {"CALL f(); CALL g();", "sql_call_2: sql_call~"},
        {"SELECT 1; FROM query('SELECT 2'); SELECT 3;", "query_2: query_1~\nquery_3: query_2~"},
        {DATA "SHOW TABLES; LOAD raw INTO t;", "load_t: source_raw sql_show~"},
        {"CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.t AS SELECT 1;",
         "transform_s_t: sql_create_schema_s~"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void readers_of_views_and_macros_read_what_those_read(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE t AS SELECT 1; CREATE VIEW v AS FROM t; CREATE VIEW w AS FROM v; "
         "INSERT INTO t SELECT 2; CREATE TABLE u AS FROM w;",
         "transform_v: transform_t\ntransform_w: transform_t transform_v\n"
         "sql_insert_t: transform_t transform_v~ transform_w~\n"
         "transform_u: transform_v transform_w sql_insert_t"},
        {"CREATE TABLE u AS FROM v; CREATE VIEW v AS FROM t; CREATE TABLE t AS SELECT 1;",
         "transform_v: transform_t\ntransform_u: transform_t transform_v"},
        {"CREATE OR REPLACE MACRO f(x) AS (SELECT max(a) FROM t); CREATE TABLE t AS SELECT 1 a; "
         "SELECT f(1);",
         "transform_t: sql_create_macro_f~\nquery_1: sql_create_macro_f transform_t"},
        {"CREATE OR REPLACE MACRO f(x) AS TABLE FROM query_table(x); SELECT 1; FROM f('a'); "
         "SELECT 2;",
         "query_1: sql_create_macro_f~\nquery_2: sql_create_macro_f query_1~\nquery_3: query_2~"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void files_are_resources(void)
{
    static const struct waits_case cases[] = {
        {"EXPORT (SELECT 1) TO 'data/raw.csv';" DATA "LOAD raw INTO t;",
         "source_raw: export_csv_raw\nload_t: export_csv_raw source_raw"},
        {DATA "LOAD raw INTO t; EXPORT t TO './data/../data/raw.csv';",
         "load_t: source_raw\nexport_csv_raw: load_t"},
        {"COPY (SELECT 1) TO 'out/a.parquet'; FROM 'out/*.parquet'; EXPORT (SELECT 2) TO "
         "'out/b.parquet';",
         "query_1: sql_copy_out_a_parquet\nexport_parquet_b: query_1~"},
        {"EXPORT (SELECT 1) TO 'out/parts' TYPE PARQUET OPTIONS {\"partition_by\": [\"a\"]}; "
         "FROM 'out/parts/a=1/x.parquet';",
         "query_1: export_parquet_parts"},
        {"EXPORT (SELECT 1) TO 'x.csv'; FROM read_csv('/project/x.csv'); FROM x.csv; FROM "
         "\"x.csv\";",
         "query_1: export_csv_x\nquery_2: export_csv_x\nquery_3: export_csv_x"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void sources_can_be_read_without_a_load(void)
{
    PLANNED planned = plan_text("/project", "a.sf", DATA "CREATE TABLE t AS FROM raw;");
    g_assert_nonnull(planned.plan);
    const struct operation *reader = plan_at(planned.plan, 1);
    g_assert_cmpuint(reader->unloaded_sources->len, ==, 1);
    g_assert_cmpuint(g_array_index(reader->unloaded_sources, guint, 0), ==, 0);
    g_assert_cmpstr(g_ptr_array_index(reader->reads, 0), ==, "raw");
    g_assert_cmpstr(g_ptr_array_index(reader->reads, 1), ==, "file:data/raw.csv");
    static const struct waits_case cases[] = {
        {DATA "CREATE TABLE t AS FROM raw;", "transform_t: source_raw"},
        {DATA "CREATE TABLE t AS FROM raw; LOAD raw INTO raw;",
         "load_raw: source_raw\ntransform_t: load_raw"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void readers_below_a_check_wait_for_it(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE t AS SELECT 1 a; FROM t; CHECK c ON t AS FROM t WHERE a < 0; "
         "CREATE TABLE u AS FROM t; CHECK d ON t AS FROM t WHERE a IS NULL; EXPORT t TO 't.csv'; "
         "CREATE OR REPLACE TABLE t AS SELECT 2; FROM t;",
         "query_1: transform_t\ncheck_c: transform_t\ntransform_u: transform_t check_c~\n"
         "check_d: transform_t\nexport_csv_t: transform_t check_c~ check_d~\n"
         "transform_t_2: transform_t~ query_1~ check_c~ transform_u~ check_d~ export_csv_t~\n"
         "query_2: transform_t_2"},
        {"CREATE TABLE t AS SELECT 1; CHECK c ON t AS FROM t OPTIONS {\"severity\": \"warn\"}; "
         "FROM t;",
         "check_c: transform_t\nquery_1: transform_t"},
        {"CHECK c ON elsewhere AS SELECT 1; FROM elsewhere;", "query_1: check_c~"},
        {DATA "CHECK c ON raw AS FROM raw; CREATE TABLE t AS FROM raw;",
         "check_c: source_raw\ntransform_t: source_raw check_c~"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void use_tells_where_unqualified_names_are(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE s.t AS SELECT 1; USE s; FROM t; USE dev; FROM t;",
         "sql_use_s: transform_s_t~\nquery_1: transform_s_t sql_use_s~\n"
         "sql_use_dev: query_1~\nquery_2: sql_use_dev~"},
        {"CREATE TABLE t AS SELECT 1; USE s; CREATE TABLE t AS SELECT 2; CREATE TABLE u AS FROM t;",
         "sql_use_s: transform_t~\ntransform_s_t: sql_use_s~\ntransform_s_u: transform_s_t"},
        {"CREATE TABLE t AS SELECT 1; USE s; FROM t;",
         "sql_use_s: transform_t~\nquery_1: transform_t sql_use_s~"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

/* What views of the database add to a plan: "a: b" a line. */
static char *late_waits(const char *sf, const char *const *views)
{
    PLANNED planned = plan_text("/project", "a.sf", sf);
    g_assert_nonnull(planned.plan);
    g_autoptr(GPtrArray) list = views_new();
    for (guint i = 0; views[i]; i += 2)
        views_add(list, views[i], views[i + 1]);
    g_autoptr(GArray) late = plan_expand_views(planned.plan, list);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < late->len; i++) {
        const struct late_dependency *edge = &g_array_index(late, struct late_dependency, i);
        g_string_append_printf(out, "%s%s: %s", out->len ? "\n" : "",
                               plan_at(planned.plan, edge->operation)->id,
                               plan_at(planned.plan, edge->awaited)->id);
    }
    return g_string_free(out, FALSE);
}

static void views_of_the_database_add_what_the_plan_could_not_know(void)
{
    static const char *const views[] = {
        "v",     "CREATE VIEW v AS SELECT * FROM t;",
        "s.w",   "CREATE VIEW s.w AS SELECT * FROM v, u;",
        "other", "CREATE VIEW other AS SELECT * FROM elsewhere;",
        NULL,
    };
    static const struct waits_case cases[] = {
        {"CREATE TABLE t AS SELECT 1; FROM v; CREATE OR REPLACE TABLE t AS SELECT 2;",
         "query_1: transform_t\ntransform_t_2: query_1"},
        {"FROM v; CREATE TABLE t AS SELECT 1;", "transform_t: query_1"},
        {"EXPORT v TO 'v.csv'; CREATE TABLE t AS SELECT 1;", "export_csv_v: transform_t"},
        {"CREATE TABLE t AS SELECT 1; CREATE TABLE s.u AS SELECT 1; FROM s.w;",
         "query_1: transform_s_u\nquery_1: transform_t"},
        {"CREATE TABLE t AS SELECT 1; CREATE VIEW mine AS FROM v; INSERT INTO t SELECT 2; "
         "FROM mine;",
         "transform_mine: transform_t\nsql_insert_t: transform_mine\nquery_1: sql_insert_t"},
        {"CREATE TABLE t AS FROM v;", ""},
        {"CREATE TABLE t AS SELECT 1; CREATE VIEW v AS SELECT 2; FROM v;", ""},
        {"CREATE TABLE t AS SELECT 1; FROM other;", ""},
        {"CREATE TABLE a AS FROM b; CREATE TABLE t AS FROM a; CREATE TABLE b AS FROM v;", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].sf);
        g_autofree char *waits = late_waits(cases[i].sf, views);
        g_assert_cmpstr(waits, ==, cases[i].expected);
    }
}

static void what_is_read_from_elsewhere_is_known(void)
{
    PLANNED own =
        plan_text("/project", "a.sf", "CREATE TABLE t AS FROM 'x.csv'; FROM t; " DATA "FROM raw;");
    g_assert_false(plan_reads_others(own.plan));
    PLANNED other = plan_text("/project", "a.sf", "CREATE TABLE t AS FROM elsewhere;");
    g_assert_true(plan_reads_others(other.plan));
}

static void depends_on_adds_edges(void)
{
    static const struct waits_case cases[] = {
        {"CREATE TABLE a AS SELECT 1; CREATE TABLE b AS SELECT 2; "
         "EXPORT (SELECT 3) TO 'x.csv' OPTIONS {\"depends_on\": [\"transform_a\", \"b\"]};",
         "export_csv_x: transform_a~ transform_b~"},
        {"CREATE TABLE a OPTIONS {\"depends_on\": \"b\"} AS SELECT 1; CREATE TABLE b AS SELECT 2;",
         "transform_a: transform_b~"},
    };
    check_waits(cases, G_N_ELEMENTS(cases));
}

static void ids_are_unique_and_readable(void)
{
    PLANNED planned = plan_text(
        "/project", "a.sf",
        DATA "LOAD raw INTO \"My Table\"; CREATE OR REPLACE TABLE t_2 AS SELECT 1; CREATE OR "
             "REPLACE TABLE t AS SELECT 1; CREATE OR REPLACE TABLE t AS SELECT 2; CREATE OR "
             "REPLACE TABLE t AS SELECT 3; SELECT 1; SELECT 2; EXPORT t TO 'out/Day One.csv.gz'; "
             "CREATE OR REPLACE VIEW s.v AS SELECT 1; CREATE TABLE größe AS SELECT 1;");
    g_assert_nonnull(planned.plan);
    static const char *const ids[] = {
        "source_raw",         "load_my_table", "transform_t_2",   "transform_t",
        "transform_t_3",      "transform_t_4", "query_1",         "query_2",
        "export_csv_day_one", "transform_s_v", "transform_größe",
    };
    g_assert_cmpuint(planned.plan->operations->len, ==, G_N_ELEMENTS(ids));
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        g_assert_cmpstr(plan_at(planned.plan, i)->id, ==, ids[i]);
}

static void a_load_keeps_what_the_file_declares(void)
{
    static const struct {
        const char *sf;
        bool keeps;
    } cases[] = {
        {DATA "CREATE TABLE IF NOT EXISTS t (a INT); LOAD raw INTO t;", true},
        {DATA "CREATE TABLE IF NOT EXISTS t AS SELECT 1; LOAD raw INTO t;", false},
        {DATA "CREATE TABLE IF NOT EXISTS t (a INT); DROP TABLE t; LOAD raw INTO t;", false},
        {DATA "LOAD raw INTO t;", false},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        PLANNED planned = plan_text("/project", "a.sf", cases[i].sf);
        g_assert_nonnull(planned.plan);
        const GPtrArray *operations = planned.plan->operations;
        g_assert_cmpint(plan_at(planned.plan, operations->len - 1)->keep_declaration, ==,
                        cases[i].keeps);
    }
}

static const struct {
    const char *sf;
    const char *expected;
} mistakes[] = {
    {DATA "LOAD row INTO t;", "SF0404 2:6 there is no source 'row' (did you mean 'raw'?)"},
    {DATA "SOURCE RAW TYPE CSV PARAMS {\"path\": \"b.csv\"};",
     "SF0405 2:8 source 'raw' is declared twice (give it another name)"},
    {"CREATE TABLE a AS FROM b;\nCREATE TABLE b AS FROM a;",
     "SF0403 1:1 these wait for each other: a (line 1) -> b (line 2) -> a (one of them has to "
     "read something else)"},
    {"CREATE TABLE t AS SELECT 1;\nCREATE TABLE t AS SELECT 2;",
     "SF0406 2:1 't' is created twice (a new version is written CREATE OR REPLACE)"},
    {"EXPORT (SELECT 1) TO 'a.csv';\nEXPORT (SELECT 2) TO './a.csv';",
     "SF0407 2:22 'a.csv' is exported to twice (the second would replace the first: choose "
     "another name)"},
    {"EXPORT (SELECT 1) TO 'a.foo';",
     "SF0412 1:22 the type of this EXPORT can't be told from 'a.foo' (write TYPE CSV, TYPE "
     "PARQUET or TYPE JSON after it)"},
    {"SOURCE s FROM \"warehose\";", "SF0410 1:15 the profile 'dev' has no connector 'warehose' "
                                    "(did you mean 'warehouse'?)"},
    {"SOURCE s FROM \"warehouse\";", "SF0408 1:15 TYPE mysql is not supported yet"},
    {"SOURCE s TYPE CSVX PARAMS {\"path\": \"a\"};",
     "SF0409 1:15 unknown type 'CSVX' (did you mean 'csv'?)"},
    {"SOURCE s TYPE MYSQL PARAMS {\"url\": \"a\"};", "SF0408 1:15 TYPE MYSQL is not supported yet"},
    {DATA "LOAD raw INTO t MODE APPEND OPTIONS {\"schema\": \"evolv\"};",
     "SF0603 2:48 option 'schema' takes one of strict, evolve, ignore, not 'evolv' (did you mean "
     "'evolve'?)"},
    {"SOURCE s TYPE CSV PARAMS {\"path\": \"-\"};",
     "SF0408 1:35 reading standard input is not supported yet (put the rows into a file)"},
    {"SOURCE s TYPE CSV PARAMS {\"path\": [\"a.csv\", \"gs://b/c.csv\"]};",
     "SF0408 1:35 reading from gs:// is not supported yet (use a file)"},
    {"EXPORT (SELECT 1) TO 'a.csv' OPTIONS {\"connection\": \"warehouse\"};",
     "SF0408 1:53 TYPE mysql is not supported yet"},
    {"EXPORT (SELECT 1) TO '-' TYPE CSV;", "SF0408 1:22 EXPORT to standard output is not "
                                           "supported yet (a query without EXPORT prints "
                                           "its rows)"},
    {"CHECK c AS SELECT 1 OPTIONS {\"severty\": \"warn\"};",
     "SF0601 1:30 unknown option 'severty' for CHECK (did you mean 'severity'?)"},
    {"FROM 's3://b/x.parquet';",
     "SF0413 1:6 SQL can't reach 's3://b/x.parquet' (declare a SOURCE)"},
    {"EXPORT (SELECT 1) TO 's3://b/x.csv' OPTIONS {\"regin\": \"eu\"};",
     "SF0601 1:46 unknown option 'regin' for csv (did you mean 'region'?)"},
    {"SOURCE s TYPE S3 PARAMS {\"key\": \"a.csv\"};",
     "SF0610 1:15 s3 needs the option 'bucket', or a \"path\" of s3://BUCKET/KEY"},
    {"SOURCE s TYPE S3 PARAMS {\"bucket\": \"b\", \"key\": \"a\", \"format\": \"xml\"};",
     "SF0610 1:15 'xml' is no format of files (there are csv, parquet, json and ndjson)"},
    {"SOURCE s TYPE S3 PARAMS {\"bucket\": \"b\", \"key\": \"a\"};",
     "SF0610 1:15 the format of 's3://b/a' can't be told from its name (give the option "
     "\"format\": csv, parquet or json)"},
    {DATA "CREATE VIEW v AS FROM raw;", "SF0415 2:23 a view can't read the source 'raw' (LOAD "
                                        "it first: a view outlives the run, a source doesn't)"},
    {DATA "CREATE TABLE raw AS FROM raw;",
     "SF0418 2:26 'raw' is a source, and the table that this statement writes (give the table "
     "another name)"},
    {"SELECT 1;\nEXPORT (SELECT 1) TO 'a.csv' OPTIONS {\"depends_on\": [\"query_2\"]};",
     "SF0411 2:53 depends_on names no step and no table of this pipeline: 'query_2' (did you "
     "mean 'query_1'?)"},
};

static void mistakes_are_told_with_their_place(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_test_message("%s", mistakes[i].sf);
        PLANNED planned = plan_text("/project", "a.sf", mistakes[i].sf);
        g_autofree char *messages = planned_messages(&planned);
        g_assert_null(planned.plan);
        g_assert_cmpstr(messages, ==, mistakes[i].expected);
    }
}

static void every_class_is_treated_as_its_row_says(void)
{
    for (const struct sql_rule *rule = sql_rules(); rule->words; rule++) {
        if (g_str_equal(rule->words, "LOAD") || g_str_equal(rule->words, "SET"))
            continue; /* the first words of statements of ours, too: below */
        g_autofree char *sf = g_strconcat("SELECT 1; ", rule->words, " x; SELECT 2;", NULL);
        g_test_message("%s", sf);
        PLANNED planned = plan_text("/project", "a.sf", sf);
        const bool is_refused = rule->class == SQL_REFUSED || rule->class == SQL_TEMPORARY;
        g_assert_cmpint(planned.plan == NULL, ==, is_refused);
        if (is_refused)
            continue;
        const struct operation *middle = plan_at(planned.plan, 1);
        const struct operation *last = plan_at(planned.plan, 2);
        g_assert_cmpint(middle->class, ==, rule->class);
        g_assert_true(middle->is_barrier);
        g_assert_cmpuint(middle->dependencies->len, ==, 1);
        g_assert_cmpuint(last->dependencies->len, ==, 1);
    }
    PLANNED planned = plan_text("/project", "a.sf", "SET SESSION threads = 2; LOAD icu;");
    g_assert_nonnull(planned.plan);
    g_assert_cmpint(plan_at(planned.plan, 0)->class, ==, SQL_SESSION);
    g_assert_cmpint(plan_at(planned.plan, 1)->class, ==, SQL_SESSION);
}

static char *fingerprint_of(const char *sf, const char *id)
{
    PLANNED planned = plan_text("/project", "a.sf", sf);
    g_assert_nonnull(planned.plan);
    for (guint i = 0; i < planned.plan->operations->len; i++)
        if (g_str_equal(plan_at(planned.plan, i)->id, id))
            return g_strdup(plan_at(planned.plan, i)->fingerprint);
    g_error("no %s", id);
}

static void fingerprints_change_with_what_counts(void)
{
    static const char base[] = "CREATE TABLE a AS SELECT 1; CREATE TABLE b AS FROM a;";
    static const struct {
        const char *sf;
        bool changes;
    } cases[] = {
        {"CREATE TABLE a AS SELECT 1; CREATE TABLE b AS\n  FROM /* all */ a -- x\n;", false},
        {"SELECT 7; CREATE TABLE a AS SELECT 1; CREATE TABLE b AS FROM a;", false},
        {"CREATE TABLE a AS SELECT 1; FROM a; CREATE TABLE b AS FROM a;", false},
        {"SET x = 1; CREATE TABLE a AS SELECT ${x}; CREATE TABLE b AS FROM a;", false},
        {"SET x = 2; CREATE TABLE a AS SELECT ${x}; CREATE TABLE b AS FROM a;", true},
        {"CREATE TABLE a AS SELECT 2; CREATE TABLE b AS FROM a;", true},
        {"CREATE TABLE a AS SELECT 1; CREATE TABLE b AS FROM a LIMIT 1;", true},
        {"SET SESSION threads = 1; CREATE TABLE a AS SELECT 1; CREATE TABLE b AS FROM a;", true},
    };
    g_autofree char *expected = fingerprint_of(base, "transform_b");
    g_assert_cmpuint(strlen(expected), ==, 32);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].sf);
        g_autofree char *found = fingerprint_of(cases[i].sf, "transform_b");
        if (cases[i].changes)
            g_assert_cmpstr(found, !=, expected);
        else
            g_assert_cmpstr(found, ==, expected);
    }
}

static void order_alone_leaves_a_fingerprint(void)
{
    g_autofree char *one = fingerprint_of("CREATE OR REPLACE TABLE t AS SELECT 1; FROM t; "
                                          "CREATE OR REPLACE TABLE t AS SELECT 3;",
                                          "transform_t_2");
    g_autofree char *two = fingerprint_of("CREATE OR REPLACE TABLE t AS SELECT 2; FROM t; "
                                          "CREATE OR REPLACE TABLE t AS SELECT 3;",
                                          "transform_t_2");
    g_assert_cmpstr(one, ==, two);
}

static void what_may_read_anything_changes_with_all_above(void)
{
    g_autofree char *one =
        fingerprint_of("CREATE TABLE t AS SELECT 1; FROM query('x');", "query_1");
    g_autofree char *two =
        fingerprint_of("CREATE TABLE t AS SELECT 2; FROM query('x');", "query_1");
    g_assert_cmpstr(one, !=, two);
}

static void secrets_stand_nowhere_in_a_plan(void)
{
    PLANNED planned =
        plan_text("/project", "a.sf",
                  "CREATE OR REPLACE SECRET s (TYPE s3, KEY_ID 'hush1', SECRET 'it''s hush2');\n"
                  "ATTACH 'postgres://me:hush3@host/db' AS o;\n"
                  "SELECT 'https://example.com/a@b', 'kept';\n");
    g_autofree char *messages = planned_messages(&planned);
    g_assert_nonnull(strstr(messages, "SQL can't reach 'postgres://***@host/db'"));
    PLANNED allowed = plan_text("/project", "a.sf",
                                "CREATE OR REPLACE SECRET s (TYPE s3, KEY_ID 'hush1', SECRET "
                                "'it''s hush2');\n"
                                "SELECT 'ftp://me:hush3@host', 'https://example.com/a@b';\n");
    g_assert_nonnull(allowed.plan);
    g_autoptr(GString) json = g_string_new(NULL);
    plan_write_json(allowed.plan, json);
    plan_write_text(allowed.plan, json);
    g_assert_null(strstr(json->str, "hush"));
    g_assert_nonnull(strstr(json->str, "(TYPE s3, KEY_ID '***', SECRET '***')"));
    g_assert_nonnull(strstr(json->str, "SELECT 'ftp://***@host', 'https://example.com/a@b'"));
}

static void check_plan(const char *folder, const char *name)
{
    g_autofree char *file = g_build_filename(folder, name, NULL);
    g_autofree char *sf = NULL;
    g_assert_true(g_file_get_contents(file, &sf, NULL, NULL));
    PLANNED planned = plan_text(folder, name, sf);
    g_autofree char *messages = planned_messages(&planned);
    if (!planned.plan)
        g_error("%s: %s", name, messages);
    g_autofree char *stem = g_strndup(name, strlen(name) - strlen(".sf"));
    static const struct {
        const char *extension;
        void (*write)(const struct plan *plan, GString *out);
    } forms[] = {{"txt", plan_write_text}, {"json", plan_write_json}};
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        forms[i].write(planned.plan, out);
        check_golden(folder, stem, forms[i].extension, out);
    }
}

static void golden_plans_are_written_byte_for_byte(void)
{
    g_autofree char *folder =
        g_canonicalize_filename("../golden/plans", g_test_get_dir(G_TEST_DIST));
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    guint count = 0;
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
        if (!g_str_has_suffix(name, ".sf"))
            continue;
        g_test_message("%s", name);
        check_plan(folder, name);
        count++;
    }
    g_assert_cmpuint(count, >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/plan/" #name, name)
    TEST(readers_wait_for_the_last_write_above);
    TEST(what_stands_below_can_be_read_up_to_the_next_barrier);
    TEST(a_write_does_not_wait_for_readers_that_wait_for_it);
    TEST(who_changes_a_child_reads_its_parent);
    TEST(barriers_part_what_is_above_from_what_is_below);
    TEST(readers_of_views_and_macros_read_what_those_read);
    TEST(files_are_resources);
    TEST(sources_can_be_read_without_a_load);
    TEST(readers_below_a_check_wait_for_it);
    TEST(use_tells_where_unqualified_names_are);
    TEST(views_of_the_database_add_what_the_plan_could_not_know);
    TEST(what_is_read_from_elsewhere_is_known);
    TEST(depends_on_adds_edges);
    TEST(ids_are_unique_and_readable);
    TEST(a_load_keeps_what_the_file_declares);
    TEST(mistakes_are_told_with_their_place);
    TEST(every_class_is_treated_as_its_row_says);
    TEST(fingerprints_change_with_what_counts);
    TEST(order_alone_leaves_a_fingerprint);
    TEST(what_may_read_anything_changes_with_all_above);
    TEST(secrets_stand_nowhere_in_a_plan);
    TEST(golden_plans_are_written_byte_for_byte);
    return g_test_run();
}
