/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connector for tests that says how its files are written: CSV with semicolons, where n/a and -
 * are NULL, or what its option `what` asks for.
 */
#include <sqlflow/connector.h>

#include <string.h>

enum { BOTH = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_FOR_EXPORT };

static const struct sqlflow_option options[] = {
    {.name = "file", .type = SQLFLOW_OPTION_STRING, .flags = BOTH, .help = "the file"},
    {.name = "what", .type = SQLFLOW_OPTION_STRING, .flags = BOTH, .help = "what is said"},
    {.name = NULL},
};

static const char *text(const struct sqlflow_call *call, const char *name)
{
    const char *given = call->host->option_text(call->context, name);
    return given ? given : "";
}

static bool check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    return call->host->find_files(call->context, text(call, "file"), NULL, error);
}

/* Name and text in turn. */
static void say(const struct sqlflow_call *call, struct sqlflow_relation *relation,
                const char *const *pairs)
{
    for (; *pairs; pairs += 2)
        call->host->relation_option(relation, pairs[0], pairs[1]);
}

static bool relate(const struct sqlflow_call *call, struct sqlflow_relation *relation,
                   struct sqlflow_error *error)
{
    static const char *const source[] = {"delimiter", ";",     "nullstr", "n/a",   "nullstr",
                                         "-",         "types", "zip",     "types", "VARCHAR",
                                         "header",    "true",  "skip",    "1",     NULL};
    static const char *const export[] = {"delimiter", ";", NULL};
    static const char *const unknown[] = {"delimeter", ";", NULL};
    static const char *const wrong[] = {"header", "yes", NULL};
    const char *what = text(call, "what");
    if (strcmp(what, "nothing") == 0)
        return true;
    if (strcmp(what, "a failure") == 0)
        return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL, "there is no such customer");
    call->host->relation_path(relation, text(call, "file"));
    if (strcmp(what, "twice") == 0)
        call->host->relation_path(relation, text(call, "file"));
    call->host->relation_format(relation, strcmp(what, "a format") == 0 ? "xml" : "csv");
    say(call, relation,
        strcmp(what, "an unknown option") == 0 ? unknown
        : strcmp(what, "a wrong value") == 0   ? wrong
        : call->destination                    ? export
                                               : source);
    return true;
}

static const struct sqlflow_connector told = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof(struct sqlflow_connector),
    .name = "told",
    .summary = "files that are written in one way",
    .abilities = SQLFLOW_SOURCE | SQLFLOW_EXPORT,
    .option_size = sizeof(struct sqlflow_option),
    .options = options,
    .check = check,
    .relate = relate,
};

const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host)
{
    return host->abi == SQLFLOW_CONNECTOR_ABI ? &told : NULL;
}
