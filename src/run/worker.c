/* SPDX-License-Identifier: Apache-2.0 */
#include "run/worker.h"

#include "base/file.h"
#include "connect/outside/outside.h"
#include "run/steps/step.h"
#include "run/watermark.h"

#include <unistd.h>

void task_init(struct task *task, enum task_kind kind)
{
    *task = (struct task){
        .kind = kind,
        .rows = -1,
        .bytes = -1,
        .written = {.rows = row_counts_none()},
        .news_started = {.kind = NEWS_STARTED, .task = task},
        .news_finished = {.kind = NEWS_FINISHED, .task = task},
    };
}

void task_clear(struct task *task)
{
    g_clear_pointer(&task->inputs, g_ptr_array_unref);
    g_clear_pointer(&task->outputs, g_ptr_array_unref);
    g_clear_pointer(&task->found, rows_free);
    written_clear(&task->written);
    g_clear_pointer(&task->marks, g_ptr_array_unref);
    g_clear_pointer(&task->message, g_free);
    g_clear_error(&task->error);
}

static void mark_free(gpointer mark)
{
    watermark_free(mark);
}

void task_add_mark(struct task *task, struct watermark *mark)
{
    if (!task->marks)
        task->marks = g_ptr_array_new_with_free_func(mark_free);
    g_ptr_array_add(task->marks, mark);
}

void task_reset(struct task *task)
{
    const guint index = task->index;
    const struct operation *operation = task->operation;
    task_clear(task);
    task_init(task, task->kind);
    task->index = index;
    task->operation = operation;
}

/* From here on `task` may be interrupted; NULL: nothing may. */
static void worker_begin(struct worker *worker, struct task *task)
{
    pthread_mutex_lock(&worker->mutex);
    worker->task = task;
    worker->active = NULL;
    worker->moved = 0;
    g_atomic_int_set(&worker->is_interrupted, 0);
    pthread_mutex_unlock(&worker->mutex);
}

void worker_use(struct worker *worker, struct session *session)
{
    pthread_mutex_lock(&worker->mutex);
    worker->active = session;
    pthread_mutex_unlock(&worker->mutex);
}

void worker_set_sink(struct worker *worker, struct sink *sink)
{
    pthread_mutex_lock(&worker->mutex);
    worker->sink = sink;
    pthread_mutex_unlock(&worker->mutex);
}

void worker_set_output(struct worker *worker, const char *temporary)
{
    pthread_mutex_lock(&worker->mutex);
    g_free(worker->temporary);
    worker->temporary = g_strdup(temporary);
    pthread_mutex_unlock(&worker->mutex);
}

void worker_add_moved(struct worker *worker, gint64 bytes)
{
    pthread_mutex_lock(&worker->mutex);
    worker->moved += bytes;
    pthread_mutex_unlock(&worker->mutex);
}

void worker_interrupt(struct worker *worker, const struct task *task)
{
    pthread_mutex_lock(&worker->mutex);
    if (worker->task == task)
        g_atomic_int_set(&worker->is_interrupted, 1);
    if (worker->task == task && worker->active)
        worker->crew->class->session_interrupt(worker->active);
    if (worker->task == task && worker->sink)
        sink_cancel(worker->sink);
    pthread_mutex_unlock(&worker->mutex);
}

struct progress worker_progress(struct worker *worker, const struct task *task)
{
    struct progress progress = {.share = -1};
    pthread_mutex_lock(&worker->mutex);
    if (worker->task == task && worker->active)
        progress = worker->crew->class->session_progress(worker->active);
    if (worker->task == task && worker->temporary)
        progress.bytes = MAX(file_size(worker->temporary), 0);
    if (worker->task == task)
        progress.bytes += worker->moved;
    pthread_mutex_unlock(&worker->mutex);
    return progress;
}

void worker_remove_output(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    if (worker->temporary)
        (void)!temporary_remove(worker->temporary, NULL);
    pthread_mutex_unlock(&worker->mutex);
}

/* Tells a new session what the others were told before. */
static bool catch_up(struct worker *worker, GError **error)
{
    struct crew *crew = worker->crew;
    gint64 rows = -1;
    for (guint i = 0; i < crew->session_steps->len; i++) {
        guint index = g_array_index(crew->session_steps, guint, i);
        const struct operation *operation = g_ptr_array_index(crew->plan->operations, index);
        if (!crew->class->execute(worker->session, operation->statement->body.text, &rows, error))
            return false;
    }
    return true;
}

static bool open_session(struct worker *worker, GError **error)
{
    struct crew *crew = worker->crew;
    if (!worker->session && !crew->class->session_new(crew->engine, &worker->session, error))
        return false;
    worker_use(worker, worker->session);
    if (catch_up(worker, error))
        return true;
    worker_use(worker, NULL);
    crew->class->session_free(g_steal_pointer(&worker->session));
    return false;
}

static bool prepare_session(struct worker *worker, const struct operation *operation,
                            GError **error)
{
    if (!worker->session && !open_session(worker, error))
        return false;
    worker_use(worker, worker->session);
    if (g_strcmp0(worker->schema, operation->alias) == 0)
        return true;
    if (!worker->crew->class->use_schema(worker->session, operation->alias, error))
        return false;
    worker->schema = operation->alias;
    return true;
}

static bool commit(struct worker *worker, struct task *task, GError **error)
{
    gint64 begun = g_get_monotonic_time();
    bool committed = worker->crew->class->commit(worker->session, error);
    task->commit_us = g_get_monotonic_time() - begun;
    return committed;
}

static bool record(struct worker *worker, struct task *task, GError **error)
{
    const struct journal_step record = {
        .index = task->index,
        .rows = task->rows,
        .duration_us = g_get_monotonic_time() - task->started,
        .tries = task->tries,
        .message = task->message,
    };
    const struct recorder *recorder = worker->crew->recorder;
    return watermarks_record(&recorder->journal, worker->session, task->index, task->marks,
                             error) &&
           recorder_step(recorder, worker->session, &record,
                         &(struct step_files){task->inputs, task->outputs}, error);
}

/* What is recorded is recorded with the effect, or neither is. */
static bool run_and_record(struct worker *worker, struct task *task, GError **error)
{
    return step_run(worker, task, error) && record(worker, task, error);
}

/* After any failed statement: never COMMIT, which can succeed and keep nothing. */
static bool run_in_transaction(struct worker *worker, struct task *task, step_function run,
                               GError **error)
{
    const struct engine_class *class = worker->crew->class;
    if (class->begin(worker->session, error) && run(worker, task, error) &&
        commit(worker, task, error))
        return true;
    class->rollback(worker->session);
    return false;
}

/* A transaction writes to one database: what is done in an attached one is made durable first and
 * recorded then. After a crash in between it is done again. */
static bool run_then_record(struct worker *worker, struct task *task, GError **error)
{
    const bool is_done = step_check_repeatable(task->operation, error) &&
                         run_in_transaction(worker, task, step_run, error);
    return is_done && run_in_transaction(worker, task, record, error);
}

static bool run_step(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    if (!prepare_session(worker, task->operation, error))
        return false;
    bool transactions = (crew->class->capabilities & ENGINE_TRANSACTIONS) != 0;
    if (!transactions || !step_has_transaction(task->operation))
        return step_run(worker, task, error);
    if (!crew->recorder)
        return run_in_transaction(worker, task, step_run, error);
    return step_is_outside(worker, task->operation)
               ? run_then_record(worker, task, error)
               : run_in_transaction(worker, task, run_and_record, error);
}

static bool create_schemas(struct worker *worker, GError **error)
{
    struct crew *crew = worker->crew;
    const GPtrArray *aliases = crew->plan->script ? crew->plan->script->aliases : NULL;
    if (!aliases || aliases->len == 0)
        return true;
    if (!open_session(worker, error))
        return false;
    for (guint i = 0; i < aliases->len; i++)
        if (!crew->class->create_schema(worker->session, g_ptr_array_index(aliases, i), error))
            return false;
    return true;
}

/* Who reads which table through a view that is there before the first step. */
static bool expand_views(struct worker *worker, GError **error)
{
    struct crew *crew = worker->crew;
    g_autoptr(GPtrArray) views = NULL;
    if (!plan_reads_others(crew->plan))
        return true;
    if (!open_session(worker, error) || !crew->class->view_list(worker->session, &views, error))
        return false;
    if (views->len > 0)
        crew->late = plan_expand_views(crew->plan, views);
    return true;
}

static bool open_journal(struct worker *worker, GError **error)
{
    const struct crew *crew = worker->crew;
    return !crew->recorder || (open_session(worker, error) &&
                               recorder_open(crew->recorder, crew->class, worker->session,
                                             crew->plan, crew->late, error));
}

static bool open_engine(struct worker *worker, struct task *task, GError **error)
{
    struct crew *crew = worker->crew;
    (void)task;
    return crew->class->open(crew->engine_options, &crew->engine, error) &&
           expand_views(worker, error) && open_journal(worker, error) &&
           create_schemas(worker, error);
}

/* The end of a cancelled run is recorded, too: nothing interrupts that. */
static bool close_journal(struct worker *worker, GError **error)
{
    struct recorder *recorder = worker->crew->recorder;
    if (!recorder || !recorder->is_open)
        return true;
    if (!worker->session && !open_session(worker, error))
        return false;
    worker_use(worker, NULL);
    return recorder_close(recorder, worker->session, error);
}

void crew_free_sessions(struct crew *crew)
{
    for (guint i = 0; i < crew->size; i++) {
        struct worker *worker = &crew->workers[i];
        worker_use(worker, NULL);
        if (worker->session)
            crew->class->session_free(g_steal_pointer(&worker->session));
        worker->schema = NULL;
    }
}

static bool close_engine(struct worker *worker, struct task *task, GError **error)
{
    struct crew *crew = worker->crew;
    (void)task;
    const bool recorded = close_journal(worker, error);
    crew_free_sessions(crew);
    if (crew->engine)
        crew->class->close(g_steal_pointer(&crew->engine));
    return recorded;
}

typedef bool (*task_function)(struct worker *, struct task *, GError **);

static const task_function task_functions[] = {
    [TASK_OPEN] = open_engine,
    [TASK_STEP] = run_step,
    [TASK_CLOSE] = close_engine,
};

static void hide(const struct secrets *secrets, char **text)
{
    char *shown = *text ? secrets_mask(secrets, *text) : NULL;
    g_free(*text);
    *text = shown;
}

/* An engine quotes what it was given: all that is told of a step goes through here. */
static void hide_secrets(struct task *task, const struct secrets *secrets)
{
    for (guint i = 0; task->written.notes && i < task->written.notes->len; i++)
        hide(secrets, (char **)&g_ptr_array_index(task->written.notes, i));
    hide(secrets, &task->message);
    if (!task->error)
        return;
    g_autoptr(GError) failure = g_steal_pointer(&task->error);
    struct error_details details = *error_details(failure);
    g_autofree char *message = secrets_mask(secrets, failure->message);
    g_autofree char *suggestion =
        details.suggestion ? secrets_mask(secrets, details.suggestion) : NULL;
    details.suggestion = suggestion;
    error_set_full(&task->error, error_kind(failure), &details, message);
}

/* That a step started is told quietly: nothing depends on it, and it saves a wake-up per step. */
static void carry_out(struct worker *worker, struct task *task)
{
    struct crew *crew = worker->crew;
    task->worker = worker;
    task->started = g_get_monotonic_time();
    worker_begin(worker, task);
    queue_push_quietly(&crew->news, &task->news_started);
    GError *error = NULL;
    if (!task_functions[task->kind](worker, task, &error))
        task->error = error;
    hide_secrets(task, crew->plan->secrets);
    worker_begin(worker, NULL);
    task->finished = g_get_monotonic_time();
    queue_push(&crew->news, &task->news_finished);
}

static void *worker_main(void *data)
{
    struct worker *worker = data;
    for (struct task *task; (task = queue_pop(&worker->crew->tasks));)
        carry_out(worker, task);
    return NULL;
}

void crew_init(struct crew *crew, guint size)
{
    /* GLib registers the domain at its first use, which must not be two threads' at once. */
    (void)SQLFLOW_ERROR;
    crew->size = size;
    crew->workers = g_new0(struct worker, size);
    for (guint i = 0; i < size; i++) {
        crew->workers[i].crew = crew;
        pthread_mutex_init(&crew->workers[i].mutex, NULL);
    }
    crew->opened = g_new0(GPtrArray *, crew->plan->operations->len);
    crew->fetched = g_new(int, crew->plan->operations->len);
    for (guint i = 0; i < crew->plan->operations->len; i++)
        crew->fetched[i] = -1;
    crew->session_steps = g_array_new(FALSE, FALSE, sizeof(guint));
    queue_init(&crew->tasks);
    queue_init(&crew->news);
}

bool crew_grow(struct crew *crew, guint wanted, GError **error)
{
    wanted = MIN(wanted, crew->size);
    while (crew->threads < wanted) {
        struct worker *worker = &crew->workers[crew->threads];
        int failure = pthread_create(&worker->thread, NULL, worker_main, worker);
        if (failure != 0) {
            if (crew->threads == 0)
                error_set_errno(error, failure, "can't start a worker thread");
            return crew->threads > 0;
        }
        crew->threads++;
    }
    return true;
}

void crew_clear(struct crew *crew)
{
    queue_close(&crew->tasks);
    for (guint i = 0; i < crew->threads; i++)
        pthread_join(crew->workers[i].thread, NULL);
    for (guint i = 0; i < crew->size; i++) {
        pthread_mutex_destroy(&crew->workers[i].mutex);
        g_free(crew->workers[i].temporary);
    }
    for (guint i = 0; i < crew->plan->operations->len; i++) {
        g_clear_pointer(&crew->opened[i], g_ptr_array_unref);
        if (crew->fetched[i] >= 0)
            close(crew->fetched[i]);
    }
    g_clear_pointer(&crew->opened, g_free);
    g_clear_pointer(&crew->fetched, g_free);
    g_clear_pointer(&crew->workers, g_free);
    g_clear_pointer(&crew->late, g_array_unref);
    g_clear_pointer(&crew->session_steps, g_array_unref);
    queue_clear(&crew->tasks);
    queue_clear(&crew->news);
}
