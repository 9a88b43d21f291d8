/* SPDX-License-Identifier: Apache-2.0 */
/* Which files the operations of a pipeline read and write, and that a change is seen. */
#include "pipeline.h"

#include "base/file.h"
#include "run/inputs.h"

#include <unistd.h>

static const struct operation *find_operation(const struct pipeline *pipeline, const char *id)
{
    return pipeline_step(pipeline, id)->operation;
}

static GPtrArray *inputs_of(const struct pipeline *pipeline, const char *id)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *inputs =
        operation_inputs(pipeline->plan, find_operation(pipeline, id), NULL, &error);
    g_assert_no_error(error);
    return inputs;
}

/* "a.csv b.csv" */
static char *paths_of(const GPtrArray *identities)
{
    GString *paths = g_string_new(NULL);
    for (guint i = 0; i < identities->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(identities, i);
        g_string_append_printf(paths, "%s%s", i ? " " : "", identity->path);
    }
    return g_string_free(paths, FALSE);
}

static void assert_reads(const struct pipeline *pipeline, const char *id, const char *expected)
{
    g_autoptr(GPtrArray) inputs = inputs_of(pipeline, id);
    g_autofree char *paths = paths_of(inputs);
    g_assert_cmpstr(paths, ==, expected);
}

static const char text[] =
    "SOURCE a TYPE CSV PARAMS {\"path\": \"data/a*.csv\"};\n"
    "SOURCE b TYPE CSV PARAMS {\"path\": [\"data/b.csv\", \"./data/c.csv\"]};\n"
    "LOAD a INTO t WHERE x IN (SELECT x FROM 'data/c.csv');\n"
    "CREATE TABLE u AS SELECT * FROM b;\n"
    "CREATE VIEW v AS SELECT * FROM 'data/[bc].csv';\n"
    "CREATE TABLE w AS SELECT * FROM v JOIN u USING (x);\n"
    "EXPORT SELECT * FROM w TO 'out/w.csv';\n"
    "EXPORT SELECT * FROM read_csv('data/b.csv') TO 'out/parts'\n"
    "  TYPE CSV OPTIONS {\"partition_by\": [\"x\"]};\n";

static void open_and_run(struct pipeline *pipeline)
{
    static const char *const files[] = {"data/a1.csv", "data/a2.csv", "data/b.csv", "data/c.csv"};
    pipeline_open(pipeline);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        pipeline_write(pipeline, files[i], "x,y\n1,2\n");
    pipeline_run(pipeline, text, (struct run_options){0});
    pipeline_assert_ok(pipeline);
}

static void finds_what_is_read_by_sources_sql_and_views(void)
{
    struct pipeline pipeline;
    open_and_run(&pipeline);
    assert_reads(&pipeline, "load_t", "data/a1.csv data/a2.csv data/c.csv");
    assert_reads(&pipeline, "transform_u", "./data/c.csv data/b.csv");
    assert_reads(&pipeline, "transform_w", "data/b.csv data/c.csv");
    assert_reads(&pipeline, "export_csv_w", "");
    assert_reads(&pipeline, "export_csv_parts", "data/b.csv");
    pipeline_close(&pipeline);
}

static void finds_what_was_written(void)
{
    struct pipeline pipeline;
    open_and_run(&pipeline);
    g_autoptr(GPtrArray) file =
        operation_outputs(pipeline.plan, find_operation(&pipeline, "export_csv_w"), NULL);
    g_autofree char *file_paths = paths_of(file);
    g_assert_cmpstr(file_paths, ==, "out/w.csv");
    const struct operation *parts = find_operation(&pipeline, "export_csv_parts");
    g_autoptr(GPtrArray) folder = operation_outputs(pipeline.plan, parts, NULL);
    g_autofree char *folder_paths = paths_of(folder);
    g_assert_cmpstr(folder_paths, ==, "out/parts/x=1/data_0.csv");
    g_assert_true(path_remove("out/parts", NULL));
    g_autoptr(GPtrArray) gone = operation_outputs(pipeline.plan, parts, NULL);
    g_assert_cmpuint(gone->len, ==, 1);
    g_assert_cmpint(((struct file_identity *)gone->pdata[0])->size, ==, -1);
    pipeline_close(&pipeline);
}

static void assert_changed(const struct pipeline *pipeline, const char *id, const GPtrArray *inputs,
                           const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(inputs_check(inputs, pipeline->plan, find_operation(pipeline, id), &error));
    g_assert_error(error, SQLFLOW_ERROR, ERROR_DATA);
    g_assert_cmpstr(error->message, ==, message);
}

static void a_changed_file_is_named(void)
{
    struct pipeline pipeline;
    open_and_run(&pipeline);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) inputs = inputs_of(&pipeline, "transform_w");
    g_assert_true(
        inputs_check(inputs, pipeline.plan, find_operation(&pipeline, "transform_w"), &error));
    g_assert_cmpint(truncate("data/c.csv", 3), ==, 0);
    assert_changed(&pipeline, "transform_w", inputs,
                   "'data/c.csv' was truncated while it was read");
    g_assert_cmpint(unlink("data/c.csv"), ==, 0);
    assert_changed(&pipeline, "transform_w", inputs, "'data/c.csv' was removed while it was read");
    pipeline_close(&pipeline);
}

/* Of a source the files are listed once; what a pattern in SQL fits, the engine finds later. */
static void a_new_file_counts_only_for_patterns_in_sql(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_write(&pipeline, "data/a1.csv", "x\n1\n");
    pipeline_run(&pipeline,
                 "SOURCE a TYPE CSV PARAMS {\"path\": \"data/*.csv\"};\nLOAD a INTO t;\n"
                 "CREATE TABLE u AS SELECT * FROM a;\n"
                 "CREATE TABLE v AS SELECT * FROM 'data/*.csv';\n",
                 (struct run_options){0});
    pipeline_assert_ok(&pipeline);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) loaded = inputs_of(&pipeline, "load_t");
    g_autoptr(GPtrArray) read = inputs_of(&pipeline, "transform_u");
    g_autoptr(GPtrArray) named = inputs_of(&pipeline, "transform_v");
    pipeline_write(&pipeline, "data/a2.csv", "x\n2\n");
    g_assert_true(inputs_check(loaded, pipeline.plan, find_operation(&pipeline, "load_t"), &error));
    g_assert_true(
        inputs_check(read, pipeline.plan, find_operation(&pipeline, "transform_u"), &error));
    assert_changed(&pipeline, "transform_v", named, "'data/a2.csv' appeared while files were read");
    pipeline_close(&pipeline);
}

/* The engine and we mean the same file. */
static void an_address_of_a_local_file_is_its_path(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_write(&pipeline, "data/a.csv", "x\n1\n");
    g_autofree char *address = g_strconcat("file://", pipeline.project->root, NULL);
    g_autofree char *sql =
        g_strdup_printf("EXPORT SELECT * FROM '%s/data/a.csv' TO '%s/b.csv';\n", address, address);
    pipeline_run(&pipeline, sql, (struct run_options){0});
    pipeline_assert_ok(&pipeline);
    assert_reads(&pipeline, "export_csv_b", "data/a.csv");
    g_autofree char *content = pipeline_read(&pipeline, "b.csv");
    g_assert_cmpstr(content, ==, "x\n1\n");
    pipeline_close(&pipeline);
}

static void what_a_step_writes_itself_is_no_input(void)
{
    struct pipeline pipeline;
    pipeline_open(&pipeline);
    pipeline_write(&pipeline, "data/a.csv", "x\n1\n");
    pipeline_run(&pipeline, "EXPORT SELECT * FROM 'data/*.csv' TO 'data/all.csv';\n",
                 (struct run_options){0});
    pipeline_assert_ok(&pipeline);
    assert_reads(&pipeline, "export_csv_all", "data/a.csv");
    pipeline_close(&pipeline);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inputs/reads", finds_what_is_read_by_sources_sql_and_views);
    g_test_add_func("/inputs/writes", finds_what_was_written);
    g_test_add_func("/inputs/changed", a_changed_file_is_named);
    g_test_add_func("/inputs/new", a_new_file_counts_only_for_patterns_in_sql);
    g_test_add_func("/inputs/address", an_address_of_a_local_file_is_its_path);
    g_test_add_func("/inputs/own", what_a_step_writes_itself_is_no_input);
    return g_test_run();
}
