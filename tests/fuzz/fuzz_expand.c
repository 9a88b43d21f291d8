/* SPDX-License-Identifier: Apache-2.0 */
/* SET, IF and INCLUDE of a pipeline, in a project with a few files to include. */
#include "fuzz.h"

#include "base/file.h"
#include "lang/expand.h"

#include <stdlib.h>
#include <string.h>

static char *project;

static void remove_project(void)
{
    g_autoptr(GError) error = NULL;
    if (!path_remove(project, &error))
        g_printerr("%s\n", error->message);
    g_free(project);
}

static void write_project(void)
{
    static const char *const files[][2] = {
        {"pipelines/a.sf", "SET x = 1; SELECT 0 + ${x}; INCLUDE 'lib/b.sf' AS b;"},
        {"pipelines/lib/b.sf", "SELECT '${y|d}'; SET unused = 1;"},
        {"pipelines/loop.sf", "INCLUDE 'loop2.sf' AS deeper;"},
        {"pipelines/loop2.sf", "INCLUDE 'loop.sf';"},
        {"shared/c.sql", "SELECT 1; CREATE TABLE c (a INT)"},
        {"shared/bad.sf", "SELECT '\xff'"},
    };
    g_autoptr(GError) error = NULL;
    project = g_dir_make_tmp("sqlflow-fuzz-XXXXXX", &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(project, files[i][0], NULL);
        gboolean written = file_write(path, files[i][1], strlen(files[i][1]), &error);
        g_assert_no_error(error);
        g_assert(written);
    }
    atexit(remove_project);
}

static const char *lookup(const char *name, void *user_data)
{
    (void)user_data;
    return g_str_equal(name, "HOME") ? "/home/x" : NULL;
}

static void check_items(const struct script *script)
{
    for (guint i = 0; i < script->items->len; i++) {
        const struct item *item = &g_array_index(script->items, struct item, i);
        const struct fragment *body = &item->statement->body;
        g_assert(!fragment_present(body) || strlen(body->text) == body->length);
        g_assert(!item->alias || *item->alias);
    }
}

static void check_uses(const struct variables *variables)
{
    const GPtrArray *uses = variables_uses(variables);
    for (guint i = 0; i < uses->len; i++) {
        const struct variable_use *use = g_ptr_array_index(uses, i);
        g_assert(variables_mentioned(variables, use->name));
        g_assert(use->value && *variable_origin_name(use->origin) && use->at.text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!project)
        write_project();
    /* Files outside of the project would make a finding depend on the machine. */
    if (memmem(data, size, "'/", 2) || memmem(data, size, "\"/", 2) || memmem(data, size, "../", 3))
        return 0;
    g_autoptr(GError) error = NULL;
    struct text *text = text_new("pipelines/fuzz.sf", (const char *)data, size, &error);
    if (!text)
        return 0;
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(variables) variables = variables_new();
    variables_set_environment(variables, lookup, NULL);
    variables_set(variables, ORIGIN_COMMAND_LINE, "v", "it's; --", (struct span){0});
    const struct expand_options options = {.project_directory = project, .variables = variables};
    AUTO(script) script = script_new(text, &options, diagnostics);
    check_items(script);
    check_uses(variables);
    fuzz_render(diagnostics);
    return 0;
}
