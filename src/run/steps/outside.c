/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/outside.h"

#include "run/moments.h"
#include "run/recorder.h"
#include "run/retry.h"
#include "run/steps/records.h"

#include <errno.h>

/* What a connector has to say, on whatever thread. */
struct notes {
    pthread_mutex_t lock;
    struct written *written;
};

static void take_note(void *user_data, const char *line)
{
    struct notes *notes = user_data;
    pthread_mutex_lock(&notes->lock);
    written_note(notes->written, g_strdup(line));
    pthread_mutex_unlock(&notes->lock);
}

/* The connector is that of `operation`; it is tried again as `task` says. */
static struct usage usage_of(struct worker *worker, const struct task *task,
                             const struct operation *operation, struct notes *notes)
{
    const struct crew *crew = worker->crew;
    const struct retry_rule rule = retry_rule(crew->plan, task->operation, crew->retry);
    return (struct usage){
        .connector = operation->connector,
        .options = operation->options,
        .project = worker->crew->plan->project,
        .is_interrupted = &worker->is_interrupted,
        .destination = operation->type == OPERATION_EXPORT ? operation->destination : NULL,
        .note = take_note,
        .note_data = notes,
        .tries = rule.tries,
        .retry_ms = (guint)(rule.delay_us / 1000),
    };
}

static struct outside_moment *moment_of(const struct worker *worker, const struct task *task)
{
    return worker->crew->moments ? moments_of(worker->crew->moments, task->index) : NULL;
}

bool outside_define(struct worker *worker, struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    struct notes notes = {.lock = PTHREAD_MUTEX_INITIALIZER, .written = &task->written};
    struct usage usage = usage_of(worker, task, task->operation, &notes);
    if (outside_gives_records(task->operation->connector))
        return records_define(worker, task, &usage, error);
    usage.moment = moment_of(worker, task);
    struct batch_source *source = outside_open(&usage, NULL, error);
    if (source)
        outside_hush(source);
    return source &&
           crew->class->define_batches(crew->engine, task->operation->name, source, error);
}

static bool load_source(struct worker *worker, struct task *task, const struct target *target,
                        const struct usage *usage, GError **error)
{
    const struct fragment *body = &task->operation->statement->body;
    const char *where = fragment_present(body) ? body->text : NULL;
    AUTO(batch_source) source = outside_open(usage, where, error);
    return source && worker->crew->class->load_batches(worker->session, target, source, where,
                                                       &task->written, error);
}

bool outside_load(struct worker *worker, struct task *task, const struct target *target,
                  GError **error)
{
    const struct operation *operation =
        g_ptr_array_index(worker->crew->plan->operations, task->operation->source);
    struct notes notes = {.lock = PTHREAD_MUTEX_INITIALIZER, .written = &task->written};
    struct usage usage = usage_of(worker, task, operation, &notes);
    if (outside_gives_records(operation->connector))
        return records_load(worker, task, target, &usage, error);
    usage.moment = moment_of(worker, task);
    return load_source(worker, task, target, &usage, error);
}

/* The engine's rows on their way to a sink. */
struct watched {
    struct ArrowArrayStream inner;
    gint64 rows; /* that were taken */
    bool failed;
    bool has_begun;
    bool has_ended;
};

static int watched_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct watched *watched = stream->private_data;
    return watched->inner.get_schema(&watched->inner, out);
}

static int watched_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct watched *watched = stream->private_data;
    const int failed = watched->inner.get_next(&watched->inner, out);
    watched->has_begun = true;
    watched->failed |= failed != 0;
    watched->has_ended |= failed == 0 && !out->release;
    watched->rows += failed == 0 && out->release ? out->length : 0;
    return failed;
}

static const char *watched_error(struct ArrowArrayStream *stream)
{
    struct watched *watched = stream->private_data;
    return watched->inner.get_last_error(&watched->inner);
}

/* Ours to release, though many are used to do it themselves. */
static void watched_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

/* What the engine says is why, when it was its rows that failed. */
static bool fail_export(struct worker *worker, struct watched *watched, GError *failure,
                        GError **error)
{
    const char *reason = watched->failed ? watched->inner.get_last_error(&watched->inner) : NULL;
    if (!reason || g_atomic_int_get(&worker->is_interrupted)) {
        g_propagate_error(error, failure);
        return false;
    }
    g_error_free(failure);
    error_set(error, ERROR_DATA, "%s", reason);
    return false;
}

/* Who took none knows the token: they are there since an earlier try. */
static bool check_taken(const struct task *task, const struct watched *watched, GError **error)
{
    const char *name = task->operation->connector->name;
    if (watched->has_begun && (watched->failed || !watched->has_ended))
        error_set(error, ERROR_SYSTEM, "the connector '%s' left off before the last row", name);
    else if (task->rows < 0 || (watched->has_begun && task->rows != watched->rows))
        error_set(error, ERROR_SYSTEM,
                  "the connector '%s' says that it took %" G_GINT64_FORMAT
                  " rows, and there were %" G_GINT64_FORMAT,
                  name, task->rows, watched->rows);
    else
        return true;
    return false;
}

static bool write_rows(struct worker *worker, struct task *task, struct sink *sink,
                       struct watched *watched, GError **error)
{
    struct ArrowArrayStream rows = {
        .get_schema = watched_schema,
        .get_next = watched_next,
        .get_last_error = watched_error,
        .release = watched_release,
        .private_data = watched,
    };
    GError *failure = NULL;
    worker_set_sink(worker, sink);
    const bool written =
        sink_write(sink, &rows, &task->rows, &failure) && check_taken(task, watched, &failure);
    worker_set_sink(worker, NULL);
    return written || fail_export(worker, watched, failure, error);
}

static struct sink *open_sink(const struct usage *usage, struct ArrowArrayStream *stream,
                              GError **error)
{
    struct ArrowSchema schema;
    if (stream->get_schema(stream, &schema) != 0) {
        error_set(error, ERROR_DATA, "%s", stream->get_last_error(stream));
        return NULL;
    }
    struct sink *sink = sink_open(usage, &schema, error);
    schema.release(&schema);
    return sink;
}

/* The same for all tries of the step and when the run is continued. */
static char *token_of(const struct worker *worker, const struct operation *operation)
{
    const struct crew *crew = worker->crew;
    const char *run = crew->recorder ? crew->recorder->journal.run.root : NULL;
    return g_strdup_printf("%s %s %s", run ? run : crew->token, operation->id,
                           operation->fingerprint);
}

static bool write_batches(struct worker *worker, struct task *task, const char *query,
                          const struct usage *usage, GError **error)
{
    struct watched watched = {.failed = false};
    const struct engine_class *class = worker->crew->class;
    if (!class->stream(worker->session, query, &watched.inner, error))
        return false;
    task->at = task->operation->statement->target.span;
    AUTO(sink) sink = open_sink(usage, &watched.inner, error);
    const bool written = sink && write_rows(worker, task, sink, &watched, error);
    watched.inner.release(&watched.inner);
    return written && step_check_inputs(worker, task, error) && sink_commit(sink, error);
}

bool outside_export(struct worker *worker, struct task *task, const char *query, GError **error)
{
    struct notes notes = {.lock = PTHREAD_MUTEX_INITIALIZER, .written = &task->written};
    g_autofree char *token = token_of(worker, task->operation);
    struct usage usage = usage_of(worker, task, task->operation, &notes);
    usage.token = token;
    return outside_takes_records(task->operation->connector)
               ? records_export(worker, task, query, &usage, error)
               : write_batches(worker, task, query, &usage, error);
}
