/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An example of a connector whose rows are in files that SQLFlow reads and writes itself: a folder
 * with a folder for each day, 2024-01-31. It only says which files are meant; they may be CSV,
 * Parquet or JSON, here or at s3:// and http://. Built as lines.c:
 *
 *   cc -std=c11 -D_POSIX_C_SOURCE=200809L -shared -fPIC -o plugins/dated.so dated.c
 */
#include <sqlflow/connector.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    BOTH = SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_FOR_EXPORT,
    MOST_DAYS = 3660,
    DAY_BYTES = 64, /* more than a date takes */
    PATH_BYTES = 4096,
};

static const char any_day[] = "[0-9]*-[0-9]*-[0-9]*";

static const struct sqlflow_option options[] = {
    {.name = "root",
     .type = SQLFLOW_OPTION_STRING,
     .flags = BOTH | SQLFLOW_OPTION_REQUIRED,
     .help = "the folder, or an address such as s3://bucket/folder"},
    {.name = "from",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .help = "the first day, such as 2024-01-31; all days when it is not given"},
    {.name = "to",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .help = "the last day; else the first one"},
    {.name = "files",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_SOURCE,
     .default_text = "*.parquet",
     .help = "which files of a day"},
    {.name = "day",
     .type = SQLFLOW_OPTION_STRING,
     .flags = SQLFLOW_OPTION_FOR_EXPORT | SQLFLOW_OPTION_REQUIRED,
     .help = "the day that is written"},
    {.name = NULL},
};

static const char *text(const struct sqlflow_call *call, const char *name)
{
    return call->host->option_text(call->context, name);
}

/* At noon: no change of the clock leaves a day out. */
static bool read_day(const struct sqlflow_call *call, const char *name, struct tm *out,
                     struct sqlflow_error *error)
{
    const char *given = text(call, name);
    int year = 0, month = 0, day = 0, length = 0;
    const int fields = sscanf(given, "%4d-%2d-%2d%n", &year, &month, &day, &length);
    *out = (struct tm){
        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12, .tm_isdst = -1};
    if (fields == 3 && given[length] == '\0' && mktime(out) != (time_t)-1 &&
        out->tm_mon == month - 1 && out->tm_mday == day)
        return true;
    return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                            "option '%s' takes a day such as 2024-01-31, not '%s'", name, given);
}

/* ROOT/DAY/REST */
static bool join(const struct sqlflow_call *call, const char *day, const char *rest,
                 char path[PATH_BYTES], struct sqlflow_error *error)
{
    const int length = snprintf(path, PATH_BYTES, "%s/%s/%s", text(call, "root"), day, rest);
    return (length > 0 && length < PATH_BYTES) ||
           call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL, "the path is too long");
}

static bool add_path(const struct sqlflow_call *call, struct sqlflow_relation *relation,
                     const char *day, const char *rest, struct sqlflow_error *error)
{
    char path[PATH_BYTES];
    if (!join(call, day, rest, path, error))
        return false;
    call->host->relation_path(relation, path);
    return true;
}

static bool add_days(const struct sqlflow_call *call, struct sqlflow_relation *relation,
                     struct sqlflow_error *error)
{
    struct tm day, last;
    if (!read_day(call, "from", &day, error) ||
        !read_day(call, text(call, "to") ? "to" : "from", &last, error))
        return false;
    const double seconds = difftime(mktime(&last), mktime(&day));
    if (seconds < 0 || seconds > (double)MOST_DAYS * 24 * 60 * 60)
        return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                                "'to' comes before 'from', or more than %d days after it",
                                MOST_DAYS);
    for (; difftime(mktime(&last), mktime(&day)) >= 0; day.tm_mday++) {
        char name[DAY_BYTES];
        strftime(name, sizeof name, "%Y-%m-%d", &day);
        if (!add_path(call, relation, name, text(call, "files"), error))
            return false;
    }
    return true;
}

/* A source's days, or the one that an export writes. What the files are coded in, and how a storage
 * is reached, the user says beside these options; here it need not be known. */
static bool relate(const struct sqlflow_call *call, struct sqlflow_relation *relation,
                   struct sqlflow_error *error)
{
    struct tm day;
    if (call->destination)
        return read_day(call, "day", &day, error) &&
               add_path(call, relation, text(call, "day"), call->destination, error);
    if (text(call, "from"))
        return add_days(call, relation, error);
    if (text(call, "to"))
        return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL, "'to' needs 'from' beside it");
    return add_path(call, relation, any_day, text(call, "files"), error);
}

/* The program looks, wherever the files are. */
static bool find(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                 struct sqlflow_error *error)
{
    char pattern[PATH_BYTES];
    return join(call, any_day, text(call, "files"), pattern, error) &&
           call->host->find_files(call->context, pattern, listing, error);
}

static bool check(const struct sqlflow_call *call, struct sqlflow_error *error)
{
    return find(call, NULL, error);
}

static bool discover(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                     struct sqlflow_error *error)
{
    return find(call, listing, error);
}

static const struct sqlflow_connector dated = {
    .abi = SQLFLOW_CONNECTOR_ABI,
    .size = sizeof(struct sqlflow_connector),
    .name = "dated",
    .summary = "files in a folder a day",
    .abilities = SQLFLOW_SOURCE | SQLFLOW_EXPORT,
    .option_size = sizeof(struct sqlflow_option),
    .options = options,
    .check = check,
    .discover = discover,
    .relate = relate,
};

/* A program that is older than find_files has a smaller host. */
const struct sqlflow_connector *sqlflow_connector(const struct sqlflow_host *host)
{
    return host->abi == SQLFLOW_CONNECTOR_ABI && host->size >= sizeof *host ? &dated : NULL;
}
