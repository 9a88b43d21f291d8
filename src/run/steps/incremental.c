/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MODE INCREMENTAL BY: the window from the watermark on is read again and replaced. The watermark
 * is the greatest value in the table, and never goes back; it is recorded with the rows.
 */
#include "run/incremental.h"

#include "base/name.h"
#include "lang/window.h"
#include "run/recorder.h"
#include "run/steps/write.h"
#include "run/watermark.h"

/* One incremental table on its way. */
struct increment {
    struct worker *worker;
    struct task *task;
    const struct operation *operation;
    char *column;
    char *type;             /* of the column */
    struct watermark *mark; /* as it is before */
    struct window window;
    bool is_new; /* the table is made anew */
};

static void increment_clear(struct increment *increment)
{
    g_free(increment->column);
    g_free(increment->type);
    watermark_free(increment->mark);
    window_clear(&increment->window);
}

static const struct engine_class *class_of(const struct increment *increment)
{
    return increment->worker->crew->class;
}

static bool find_columns(const struct increment *increment, GPtrArray **out_columns, GError **error)
{
    const struct engine_class *class = class_of(increment);
    struct session *session = increment->worker->session;
    return increment->is_new
               ? incremental_describe(class, session, &increment->operation->statement->body,
                                      out_columns, error)
               : class->table_columns(session, increment->operation->name, out_columns, error);
}

static bool find_type(struct increment *increment, GError **error)
{
    g_autoptr(GPtrArray) columns = NULL;
    if (!find_columns(increment, &columns, error))
        return false;
    const struct column *column = columns_find(columns, increment->column);
    if (column) {
        increment->type = g_strdup(column->type);
        return true;
    }
    increment->task->at = increment->operation->statement->mode.column.span;
    error_set(error, ERROR_DATA, "INCREMENTAL BY %s: there is no such column in the %s",
              increment->column, increment->is_new ? "query" : "table");
    return false;
}

/* The greatest value in the table, or `floor` (NULL: none) when that is greater. */
static bool find_greatest(const struct increment *increment, const char *floor, char **out,
                          GError **error)
{
    g_autofree char *table = quote_name(increment->operation->name);
    g_autofree char *column = quote_identifier(increment->column);
    g_autofree char *literal = floor ? quote_literal(floor) : NULL;
    g_autofree char *sql =
        floor ? g_strdup_printf("SELECT max(v) FROM (SELECT %s AS v FROM %s UNION ALL SELECT "
                                "CAST(%s AS %s)) AS m",
                                column, table, literal, increment->type)
              : g_strdup_printf("SELECT max(%s) FROM %s", column, table);
    AUTO(rows) rows = rows_new(0);
    const struct row_sink sink = rows_sink(rows);
    if (!class_of(increment)->query(increment->worker->session, sql, &sink, error))
        return false;
    *out = rows->count > 0 ? g_strdup(rows_cell(rows, 0, 0)->text) : NULL;
    return true;
}

/* How far the table is: what the journal says, or else what is in it. */
static bool find_mark(struct increment *increment, GError **error)
{
    const struct recorder *recorder = increment->worker->crew->recorder;
    increment->mark =
        watermark_new(WATERMARK_COLUMN, "", increment->operation->name, increment->column, NULL);
    if (increment->is_new)
        return true;
    if (recorder &&
        !watermark_read(&recorder->journal, increment->worker->session, increment->mark, error))
        return false;
    return increment->mark->value || find_greatest(increment, NULL, &increment->mark->value, error);
}

/* Mistakes in what the user says about the window stand in the mode. */
static bool find_window(struct increment *increment, GError **error)
{
    const struct mode *mode = &increment->operation->statement->mode;
    const struct backfill *backfill = increment->worker->crew->backfill;
    const struct window_request request = {
        .type = increment->type,
        .watermark = increment->mark->value,
        .lookback = fragment_present(&mode->lookback) ? mode->lookback.text : NULL,
        .start = backfill ? backfill->start : NULL,
        .end = backfill ? backfill->end : NULL,
    };
    if (class_of(increment)->window(increment->worker->session, &request, &increment->window,
                                    error))
        return true;
    increment->task->at = mode->span;
    return false;
}

static bool write_window(struct increment *increment, const char *query, GError **error)
{
    struct write_target write;
    write_target_init(&write, increment->operation);
    write.target.mode = increment->is_new ? WRITE_REPLACE : WRITE_WINDOW;
    write.target.window = &increment->window;
    write.target.column = increment->column;
    bool written = class_of(increment)->create(increment->worker->session, &write.target, query,
                                               &increment->task->written, error);
    write_target_clear(&write);
    return written;
}

static bool write_body(struct increment *increment, GError **error)
{
    const struct fragment *body = &increment->operation->statement->body;
    const struct window_macros macros = {
        .start_date = increment->window.start_date,
        .end_date = increment->window.end_date,
        .start_dt = increment->window.start_dt,
        .end_dt = increment->window.end_dt,
    };
    AUTO(windowed) windowed = windowed_new(body->text, body->length, &macros, error);
    if (!windowed)
        return false;
    if (write_window(increment, windowed->text, error))
        return true;
    if (error_details(*error)->position >= 0)
        incremental_move_error(error, windowed_position(windowed, error_details(*error)->position));
    return false;
}

static bool move_mark(struct increment *increment, GError **error)
{
    char *value = NULL;
    if (!find_greatest(increment, increment->mark->value, &value, error))
        return false;
    g_free(increment->mark->value);
    increment->mark->value = value;
    task_add_mark(increment->task, g_steal_pointer(&increment->mark));
    return true;
}

bool step_incremental(struct worker *worker, struct task *task, GError **error)
{
    const struct operation *operation = task->operation;
    const struct backfill *backfill = worker->crew->backfill;
    __attribute__((cleanup(increment_clear))) struct increment increment = {
        .worker = worker,
        .task = task,
        .operation = operation,
        .column = incremental_column(&operation->statement->mode.column),
        .is_new = (backfill && backfill->is_full) ||
                  worker->crew->class->table_exists(worker->session, operation->name) == TABLE_NONE,
    };
    if (!find_type(&increment, error) || !find_mark(&increment, error) ||
        !find_window(&increment, error) || !write_body(&increment, error) ||
        !move_mark(&increment, error))
        return false;
    task->rows = task->written.rows.read;
    return true;
}
