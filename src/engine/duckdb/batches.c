/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/batches.h"

#include "engine/duckdb/arrow.h"
#include "engine/duckdb/failure.h"
#include "engine/duckdb/statement.h"
#include "engine/duckdb/table.h"

#include <string.h>

/* In an error that DuckDB passes on; the number of the failure that is kept follows. */
#define FAILURE_MARK "__sqlflow_batches failed #"

/* A kept failure. */
struct kept {
    guint64 number;
    GError *error;
};

/* What is read now. The scan is NULL while it is being opened or freed. */
struct reading {
    idx_t connection; /* of DuckDB, whose statement reads it */
    const struct batch_source *source;
    struct batch_scan *scan;
    gint64 rows;         /* that have come */
    gint is_interrupted; /* atomic */
};

/* What the engine knows about rows from outside; behind `lock`. */
struct batches {
    struct engine *engine;
    pthread_mutex_t lock;
    duckdb_connection connection; /* for conversions alone */
    GPtrArray *sources;           /* struct batch_source, by number; borrowed */
    GPtrArray *readings;          /* struct reading; borrowed */
    pthread_cond_t ended;         /* a reading */
    GPtrArray *failures;          /* struct kept */
    guint64 next_failure;
};

/* One use of the function in one statement; counted: the statement's plan and its runs have it. */
struct binding {
    struct batches *batches;
    struct batch_source *source;
    struct ArrowSchema schema;
    idx_t connection;
};

/* One run of it. */
struct run {
    struct binding *binding;
    struct reading reading;
    struct ArrowSchema wanted; /* its children are the binding's */
    duckdb_arrow_converted_schema converted;
    gint next_stream; /* atomic */
    guint streams;
};

/* One thread of a run. */
struct lane {
    struct ArrowArrayStream stream; /* released: none */
    struct arrow_reader reader;
};

static void kept_free(gpointer data)
{
    struct kept *kept = data;
    g_clear_error(&kept->error);
    g_free(kept);
}

/* Takes the error; the message that stands for it. */
static char *keep_failure(struct batches *batches, GError *error)
{
    struct kept *kept = g_new0(struct kept, 1);
    kept->error = error;
    pthread_mutex_lock(&batches->lock);
    kept->number = batches->next_failure++;
    g_ptr_array_add(batches->failures, kept);
    pthread_mutex_unlock(&batches->lock);
    return g_strdup_printf(FAILURE_MARK "%" G_GUINT64_FORMAT, kept->number);
}

GError *batches_take_failure(struct engine *engine, const char *message)
{
    struct batches *batches = engine->batches;
    const char *mark = batches && message ? strstr(message, FAILURE_MARK) : NULL;
    if (!mark)
        return NULL;
    const guint64 number = g_ascii_strtoull(mark + strlen(FAILURE_MARK), NULL, 10);
    GError *error = NULL;
    pthread_mutex_lock(&batches->lock);
    for (guint i = 0; i < batches->failures->len && !error; i++) {
        struct kept *kept = g_ptr_array_index(batches->failures, i);
        if (kept->number != number)
            continue;
        error = g_steal_pointer(&kept->error);
        g_ptr_array_remove_index_fast(batches->failures, i);
    }
    pthread_mutex_unlock(&batches->lock);
    return error;
}

static void fail_bind(duckdb_bind_info info, struct batches *batches, GError *error)
{
    g_autofree char *message = keep_failure(batches, error);
    duckdb_bind_set_error(info, message);
}

static void binding_clear(void *data)
{
    struct binding *binding = data;
    if (binding->schema.release)
        binding->schema.release(&binding->schema);
}

static void binding_unref(void *data)
{
    g_atomic_rc_box_release_full(data, binding_clear);
}

static struct batch_source *find_source(struct batches *batches, guint64 number)
{
    pthread_mutex_lock(&batches->lock);
    struct batch_source *source =
        number < batches->sources->len ? g_ptr_array_index(batches->sources, number) : NULL;
    pthread_mutex_unlock(&batches->lock);
    return source;
}

static idx_t connection_of(duckdb_bind_info info)
{
    duckdb_client_context context = NULL;
    duckdb_table_function_get_client_context(info, &context);
    idx_t connection = duckdb_client_context_get_connection_id(context);
    duckdb_destroy_client_context(&context);
    return connection;
}

/* Takes DuckDB's failure. */
static GError *conversion_error(duckdb_error_data failed)
{
    GError *error = NULL;
    struct failure failure;
    failure_init(&failure, duckdb_error_data_error_type(failed), duckdb_error_data_message(failed),
                 NULL);
    error_set(&error, ERROR_DATA, "the rows can't be taken over: %s", failure.message);
    failure_clear(&failure);
    duckdb_destroy_error_data(&failed);
    return error;
}

static bool add_columns(duckdb_bind_info info, struct binding *binding, GError **error)
{
    duckdb_error_data failed = NULL;
    duckdb_logical_type *types =
        arrow_types(binding->batches->connection, &binding->schema, &failed);
    if (!types) {
        g_propagate_error(error, conversion_error(failed));
        return false;
    }
    for (gint64 i = 0; i < binding->schema.n_children; i++)
        duckdb_bind_add_result_column(info, binding->schema.children[i]->name, types[i]);
    arrow_types_free(types, binding->schema.n_children);
    return true;
}

static void bind(duckdb_bind_info info)
{
    struct batches *batches = duckdb_bind_get_extra_info(info);
    duckdb_value parameter = duckdb_bind_get_parameter(info, 0);
    const guint64 number = (guint64)duckdb_get_int64(parameter);
    duckdb_destroy_value(&parameter);
    struct binding *binding = g_atomic_rc_box_new0(struct binding);
    GError *error = NULL;
    binding->batches = batches;
    binding->connection = connection_of(info);
    binding->source = find_source(batches, number);
    duckdb_bind_set_bind_data(info, binding, binding_unref);
    if (!binding->source)
        error_set(&error, ERROR_USAGE, "there is no such source");
    else if (binding->source->class->schema(binding->source, &binding->schema, &error) &&
             add_columns(info, binding, &error))
        return;
    fail_bind(info, batches, error);
}

/* The thread that has the last task of a statement calls it when it lets go of the task: DuckDB
 * doesn't wait for that, so the statement may have ended and its plan be freed (1.5.6). */
static void run_free(void *data)
{
    struct run *run = data;
    struct batches *batches = run->binding->batches;
    pthread_mutex_lock(&batches->lock);
    struct batch_scan *scan = g_steal_pointer(&run->reading.scan);
    pthread_mutex_unlock(&batches->lock);
    if (scan)
        run->binding->source->class->scan_free(scan);
    duckdb_destroy_arrow_converted_schema(&run->converted);
    g_free(run->wanted.children);
    binding_unref(run->binding);
    pthread_mutex_lock(&batches->lock);
    g_ptr_array_remove_fast(batches->readings, &run->reading);
    pthread_cond_broadcast(&batches->ended);
    pthread_mutex_unlock(&batches->lock);
    g_free(run);
}

/* The columns that DuckDB wants; of count(*) it asks for one that we don't have. */
static GArray *wanted_columns(duckdb_init_info info, const struct ArrowSchema *schema)
{
    GArray *columns = g_array_new(FALSE, FALSE, sizeof(guint32));
    const idx_t count = duckdb_init_get_column_count(info);
    for (idx_t i = 0; i < count; i++) {
        const idx_t index = duckdb_init_get_column_index(info, i);
        const guint32 column = (guint32)index;
        if (index < (idx_t)schema->n_children)
            g_array_append_val(columns, column);
    }
    return columns;
}

static bool convert_schema(struct run *run, const GArray *columns, GError **error)
{
    const struct ArrowSchema *all = &run->binding->schema;
    run->wanted = *all;
    run->wanted.n_children = columns->len;
    run->wanted.children = g_new0(struct ArrowSchema *, columns->len);
    for (guint i = 0; i < columns->len; i++)
        run->wanted.children[i] = all->children[g_array_index(columns, guint32, i)];
    duckdb_error_data failed =
        duckdb_schema_from_arrow(run->binding->batches->connection, &run->wanted, &run->converted);
    if (duckdb_error_data_has_error(failed)) {
        g_propagate_error(error, conversion_error(failed));
        return false;
    }
    duckdb_destroy_error_data(&failed);
    return true;
}

static bool start(struct run *run, const GArray *columns, GError **error)
{
    const struct batch_source_class *class = run->binding->source->class;
    struct batches *batches = run->binding->batches;
    const struct batch_request request = {
        .columns = (const guint32 *)(gconstpointer)columns->data,
        .column_count = columns->len,
        .threads = (guint)g_atomic_int_get(&batches->engine->thread_count),
        .is_interrupted = &run->reading.is_interrupted,
    };
    struct batch_scan *scan = NULL;
    if (columns->len > 0 && !convert_schema(run, columns, error))
        return false;
    pthread_mutex_lock(&batches->lock);
    g_ptr_array_add(batches->readings, &run->reading);
    pthread_mutex_unlock(&batches->lock);
    if (!class->scan(run->binding->source, &request, &scan, error))
        return false;
    pthread_mutex_lock(&batches->lock);
    run->reading.scan = scan;
    pthread_mutex_unlock(&batches->lock);
    run->streams = class->scan_streams(scan);
    return true;
}

static void init_run(duckdb_init_info info)
{
    struct run *run = g_new0(struct run, 1);
    GError *error = NULL;
    run->binding = g_atomic_rc_box_acquire((struct binding *)duckdb_init_get_bind_data(info));
    run->reading.connection = run->binding->connection;
    run->reading.source = run->binding->source;
    duckdb_init_set_init_data(info, run, run_free);
    g_autoptr(GArray) columns = wanted_columns(info, &run->binding->schema);
    if (start(run, columns, &error)) {
        duckdb_init_set_max_threads(info, run->streams);
        return;
    }
    g_autofree char *message = keep_failure(run->binding->batches, error);
    duckdb_init_set_error(info, message);
}

static void lane_free(void *data)
{
    struct lane *lane = data;
    if (lane->stream.release)
        lane->stream.release(&lane->stream);
    arrow_reader_clear(&lane->reader);
    g_free(lane);
}

static void init_lane(duckdb_init_info info)
{
    duckdb_init_set_init_data(info, g_new0(struct lane, 1), lane_free);
}

/* False: there is none left, or an error. */
static bool next_stream(struct run *run, struct lane *lane, GError **error)
{
    const guint index = (guint)g_atomic_int_add(&run->next_stream, 1);
    return index < run->streams &&
           run->binding->source->class->scan_stream(run->reading.scan, index, &lane->stream, error);
}

static void count_rows(struct run *run, gint64 rows)
{
    struct batches *batches = run->binding->batches;
    pthread_mutex_lock(&batches->lock);
    run->reading.rows += rows;
    pthread_mutex_unlock(&batches->lock);
}

static bool next_array(struct run *run, struct lane *lane, GError **error)
{
    struct ArrowArray array = {0};
    if (lane->stream.get_next(&lane->stream, &array) != 0) {
        run->binding->source->class->scan_explain(run->reading.scan, &lane->stream, error);
        return false;
    }
    if (array.release) {
        count_rows(run, array.length);
        arrow_reader_take(&lane->reader, &array);
    } else {
        lane->stream.release(&lane->stream);
    }
    return true;
}

/* Until there are rows. False at the end, or after an error. */
static bool find_rows(struct run *run, struct lane *lane, GError **error)
{
    while (arrow_reader_is_empty(&lane->reader)) {
        const bool found =
            lane->stream.release ? next_array(run, lane, error) : next_stream(run, lane, error);
        if (!found)
            return false;
    }
    return true;
}

static void read_rows(duckdb_function_info info, duckdb_data_chunk output)
{
    struct run *run = duckdb_function_get_init_data(info);
    struct lane *lane = duckdb_function_get_local_init_data(info);
    GError *error = NULL;
    if (find_rows(run, lane, &error)) {
        const struct arrow_target target = {.connection = run->binding->batches->connection,
                                            .schema = &run->wanted,
                                            .converted = run->converted};
        duckdb_error_data failed = arrow_reader_next(&lane->reader, &target, output);
        if (!duckdb_error_data_has_error(failed)) {
            duckdb_destroy_error_data(&failed);
            return;
        }
        error = conversion_error(failed);
    }
    duckdb_data_chunk_set_size(output, 0);
    if (error) {
        g_autofree char *message = keep_failure(run->binding->batches, error);
        duckdb_function_set_error(info, message);
    }
}

static bool add_function(struct batches *batches, duckdb_connection connection)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_table_function_set_name(function, BATCHES_FUNCTION);
    duckdb_table_function_add_parameter(function, number);
    duckdb_table_function_set_extra_info(function, batches, NULL);
    duckdb_table_function_set_bind(function, bind);
    duckdb_table_function_set_init(function, init_run);
    duckdb_table_function_set_local_init(function, init_lane);
    duckdb_table_function_set_function(function, read_rows);
    duckdb_table_function_supports_projection_pushdown(function, true);
    bool added = duckdb_register_table_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_logical_type(&number);
    duckdb_destroy_table_function(&function);
    return added;
}

bool batches_watch(struct engine *engine)
{
    struct batches *batches = g_new0(struct batches, 1);
    batches->engine = engine;
    pthread_mutex_init(&batches->lock, NULL);
    pthread_cond_init(&batches->ended, NULL);
    batches->sources = g_ptr_array_new();
    batches->readings = g_ptr_array_new();
    batches->failures = g_ptr_array_new_with_free_func(kept_free);
    engine->batches = batches;
    return duckdb_connect(engine->database, &batches->connection) == DuckDBSuccess &&
           add_function(batches, batches->connection);
}

void batches_forget(struct engine *engine)
{
    struct batches *batches = engine->batches;
    if (!batches)
        return;
    duckdb_disconnect(&batches->connection);
    g_ptr_array_unref(batches->sources);
    g_ptr_array_unref(batches->readings);
    g_ptr_array_unref(batches->failures);
    pthread_cond_destroy(&batches->ended);
    pthread_mutex_destroy(&batches->lock);
    g_clear_pointer(&engine->batches, g_free);
}

guint64 batches_register(struct engine *engine, struct batch_source *source)
{
    struct batches *batches = engine->batches;
    pthread_mutex_lock(&batches->lock);
    const guint64 number = batches->sources->len;
    g_ptr_array_add(batches->sources, source);
    pthread_mutex_unlock(&batches->lock);
    return number;
}

/* The lock is held. */
static bool is_read(const struct batches *batches, const struct batch_source *source)
{
    for (guint i = 0; i < batches->readings->len; i++) {
        const struct reading *reading = g_ptr_array_index(batches->readings, i);
        if (reading->source == source)
            return true;
    }
    return false;
}

/* Its number isn't given again. Returns when nothing has to do with the source any more (run_free).
 */
static void unregister(struct engine *engine, guint64 number)
{
    struct batches *batches = engine->batches;
    pthread_mutex_lock(&batches->lock);
    const struct batch_source *source = g_steal_pointer(&batches->sources->pdata[number]);
    while (is_read(batches, source))
        pthread_cond_wait(&batches->ended, &batches->lock);
    pthread_mutex_unlock(&batches->lock);
}

char *batches_query(guint64 number)
{
    return g_strdup_printf("SELECT * FROM " BATCHES_FUNCTION "(%" G_GUINT64_FORMAT ")", number);
}

void batches_interrupt(struct session *session)
{
    struct batches *batches = session->engine->batches;
    pthread_mutex_lock(&batches->lock);
    for (guint i = 0; i < batches->readings->len; i++) {
        struct reading *reading = g_ptr_array_index(batches->readings, i);
        if (reading->connection != session->connection_id)
            continue;
        g_atomic_int_set(&reading->is_interrupted, 1);
        if (reading->scan)
            reading->source->class->scan_cancel(reading->scan);
    }
    pthread_mutex_unlock(&batches->lock);
}

guint64 batches_rows(struct session *session)
{
    guint64 rows = 0;
    struct batches *batches = session->engine->batches;
    pthread_mutex_lock(&batches->lock);
    for (guint i = 0; i < batches->readings->len; i++) {
        const struct reading *reading = g_ptr_array_index(batches->readings, i);
        rows += reading->connection == session->connection_id ? (guint64)reading->rows : 0;
    }
    pthread_mutex_unlock(&batches->lock);
    return rows;
}

/* What a load has for the session meanwhile. Streams are parts of a whole that has no order: else
 * DuckDB pulls one after the other. Each thread has row groups of its own, five of which are kept
 * back where nothing is said. */
static const char *const load_settings[][2] = {
    {"preserve_insertion_order", "false"},
    {"write_buffer_row_group_count", "1"},
};

/* Did a statement of the user's say so for this session? */
static bool is_set(struct session *session, const char *name)
{
    duckdb_result result;
    g_autofree char *sql = g_strdup_printf(
        "SELECT 1 FROM duckdb_settings() WHERE name = '%s' AND scope = 'LOCAL'", name);
    const bool found = duckdb_query(session->connection, sql, &result) == DuckDBSuccess &&
                       duckdb_row_count(&result) > 0;
    duckdb_destroy_result(&result);
    return found;
}

static bool change_settings(struct session *session, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(load_settings); i++) {
        const char *const *setting = load_settings[i];
        g_autofree char *sql = g_strdup_printf("SET SESSION %s = %s", setting[0], setting[1]);
        if (is_set(session, setting[0]))
            continue;
        if (!statement_run_own(session, sql, error))
            return false;
        session->load_settings |= 1u << i;
    }
    return true;
}

void batches_restore_settings(struct session *session)
{
    for (gsize i = 0; i < G_N_ELEMENTS(load_settings) && !session->is_aborted; i++) {
        g_autofree char *sql = g_strconcat("RESET SESSION ", load_settings[i][0], NULL);
        if (session->load_settings & 1u << i && statement_run_own(session, sql, NULL))
            session->load_settings &= ~(1u << i);
    }
}

bool batches_load(struct session *session, const struct target *target, struct batch_source *source,
                  const char *where, struct written *out, GError **error)
{
    const guint64 number = batches_register(session->engine, source);
    g_autofree char *scan = batches_query(number);
    const bool loaded =
        change_settings(session, error) && table_fill(session, target, scan, where, out, error);
    batches_restore_settings(session);
    unregister(session->engine, number);
    return loaded;
}
