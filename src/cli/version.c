/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/report.h"
#include "engine/engine.h"

#ifndef SQLFLOW_COMMIT
#define SQLFLOW_COMMIT ""
#endif

static enum exit_code version_write(const struct call *call, const char *engine)
{
    if (flags_given(call->flags, FLAG_JSON)) {
        json_t *document = json_object();
        json_object_set_new(document, "format", json_string("sqlflow.version/1"));
        json_object_set_new(document, "version", json_string(SQLFLOW_VERSION));
        if (*SQLFLOW_COMMIT)
            json_object_set_new(document, "commit", json_string(SQLFLOW_COMMIT));
        if (engine)
            json_object_set_new(document, "duckdb", json_string(engine));
        report_document(call, document);
        return EXIT_CODE_OK;
    }
    printf(*SQLFLOW_COMMIT ? "sqlflow %s (%s)\n" : "sqlflow %s\n", SQLFLOW_VERSION, SQLFLOW_COMMIT);
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
