/* SPDX-License-Identifier: Apache-2.0 */
/* The connector: its options, its functions. docs/postgres.md is its manual. */
#include "base/name.h"
#include "connect/postgres/sink.h"
#include "connect/postgres/source.h"

#include <string.h>

static const char *const modes[] = {"replace", "append", "upsert", "truncate", NULL};
static const char *const creates[] = {"if_missing", "always", "never", NULL};
static const char *const sslmodes[] = {"disable",   "allow",       "prefer", "require",
                                       "verify-ca", "verify-full", NULL};
static const char *const database_aliases[] = {"dbname", NULL};
static const char *const user_aliases[] = {"username", NULL};
static const char *const connection_aliases[] = {"uri", NULL};

enum {
    BOTH = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_FOR_EXPORT,
    PLACE = BOTH | SQLFLOW_OPTION_PLACE,
    MAX_PARTITIONS = 64,
    MAX_PORT = 65535,
    MAX_BATCH_ROWS = 1000000,
};

static const struct sqlflow_option options[] = {
    {.name = "connection",
     .aliases = connection_aliases,
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE | SQLFLOW_OPTION_SECRET,
     .help = "an address, postgresql://user@host/database; or the name of a connector of the "
             "profile"},
    {.name = "host", .type = SQLFLOW_OPTION_STRING, .flags = PLACE, .help = "the server"},
    {.name = "port",
     .type = SQLFLOW_OPTION_INTEGER,
     .flags = PLACE,
     .minimum = 1,
     .maximum = MAX_PORT,
     .help = "its port (5432)"},
    {.name = "database",
     .aliases = database_aliases,
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE,
     .help = "the database"},
    {.name = "user",
     .aliases = user_aliases,
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE,
     .help = "who connects"},
    {.name = "password",
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE | SQLFLOW_OPTION_SECRET,
     .help = "the password; better in the environment, a file or .pgpass"},
    {.name = "sslmode",
     .type = SQLFLOW_OPTION_WORD,
     .flags = PLACE,
     .words = sslmodes,
     .help = "whether the connection is encrypted and the server known"},
    {.name = "sslrootcert",
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE,
     .help = "a file of certificates that are trusted"},
    {.name = "sslcert",
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE,
     .help = "the client's certificate"},
    {.name = "sslkey", .type = SQLFLOW_OPTION_STRING, .flags = PLACE, .help = "the client's key"},
    {.name = "connect_timeout",
     .type = SQLFLOW_OPTION_DURATION,
     .flags = BOTH,
     .help = "how long to wait for the server (30 s)"},
    {.name = "application_name",
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH,
     .help = "what pg_stat_activity shows (sqlflow)"},
    {.name = "options",
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE,
     .help = "settings of the session: -c statement_timeout=60s"},
    {.name = "service",
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE,
     .help = "a section of the service file"},
    {.name = "passfile",
     .type = SQLFLOW_OPTION_STRING,
     .flags = PLACE,
     .help = "a file such as ~/.pgpass"},
    {.name = "schema",
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH,
     .help = "the table's schema; else it stands before the table or is searched for"},
    {.name = "table",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .excludes = "query",
     .help = "the table or view to read"},
    {.name = "query",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .help = "a SELECT of the server's, instead of a table"},
    {.name = "params",
     .type = SQLFLOW_OPTION_LIST,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .help = "the values of $1, $2, .. in the query"},
    {.name = "columns",
     .type = SQLFLOW_OPTION_LIST,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .help = "only these columns"},
    {.name = "partitions",
     .type = SQLFLOW_OPTION_INTEGER,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .minimum = 1,
     .maximum = MAX_PARTITIONS,
     .help = "how many connections read a table at once (as many as there are cores, for a large "
             "one)"},
    {.name = "table",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .help = "the table to write, instead of what stands behind TO"},
    {.name = "mode",
     .type = SQLFLOW_OPTION_WORD,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .default_text = "replace",
     .words = modes,
     .help = "what becomes of the rows that are there; replace is truncate"},
    {.name = "swap",
     .type = SQLFLOW_OPTION_BOOLEAN,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .default_text = "false",
     .help = "mode replace: readers see the former rows until the new ones are there, and don't "
             "wait (rows are deleted, not truncated)"},
    {.name = "batch_size",
     .type = SQLFLOW_OPTION_INTEGER,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .minimum = 1,
     .maximum = MAX_BATCH_ROWS,
     .help = "how many rows are sent at once (as many as fit into 256 KB)"},
    {.name = "keys",
     .type = SQLFLOW_OPTION_LIST,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .help = "the columns by which mode upsert finds a row"},
    {.name = "create",
     .type = SQLFLOW_OPTION_WORD,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .default_text = "if_missing",
     .words = creates,
     .help = "whether the table is made; always drops the former one"},
    {.name = "pre_sql",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .help = "statements before the rows, in the same transaction"},
    {.name = "post_sql",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_EXPORT,
     .help = "statements behind the rows, in the same transaction"},
    {.name = NULL},
};

static bool check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    struct connection connection;
    if (!connection_open(&connection, call->host, call->context, error))
        return false;
    const bool answered = connection_run(&connection, "SELECT 1", error);
    connection_close(&connection);
    return answered;
}

/* The schema is empty where the name alone is found. What of a table may be read. */
static const char tables_sql[] =
    "SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'table' END, "
    "CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname END, c.relname, "
    "(SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY "
    "a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT "
    "a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname "
    "NOT IN ('information_schema', 'sqlflow') AND has_schema_privilege(n.oid, 'USAGE') AND "
    "has_any_column_privilege(c.oid, 'SELECT') ORDER BY 2, 3";

/* As it is to be written in a pipeline. */
static char *written_name(const char *schema, const char *name)
{
    g_autofree char *first = strpbrk(schema, ".\"") ? quote_identifier(schema) : g_strdup(schema);
    g_autofree char *second = strpbrk(name, ".\"") ? quote_identifier(name) : g_strdup(name);
    return g_strconcat(first, *first ? "." : "", second, NULL);
}

static bool discover(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                     struct sqlflow_error *error)
{
    struct connection connection;
    if (!connection_open(&connection, call->host, call->context, error))
        return false;
    PGresult *result = connection_query(&connection, tables_sql, NULL, error);
    for (int row = 0; result && row < PQntuples(result); row++) {
        g_autofree char *name =
            written_name(PQgetvalue(result, row, 1), PQgetvalue(result, row, 2));
        call->host->found(listing, PQgetvalue(result, row, 0), name, PQgetvalue(result, row, 3));
    }
    PQclear(result);
    connection_close(&connection);
    return result != NULL;
}

static const struct sqlflow_connector postgres = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof(struct sqlflow_connector),
    .name = "postgres",
    .summary = "PostgreSQL tables and queries",
    .abilities = SQLFLOW_SOURCE | SQLFLOW_EXPORT,
    .option_size = sizeof(struct sqlflow_option),
    .options = options,
    .check = check,
    .discover = discover,
    .source_open = source_open,
    .source_close = source_close,
    .source_schema = source_schema,
    .scan_open = scan_open,
    .scan_stream = scan_stream,
    .scan_close = scan_close,
    .sink_open = sink_open,
    .sink_write = sink_write,
    .sink_commit = sink_commit,
    .sink_close = sink_close,
    .moment_new = moment_new,
    .moment_end = moment_end,
    .moment_free = moment_free,
};

const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host)
{
    return host->abi == SQLFLOW_CONNECTOR_ABI ? &postgres : NULL;
}
