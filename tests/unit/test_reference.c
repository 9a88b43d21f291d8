/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that a query reads, by our scanner and by the engine's own parser. */
#include "base/name.h"
#include "lang/sql.h"

#include <duckdb.h>
#include <jansson.h>
#include <string.h>

static duckdb_database database;
static duckdb_connection connection;

/* What the engine's parser says: {"node": {.., "from_table": {"type": "BASE_TABLE", ..}}}. */

static char *serialize(const char *sql)
{
    g_autofree char *literal = quote_literal(sql);
    g_autofree char *query = g_strdup_printf("SELECT json_serialize_sql(%s)", literal);
    duckdb_result result;
    g_assert_cmpint(duckdb_query(connection, query, &result), ==, DuckDBSuccess);
    char *value = duckdb_value_varchar(&result, 0, 0);
    char *json = g_strdup(value);
    duckdb_free(value);
    duckdb_destroy_result(&result);
    return json;
}

static const char *string_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static void walk(json_t *node, GPtrArray *ctes, GPtrArray *names);

static bool in_scope(const GPtrArray *ctes, const char *name)
{
    for (guint i = 0; i < ctes->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(ctes, i), name) == 0)
            return true;
    return false;
}

static void add_table(const json_t *node, const GPtrArray *ctes, GPtrArray *names)
{
    const char *parts[] = {string_of(node, "catalog_name"), string_of(node, "schema_name"),
                           string_of(node, "table_name")};
    if (!*parts[0] && !*parts[1] && in_scope(ctes, parts[2]))
        return;
    g_autoptr(GString) name = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *quoted = quote_identifier(parts[i]);
        if (*parts[i])
            g_string_append_printf(name, "%s%s", name->len ? "." : "", quoted);
    }
    g_ptr_array_add(names, name_key(name->str, NULL));
}

/* Each CTE is in scope of those behind it, a recursive one in its own, too. */
static void enter_ctes(json_t *node, GPtrArray *ctes, GPtrArray *names)
{
    json_t *map = json_object_get(json_object_get(node, "cte_map"), "map");
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach(map, index, entry)
    {
        json_t *query = json_object_get(json_object_get(entry, "value"), "query");
        const char *type = string_of(json_object_get(query, "node"), "type");
        char *key = g_strdup(string_of(entry, "key"));
        const bool is_recursive = strcmp(type, "RECURSIVE_CTE_NODE") == 0;
        if (is_recursive)
            g_ptr_array_add(ctes, key);
        walk(query, ctes, names);
        if (!is_recursive)
            g_ptr_array_add(ctes, key);
    }
}

static void walk_object(json_t *node, GPtrArray *ctes, GPtrArray *names)
{
    const guint outer = ctes->len;
    enter_ctes(node, ctes, names);
    if (strcmp(string_of(node, "type"), "BASE_TABLE") == 0)
        add_table(node, ctes, names);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(node, key, value) if (strcmp(key, "cte_map") != 0) walk(value, ctes, names);
    g_ptr_array_set_size(ctes, (gint)outer);
}

static void walk(json_t *node, GPtrArray *ctes, GPtrArray *names)
{
    if (json_is_object(node))
        walk_object(node, ctes, names);
    size_t index = 0;
    json_t *item = NULL;
    if (json_is_array(node))
        json_array_foreach(node, index, item) walk(item, ctes, names);
}

static gint compare(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Sorted, with repeats. */
static char *join(GPtrArray *names)
{
    g_ptr_array_sort(names, compare);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

/* NULL when the engine can't read the text. */
static char *by_engine(const char *sql)
{
    g_autofree char *text = serialize(sql);
    json_t *document = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
    g_assert_nonnull(document);
    const bool failed = json_is_true(json_object_get(document, "error"));
    g_autoptr(GPtrArray) ctes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!failed)
        walk(document, ctes, names);
    json_decref(document);
    return failed ? NULL : join(names);
}

static char *by_scanner(const char *sql)
{
    AUTO(arena) arena = arena_new();
    const struct sql_summary *summary = sql_summarize(arena, sql, strlen(sql));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < summary->reference_count; i++) {
        const struct sql_reference *reference = &summary->references[i];
        if (!reference->is_file)
            g_ptr_array_add(names, name_key(reference->name, NULL));
    }
    return join(names);
}

static void check(const char *sql)
{
    g_autofree char *expected = by_engine(sql);
    if (!expected)
        g_error("the engine can't read: %s", sql);
    g_autofree char *found = by_scanner(sql);
    if (strcmp(found, expected) != 0)
        g_error("%s\nreads '%s', not '%s'", sql, expected, found);
}

/* Random queries: all that hides names or looks like one. */

struct writer {
    GRand *random;
    GString *out;
};

static gint pick(const struct writer *writer, gint count)
{
    return g_rand_int_range(writer->random, 0, count);
}

static void put(const struct writer *writer, const char *text)
{
    g_string_append(writer->out, text);
}

static void put_name(const struct writer *writer)
{
    static const char *const names[] = {"a",     "b",          "c",  "s.a",    "S.\"b\"",
                                        "\"C\"", "\"select\"", "äb", "main.a", "d.s.b"};
    put(writer, names[pick(writer, G_N_ELEMENTS(names))]);
}

static void put_query(const struct writer *writer, guint depth);

static void put_bracketed(const struct writer *writer, const char *before, guint depth)
{
    put(writer, before);
    put(writer, "(");
    put_query(writer, depth);
    put(writer, ")");
}

static void put_expression(const struct writer *writer, guint depth)
{
    static const char *const plain[] = {
        "x",
        "t.from",
        "\"from\"",
        "'FROM b'",
        "$q$ FROM c $q$",
        "1 /* FROM a */",
        "extract(year FROM x)",
        "substring(x FROM 2 FOR 3)",
        "trim(BOTH ' ' FROM x)",
        "trim(x)",
        "position('a' IN x)",
        "x IS DISTINCT FROM y",
        "x IS NOT DISTINCT FROM y",
        "f(x, y, z)",
        "f(k := x)",
        "{'from': x, table_: y}",
        "[x, y][1]",
        "CASE WHEN x THEN y ELSE z END",
        "x::INT",
        "CAST(x AS VARCHAR)",
        "sum(x ORDER BY y, z)",
        "sum(x) FILTER (WHERE y)",
        "sum(x) OVER (PARTITION BY y, z)",
        "list_transform(x, lambda y: y + 1)",
        "COLUMNS(* EXCLUDE (x, y))",
        "INTERVAL 1 DAY",
        "x.upper().lower()",
        "[y FOR y IN x IF y > 1]",
    };
    static const char *const nested[] = {"",      "EXISTS ",  "x IN ",   "NOT EXISTS ",
                                         "ARRAY", "x > ALL ", "x = ANY "};
    if (depth > 0 && pick(writer, 4) == 0)
        put_bracketed(writer, nested[pick(writer, G_N_ELEMENTS(nested))], depth - 1);
    else
        put(writer, plain[pick(writer, G_N_ELEMENTS(plain))]);
}

static void put_table(const struct writer *writer, guint depth)
{
    static const char *const others[] = {"range(3)", "unnest([1, 2]) u(from_)",
                                         "generate_series(1, 2)", "(VALUES (1, 2), (3, 4)) v(x, y)",
                                         "read_csv('x.csv', header := true)"};
    switch (pick(writer, depth > 0 ? 7 : 4)) {
    case 0:
        put(writer, others[pick(writer, G_N_ELEMENTS(others))]);
        break;
    case 1:
        put(writer, "p: ");
        put_name(writer);
        break;
    case 4:
        put_bracketed(writer, "", depth - 1);
        put(writer, " AS t(x, y)");
        break;
    case 5:
        put_bracketed(writer, "LATERAL ", depth - 1);
        break;
    case 6:
        put(writer, "(");
        put_name(writer);
        put(writer, " CROSS JOIN ");
        put_name(writer);
        put(writer, ")");
        break;
    default:
        put_name(writer);
        put(writer, pick(writer, 2) ? "" : " AS t");
    }
}

static void put_from(const struct writer *writer, guint depth)
{
    static const char *const joins[] = {", ", ", ", " CROSS JOIN ", " NATURAL JOIN ",
                                        " POSITIONAL JOIN "};
    put_table(writer, depth);
    for (gint i = pick(writer, 3); i > 0; i--) {
        const gint join = pick(writer, 7);
        put(writer, join < 5 ? joins[join] : " LEFT JOIN ");
        put_table(writer, depth);
        if (join == 5)
            put(writer, " USING (x, y)");
        if (join != 6)
            continue;
        put(writer, " ON ");
        put_expression(writer, depth);
    }
}

static void put_select(const struct writer *writer, guint depth)
{
    put(writer, pick(writer, 4) ? "SELECT " : "SELECT DISTINCT ");
    for (gint i = pick(writer, 3); i >= 0; i--) {
        put_expression(writer, depth);
        put(writer, pick(writer, 3) ? "" : " AS from");
        put(writer, i ? ", " : "");
    }
}

static void put_ends(const struct writer *writer, guint depth)
{
    if (pick(writer, 3) == 0) {
        put(writer, " WHERE ");
        put_expression(writer, depth);
    }
    put(writer, pick(writer, 5) ? "" : " GROUP BY x, y");
    put(writer, pick(writer, 8) ? "" : " HAVING z");
    put(writer, pick(writer, 8) ? "" : " QUALIFY z");
}

static void put_body(const struct writer *writer, guint depth)
{
    switch (pick(writer, depth > 0 ? 8 : 6)) {
    case 0:
        put(writer, "FROM ");
        put_from(writer, depth);
        break;
    case 1:
        put(writer, "FROM ");
        put_from(writer, depth);
        put(writer, " ");
        put_select(writer, depth);
        put_ends(writer, depth);
        break;
    case 2:
        put(writer, pick(writer, 2) ? "TABLE " : "FROM ");
        put_name(writer);
        break;
    case 6:
        put_body(writer, depth - 1);
        put(writer, pick(writer, 2) ? " UNION ALL BY NAME " : " EXCEPT ");
        put_body(writer, depth - 1);
        break;
    case 7:
        put_bracketed(writer, "", depth - 1);
        break;
    default:
        put_select(writer, depth);
        put(writer, " FROM ");
        put_from(writer, depth);
        put_ends(writer, depth);
    }
}

static void put_ctes(const struct writer *writer, guint depth)
{
    static const char *const heads[] = {"a AS ",  "\"B\" AS ",          "c(x, y) AS ",
                                        "äb AS ", "b AS MATERIALIZED ", "A AS NOT MATERIALIZED "};
    const gint first = pick(writer, G_N_ELEMENTS(heads));
    put(writer, "WITH ");
    put_bracketed(writer, heads[first], depth);
    /* Two of one name are an error: the next but one differs. */
    if (pick(writer, 2))
        put_bracketed(writer, first == 2 ? ", n AS " : ", c AS ", depth);
    put(writer, " ");
}

static void put_query(const struct writer *writer, guint depth)
{
    if (depth > 0 && pick(writer, 3) == 0)
        put_ctes(writer, depth - 1);
    put_body(writer, depth);
    put(writer, pick(writer, 6) ? "" : " ORDER BY x, y DESC");
    put(writer, pick(writer, 6) ? "" : " LIMIT 3");
}

static void random_queries_read_what_the_engine_says(void)
{
    enum { ROUNDS = 1500 };
    g_autoptr(GRand) random = g_rand_new_with_seed(20260102);
    guint read = 0;
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(GString) sql = g_string_new(NULL);
        const struct writer writer = {.random = random, .out = sql};
        put_query(&writer, 3);
        g_autofree char *expected = by_engine(sql->str);
        if (!expected)
            continue;
        read++;
        check(sql->str);
    }
    g_assert_cmpuint(read, >, ROUNDS * 3 / 4);
}

static void hard_queries_read_what_the_engine_says(void)
{
    static const char *const queries[] = {
        "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT n + 1 FROM r, t) SELECT * FROM r, u",
        "WITH RECURSIVE a AS (FROM b), b AS (FROM c) FROM a, b",
        "WITH t AS (SELECT * FROM t) SELECT * FROM t",
        "(WITH c AS (FROM x) FROM c) UNION ALL (FROM c)",
        "SELECT * FROM (WITH c AS (FROM t) FROM c), c",
        "DESCRIBE t",
        "SUMMARIZE t",
        "SELECT * FROM (DESCRIBE t)",
        "SELECT * FROM (SUMMARIZE SELECT * FROM s.u)",
        "SELECT * FROM t PIVOT (sum(x) FOR y IN (1, 2)), u",
        "SELECT * FROM t TABLESAMPLE reservoir(10 ROWS), u",
        "SELECT * FROM 't', \"t\"",
        "FROM VALUES (1), (2) v(x), t",
        "FROM ONLY t",
        "SELECT a FROM t WINDOW w AS (PARTITION BY x, y)",
        "SELECT * FROM a ASOF JOIN b ON a.x >= b.x, c SEMI JOIN d USING (y)",
        "SELECT * FROM t -- , x\n , u /* , y */ , v",
        "FROM a SELECT x, y",
        "SELECT 1 AS from, 2 AS join FROM t",
        "SELECT DISTINCT ON (x, y) z FROM t",
        "SELECT * FROM t AT (VERSION => 1), u",
    };
    for (guint i = 0; i < G_N_ELEMENTS(queries); i++)
        check(queries[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(duckdb_open(NULL, &database), ==, DuckDBSuccess);
    g_assert_cmpint(duckdb_connect(database, &connection), ==, DuckDBSuccess);
#define TEST(name) g_test_add_func("/reference/" #name, name)
    TEST(hard_queries_read_what_the_engine_says);
    TEST(random_queries_read_what_the_engine_says);
    const int result = g_test_run();
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return result;
}
