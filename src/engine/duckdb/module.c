/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/batches.h"
#include "engine/duckdb/catalog.h"
#include "engine/duckdb/chunks.h"
#include "engine/duckdb/database.h"
#include "engine/duckdb/export.h"
#include "engine/duckdb/parts.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/recordview.h"
#include "engine/duckdb/shape.h"
#include "engine/duckdb/source.h"
#include "engine/duckdb/statement.h"
#include "engine/duckdb/stream.h"
#include "engine/duckdb/table.h"
#include "engine/duckdb/trace.h"
#include "engine/duckdb/window.h"

#include <gmodule.h>

static bool execute(struct session *session, const char *sql, gint64 *out_rows, GError **error)
{
    struct statement statement;
    statement_init(&statement, NULL, sql, NULL);
    bool done = statement_run(session, &statement, out_rows, error);
    statement_clear(&statement);
    g_clear_pointer(&session->macros, g_ptr_array_unref);
    return done;
}

static const struct engine_class duckdb_class = {
    .name = "duckdb",
    .capabilities =
        ENGINE_TRANSACTIONS | ENGINE_UPSERT | ENGINE_NATIVE_FORMATS | ENGINE_EXACT_ROW_COUNTS,
    .open = database_open,
    .close = database_close,
    .version = duckdb_library_version,
    .session_new = session_new,
    .session_free = session_free,
    .session_interrupt = session_interrupt,
    .session_progress = session_progress,
    .begin = session_begin,
    .commit = session_commit,
    .rollback = session_rollback,
    .use_schema = session_use_schema,
    .create_schema = session_create_schema,
    .execute = execute,
    .query = query_rows,
    .stream = stream_open,
    .describe = query_describe,
    .table_exists = catalog_exists,
    .table_columns = catalog_columns,
    .table_list = catalog_list,
    .view_list = catalog_views,
    .window = window_find,
    .create = table_create,
    .load = table_load,
    .export = export_query,
    .define_source = source_define,
    .load_batches = batches_load,
    .define_batches = source_define_batches,
    .is_outside = catalog_is_outside,
    .trace = trace_query,
    .create_shape = shape_create,
    .create_record_view = recordview_create,
    .take_notes = source_take_notes,
    .parquet_needs = chunks_wanted,
    .parts_gather = parts_gather,
    .parts_forget = parts_forget,
};

G_MODULE_EXPORT extern const struct engine_module sqlflow_engine_module;

const struct engine_module sqlflow_engine_module = {
    .version = SQLFLOW_VERSION,
    .records = ENGINE_RECORDS,
    .class = &duckdb_class,
};
