/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embedded.h"
#include "base/error.h"
#include "lang/expand.h"
#include "lang/parser.h"
#include "project/init.h"
#include "project/profile.h"
#include "project/sample.h"
#include "temporary.h"

#include <string.h>
#include <unistd.h>

static const struct init_options full = {.minimal = false};
static const struct init_options minimal = {.minimal = true};

static char *make(const char *folder, const char *name, const struct init_options *options,
                  const char *expected)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_true(init_project(path, options, &files, &error));
    g_ptr_array_add(files, NULL);
    g_autofree char *list = g_strjoinv(" ", (char **)files->pdata);
    g_assert_cmpstr(list, ==, expected);
    return path;
}

static void assert_parses(const struct project *project, const char *name)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = project_find_pipeline(project, name, "/", &error);
    g_assert_no_error(error);
    AUTO(text) text = text_load(name, path, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) statements = pipeline_parse(text, diagnostics);
    g_assert_cmpuint(diagnostics_count(diagnostics), ==, 0);
    g_assert_cmpuint(statements->len, >, 0);
}

static void assert_profile(const struct project *project, const char *name)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(profile) profile = profile_load(project, name, true, diagnostics);
    g_assert_cmpuint(diagnostics_count(diagnostics), ==, 0);
    g_autofree char *path = g_strdup_printf("target/%s.duckdb", name);
    g_assert_cmpstr(profile->database_path, ==, path);
}

static void a_project_can_be_read(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path = make(folder, "a/shop", &full,
                                 ".gitignore README.md data/customers.csv data/orders.csv "
                                 "pipelines/shop.sf profiles/dev.yml profiles/prod.yml");
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(project) project = project_open(path, diagnostics, NULL);
    g_assert_true(project->is_project);
    assert_parses(project, "shop");
    assert_profile(project, "dev");
    assert_profile(project, "prod");
}

static void a_minimal_project_can_be_read(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *path =
        make(folder, "m", &minimal, ".gitignore pipelines/main.sf profiles/dev.yml");
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(project) project = project_open(path, diagnostics, NULL);
    assert_parses(project, "main");
    assert_profile(project, "dev");
}

static void a_folder_in_use_keeps_its_files(void)
{
    TEMPORARY folder = temporary_new();
    g_free(temporary_write(folder, "notes.txt", "mine", -1));
    g_free(make(folder, ".", &minimal, ".gitignore pipelines/main.sf profiles/dev.yml"));
    g_autofree char *notes = g_build_filename(folder, "notes.txt", NULL);
    g_autofree char *content = NULL;
    g_assert_true(g_file_get_contents(notes, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "mine");
}

static void assert_refused(const char *path, const char *pattern)
{
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_false(init_project(path, &full, &files, &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
    g_assert_true(g_pattern_match_simple(pattern, error->message));
    g_assert_null(files);
}

static void nothing_is_overwritten_or_half_made(void)
{
    TEMPORARY folder = temporary_new();
    g_autofree char *file = temporary_write(folder, "profiles/prod.yml", "mine", -1);
    g_autofree char *readme = g_build_filename(folder, "README.md", NULL);
    assert_refused(folder, "*profiles/prod.yml' is already there; nothing was written*");
    g_assert_false(g_file_test(readme, G_FILE_TEST_EXISTS));
    assert_refused(file, "*is there, and no folder");
    g_assert_cmpint(g_unlink(file), ==, 0);
    g_assert_cmpint(symlink("/nowhere/at/all", readme), ==, 0);
    assert_refused(folder, "*README.md' is already there*");
}

static guint count_lines(const GString *text)
{
    guint lines = 0;
    for (gsize i = 0; i < text->len; i++)
        lines += text->str[i] == '\n';
    return lines;
}

/* The documented results of the example stand on these bytes. */
static void the_data_is_always_the_same(void)
{
    g_autoptr(GString) customers = sample_customers();
    g_autoptr(GString) orders = sample_orders();
    g_autofree char *customers_hash =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, customers->str, (gssize)customers->len);
    g_autofree char *orders_hash =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, orders->str, (gssize)orders->len);
    g_assert_cmpuint(count_lines(customers), ==, SAMPLE_CUSTOMERS + 1);
    g_assert_cmpuint(count_lines(orders), ==, SAMPLE_ORDERS + 1);
    g_assert_true(g_utf8_validate(customers->str, (gssize)customers->len, NULL));
    g_assert_cmpstr(customers_hash, ==,
                    "f8c325090aaad3f408efe9366f1fbdcb573ce3dcb709e5b3d8fed82521f0df35");
    g_assert_cmpstr(orders_hash, ==,
                    "6cb7bb77af9d2c957d16c426d605045edf7f90017ec836705a5195e0fe2ee3ef");
}

static void templates_are_built_in_whole(void)
{
    guint count = 0;
    for (const struct embedded_file *file = embedded_templates; file->name; file++, count++) {
        g_assert_cmpuint(strlen(file->data), ==, file->length);
        g_assert_true(g_str_has_suffix(file->data, "\n"));
    }
    g_assert_cmpuint(count, ==, 7);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/init/a project can be read", a_project_can_be_read);
    g_test_add_func("/init/a minimal project can be read", a_minimal_project_can_be_read);
    g_test_add_func("/init/a folder in use keeps its files", a_folder_in_use_keeps_its_files);
    g_test_add_func("/init/nothing is overwritten or half made",
                    nothing_is_overwritten_or_half_made);
    g_test_add_func("/init/the data is always the same", the_data_is_always_the_same);
    g_test_add_func("/init/templates are built in whole", templates_are_built_in_whole);
    return g_test_run();
}
