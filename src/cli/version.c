/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/commit.h"
#include "cli/report.h"
#include "engine/engine.h"

/* Of the checkout that it was built from; empty outside of one. */
static const char commit[] = SQLFLOW_COMMIT;

static enum exit_code version_write(const struct call *call, const char *engine)
{
    if (flags_given(call->flags, FLAG_JSON)) {
        json_t *document = json_object();
        json_object_set_new(document, "format", json_string("sqlflow.version/1"));
        json_object_set_new(document, "version", json_string(SQLFLOW_VERSION));
        if (*commit)
            json_object_set_new(document, "commit", json_string(commit));
        if (engine)
            json_object_set_new(document, "duckdb", json_string(engine));
        report_document(call, document);
        return EXIT_CODE_OK;
    }
    printf("sqlflow %s", SQLFLOW_VERSION);
    if (*commit)
        printf(" (%s)", commit);
    printf("\n");
    if (engine)
        printf("duckdb %s\n", engine);
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
