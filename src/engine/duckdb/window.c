/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/window.h"

#include "base/name.h"
#include "engine/duckdb/keys.h"
#include "engine/duckdb/statement.h"

#include <string.h>

/* Integers by the values that a window without limits has: the least, and one above the greatest
 * (the greatest itself where there is no type for that). */
static const struct {
    const char *type;
    const char *least;
    const char *above;
} integers[] = {
    {"TINYINT", "-128", "128"},
    {"SMALLINT", "-32768", "32768"},
    {"INTEGER", "-2147483648", "2147483648"},
    {"BIGINT", "-9223372036854775808", "9223372036854775808"},
    {"HUGEINT", "-170141183460469231731687303715884105727",
     "170141183460469231731687303715884105727"},
    {"UTINYINT", "0", "256"},
    {"USMALLINT", "0", "65536"},
    {"UINTEGER", "0", "4294967296"},
    {"UBIGINT", "0", "18446744073709551616"},
};

/* What is known of a type that a window can be of. `integer` is a place in the table above. */
struct scale {
    const char *type;
    bool is_time;
    gsize integer;
};

static bool find_scale(const char *type, struct scale *out, GError **error)
{
    static const char *const times[] = {"DATE",        "TIMESTAMP",    "TIMESTAMP WITH TIME ZONE",
                                        "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"};
    *out = (struct scale){.type = type};
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++)
        out->is_time = out->is_time || strcmp(times[i], type) == 0;
    for (gsize i = 0; i < G_N_ELEMENTS(integers) && !out->is_time; i++) {
        out->integer = i;
        if (strcmp(integers[i].type, type) == 0)
            return true;
    }
    if (!out->is_time)
        error_set(error, ERROR_DATA,
                  "the column is of type %s: what tells new rows is a DATE, a TIMESTAMP, with or "
                  "without time zone, or an integer",
                  type);
    return out->is_time;
}

static char *cast(const char *text, const char *type)
{
    g_autofree char *literal = quote_literal(text);
    return g_strdup_printf("CAST(%s AS %s)", literal, type);
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* The first column's texts of the one row that the query gives; NULL for NULL. */
static bool ask(struct session *session, const char *sql, char **out_texts, guint count,
                GError **error)
{
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (guint i = 0; i < count; i++) {
        char *text = duckdb_value_varchar(&result, i, 0);
        out_texts[i] = g_strdup(text);
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return true;
}

static bool refuse_lookback(const char *lookback, const struct scale *scale, GError **error)
{
    error_set(error, ERROR_DATA, "LOOKBACK '%s' is none for a column of type %s: write %s",
              lookback, scale->type, scale->is_time ? "7 DAYS or '12 hours'" : "a whole number");
    return false;
}

/* How far to look back, as an expression of SQL. Days need no unit where the column has days. */
static bool lookback_value(struct session *session, const char *lookback, const struct scale *scale,
                           char **out, GError **error)
{
    if (!scale->is_time || is_number(lookback)) {
        const bool fits = is_number(lookback) && strlen(lookback) < 19 &&
                          (!scale->is_time || strcmp(scale->type, "DATE") == 0);
        *out = !fits            ? NULL
               : scale->is_time ? g_strdup_printf("INTERVAL (%s) DAY", lookback)
                                : g_strdup_printf("CAST(%s AS HUGEINT)", lookback);
        return *out || refuse_lookback(lookback, scale, error);
    }
    g_autofree char *literal = quote_literal(lookback);
    g_autofree char *sql =
        g_strdup_printf("SELECT TRY_CAST(%s AS INTERVAL) >= INTERVAL 0 DAY", literal);
    g_autofree char *holds = NULL;
    if (!ask(session, sql, &holds, 1, error))
        return false;
    if (g_strcmp0(holds, "true") != 0)
        return refuse_lookback(lookback, scale, error);
    *out = g_strdup_printf("CAST(%s AS INTERVAL)", literal);
    return true;
}

/* Where the window begins, as an expression; "NULL": nowhere. */
static bool start_value(struct session *session, const struct window_request *request,
                        const struct scale *scale, char **out, GError **error)
{
    const char *from = request->start ? request->start : request->watermark;
    if (!from || request->start || !request->lookback) {
        *out = from ? cast(from, scale->type) : g_strdup("NULL");
        return true;
    }
    g_autofree char *back = NULL;
    if (!lookback_value(session, request->lookback, scale, &back, error))
        return false;
    g_autofree char *watermark = cast(from, scale->is_time ? scale->type : "HUGEINT");
    *out = scale->is_time ? g_strdup_printf("CAST(%s - %s AS %s)", watermark, back, scale->type)
                          : g_strdup_printf("greatest(%s - %s, %s)", watermark, back,
                                            integers[scale->integer].least);
    return true;
}

static char *end_value(const struct window_request *request, const struct scale *scale)
{
    if (request->end)
        return cast(request->end, scale->type);
    if (!scale->is_time)
        return g_strdup("NULL");
    return strcmp(scale->type, "DATE") == 0 ? g_strdup("CAST(now() AS DATE) + 1")
                                            : g_strdup_printf("CAST(now() AS %s)", scale->type);
}

/* The limits, their days (the first that is touched and the first that isn't), and whether the
 * window is the wrong way round. */
enum { LIMIT_START, LIMIT_END, LIMIT_FIRST_DAY, LIMIT_DAY_AFTER, LIMIT_TURNED, LIMITS };

static bool find_limits(struct session *session, const struct window_request *request,
                        const struct scale *scale, char **out, GError **error)
{
    g_autofree char *start = NULL;
    g_autofree char *end = end_value(request, scale);
    if (!start_value(session, request, scale, &start, error))
        return false;
    const char *first_day = scale->is_time ? "CAST(s AS DATE)" : "NULL";
    g_autofree char *day_after =
        scale->is_time
            ? g_strdup_printf("CAST(e AS DATE) + CAST(e > CAST(CAST(e AS DATE) AS %s) AS "
                              "INTEGER)",
                              scale->type)
            : g_strdup("NULL");
    g_autofree char *sql = g_strdup_printf(
        "SELECT CAST(s AS VARCHAR), CAST(e AS VARCHAR), CAST(%s AS VARCHAR), CAST(%s AS VARCHAR), "
        "CAST(s > e AS VARCHAR) FROM (SELECT %s AS s, %s AS e)",
        first_day, day_after, start, end);
    return ask(session, sql, out, LIMITS, error);
}

/* In brackets: a minus may stand before it. */
static char *number(const char *text)
{
    return *text == '-' ? g_strdup_printf("(%s)", text) : g_strdup(text);
}

static void fill_times(const struct scale *scale, char **limits, struct window *out)
{
    static const char origin[] = "0001-01-01";
    const char *type = strcmp(scale->type, "DATE") == 0 ? "TIMESTAMP" : scale->type;
    const char *start = limits[LIMIT_START];
    out->start = start ? cast(start, scale->type) : NULL;
    out->end = cast(limits[LIMIT_END], scale->type);
    out->start_date = cast(start ? limits[LIMIT_FIRST_DAY] : origin, "DATE");
    out->end_date = cast(limits[LIMIT_DAY_AFTER], "DATE");
    out->start_dt = cast(start ? start : origin, type);
    out->end_dt = cast(limits[LIMIT_END], type);
}

static void fill_integers(const struct scale *scale, char **limits, struct window *out)
{
    const char *start = limits[LIMIT_START];
    const char *end = limits[LIMIT_END];
    out->start = start ? number(start) : NULL;
    out->end = end ? number(end) : NULL;
    out->start_date = number(start ? start : integers[scale->integer].least);
    out->end_date = number(end ? end : integers[scale->integer].above);
    out->start_dt = g_strdup(out->start_date);
    out->end_dt = g_strdup(out->end_date);
}

bool window_find(struct session *session, const struct window_request *request, struct window *out,
                 GError **error)
{
    struct scale scale;
    char *limits[LIMITS] = {0};
    if (!find_scale(request->type, &scale, error) ||
        !find_limits(session, request, &scale, limits, error))
        return false;
    /* A watermark in the future makes an empty window; a wish of the user's is a mistake. */
    const bool is_turned = g_strcmp0(limits[LIMIT_TURNED], "true") == 0;
    const bool is_wrong = is_turned && request->start && request->end;
    if (is_wrong)
        error_set(error, ERROR_USAGE, "the window begins at %s, after its end at %s",
                  limits[LIMIT_START], limits[LIMIT_END]);
    else if (scale.is_time)
        fill_times(&scale, limits, out);
    else
        fill_integers(&scale, limits, out);
    for (guint i = 0; i < LIMITS; i++)
        g_free(limits[i]);
    return !is_wrong;
}

char *window_condition(const struct window *window, const char *quoted)
{
    if (!window->start && !window->end)
        return g_strdup("true");
    g_autofree char *from =
        window->start ? g_strdup_printf("%s >= %s", quoted, window->start) : NULL;
    g_autofree char *to = window->end ? g_strdup_printf("%s < %s", quoted, window->end) : NULL;
    return from && to ? g_strdup_printf("(%s AND %s)", from, to)
                      : g_strdup_printf("(%s)", from ? from : to);
}

struct input window_limit(const struct input *input, const struct target *target, char **out_before,
                          char **out_after)
{
    g_autofree char *quoted = quote_identifier(target->column);
    g_autofree char *inside = window_condition(target->window, quoted);
    struct input limited = *input;
    *out_before = g_strconcat("SELECT * FROM (\n", input->before, NULL);
    *out_after = g_strdup_printf("%s)\nWHERE %s OR %s IS NULL", input->after, inside, quoted);
    limited.before = *out_before;
    limited.after = *out_after;
    return limited;
}

bool window_check(struct session *session, const struct target *target, const char *quoted,
                  struct written *out, GError **error)
{
    const char *const columns[] = {target->column, NULL};
    g_autofree char *column = quote_identifier(target->column);
    g_autofree char *sql =
        g_strdup_printf("SELECT CAST(max(%s) AS VARCHAR) FROM %s", column, quoted);
    g_clear_pointer(&out->greatest, g_free);
    return keys_check_null(session, "the column", columns, quoted, error) &&
           ask(session, sql, &out->greatest, 1, error);
}
