/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the engine's words and settings are the engine's own. */
#include "lang/parser.h"

#include <duckdb.h>
#include <string.h>

struct engine {
    duckdb_database database;
    duckdb_connection connection;
};

static void engine_open(struct engine *engine)
{
    g_assert_cmpint(duckdb_open(NULL, &engine->database), ==, DuckDBSuccess);
    g_assert_cmpint(duckdb_connect(engine->database, &engine->connection), ==, DuckDBSuccess);
}

static void engine_close(struct engine *engine)
{
    duckdb_disconnect(&engine->connection);
    duckdb_close(&engine->database);
}

/* The first column of the result. */
static GPtrArray *engine_list(struct engine *engine, const char *sql)
{
    duckdb_result result;
    g_assert_cmpint(duckdb_query(engine->connection, sql, &result), ==, DuckDBSuccess);
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    for (idx_t row = 0; row < duckdb_row_count(&result); row++) {
        char *value = duckdb_value_varchar(&result, 0, row);
        g_ptr_array_add(list, g_strdup(value));
        duckdb_free(value);
    }
    duckdb_destroy_result(&result);
    g_assert_cmpuint(list->len, >, 0);
    return list;
}

/* The engine complains of something behind the word, not of the word. */
static bool engine_begins_with(struct engine *engine, const char *word)
{
    g_autofree char *sql = g_strdup_printf("%s ~!~ ~!~", word);
    g_autofree char *complaint = g_strdup_printf("near \"%s\"", word);
    duckdb_extracted_statements statements = NULL;
    const idx_t count = duckdb_extract_statements(engine->connection, sql, &statements);
    const char *error = duckdb_extract_statements_error(statements);
    const bool begins = count > 0 || !error || !strstr(error, complaint);
    duckdb_destroy_extracted(&statements);
    return begins;
}

static bool is_in(const char *word, const char *const *table)
{
    const struct text text = {.data = (char *)(guintptr)word, .length = strlen(word)};
    return word_in((struct span){.text = &text, .length = (guint32)strlen(word)}, table);
}

static guint count_words(const char *const *table)
{
    guint count = 0;
    while (table[count])
        count++;
    return count;
}

static void statements_begin_with_the_engines_words(void)
{
    struct engine engine;
    engine_open(&engine);
    g_autoptr(GPtrArray) words = engine_list(&engine, "SELECT keyword_name FROM duckdb_keywords()");
    guint found = 0;
    for (guint i = 0; i < words->len; i++) {
        const char *word = g_ptr_array_index(words, i);
        g_test_message("%s", word);
        const bool begins = engine_begins_with(&engine, word);
        g_assert_cmpint(is_in(word, engine_words), ==, begins);
        found += begins;
    }
    g_assert_cmpuint(found, ==, count_words(engine_words));
    engine_close(&engine);
}

static void queries_begin_with_words_of_the_engine(void)
{
    for (const char *const *word = query_words; *word; word++)
        g_assert_true(is_in(*word, engine_words));
}

static void settings_are_the_engines(void)
{
    struct engine engine;
    engine_open(&engine);
    g_autoptr(GPtrArray) names = engine_list(
        &engine, "SELECT DISTINCT lower(name) FROM (SELECT name FROM duckdb_settings() UNION ALL "
                 "SELECT unnest(aliases) FROM duckdb_settings())");
    for (guint i = 0; i < names->len; i++) {
        g_test_message("%s", (const char *)g_ptr_array_index(names, i));
        g_assert_true(is_in(g_ptr_array_index(names, i), engine_settings));
    }
    g_assert_cmpuint(names->len, ==, count_words(engine_settings));
    engine_close(&engine);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/words/statements", statements_begin_with_the_engines_words);
    g_test_add_func("/words/queries", queries_begin_with_words_of_the_engine);
    g_test_add_func("/words/settings", settings_are_the_engines);
    return g_test_run();
}
