/* SPDX-License-Identifier: Apache-2.0 */
/* CSV files written at random, found out by the connector and loaded by the engine: what arrives is
 * what was written, cell by cell. */
#include "connect/format/format.h"
#include "engine_case.h"
#include "lang/lexer.h"
#include "lang/parser.h"

enum { MOST_COLUMNS = 5, MOST_ROWS = 12, TABLES = 150 };

static const char *const pieces[] = {"a",  "b",  "zz", "7",  " ", ",", ";", "\t", "|",
                                     "\"", "\"", "'",  "\n", "é", "😀", "#", "\\", "-1.5"};

/* A table, as a CSV file and as the rows that are to arrive. */
struct table {
    GString *csv;
    GString *rows;
};

struct style {
    const char *delimiter;
    const char *new_line;
    bool ends_with_new_line;
};

static struct style random_style(GRand *rand)
{
    static const char *const delimiters[] = {",", ";", "\t", "|"};
    return (struct style){
        .delimiter = delimiters[g_rand_int_range(rand, 0, G_N_ELEMENTS(delimiters))],
        .new_line = g_rand_boolean(rand) ? "\n" : "\r\n",
        .ends_with_new_line = g_rand_boolean(rand),
    };
}

static bool needs_quotes(const char *text, const struct style *style)
{
    return !*text || strstr(text, style->delimiter) || strpbrk(text, "\"\n\r") != NULL;
}

static void append_quoted(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text; text++)
        g_string_append(out, *text == '"' ? "\"\"" : (char[]){*text, '\0'});
    g_string_append_c(out, '"');
}

/* One in eight is missing, one in eight empty. */
static void append_cell(GRand *rand, struct table *table, const struct style *style)
{
    const guint kind = (guint)g_rand_int_range(rand, 0, 8);
    g_autoptr(GString) text = g_string_new(NULL);
    if (kind == 0) {
        g_string_append(table->rows, "NULL");
        return;
    }
    for (gint i = kind == 1 ? 0 : g_rand_int_range(rand, 1, 6); i > 0; i--)
        g_string_append(text, pieces[g_rand_int_range(rand, 0, G_N_ELEMENTS(pieces))]);
    g_string_append(table->rows, text->str);
    if (needs_quotes(text->str, style) || g_rand_int_range(rand, 0, 4) == 0)
        append_quoted(table->csv, text->str);
    else
        g_string_append(table->csv, text->str);
}

static struct table random_table(GRand *rand)
{
    const struct style style = random_style(rand);
    struct table table = {.csv = g_string_new(NULL), .rows = g_string_new(NULL)};
    const gint columns = g_rand_int_range(rand, 2, MOST_COLUMNS + 1);
    const gint rows = g_rand_int_range(rand, 0, MOST_ROWS + 1);
    for (gint column = 0; column < columns; column++)
        g_string_append_printf(table.csv, "%scolumn_%d", column ? style.delimiter : "", column);
    for (gint row = 0; row < rows; row++) {
        g_string_append(table.csv, style.new_line);
        g_string_append(table.rows, row ? "\n" : "");
        for (gint column = 0; column < columns; column++) {
            g_string_append(table.csv, column ? style.delimiter : "");
            g_string_append(table.rows, column ? "|" : "");
            append_cell(rand, &table, &style);
        }
    }
    g_string_append(table.csv, style.ends_with_new_line ? style.new_line : "");
    return table;
}

static struct relation *scan(const char *path)
{
    g_autofree char *map = g_strdup_printf("{path: '%s', all_varchar: true}", path);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) text = text_new("t.sf", map, strlen(map), NULL);
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    AUTO(value) value = map_parse(&lexer, diagnostics);
    const struct format *csv = &csv_format;
    AUTO(options)
    options =
        options_check(csv->options, OPTION_FOR_SOURCE, "csv", value, value->span, diagnostics);
    struct relation *relation = NULL;
    g_autoptr(GError) error = NULL;
    if (!csv->scan(options, NULL, &relation, &error))
        g_error("%s", error->message);
    return relation;
}

static void what_arrives_is_what_was_written(struct engine_case *test, gconstpointer data)
{
    (void)data;
    for (guint32 seed = 1; seed <= TABLES; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        struct table table = random_table(rand);
        g_autofree char *path = case_file(test, "t.csv", table.csv->str);
        AUTO(relation) relation = scan(path);
        const struct target target = {.name = "t"};
        g_autoptr(GError) error = NULL;
        gint64 rows = 0;
        if (!case_load(test, &target, relation, NULL, &rows, &error))
            g_error("seed %u: %s\n%s", seed, error->message, table.csv->str);
        g_autofree char *found = case_rows(test, test->session, "FROM t");
        if (strcmp(found, table.rows->str) != 0)
            g_error("seed %u:\n%s\n-- wanted\n%s\n-- found\n%s", seed, table.csv->str,
                    table.rows->str, found);
        g_string_free(table.csv, TRUE);
        g_string_free(table.rows, TRUE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/csv load/what arrives is what was written", struct engine_case, NULL, case_set_up,
               what_arrives_is_what_was_written, case_tear_down);
    return g_test_run();
}
