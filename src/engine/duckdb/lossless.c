/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/lossless.h"

#include "base/name.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"
#include "engine/duckdb/strict.h"

#include <string.h>

enum { SAMPLE_ROWS = 20480 };

struct field_column {
    char *name;
    bool is_text;          /* what is not read as text has its type from elsewhere (a folder) */
    char *declared;        /* the type that is wanted, or NULL */
    enum strict_kind kind; /* found; STRICT_KINDS: text */
};

struct lossless {
    struct relation *relation;
    char *scan; /* all columns as text */
    GPtrArray *columns;
    gint *slots;
    guint slot; /* from 1 */
};

static void column_free(gpointer data)
{
    struct field_column *column = data;
    g_free(column->name);
    g_free(column->declared);
    g_free(column);
}

void lossless_free(struct lossless *lossless)
{
    if (!lossless)
        return;
    relation_free(lossless->relation);
    g_free(lossless->scan);
    g_ptr_array_unref(lossless->columns);
    g_free(lossless);
}

static bool has_value(const struct relation *relation, const char *name, const char *plain)
{
    const struct setting *setting = relation_get(relation, name);
    return setting && strcmp(setting->text, plain) != 0;
}

bool lossless_applies(const struct relation *relation)
{
    return strcmp(relation->format, "csv") == 0 && !has_value(relation, "all_varchar", "false") &&
           !has_value(relation, "decimal_separator", ".") && !relation_get(relation, "thousands");
}

/* The columns of a text of our own, bound. */
static GPtrArray *bind_columns(struct session *session, const char *sql, GError **error)
{
    struct statement statement;
    duckdb_prepared_statement prepared;
    statement_init(&statement, sql, "", NULL);
    bool done = statement_prepare_own(session, &statement, &prepared, error);
    statement_clear(&statement);
    if (!done)
        return NULL;
    GPtrArray *columns = columns_new();
    statement_columns(prepared, columns);
    duckdb_destroy_prepare(&prepared);
    return columns;
}

static const struct column *find_column(const GPtrArray *columns, const char *name)
{
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        if (g_ascii_strcasecmp(column->name, name) == 0)
            return column;
    }
    return NULL;
}

static bool in_pairs(const struct relation *relation, const char *setting_name, const char *name)
{
    const struct setting *setting = relation_get(relation, setting_name);
    for (guint i = 0; setting && i < setting->items->len; i += 2) {
        if (g_ascii_strcasecmp(g_ptr_array_index(setting->items, i), name) == 0)
            return true;
    }
    return false;
}

/* A form of dates of its own goes for every column that the sniffer takes for dates. */
static bool has_form(const struct relation *relation, const char *type)
{
    return (strcmp(type, "DATE") == 0 && relation_get(relation, "dateformat")) ||
           (strcmp(type, "TIMESTAMP") == 0 && relation_get(relation, "timestampformat"));
}

/* DuckDB's own view of the types, where something is declared; NULL when nothing is. */
static bool bind_typed(struct session *session, const struct relation *relation,
                       GPtrArray **out_typed, GError **error)
{
    static const char *const settings[] = {"types", "columns", "dateformat", "timestampformat"};
    *out_typed = NULL;
    bool declares = false;
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++)
        declares = declares || relation_get(relation, settings[i]);
    if (!declares)
        return true;
    g_autofree char *typed = scan_query(relation, 0, error);
    *out_typed = typed ? bind_columns(session, typed, error) : NULL;
    return *out_typed != NULL;
}

/* The type that a column is to have, or NULL: the target's, or what the relation says. */
static const char *wanted_type(const struct relation *relation, const GPtrArray *declared,
                               const GPtrArray *typed, const char *name)
{
    const struct column *column = find_column(declared, name);
    if (column)
        return column->type;
    column = find_column(typed, name);
    if (column && (in_pairs(relation, "types", name) || in_pairs(relation, "columns", name) ||
                   has_form(relation, column->type)))
        return column->type;
    return NULL;
}

static void add_columns(struct lossless *lossless, const GPtrArray *texts,
                        const GPtrArray *declared, const GPtrArray *typed)
{
    bool has_filename = has_value(lossless->relation, "filename", "false");
    for (guint i = 0; i < texts->len; i++) {
        const struct column *text = g_ptr_array_index(texts, i);
        struct field_column *column = g_new0(struct field_column, 1);
        column->name = g_strdup(text->name);
        column->kind = STRICT_KINDS;
        column->is_text = strcmp(text->type, "VARCHAR") == 0 &&
                          !(has_filename && strcmp(text->name, "filename") == 0);
        if (column->is_text)
            column->declared =
                g_strdup(wanted_type(lossless->relation, declared, typed, text->name));
        g_ptr_array_add(lossless->columns, column);
    }
}

/* The best type for texts that all fit what the bits say. */
static enum strict_kind best_kind(guint bits)
{
    static const enum strict_kind order[] = {STRICT_BOOLEAN, STRICT_BIGINT,    STRICT_DOUBLE,
                                             STRICT_DATE,    STRICT_TIMESTAMP, STRICT_TIME};
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        if (bits & (1U << order[i]))
            return order[i];
    }
    return STRICT_KINDS;
}

/* One number a column: the bits that all its texts have, 0 for a column without any. */
static char *fits_query(const struct lossless *lossless, gint64 limit)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct field_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_string_append(sql, i ? ", " : "");
        if (column->is_text && !column->declared)
            g_string_append_printf(sql, "coalesce(bit_and(__sqlflow_fits(%s)), 0)::BIGINT", name);
        else
            g_string_append(sql, "0::BIGINT");
    }
    g_string_append_printf(sql, " FROM (%s", lossless->scan);
    if (limit >= 0)
        g_string_append_printf(sql, " LIMIT %" G_GINT64_FORMAT, limit);
    return g_string_free(g_string_append_c(sql, ')'), FALSE);
}

static bool find_types(struct lossless *lossless, struct session *session, gint64 limit,
                       GError **error)
{
    g_autofree char *sql = fits_query(lossless, limit);
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (guint i = 0; i < lossless->columns->len; i++) {
        struct field_column *column = g_ptr_array_index(lossless->columns, i);
        column->kind = best_kind((guint)duckdb_value_int64(&result, i, 0));
    }
    duckdb_destroy_result(&result);
    return true;
}

static gint64 sample_rows(const struct relation *relation)
{
    const struct setting *sample = relation_get(relation, "sample_size");
    return sample ? g_ascii_strtoll(sample->text, NULL, 10) : SAMPLE_ROWS;
}

struct lossless *lossless_new(struct session *session, const struct relation *relation,
                              const GPtrArray *declared, GError **error)
{
    g_autoptr(GPtrArray) typed = NULL;
    g_autofree char *scan = scan_query(relation, SCAN_TEXT, error);
    g_autoptr(GPtrArray) texts = scan ? bind_columns(session, scan, error) : NULL;
    if (!texts || !bind_typed(session, relation, &typed, error))
        return NULL;
    AUTO(lossless) lossless = g_new0(struct lossless, 1);
    lossless->relation = relation_copy(relation);
    lossless->scan = g_steal_pointer(&scan);
    lossless->columns = g_ptr_array_new_with_free_func(column_free);
    lossless->slots = session->engine->slots;
    lossless->slot =
        1 + (guint)g_atomic_int_add(&session->engine->next_slot, 1) % (STRICT_SLOTS - 1);
    add_columns(lossless, texts, declared, typed);
    if (!find_types(lossless, session, sample_rows(relation), error))
        return NULL;
    return g_steal_pointer(&lossless);
}

/* A declared column's text as its type; none of its digits may get lost on the way. */
static char *declared_value(const struct lossless *lossless, const struct field_column *column,
                            const char *name)
{
    const char *type = column->declared;
    const struct setting *form = relation_get(
        lossless->relation, strcmp(type, "DATE") == 0 ? "dateformat" : "timestampformat");
    if (has_form(lossless->relation, type)) {
        g_autofree char *literal = quote_literal(form->text);
        return g_strdup_printf("CAST(strptime(%s, %s) AS %s)", name, literal, type);
    }
    enum strict_kind kind = strict_find(type);
    if (kind != STRICT_KINDS && kind != STRICT_DOUBLE)
        return g_strdup_printf("%s(%s, 0)", strict_function(kind), name);
    if (g_str_has_prefix(type, "DECIMAL(") && !strchr(type, '['))
        return g_strdup_printf("CAST(__sqlflow_decimal(%s, %" G_GUINT64_FORMAT ") AS %s)", name,
                               g_ascii_strtoull(strchr(type, ',') + 1, NULL, 10), type);
    if (strstr(type, "INT") && !strpbrk(type, "([") && !strstr(type, "HUGE"))
        return g_strdup_printf("CAST(__sqlflow_decimal(%s, 0) AS %s)", name, type);
    return g_strdup_printf("CAST(%s AS %s)", name, type);
}

static char *column_value(const struct lossless *lossless, const struct field_column *column,
                          bool remembers)
{
    g_autofree char *name = quote_identifier(column->name);
    if (column->declared)
        return declared_value(lossless, column, name);
    if (column->kind == STRICT_KINDS)
        return g_steal_pointer(&name);
    return g_strdup_printf("%s(%s, %u)", strict_function(column->kind), name,
                           remembers ? lossless->slot : 0);
}

char *lossless_query(const struct lossless *lossless, bool remembers)
{
    GString *sql = g_string_new("SELECT ");
    g_atomic_int_set(&lossless->slots[lossless->slot], 0);
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct field_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *value = column_value(lossless, column, remembers);
        g_string_append_printf(sql, "%s%s AS %s", i ? ", " : "", value, name);
    }
    g_string_append_printf(sql, " FROM (%s)", lossless->scan);
    return g_string_free(sql, FALSE);
}

bool lossless_misfits(const struct lossless *lossless)
{
    return g_atomic_int_get(&lossless->slots[lossless->slot]) != 0;
}

bool lossless_check(struct lossless *lossless, struct session *session, GError **error)
{
    return find_types(lossless, session, -1, error);
}

/* One truth value a column: do all texts fit the type that is declared? */
static char *holds_query(const struct lossless *lossless)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct field_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *value = column->declared ? declared_value(lossless, column, name) : NULL;
        g_string_append(sql, i ? ", " : "");
        if (value)
            g_string_append_printf(
                sql, "coalesce(bool_and(%s IS NULL OR TRY(%s) IS NOT NULL), true)", name, value);
        else
            g_string_append(sql, "true");
    }
    g_string_append_printf(sql, " FROM (%s)", lossless->scan);
    return g_string_free(sql, FALSE);
}

bool lossless_release(struct lossless *lossless, struct session *session, GError **error)
{
    g_autofree char *sql = holds_query(lossless);
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (guint i = 0; i < lossless->columns->len; i++) {
        struct field_column *column = g_ptr_array_index(lossless->columns, i);
        if (!duckdb_value_boolean(&result, i, 0))
            g_clear_pointer(&column->declared, g_free);
    }
    duckdb_destroy_result(&result);
    return find_types(lossless, session, -1, error);
}

/* "record 3, column x: 'v'" of the first text in the file that its declared type refuses; NULL when
 * there is none. */
static char *find_refused(const struct lossless *lossless, struct session *own, const char *scan,
                          const struct field_column *column)
{
    g_autofree char *name = quote_identifier(column->name);
    g_autofree char *value = declared_value(lossless, column, "v");
    g_autofree char *sql = g_strdup_printf(
        "SELECT n, v FROM (SELECT row_number() OVER () AS n, %s AS v FROM (%s)) WHERE v IS NOT "
        "NULL AND TRY(%s) IS NULL LIMIT 1",
        name, scan, value);
    duckdb_result result;
    char *found = NULL;
    if (duckdb_query(own->connection, sql, &result) == DuckDBSuccess &&
        duckdb_row_count(&result) > 0) {
        char *text = duckdb_value_varchar(&result, 1, 0);
        found = g_strdup_printf("record %" G_GINT64_FORMAT ", column %s: '%s'",
                                duckdb_value_int64(&result, 0, 0), column->name, text);
        duckdb_free(text);
    }
    duckdb_destroy_result(&result);
    return found;
}

static char *find_in_file(const struct lossless *lossless, struct session *own, guint index)
{
    const char *path = g_ptr_array_index(lossless->relation->paths, index);
    AUTO(relation) one = scan_one_file(lossless->relation, index);
    g_autofree char *scan = scan_query(one, SCAN_TEXT, NULL);
    for (guint i = 0; scan && i < lossless->columns->len; i++) {
        const struct field_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *found =
            column->declared ? find_refused(lossless, own, scan, column) : NULL;
        if (found)
            return g_strdup_printf("%s, %s is not exactly a %s", path, found, column->declared);
    }
    return NULL;
}

void lossless_explain(const struct lossless *lossless, struct session *session, GError **error)
{
    if (error_kind(*error) != ERROR_DATA || strstr((*error)->message, ", line "))
        return;
    struct engine *engine = session->engine;
    g_autofree char *found = NULL;
    pthread_mutex_lock(&engine->own_lock);
    for (guint i = 0; i < lossless->relation->paths->len && !found; i++)
        found = find_in_file(lossless, engine->own, i);
    pthread_mutex_unlock(&engine->own_lock);
    if (!found)
        return;
    g_clear_error(error);
    error_set(error, ERROR_DATA, "%s", found);
}
