/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/moment.h"

#include "connect/postgres/source.h"

#include <pthread.h>

#define BEGIN_READING "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "

struct moment {
    const struct sqlflow_host *host;
    const struct sqlflow_context *context; /* for notes */
    pthread_mutex_t lock;                  /* guards all below */
    struct connection holder;              /* whose transaction keeps the snapshot; pg NULL: none */
    char *snapshot;
    char *at;   /* the server's time then */
    char *lost; /* that of one before, which is gone; or NULL */
    bool is_over;
    bool is_single; /* a pooler gives no second connection beside the holder's */
};

void *moment_new(const struct sqlflow_call *call)
{
    struct moment *moment = g_new0(struct moment, 1);
    moment->host = call->host;
    moment->context = call->context;
    pthread_mutex_init(&moment->lock, NULL);
    return moment;
}

/* The lock is held. */
static void forget(struct moment *moment)
{
    connection_close(&moment->holder);
    g_clear_pointer(&moment->snapshot, g_free);
    g_clear_pointer(&moment->at, g_free);
}

void moment_end(void *data)
{
    struct moment *moment = data;
    pthread_mutex_lock(&moment->lock);
    forget(moment);
    moment->is_over = true;
    pthread_mutex_unlock(&moment->lock);
}

void moment_free(void *data)
{
    struct moment *moment = data;
    forget(moment);
    g_free(moment->lost);
    pthread_mutex_destroy(&moment->lock);
    g_free(moment);
}

char *moment_export(struct connection *connection, struct sqlflow_error *error)
{
    PGresult *result = connection_query(connection, "SELECT pg_export_snapshot()", NULL, error);
    char *snapshot = result ? g_strdup(PQgetvalue(result, 0, 0)) : NULL;
    PQclear(result);
    return snapshot;
}

static char *server_time(struct connection *connection)
{
    PGresult *result = connection_query(
        connection, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')", NULL,
        NULL);
    char *time = g_strdup(result ? PQgetvalue(result, 0, 0) : "?");
    PQclear(result);
    return time;
}

/* A server that exports none is no error: each is read at a moment of its own then. The lock is
 * held; the wait is the reader's. */
static bool take(struct moment *moment, const struct connection *reader,
                 struct sqlflow_error *error)
{
    struct connection *holder = &moment->holder;
    if (!connection_open(holder, reader->host, reader->context, error))
        return false;
    if (!connection_run(holder, BEGIN_READING "SET LOCAL idle_in_transaction_session_timeout = 0",
                        error)) {
        forget(moment);
        return false;
    }
    moment->snapshot = moment_export(holder, NULL);
    if (moment->snapshot)
        moment->at = server_time(holder);
    else
        forget(moment);
    return true;
}

/* *out_snapshot: NULL where there is none to be had. */
static bool find_snapshot(struct moment *moment, const struct connection *reader,
                          char **out_snapshot, struct sqlflow_error *error)
{
    pthread_mutex_lock(&moment->lock);
    const bool found =
        moment->snapshot || moment->is_over || moment->is_single || take(moment, reader, error);
    *out_snapshot = g_strdup(moment->snapshot);
    pthread_mutex_unlock(&moment->lock);
    return found;
}

enum moment_joining moment_join(struct connection *connection, const char *snapshot)
{
    g_autofree char *literal = server_literal(snapshot);
    g_autofree char *sql = g_strconcat(BEGIN_READING "SET TRANSACTION SNAPSHOT ", literal, "; ",
                                       SESSION_SETTINGS, NULL);
    connection->deadline = connection_deadline(connection);
    const bool joined = connection_run(connection, sql, NULL);
    const bool is_silent = !joined && g_get_monotonic_time() >= connection->deadline;
    connection->deadline = 0;
    if (joined || is_silent || PQstatus(connection->pg) != CONNECTION_OK)
        return joined ? JOIN_DONE : is_silent ? JOIN_SILENT : JOIN_REFUSED;
    (void)connection_run(connection, "ROLLBACK", NULL);
    return JOIN_REFUSED;
}

/* A pooler that has no connection left waits for the one that keeps the snapshot: it is given back.
 */
static bool begin_alone(struct moment *moment, struct connection *connection,
                        struct sqlflow_error *error)
{
    pthread_mutex_lock(&moment->lock);
    moment->is_single = true;
    forget(moment);
    pthread_mutex_unlock(&moment->lock);
    connection_close(connection);
    return connection_open(connection, connection->host, connection->context, error);
}

/* The server doesn't know the snapshot: is it gone, or is it another server? True: gone. */
static bool is_lost(struct moment *moment, const struct connection *reader, const char *snapshot)
{
    pthread_mutex_lock(&moment->lock);
    bool lost = g_strcmp0(moment->snapshot, snapshot) != 0;
    if (!lost) {
        moment->holder.context = reader->context;
        lost = !connection_run(&moment->holder, "SELECT 1", NULL);
        if (lost) {
            g_free(moment->lost);
            moment->lost = g_steal_pointer(&moment->at);
            forget(moment);
        }
    }
    pthread_mutex_unlock(&moment->lock);
    return lost;
}

static void tell_lost(struct moment *moment, const char *what)
{
    pthread_mutex_lock(&moment->lock);
    if (moment->lost)
        moment->host->note(moment->context,
                           "%s is as of %s: the snapshot of %s, which others were read at, is lost",
                           what, moment->at, moment->lost);
    pthread_mutex_unlock(&moment->lock);
}

static void tell_own(struct moment *moment, struct connection *connection, const char *what)
{
    g_autofree char *now = server_time(connection);
    pthread_mutex_lock(&moment->lock);
    const char *at = moment->at;
    if (!moment->is_over)
        moment->host->note(moment->context, "%s is as of %s, a moment of its own%s%s: %s", what,
                           now, at ? "; the others are as of " : "", at ? at : "",
                           at ? "the server that answered doesn't know their snapshot"
                           : moment->is_single
                               ? "a pooler gave no connection beside the one that kept a snapshot"
                               : "the server exports no snapshot");
    pthread_mutex_unlock(&moment->lock);
}

bool moment_begin(struct moment *moment, struct connection *connection, const char *what,
                  struct sqlflow_error *error)
{
    for (bool again = moment != NULL; again;) {
        g_autofree char *snapshot = NULL;
        if (!find_snapshot(moment, connection, &snapshot, error))
            return false;
        const enum moment_joining joining =
            snapshot ? moment_join(connection, snapshot) : JOIN_REFUSED;
        if (joining == JOIN_DONE && what)
            tell_lost(moment, what);
        if (joining == JOIN_DONE)
            return true;
        if (joining == JOIN_SILENT && !begin_alone(moment, connection, error))
            return false;
        if (PQstatus(connection->pg) != CONNECTION_OK)
            return connection_fail(connection, NULL, error);
        again = snapshot && joining == JOIN_REFUSED && is_lost(moment, connection, snapshot);
    }
    if (!connection_run(connection, BEGIN_READING SESSION_SETTINGS, error))
        return false;
    if (moment && what)
        tell_own(moment, connection, what);
    return true;
}
