/* SPDX-License-Identifier: Apache-2.0 */
/* Where the columns of queries come from: answers by hand, one for each construct. */
#include "engine/trace.h"
#include "engine_case.h"

struct trace_case {
    const char *query;
    const char *answer; /* "a=t.a b=t.b,u.x | t.k": columns, `?` if unknown; then conditions */
};

static gint by_name(gconstpointer left, gconstpointer right)
{
    const struct origin *one = *(const struct origin *const *)left;
    const struct origin *other = *(const struct origin *const *)right;
    const gint order = strcmp(one->table, other->table);
    return order ? order : strcmp(one->column, other->column);
}

static void append_origins(GString *out, GPtrArray *origins)
{
    g_ptr_array_sort(origins, by_name);
    for (guint i = 0; i < origins->len; i++) {
        const struct origin *origin = g_ptr_array_index(origins, i);
        g_string_append_printf(out, "%s%s.%s", i ? "," : "", origin->table, origin->column);
    }
}

static char *describe(const struct trace *trace)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < trace->columns->len; i++) {
        const struct traced_column *column = g_ptr_array_index(trace->columns, i);
        g_string_append_printf(out, "%s%s=", i ? " " : "", column->name);
        append_origins(out, column->origins);
        g_string_append(out, column->is_unknown ? "?" : "");
    }
    if (trace->conditions->len > 0) {
        g_string_append(out, " | ");
        append_origins(out, trace->conditions);
    }
    return g_string_free(out, FALSE);
}

static void set_up(struct engine_case *test, gconstpointer data)
{
    case_set_up(test, data);
    gint64 rows = 0;
    static const char *const tables[] = {
        "CREATE TABLE t AS SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS k, [1] AS l, {'f': 1} AS st",
        "CREATE TABLE u AS SELECT 4 AS k, 5 AS x, 6 AS y", "CREATE SCHEMA s",
        "CREATE TABLE s.w AS SELECT 7 AS a", "CREATE VIEW v AS SELECT a AS va FROM t"};
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        test->class->execute(test->session, tables[i], &rows, NULL);
}

static void check(struct engine_case *test, const struct trace_case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        struct trace *trace = NULL;
        g_test_message("%s", cases[i].query);
        test->class->trace(test->session, cases[i].query, &trace, &error);
        g_assert_no_error(error);
        g_autofree char *answer = describe(trace);
        if (trace->reason)
            g_test_message("%s", trace->reason);
        g_assert_cmpstr(answer, ==, cases[i].answer);
        trace_free(trace);
    }
}

#define CHECK(cases) check(test, cases, G_N_ELEMENTS(cases))

static void expressions_and_names(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"SELECT a, b AS bb, 1 AS one FROM t", "a=t.a bb=t.b one="},
        {"SELECT T.A + t.b * 2 AS x FROM t WHERE c > 1", "x=t.a,t.b | t.c"},
        {"SELECT CASE WHEN a > 1 THEN b ELSE c END AS x, a::VARCHAR AS y, a BETWEEN b AND c AS z "
         "FROM t",
         "x=t.a,t.b,t.c y=t.a z=t.a,t.b,t.c"},
        {"SELECT q.a FROM t q", "a=t.a"},
        {"SELECT p FROM t AS q(p)", "p=t.a"},
        {"SELECT w.a, s.w.a AS aa FROM s.w", "a=s.w.a aa=s.w.a"},
        {"SELECT va FROM v", "va=v.va"},
        {"SELECT st.f, t.st.f AS g, t AS whole FROM t",
         "f=t.st g=t.st whole=t.a,t.b,t.c,t.k,t.l,t.st"},
        {"SELECT a + 1 AS n, n * 2 AS m FROM t", "n=t.a m=t.a"},
        {"SELECT list_transform(l, lambda a: a + b) AS x FROM t", "x=t.b,t.l"},
        {"FROM u", "k=u.k x=u.x y=u.y"},
        {"VALUES (1, 2)", "col0= col1="},
        {"SELECT v.x, v.y FROM (VALUES (1, 2), (3, 4)) v(x, y)", "x= y="},
    };
    CHECK(cases);
}

static void stars(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"SELECT * FROM u", "k=u.k x=u.x y=u.y"},
        {"SELECT u.*, 1 AS one FROM t, u", "k=u.k x=u.x y=u.y one="},
        {"SELECT * EXCLUDE (k) REPLACE (x + k AS x) FROM u", "x=u.k,u.x y=u.y"},
        {"SELECT * RENAME (x AS z) FROM u", "k=u.k z=u.x y=u.y"},
        {"SELECT COLUMNS('x|y') FROM u", "x=? y=?"},
        {"SELECT count(*) AS n FROM u", "n="},
    };
    CHECK(cases);
}

static void joins(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"SELECT a, x FROM t JOIN u ON t.k = u.k", "a=t.a x=u.x | t.k,u.k"},
        {"SELECT k, a FROM t JOIN u USING (k)", "k=t.k,u.k a=t.a | t.k,u.k"},
        {"SELECT * FROM u JOIN (SELECT k, a FROM t) q USING (k)",
         "k=t.k,u.k x=u.x y=u.y a=t.a | t.k,u.k"},
        {"SELECT x, a FROM u NATURAL LEFT JOIN (SELECT k, a FROM t)", "x=u.x a=t.a | t.k,u.k"},
        {"SELECT * FROM u SEMI JOIN t USING (k)", "k=u.k x=u.x y=u.y | t.k,u.k"},
        {"SELECT one.x, two.x AS z FROM u one JOIN u two ON one.k = two.y",
         "x=u.x z=u.x | u.k,u.y"},
        {"SELECT x, n FROM u, LATERAL (SELECT max(a) AS n FROM t WHERE t.k = u.k)",
         "x=u.x n=t.a | t.k,u.k"},
        {"SELECT e FROM t, unnest(t.l) AS q(e)", "e=t.l"},
        {"SELECT i FROM range(3) r(i)", "i="},
    };
    CHECK(cases);
}

static void aggregates_and_windows(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"SELECT a, sum(b) FILTER (c > 1) AS s FROM t GROUP BY a HAVING min(k) > 0",
         "a=t.a s=t.b,t.c | t.a,t.k"},
        {"SELECT sum(a) OVER (PARTITION BY b ORDER BY c) AS s FROM t QUALIFY s > 1",
         "s=t.a,t.b,t.c | t.a,t.b,t.c"},
        {"SELECT string_agg(a::VARCHAR, ',' ORDER BY b) AS s FROM t", "s=t.a,t.b"},
        {"SELECT a FROM t ORDER BY b LIMIT 3", "a=t.a | t.b"},
        {"SELECT DISTINCT ON (k) a FROM t", "a=t.a | t.k"},
    };
    CHECK(cases);
}

static void queries_in_queries(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"WITH q AS (SELECT a + b AS n, c FROM t) SELECT n, c AS d FROM q WHERE c > 1",
         "n=t.a,t.b d=t.c | t.c"},
        {"WITH q(z) AS (SELECT a FROM t), r AS (SELECT z FROM q) SELECT * FROM r JOIN q USING (z)",
         "z=t.a | t.a"},
        {"WITH t AS (SELECT x AS a FROM u) SELECT a FROM t", "a=u.x"},
        {"SELECT n FROM (SELECT max(a) AS n FROM t) q", "n=t.a"},
        {"SELECT a, (SELECT max(x) FROM u WHERE u.k = t.k) AS m FROM t", "a=t.a m=u.x | t.k,u.k"},
        {"SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND y > 1)",
         "a=t.a | t.k,u.k,u.y"},
        {"SELECT a FROM t WHERE k IN (SELECT k FROM u)", "a=t.a | t.k,u.k"},
        {"SELECT a FROM t UNION ALL SELECT x FROM u", "a=t.a,u.x"},
        {"SELECT a, k FROM t UNION BY NAME SELECT k, x FROM u", "a=t.a k=t.k,u.k x=u.x"},
        {"SELECT a FROM t EXCEPT SELECT x FROM u", "a=t.a | u.x"},
        {"WITH RECURSIVE r(n, m) AS (SELECT a, b FROM t UNION ALL SELECT m, c FROM r, t) "
         "SELECT n FROM r",
         "n=t.a,t.b,t.c"},
    };
    CHECK(cases);
}

static void constructs_in_each_other(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"WITH q AS (SELECT k, sum(a) OVER (PARTITION BY b) AS s FROM t) "
         "SELECT * EXCLUDE (k) FROM q JOIN u USING (k) UNION ALL SELECT a, x, y FROM t, u",
         "s=t.a,t.b x=u.x y=u.y | t.k,u.k"},
        {"SELECT k, n FROM (SELECT * REPLACE (a + b AS a) FROM t) q "
         "JOIN (SELECT k, count(*) AS n, max(x) AS m FROM u GROUP BY k) USING (k) WHERE a > m",
         "k=t.k,u.k n= | t.a,t.b,t.k,u.k,u.x"},
    };
    CHECK(cases);
}

/* Each pair of CTE, join, subquery, union, star, window and aggregate. */
static void each_construct_in_each_other(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"WITH q AS (SELECT * FROM u) SELECT q.*, a FROM q JOIN t USING (k)",
         "k=t.k,u.k x=u.x y=u.y a=t.a | t.k,u.k"},
        {"SELECT n FROM (WITH q AS (SELECT b AS n FROM t) SELECT * FROM q)", "n=t.b"},
        {"WITH q AS (SELECT a AS n FROM t UNION ALL SELECT x FROM u) SELECT n FROM q", "n=t.a,u.x"},
        {"WITH q AS (SELECT a, row_number() OVER (PARTITION BY k ORDER BY b) AS n FROM t) "
         "SELECT a FROM q WHERE n = 1",
         "a=t.a | t.b,t.k"},
        {"WITH q AS (SELECT k, max(x) AS m FROM u GROUP BY k) "
         "SELECT a, (SELECT m FROM q WHERE q.k = t.k) AS top FROM t",
         "a=t.a top=u.x | t.k,u.k"},
        {"SELECT a, m FROM t JOIN (SELECT k, min(y) AS m FROM u GROUP BY k) q ON q.k = t.k",
         "a=t.a m=u.y | t.k,u.k"},
        {"SELECT a FROM t JOIN u USING (k) UNION ALL SELECT y FROM u", "a=t.a,u.y | t.k,u.k"},
        {"SELECT sum(x) OVER (PARTITION BY c ORDER BY a) AS s FROM t JOIN u USING (k)",
         "s=t.a,t.c,u.x | t.k,u.k"},
        {"SELECT c, sum(x) AS s FROM t LEFT JOIN u ON t.k = u.k GROUP BY c",
         "c=t.c s=u.x | t.c,t.k,u.k"},
        {"SELECT n FROM (SELECT a AS n FROM t UNION SELECT y FROM u) WHERE n > 0",
         "n=t.a,u.y | t.a,u.y"},
        {"SELECT * FROM (SELECT * FROM (SELECT * EXCLUDE (y) FROM u))", "k=u.k x=u.x"},
        {"SELECT r FROM (SELECT rank() OVER (ORDER BY x) AS r, y FROM u) WHERE y > 1",
         "r=u.x | u.y"},
        {"SELECT avg(n) AS v FROM (SELECT count(*) AS n FROM t GROUP BY a)", "v= | t.a"},
        {"SELECT * FROM u UNION ALL SELECT a, b, c FROM t", "k=t.a,u.k x=t.b,u.x y=t.c,u.y"},
        {"SELECT sum(x) OVER (ORDER BY k) AS s FROM u UNION ALL SELECT a FROM t", "s=t.a,u.k,u.x"},
        {"SELECT max(x) AS m FROM u UNION ALL SELECT min(a) FROM t", "m=t.a,u.x"},
        {"SELECT *, lag(x) OVER (ORDER BY y) AS before FROM u", "k=u.k x=u.x y=u.y before=u.x,u.y"},
        {"SELECT * FROM (SELECT k, count(DISTINCT x) AS n FROM u GROUP BY k HAVING max(y) > 1)",
         "k=u.k n=u.x | u.k,u.y"},
        {"SELECT k, sum(sum(x)) OVER (ORDER BY k) AS run FROM u GROUP BY k",
         "k=u.k run=u.k,u.x | u.k"},
    };
    CHECK(cases);
}

static void pivots(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"PIVOT u ON x IN (1, 2) USING sum(y) GROUP BY k", "k=u.k 1=u.x,u.y 2=u.x,u.y | u.k"},
        {"SELECT k, \"2\" AS two FROM (PIVOT u ON x IN (1, 2) USING sum(y))",
         "k=u.k two=u.x,u.y | u.k"},
        {"FROM u PIVOT (sum(y) AS s, max(k) AS m FOR x IN (1 AS one))",
         "one_s=u.x,u.y one_m=u.k,u.x"},
        {"SELECT * FROM (SELECT a, b, c, k FROM t) PIVOT (sum(b), max(b) FOR a IN ('x') c IN (2))",
         "k=t.k x_2_sum(b)=t.a,t.b,t.c x_2_max(b)=t.a,t.b,t.c | t.k"},
        {"PIVOT u ON x IN (1), k IN (3, 4) USING count(*)", "y=u.y 1_3=u.k,u.x 1_4=u.k,u.x | u.y"},
        {"WITH p AS (PIVOT u ON x IN (1) USING sum(y) GROUP BY k) SELECT \"1\" + k AS z FROM p",
         "z=u.k,u.x,u.y | u.k"},
        {"UNPIVOT u ON x, y INTO NAME n VALUE v", "k=u.k n= v=u.x,u.y | u.x,u.y"},
        {"SELECT w FROM (UNPIVOT t ON (a, b) AS one, (c, k) AS two INTO NAME n VALUE v, w)",
         "w=t.b,t.k | t.a,t.b,t.c,t.k"},
        {"SELECT * FROM u UNPIVOT INCLUDE NULLS (v FOR n IN (x, y)) AS q(p, r, s)",
         "p=u.k r= s=u.x,u.y"},
    };
    CHECK(cases);
}

static void define(struct engine_case *test, const char *macro)
{
    gint64 rows = 0;
    g_autoptr(GError) error = NULL;
    test->class->execute(test->session, macro, &rows, &error);
    g_assert_no_error(error);
}

static void macros(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case before[] = {{"SELECT ceil(a) AS x FROM t", "x=t.a"}};
    CHECK(before);
    define(test, "CREATE MACRO twice(n) AS n * 2");
    define(test, "CREATE MACRO over(n, least := 3) AS n > least AND n < (SELECT max(y) FROM u)");
    define(test, "CREATE MACRO sum2(n, m) AS twice(n) + m");
    define(test, "CREATE MACRO shift(p) AS p, (p, q) AS p + q");
    define(test, "CREATE MACRO ceil(p) AS (SELECT max(x) FROM u)");
    define(test,
           "CREATE MACRO few(least) AS TABLE SELECT k, x + least AS w FROM u WHERE y > least");
    define(test, "CREATE MACRO fewer(p) AS TABLE SELECT w, p AS given FROM few(p) WHERE w < 9");
    define(test, "CREATE MACRO s.far(p) AS p || 'x'");
    static const struct trace_case cases[] = {
        {"SELECT twice(a + b) AS x FROM t", "x=t.a,t.b"},
        {"SELECT over(a) AS x, over(a, least := c) AS z FROM t", "x=t.a,u.y z=t.a,t.c,u.y"},
        {"SELECT sum2(a, m := c) AS x FROM t WHERE over(k)", "x=t.a,t.c | t.k,u.y"},
        {"SELECT shift(a) AS x, shift(a, c) AS z FROM t", "x=t.a z=t.a,t.c"},
        {"SELECT ceil(a) AS x FROM t", "x=u.x"},
        {"SELECT s.far(a) AS x FROM t", "x=t.a"},
        {"SELECT * FROM few(4)", "k=u.k w=u.x | u.y"},
        {"SELECT f.w, a FROM t, few(1) AS f WHERE f.k = t.k", "w=u.x a=t.a | t.k,u.k,u.y"},
        {"SELECT * FROM fewer(7) AS q(one, two)", "one=u.x two= | u.x,u.y"},
        {"WITH u AS (SELECT a AS k, b AS x, c AS y FROM t) SELECT * FROM few(1)",
         "k=t.a w=t.b | t.c"},
    };
    CHECK(cases);
    define(test, "DROP MACRO ceil");
    CHECK(before);
}

static void what_is_not_known_is_said(struct engine_case *test, gconstpointer data)
{
    (void)data;
    static const struct trace_case cases[] = {
        {"SELECT n FROM query('SELECT 1 AS n')", "n=?"},
        {"SELECT * FROM (PIVOT u ON x IN (SELECT 1) USING sum(y))", "k=? 1=?"},
        {"SELECT unnest({'f': a, 'g': b}) FROM t", "f=? g=?"},
    };
    CHECK(cases);
    struct trace *trace = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_false(test->class->trace(test->session, "SELECT nothing FROM t", &trace, &error));
    g_assert_cmpint(error_kind(error), ==, ERROR_DATA);
}

static void schemas_are_looked_into_first(struct engine_case *test, gconstpointer data)
{
    (void)data;
    g_assert_true(test->class->use_schema(test->session, "s", NULL));
    static const struct trace_case cases[] = {{"SELECT a, x FROM w, u", "a=s.w.a x=u.x"}};
    CHECK(cases);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                                  \
    g_test_add("/trace/" #name, struct engine_case, NULL, set_up, name, case_tear_down)
    ADD(expressions_and_names);
    ADD(stars);
    ADD(joins);
    ADD(aggregates_and_windows);
    ADD(queries_in_queries);
    ADD(constructs_in_each_other);
    ADD(each_construct_in_each_other);
    ADD(pivots);
    ADD(macros);
    ADD(what_is_not_known_is_said);
    ADD(schemas_are_looked_into_first);
#undef ADD
    return g_test_run();
}
