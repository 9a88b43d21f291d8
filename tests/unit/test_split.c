/* SPDX-License-Identifier: Apache-2.0 */
/* A text is split into statements where the engine itself would split it. */
#include "lang/parser.h"

#include <duckdb.h>
#include <string.h>

enum { ROUNDS = 40000 };

/* What quotes, comments and semicolons can do to each other. */
static const char *const pieces[] = {
    "'",       "''",     "\"",   "$$",         "$a$",   "$b$",   "E'",      "e'",    "\\'",
    "\\",      "--",     "/*",   "*/",         ";",     "; ",    "\n",      "\r",    "\f",
    "a",       "1",      "_",    ".",          "e5",    "-",     "x'",      "b'",    "U&'",
    "U&\"",    "$",      "$1",   "::",         "'a'",   "\"b\"", "[1]",     "(1)",   "{'a': 1}",
    "AS b",    "+",      "/",    "*",          "(",     ")",     "@",       "!",     "1_0",
    "1.",      "1e",     "=",    "é b",        "'\n'",  "E'a'",  "\n'\\''", "--c\n", "SELECT",
    "/* /* ;", "*/ ;*/", "; -x", ";SELECT 1 ", ";FROM", " ",     " ",       " ",
};

static char *random_text(GRand *random)
{
    GString *text = g_string_new("SELECT ");
    const gint count = g_rand_int_range(random, 1, 11);
    for (gint i = 0; i < count; i++)
        g_string_append(text, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
    return g_string_free(text, FALSE);
}

/* How many statements the engine sees; 0 when it can't read the text. */
static idx_t engine_count(duckdb_connection connection, const char *sql)
{
    duckdb_extracted_statements statements = NULL;
    const idx_t count = duckdb_extract_statements(connection, sql, &statements);
    duckdb_destroy_extracted(&statements);
    return count;
}

static void check_split(const char *data, idx_t expected)
{
    AUTO(text) text = text_new("a.sql", data, strlen(data), NULL);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GPtrArray) statements = pipeline_parse(text, diagnostics);
    if (statements->len != expected || diagnostics_count(diagnostics) > 0)
        g_test_message("differs: %s", data);
    g_assert_cmpuint(diagnostics_count(diagnostics), ==, 0);
    g_assert_cmpuint(statements->len, ==, expected);
}

static void texts_are_split_where_the_engine_splits_them(void)
{
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    g_assert_cmpint(duckdb_open(NULL, &database), ==, DuckDBSuccess);
    g_assert_cmpint(duckdb_connect(database, &connection), ==, DuckDBSuccess);
    g_autoptr(GRand) random = g_rand_new_with_seed(20260101);
    guint read = 0;
    guint several = 0;
    for (guint i = 0; i < ROUNDS; i++) {
        g_autofree char *data = random_text(random);
        const idx_t count = engine_count(connection, data);
        if (count == 0)
            continue;
        check_split(data, count);
        read++;
        several += count > 1;
    }
    g_assert_cmpuint(read, >, ROUNDS / 50);
    g_assert_cmpuint(several, >, ROUNDS / 500);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/split/random", texts_are_split_where_the_engine_splits_them);
    return g_test_run();
}
