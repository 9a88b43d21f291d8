/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cover.h"
#include "base/error.h"
#include "project/dotenv.h"
#include "project/mask.h"
#include "project/project.h"
#include "temporary.h"

#include <string.h>

static struct project *open_project(const char *start)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    struct project *project = project_open(start, diagnostics, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(diagnostics_count(diagnostics), ==, 0);
    return project;
}

static char *make_shop(void)
{
    static const char *const files[] = {"pipelines/orders.sf", "pipelines/eu/orders.sf",
                                        "pipelines/daily.sf",  "pipelines/notes.txt",
                                        "pipelines/.old.sf",   "data/x.csv"};
    char *folder = temporary_new();
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        g_free(temporary_write(folder, files[i], "", 0));
    return folder;
}

static void the_root_is_the_nearest_project_upwards(void)
{
    TEMPORARY folder = make_shop();
    g_autofree char *below = g_build_filename(folder, "data", NULL);
    AUTO(project) project = open_project(below);
    AUTO(project) same = open_project(folder);
    g_assert_true(project->is_project);
    g_assert_cmpstr(project->root, ==, same->root);
    g_assert_true(g_str_has_suffix(project->root, folder));
}

static void a_folder_without_pipelines_is_its_own_root(void)
{
    TEMPORARY folder = temporary_new();
    AUTO(project) project = open_project(folder);
    g_assert_false(project->is_project);
    g_assert_true(g_str_has_suffix(project->root, folder));
}

static void a_start_that_is_no_folder_is_refused(void)
{
    TEMPORARY folder = make_shop();
    g_autofree char *file = g_build_filename(folder, "data/x.csv", NULL);
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(project_open(file, diagnostics, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
    g_clear_error(&error);
    g_assert_null(project_open("/nowhere/at/all", diagnostics, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
}

static void pipelines_are_listed_sorted(void)
{
    TEMPORARY folder = make_shop();
    AUTO(project) project = open_project(folder);
    g_auto(GStrv) names = project_pipelines(project);
    g_autofree char *list = g_strjoinv(" ", names);
    g_assert_cmpstr(list, ==, "daily eu/orders orders");
}

static void assert_pipeline(const struct project *project, const char *current, const char *given,
                            const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = project_find_pipeline(project, given, current, &error);
    g_assert_no_error(error);
    g_autofree char *shown = project_display_path(project, path);
    g_assert_cmpstr(shown, ==, expected);
}

static void a_pipeline_is_found_by_name_and_by_path(void)
{
    TEMPORARY folder = make_shop();
    AUTO(project) project = open_project(folder);
    g_autofree char *pipelines = g_build_filename(project->root, "pipelines", NULL);
    g_autofree char *full = g_build_filename(pipelines, "daily.sf", NULL);
    assert_pipeline(project, project->root, "orders", "pipelines/orders.sf");
    assert_pipeline(project, project->root, "eu/orders", "pipelines/eu/orders.sf");
    assert_pipeline(project, project->root, "orders.sf", "pipelines/orders.sf");
    assert_pipeline(project, project->root, "pipelines/daily.sf", "pipelines/daily.sf");
    assert_pipeline(project, pipelines, "daily.sf", "pipelines/daily.sf");
    assert_pipeline(project, "/", full, "pipelines/daily.sf");
    assert_pipeline(project, project->root, "data/x.csv", "data/x.csv");
}

static void assert_no_pipeline(const struct project *project, const char *given,
                               const char *pattern)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(project_find_pipeline(project, given, project->root, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
    if (!g_pattern_match_simple(pattern, error->message))
        g_error("%s", error->message);
}

static void a_pipeline_that_is_not_there_gets_a_hint(void)
{
    TEMPORARY folder = make_shop();
    AUTO(project) project = open_project(folder);
    assert_no_pipeline(project, "ordres", "no pipeline 'ordres'; did you mean 'orders'?");
    assert_no_pipeline(project, "zebra", "no pipeline 'zebra'; there are daily, eu/orders, orders");
    assert_no_pipeline(project, NULL, "which pipeline? There are daily, eu/orders, orders");
    assert_no_pipeline(project, "pipelines", "no pipeline 'pipelines'*");
    TEMPORARY empty = temporary_new();
    AUTO(project) other = open_project(empty);
    assert_no_pipeline(other, NULL, "*is no project*sqlflow init*");
    assert_no_pipeline(other, "x", "no pipeline and no file 'x'");
}

static void the_only_pipeline_needs_no_name(void)
{
    TEMPORARY folder = temporary_new();
    g_free(temporary_write(folder, "pipelines/only.sf", "", 0));
    AUTO(project) project = open_project(folder);
    assert_pipeline(project, "/", NULL, "pipelines/only.sf");
}

static void a_pipeline_is_called_by_its_path(void)
{
    TEMPORARY folder = make_shop();
    AUTO(project) project = open_project(folder);
    g_autofree char *path = g_build_filename(project->root, "pipelines/eu/orders.sf", NULL);
    g_autofree char *inside = project_pipeline_name(project, path);
    g_autofree char *outside = project_pipeline_name(project, "/tmp/other.sf");
    g_autofree char *plain = project_pipeline_name(project, "/tmp/.sf");
    g_assert_cmpstr(inside, ==, "eu/orders");
    g_assert_cmpstr(outside, ==, "other");
    g_assert_cmpstr(plain, ==, ".sf");
}

static gint compare_keys(gconstpointer left, gconstpointer right)
{
    return strcmp(left, right);
}

/* What a `.env` says: "KEY=[value] ..", or the messages. */
static char *read_dotenv(const char *data)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) text = text_new(".env", data, strlen(data), NULL);
    g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    dotenv_parse(text, table, diagnostics);
    GString *out = g_string_new(NULL);
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(table), compare_keys);
    for (GList *key = keys; key; key = key->next)
        g_string_append_printf(out, "%s=[%s]", (char *)key->data,
                               (char *)g_hash_table_lookup(table, key->data));
    for (guint i = 0; i < diagnostics_count(diagnostics); i++) {
        const struct diagnostic *found = diagnostics_get(diagnostics, i);
        struct place place = text_place(found->at.text, found->at.offset);
        g_string_append_printf(out, "<%u:%u %s>", place.line, place.column, found->message);
    }
    return g_string_free(out, FALSE);
}

static void dotenv_lines_are_read(void)
{
    static const char *const cases[][2] = {
        {"A=1\nB=two words \n", "A=[1]B=[two words]"},
        {"export A=1\r\n\r\n# c\nexport=2", "A=[1]export=[2]"},
        {"A = x # comment\nB=x#y\nC=# none", "A=[x]B=[x#y]C=[]"},
        {"A='x \\n $B' # c\n", "A=[x \\n $B]"},
        {"A=\"x\\ny\\t\\\"\\\\\\$\\q\"\n", "A=[x\ny\t\"\\$\\q]"},
        {"A=\"two\nlines\"\nB=2", "A=[two\nlines]B=[2]"},
        {"A=1\nA=2", "A=[2]"},
        {"A=", "A=[]"},
        {"\xEF\xBB\xBF"
         "A=b=c",
         "A=[b=c]"},
        {"A", "<1:1 expected KEY=value>"},
        {"A=1\n  9B=1\nC=3", "A=[1]C=[3]<2:3 expected KEY=value>"},
        {"A B=1", "<1:1 expected KEY=value>"},
        {"A=\"x\nB=2", "<1:3 this quote is never closed>"},
        {"A='x'y\nB=2", "B=[2]<1:6 nothing but a comment may follow the closing quote>"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = read_dotenv(cases[i][0]);
        g_assert_cmpstr(found, ==, cases[i][1]);
    }
}

static void dotenv_values_are_never_shown(void)
{
    const char *data = "# a comment\nA='hunter2'x\nhunter3 hunter4\nB=\"hunter5\nhunter6\n";
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) text = text_new(".env", data, strlen(data), NULL);
    g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    dotenv_parse(text, table, diagnostics);
    g_assert_cmpuint(diagnostics_errors(diagnostics), ==, 3);
    g_autoptr(GString) out = g_string_new(NULL);
    diagnostics_render(diagnostics, false, out);
    g_assert_null(strstr(out->str, "hunter"));
    g_assert_nonnull(strstr(out->str, "A=*****"));
}

static void the_environment_is_asked_after_dotenv(void)
{
    TEMPORARY folder = make_shop();
    g_free(temporary_write(folder, ".env", "SQLFLOW_TEST_A=file\n", -1));
    g_setenv("SQLFLOW_TEST_A", "process", TRUE);
    g_setenv("SQLFLOW_TEST_B", "process", TRUE);
    AUTO(project) project = open_project(folder);
    g_assert_cmpstr(project_environment("SQLFLOW_TEST_A", project), ==, "file");
    g_assert_cmpstr(project_environment("SQLFLOW_TEST_B", project), ==, "process");
    g_assert_null(project_environment("SQLFLOW_TEST_C", project));
}

static void a_broken_dotenv_is_an_error(void)
{
    TEMPORARY folder = make_shop();
    g_free(temporary_write(folder, ".env", "A=\xff\n", -1));
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(project_open(folder, diagnostics, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_SYNTAX);
}

static void secrets_are_told_by_their_names(void)
{
    static const char *const secrets[] = {
        "password", "PGPASSWORD",    "api_key", "secret_access_key",
        "token",    "Authorization", "key",     "client-secret"};
    static const char *const others[] = {"keys", "monkey", "host", "keep", "author", "compass"};
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++)
        g_assert_true(name_is_secret(secrets[i], strlen(secrets[i])));
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(name_is_secret(others[i], strlen(others[i])));
}

static void yaml_secrets_are_covered(void)
{
    static const char *const cases[][2] = {
        {"password: abc def\nx: y", "password: *** ***\nx: y"},
        {"{host: h, password: abc, x: y}", "{host: h, password: ***, x: y}"},
        {"{password: {env: NAME}}", "{password: {env: NAME}}"},
        {"password: 'a ''b', x", "password: ** ****, x"},
        {"\"api_key\": \"a\\\"b\", c", "\"api_key\": ******, c"},
        {"a:\n  token: |\n    abc\n\n    def\n  x: y",
         "a:\n  token: *\n    ***\n\n    ***\n  x: y"},
        {"secret: \"open\nnext: x", "secret: *****\n***** *"},
        {"url: postgres://u:pw@h/db", "url: postgres://u:**@h/db"},
        {"url: http://h:80/a@b", "url: http://h:80/a@b"},
        {"password:", "password:"},
        {"host: x", "host: x"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *masked = mask_yaml(cases[i][0], strlen(cases[i][0]));
        g_assert_cmpstr(masked, ==, cases[i][1]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/project/the root is the nearest project upwards",
                    the_root_is_the_nearest_project_upwards);
    g_test_add_func("/project/a folder without pipelines is its own root",
                    a_folder_without_pipelines_is_its_own_root);
    g_test_add_func("/project/a start that is no folder is refused",
                    a_start_that_is_no_folder_is_refused);
    g_test_add_func("/project/pipelines are listed sorted", pipelines_are_listed_sorted);
    g_test_add_func("/project/a pipeline is found by name and by path",
                    a_pipeline_is_found_by_name_and_by_path);
    g_test_add_func("/project/a pipeline that is not there gets a hint",
                    a_pipeline_that_is_not_there_gets_a_hint);
    g_test_add_func("/project/the only pipeline needs no name", the_only_pipeline_needs_no_name);
    g_test_add_func("/project/a pipeline is called by its path", a_pipeline_is_called_by_its_path);
    g_test_add_func("/project/.env lines are read", dotenv_lines_are_read);
    g_test_add_func("/project/.env values are never shown", dotenv_values_are_never_shown);
    g_test_add_func("/project/the environment is asked after .env",
                    the_environment_is_asked_after_dotenv);
    g_test_add_func("/project/a broken .env is an error", a_broken_dotenv_is_an_error);
    g_test_add_func("/project/secrets are told by their names", secrets_are_told_by_their_names);
    g_test_add_func("/project/secrets in YAML are covered", yaml_secrets_are_covered);
    return g_test_run();
}
