/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/commit.h"
#include "cli/report.h"
#include "engine/engine.h"

#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

/* Of the checkout that it was built from; empty outside of one. */
static const char commit[] = SQLFLOW_COMMIT;

/* What the program is linked with, and the engine's library: its version is taken over. */
static json_t *libraries(const char *engine)
{
    json_t *all = json_object();
    json_object_set_new(all, "duckdb", json_string(engine));
    json_object_set_new(
        all, "glib",
        json_sprintf("%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version));
    json_object_set_new(all, "jansson", json_string(jansson_version_str()));
    json_object_set_new(all, "libyaml", json_string(yaml_get_version_string()));
    json_object_set_new(all, "zlib", json_string(zlibVersion()));
    json_object_set_new(all, "zstd", json_string(ZSTD_versionString()));
    return all;
}

static enum exit_code version_write(const struct call *call, const char *engine)
{
    json_t *document = json_object();
    json_object_set_new(document, "format", json_string("sqlflow.version/1"));
    json_object_set_new(document, "version", json_string(SQLFLOW_VERSION));
    if (*commit)
        json_object_set_new(document, "commit", json_string(commit));
    if (engine)
        json_object_set_new(document, "libraries", libraries(engine));
    if (flags_given(call->flags, FLAG_JSON)) {
        report_document(call, document);
        return EXIT_CODE_OK;
    }
    printf("sqlflow %s%s%s%s\n", SQLFLOW_VERSION, *commit ? " (" : "", commit, *commit ? ")" : "");
    const char *name = NULL;
    json_t *version = NULL;
    json_t *names = json_object_get(document, "libraries");
    json_object_foreach(names, name, version)
    {
        printf("%s %s\n", name, json_string_value(version));
    }
    json_decref(document);
    return EXIT_CODE_OK;
}

/* The engine's version costs loading its library, so it is told only when asked for. */
enum exit_code command_version(struct call *call)
{
    if (!call->verbose)
        return version_write(call, NULL);
    g_autoptr(GError) error = NULL;
    const struct engine_class *engine = engine_load("duckdb", &error);
    if (!engine) {
        report_error(call, error);
        return exit_code_of(error);
    }
    return version_write(call, engine->version());
}
