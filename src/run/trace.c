/* SPDX-License-Identifier: Apache-2.0 */
#include "run/trace.h"

#include "base/name.h"
#include "engine/trace.h"
#include "run/incremental.h"

struct trace *operation_trace(const struct engine_class *engine, struct session *session,
                              const struct operation *operation)
{
    const struct statement *statement = operation->statement;
    const struct fragment *body = &statement->body;
    const bool is_query = operation->type != OPERATION_LOAD && operation->type != OPERATION_SQL;
    struct trace *trace = NULL;
    g_autoptr(GError) error = NULL;
    if (!engine->trace || !is_query || !fragment_present(body))
        return NULL;
    if (statement->mode.kind == MODE_INCREMENTAL)
        (void)incremental_trace(engine, session, body, &trace, &error);
    else
        (void)engine->trace(session, body->text, &trace, &error);
    return trace;
}

struct trace *load_trace(const struct engine_class *engine, struct session *session,
                         const struct operation *operation, const char *hidden)
{
    const struct fragment *where = &operation->statement->body;
    struct trace *trace = NULL;
    if (!engine->trace || !fragment_present(where))
        return NULL;
    g_autofree char *name = quote_identifier(hidden);
    g_autofree char *key = g_strconcat("file:", hidden, NULL);
    g_autofree char *sql = g_strdup_printf("SELECT * FROM %s WHERE (%s\n)", name, where->text);
    if (!engine->trace(session, sql, &trace, NULL))
        return NULL;
    trace_rename(trace, key, "");
    trace_rename(trace, hidden, "");
    return trace;
}
