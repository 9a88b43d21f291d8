/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/connection.h"

#include <poll.h>
#include <string.h>

enum { POLL_MS = 100, CONNECT_SECONDS = 30, CANCEL_MESSAGE_BYTES = 256 };

/* Options and the keywords of libpq that they are. */
static const char *const keywords[][2] = {
    {"connection", "dbname"},
    {"host", "host"},
    {"port", "port"},
    {"database", "dbname"},
    {"user", "user"},
    {"password", "password"},
    {"sslmode", "sslmode"},
    {"sslrootcert", "sslrootcert"},
    {"sslcert", "sslcert"},
    {"sslkey", "sslkey"},
    {"application_name", "application_name"},
    {"options", "options"},
    {"service", "service"},
    {"passfile", "passfile"},
};

/* What a class of SQLSTATE, or one whole code, means for a retry. The longest that fits counts. */
static const struct {
    const char *state;
    enum sqlflow_error_kind kind;
} kinds[] = {
    {"08", SQLFLOW_ERROR_TRANSIENT},     /* connection */
    {"28", SQLFLOW_ERROR_PERMISSION},    /* authorization */
    {"3D000", SQLFLOW_ERROR_USAGE},      /* no such database */
    {"40", SQLFLOW_ERROR_TRANSIENT},     /* serialization, deadlock */
    {"40002", SQLFLOW_ERROR_DATA},       /* a constraint at commit */
    {"42501", SQLFLOW_ERROR_PERMISSION}, /* rights */
    {"53", SQLFLOW_ERROR_TRANSIENT},     /* connections, memory, disk of the server */
    {"55006", SQLFLOW_ERROR_TRANSIENT},  /* in use */
    {"55P03", SQLFLOW_ERROR_TRANSIENT},  /* lock */
    {"57P", SQLFLOW_ERROR_TRANSIENT},    /* the server ends, starts */
    {"58", SQLFLOW_ERROR_SYSTEM},        {"XX", SQLFLOW_ERROR_SYSTEM},
};

static enum sqlflow_error_kind kind_of(const char *state)
{
    enum sqlflow_error_kind kind = SQLFLOW_ERROR_DATA;
    gsize longest = 0;
    for (gsize i = 0; state && i < G_N_ELEMENTS(kinds); i++) {
        if (!g_str_has_prefix(state, kinds[i].state) || strlen(kinds[i].state) < longest)
            continue;
        longest = strlen(kinds[i].state);
        kind = kinds[i].kind;
    }
    return state ? kind : SQLFLOW_ERROR_TRANSIENT;
}

/* What a pooler doesn't take stays so, although it has the code of a lost connection. */
static bool is_refused_by_pooler(const char *message)
{
    return message && (strstr(message, "unsupported startup parameter") ||
                       strstr(message, "not allowed in statement pooling mode"));
}

static enum sqlflow_error_kind kind_of_failure(const char *state, const char *message)
{
    return is_refused_by_pooler(message) ? SQLFLOW_ERROR_USAGE : kind_of(state);
}

static bool fail_silent(const struct connection *connection, struct sqlflow_error *error)
{
    return connection->host->fail(error, SQLFLOW_ERROR_TRANSIENT, NULL,
                                  "the server at %s doesn't answer", PQhost(connection->pg));
}

static bool fail_cancelled(const struct connection *connection, struct sqlflow_error *error)
{
    return connection->host->fail(error, SQLFLOW_ERROR_CANCELLED, NULL, "cancelled");
}

bool connection_fail(struct connection *connection, const PGresult *result,
                     struct sqlflow_error *error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *detail = primary ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
    const char *context = primary ? PQresultErrorField(result, PG_DIAG_CONTEXT) : NULL;
    const char *hint = primary ? PQresultErrorField(result, PG_DIAG_MESSAGE_HINT) : NULL;
    const bool has_context = context && g_str_has_prefix(context, "COPY ");
    return connection->host->fail(error, kind_of_failure(state, primary), state, "%s%s%s%s%s%s%s%s",
                                  primary ? primary : PQerrorMessage(connection->pg),
                                  detail ? ": " : "", detail ? detail : "", has_context ? "; " : "",
                                  has_context ? context : "", hint ? " (" : "", hint ? hint : "",
                                  hint ? ")" : "");
}

/* What stays wrong, and for which libpq has no code: in another language than English it is tried
 * again in vain. The words stand anywhere in the message, or (`^`) at its beginning. */
static const struct {
    const char *words;
    enum sqlflow_error_kind kind;
    const char *way_out;
} lasting[] = {
    {"certificate", SQLFLOW_ERROR_PERMISSION, NULL},
    {"SSL error", SQLFLOW_ERROR_PERMISSION, NULL},
    {"does not support SSL", SQLFLOW_ERROR_PERMISSION, NULL},
    {"no password supplied", SQLFLOW_ERROR_PERMISSION,
     "it comes from the option 'password', PGPASSWORD or .pgpass"},
    {"^invalid ", SQLFLOW_ERROR_USAGE, NULL},
    {"^missing ", SQLFLOW_ERROR_USAGE, NULL},
    {"^unexpected ", SQLFLOW_ERROR_USAGE, NULL},
    {"^unterminated ", SQLFLOW_ERROR_USAGE, NULL},
    {"^extra key", SQLFLOW_ERROR_USAGE, NULL},
    {"^end of string", SQLFLOW_ERROR_USAGE, NULL},
    {"^forbidden value", SQLFLOW_ERROR_USAGE, NULL},
    {"^could not match", SQLFLOW_ERROR_USAGE, NULL},
    {"^could not parse", SQLFLOW_ERROR_USAGE, NULL},
    {"^definition of service", SQLFLOW_ERROR_USAGE, NULL},
    {"^service file", SQLFLOW_ERROR_USAGE, NULL},
    {"^syntax error", SQLFLOW_ERROR_USAGE, NULL},
};

static bool has_words(const char *message, const char *words)
{
    return *words == '^' ? g_str_has_prefix(message, words + 1) : strstr(message, words) != NULL;
}

static bool fail_without_code(const struct connection *connection, const char *message,
                              struct sqlflow_error *error)
{
    enum sqlflow_error_kind kind = SQLFLOW_ERROR_TRANSIENT;
    const char *way_out = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(lasting) && kind == SQLFLOW_ERROR_TRANSIENT; i++) {
        if (!has_words(message, lasting[i].words))
            continue;
        kind = lasting[i].kind;
        way_out = lasting[i].way_out;
    }
    g_autofree char *text = g_strchomp(g_strdup(message));
    return connection->host->fail(error, kind, NULL, "%s%s%s", text, way_out ? ": " : "",
                                  way_out ? way_out : "");
}

/* Before a connection stands libpq keeps the code to itself; but it writes it into the message:
 * "FATAL:  28P01: password authentication failed". */
static bool fail_connect(struct connection *connection, struct sqlflow_error *error)
{
    g_autoptr(GRegex) regex = g_regex_new(":  ([0-9A-Z]{5}): ([^\n]*)", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    const char *message = PQerrorMessage(connection->pg);
    if (!g_regex_match(regex, message, 0, &match))
        return fail_without_code(connection, message, error);
    g_autofree char *state = g_match_info_fetch(match, 1);
    g_autofree char *text = g_match_info_fetch(match, 2);
    return connection->host->fail(error, kind_of_failure(state, text), state, "%s", text);
}

static void fill_parameters(const struct connection *connection, const char **names,
                            const char **values)
{
    gsize count = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(keywords); i++) {
        const char *value = connection->host->option_text(connection->context, keywords[i][0]);
        if (!value)
            continue;
        names[count] = keywords[i][1];
        values[count++] = value;
    }
    names[count] = "fallback_application_name";
    values[count++] = "sqlflow";
    names[count] = "client_encoding";
    values[count++] = "UTF8";
    names[count] = NULL;
}

/* What libpq was told elsewhere: by the address, a service, PGCONNECT_TIMEOUT. */
static gdouble seconds_of_libpq(const struct connection *connection)
{
    PQconninfoOption *known = PQconninfo(connection->pg);
    gdouble seconds = 0;
    for (const PQconninfoOption *item = known; item && item->keyword; item++)
        if (strcmp(item->keyword, "connect_timeout") == 0 && item->val)
            seconds = g_ascii_strtod(item->val, NULL);
    PQconninfoFree(known);
    return seconds > 0 ? seconds : CONNECT_SECONDS;
}

gint64 connection_deadline(const struct connection *connection)
{
    const char *text = connection->host->option_text(connection->context, "connect_timeout");
    const gdouble seconds = text ? g_ascii_strtod(text, NULL) : seconds_of_libpq(connection);
    return g_get_monotonic_time() + (gint64)(seconds * G_USEC_PER_SEC);
}

/* One step on the way to a connection. */
static bool wait_connecting(struct connection *connection, PostgresPollingStatusType status,
                            gint64 deadline, struct sqlflow_error *error)
{
    struct pollfd descriptor = {
        .fd = PQsocket(connection->pg),
        .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT,
    };
    while (poll(&descriptor, 1, POLL_MS) == 0) {
        if (connection->host->is_cancelled(connection->context))
            return fail_cancelled(connection, error);
        if (g_get_monotonic_time() >= deadline)
            return fail_silent(connection, error);
    }
    return true;
}

static bool connect_server(struct connection *connection, struct sqlflow_error *error)
{
    const gint64 deadline = connection_deadline(connection);
    PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (PQstatus(connection->pg) != CONNECTION_BAD && status != PGRES_POLLING_OK) {
        if (!wait_connecting(connection, status, deadline, error))
            return false;
        status = PQconnectPoll(connection->pg);
        if (status == PGRES_POLLING_FAILED)
            return fail_connect(connection, error);
    }
    PQsetErrorVerbosity(connection->pg, PQERRORS_DEFAULT);
    return PQstatus(connection->pg) == CONNECTION_OK || fail_connect(connection, error);
}

/* An @ or / in the password of an address ends it for libpq, which would tell the rest of it. (A
 * host that begins with @ is an abstract socket.) */
static bool is_cut_wrong(const PGconn *pg)
{
    const char *host = PQhost(pg);
    const char *port = PQport(pg);
    return (host && *host && strchr(host + 1, '@')) || (port && port[strspn(port, "0123456789,")]);
}

static bool fail_address(const struct connection *connection, struct sqlflow_error *error)
{
    return connection->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                                  "the address has no host and port: in its password @ is written "
                                  "%%40, / is %%2F, ? is %%3F, %% is %%25");
}

static void ignore_notice(void *data, const PGresult *result)
{
    (void)data;
    (void)result;
}

bool connection_open(struct connection *connection, const struct sqlflow_host *host,
                     const struct sqlflow_context *context, struct sqlflow_error *error)
{
    const char *names[G_N_ELEMENTS(keywords) + 3];
    const char *values[G_N_ELEMENTS(keywords) + 3];
    *connection = (struct connection){.host = host, .context = context};
    fill_parameters(connection, names, values);
    connection->pg = PQconnectStartParams(names, values, 1);
    const bool is_wrong = is_cut_wrong(connection->pg);
    if (is_wrong ? fail_address(connection, error) : connect_server(connection, error)) {
        PQsetNoticeReceiver(connection->pg, ignore_notice, NULL);
        PQsetnonblocking(connection->pg, 1);
        return true;
    }
    connection_close(connection);
    return false;
}

void connection_close(struct connection *connection)
{
    PQfinish(connection->pg);
    connection->pg = NULL;
}

void connection_cancel(struct connection *connection)
{
    char message[CANCEL_MESSAGE_BYTES];
    PGcancel *cancel = PQgetCancel(connection->pg);
    if (cancel)
        (void)PQcancel(cancel, message, sizeof message);
    PQfreeCancel(cancel);
}

static bool is_late(const struct connection *connection)
{
    return connection->deadline > 0 && g_get_monotonic_time() >= connection->deadline;
}

bool connection_wait(struct connection *connection, bool for_writing, struct sqlflow_error *error)
{
    struct pollfd descriptor = {.fd = PQsocket(connection->pg),
                                .events = for_writing ? POLLIN | POLLOUT : POLLIN};
    while (poll(&descriptor, 1, POLL_MS) == 0) {
        const bool is_cancelled = connection->host->is_cancelled(connection->context) ||
                                  g_atomic_int_get(&connection->is_given_up);
        if (!is_cancelled && !is_late(connection))
            continue;
        connection_cancel(connection);
        return is_cancelled ? fail_cancelled(connection, error) : fail_silent(connection, error);
    }
    if ((descriptor.revents & ~POLLOUT) && !PQconsumeInput(connection->pg))
        return connection_fail(connection, NULL, error);
    return true;
}

static bool flush(struct connection *connection, struct sqlflow_error *error)
{
    int left = 0;
    while ((left = PQflush(connection->pg)) > 0)
        if (!connection_wait(connection, true, error))
            return false;
    return left == 0 || connection_fail(connection, NULL, error);
}

PGresult *connection_result(struct connection *connection, bool *out_failed,
                            struct sqlflow_error *error)
{
    *out_failed = !flush(connection, error);
    while (!*out_failed && PQisBusy(connection->pg))
        *out_failed = !connection_wait(connection, false, error);
    return *out_failed ? NULL : PQgetResult(connection->pg);
}

static void count_affected(struct connection *connection, PGresult *result)
{
    connection->affected = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
}

static bool is_good(const PGresult *result)
{
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* The results behind one that failed. A COPY that the user's own statement has begun has no end
 * here: it goes with the connection. */
static PGresult *refuse_results(struct connection *connection, PGresult *failed,
                                struct sqlflow_error *error)
{
    const bool is_copy =
        PQresultStatus(failed) == PGRES_COPY_IN || PQresultStatus(failed) == PGRES_COPY_OUT;
    if (is_copy)
        connection->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                               "COPY FROM STDIN and COPY TO STDOUT can't stand here: nobody gives "
                               "or takes the rows");
    else
        connection_fail(connection, failed, error);
    PQclear(failed);
    for (PGresult *next = NULL; !is_copy && (next = PQgetResult(connection->pg));)
        PQclear(next);
    return NULL;
}

/* All results of what was sent; the last one is kept. NULL: one of them failed. */
static PGresult *take_results(struct connection *connection, struct sqlflow_error *error)
{
    PGresult *last = NULL;
    bool failed = false;
    for (PGresult *next = NULL; (next = connection_result(connection, &failed, error));) {
        PQclear(last);
        if (!is_good(next))
            return refuse_results(connection, next, error);
        last = next;
    }
    if (!failed && !last)
        connection_fail(connection, NULL, error);
    if (last)
        count_affected(connection, last);
    if (!failed)
        return last;
    PQclear(last);
    return NULL;
}

PGresult *connection_query(struct connection *connection, const char *sql,
                           const char *const *parameters, struct sqlflow_error *error)
{
    const int count = parameters ? (int)g_strv_length((char **)(guintptr)parameters) : 0;
    if (!PQsendQueryParams(connection->pg, sql, count, NULL, parameters, NULL, NULL, 0)) {
        connection_fail(connection, NULL, error);
        return NULL;
    }
    return take_results(connection, error);
}

bool connection_run(struct connection *connection, const char *sql, struct sqlflow_error *error)
{
    if (!PQsendQuery(connection->pg, sql))
        return connection_fail(connection, NULL, error);
    PGresult *result = take_results(connection, error);
    PQclear(result);
    return result != NULL;
}

bool connection_copy(struct connection *connection, const char *sql, ExecStatusType wanted,
                     struct sqlflow_error *error)
{
    bool failed = false;
    if (!PQsendQuery(connection->pg, sql))
        return connection_fail(connection, NULL, error);
    PGresult *result = connection_result(connection, &failed, error);
    const bool started = !failed && PQresultStatus(result) == wanted;
    if (!failed && !started)
        connection_fail(connection, result, error);
    PQclear(result);
    return started;
}

bool connection_finish(struct connection *connection, struct sqlflow_error *error)
{
    bool is_good = true;
    bool is_lost = false;
    for (PGresult *result = NULL; (result = connection_result(connection, &is_lost, error));) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            is_good = connection_fail(connection, result, error);
        count_affected(connection, result);
        PQclear(result);
    }
    return is_good && !is_lost;
}
