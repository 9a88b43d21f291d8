/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/lossless.h"

#include "base/name.h"
#include "engine/duckdb/audit.h"
#include "engine/duckdb/convert.h"
#include "engine/duckdb/csv.h"
#include "engine/duckdb/hive.h"
#include "engine/duckdb/misfit.h"
#include "engine/duckdb/rejects.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

enum { SAMPLE_ROWS = 20480, MOST_DIGITS = 38 };

struct lossless {
    const struct relation *given;
    const struct relation *relation; /* what is read: the given one, or one without rejects */
    struct rejects *rejects;         /* NULL: nothing is rejected */
    struct audit *audit;
    char *scan;         /* all columns as text */
    GPtrArray *columns; /* struct convert_column */
    GPtrArray *folders; /* struct column: those that come from paths; NULL: none */
    GPtrArray *notes;   /* char *: what goes behind the table's name */
    gint64 rows;        /* that DuckDB finds in the files; -1: they were not counted */
    gint *slots;
    guint slot; /* from 1 */
};

void lossless_free(struct lossless *lossless)
{
    if (!lossless)
        return;
    audit_free(lossless->audit);
    rejects_free(lossless->rejects);
    g_free(lossless->scan);
    g_ptr_array_unref(lossless->columns);
    g_clear_pointer(&lossless->folders, g_ptr_array_unref);
    g_ptr_array_unref(lossless->notes);
    g_free(lossless);
}

static bool has_value(const struct relation *relation, const char *name, const char *plain)
{
    const struct setting *setting = relation_get(relation, name);
    return setting && strcmp(setting->text, plain) != 0;
}

bool lossless_applies(const struct relation *relation)
{
    return strcmp(relation->format, "csv") == 0;
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

/* The types that the relation declares, as DuckDB names them; NULL when it declares none. */
static bool bind_declared(struct session *session, const struct relation *relation,
                          GPtrArray **out_typed, GError **error)
{
    *out_typed = NULL;
    if (!relation_get(relation, "types") && !relation_get(relation, "columns"))
        return true;
    g_autofree char *typed = scan_query(relation, SCAN_DECLARED, error);
    *out_typed = typed ? statement_bind(session, typed, error) : NULL;
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
    if (column && scan_declares(relation, name))
        return column->type;
    return has_value(relation, "all_varchar", "false") ? "VARCHAR" : NULL;
}

static bool is_folder(const struct lossless *lossless, const char *name)
{
    return lossless->folders && columns_find(lossless->folders, name);
}

static void add_column(struct lossless *lossless, const char *name, bool is_text,
                       const char *declared)
{
    struct convert_column *column = g_new0(struct convert_column, 1);
    column->name = g_strdup(name);
    column->kind = STRICT_KINDS;
    column->is_folder = is_folder(lossless, name);
    column->is_text = is_text || column->is_folder;
    column->declared = column->is_text ? g_strdup(declared) : NULL;
    g_ptr_array_add(lossless->columns, column);
}

/* Copies don't have the columns of the given files' folders. */
static void add_columns(struct lossless *lossless, const GPtrArray *texts,
                        const GPtrArray *declared, const GPtrArray *typed)
{
    const struct relation *given = lossless->given;
    const bool has_filename = has_value(given, "filename", "false");
    for (guint i = 0; i < texts->len; i++) {
        const struct column *text = g_ptr_array_index(texts, i);
        const bool is_text = strcmp(text->type, "VARCHAR") == 0 &&
                             !(has_filename && strcmp(text->name, "filename") == 0);
        if (!hive_is_hidden(text->name))
            add_column(lossless, text->name, is_text,
                       wanted_type(given, declared, typed, text->name));
    }
    for (guint i = 0; lossless->folders && i < lossless->folders->len; i++) {
        const char *name = ((struct column *)g_ptr_array_index(lossless->folders, i))->name;
        if (!columns_find(texts, name))
            add_column(lossless, name, true, wanted_type(given, declared, typed, name));
    }
}

static bool is_open(const struct convert_column *column)
{
    return column->is_text && !column->declared;
}

static void append_limit(GString *sql, const struct lossless *lossless, gint64 limit)
{
    g_string_append_printf(sql, " FROM (%s", lossless->scan);
    if (limit >= 0)
        g_string_append_printf(sql, " LIMIT %" G_GINT64_FORMAT, limit);
    g_string_append_c(sql, ')');
}

/* One number a column: the bits that all its texts have, -1 for a column without any;
 * and how many rows there are. */
static char *fits_query(const struct lossless *lossless, gint64 limit)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *fits = convert_fits(lossless->given, name);
        g_string_append(sql, i ? ", " : "");
        if (is_open(column))
            g_string_append_printf(sql, "coalesce(bit_and(%s), -1)::BIGINT", fits);
        else
            g_string_append(sql, "0::BIGINT");
    }
    g_string_append(sql, ", count(*)");
    append_limit(sql, lossless, limit);
    return g_string_free(sql, FALSE);
}

/* Two numbers a column: the most digits before and behind the point; 0 but for DECIMAL. */
static char *digits_query(const struct lossless *lossless, gint64 limit)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *digits = convert_digits(lossless->given, name);
        g_string_append(sql, i ? ", " : "");
        if (is_open(column) && column->kind == STRICT_DECIMAL)
            g_string_append_printf(sql, "max(%s >> 8)::BIGINT, max(%s & 255)::BIGINT", digits,
                                   digits);
        else
            g_string_append(sql, "0::BIGINT, 0::BIGINT");
    }
    append_limit(sql, lossless, limit);
    return g_string_free(sql, FALSE);
}

/* One row of numbers. */
static bool ask(struct session *session, const char *sql, duckdb_result *out, GError **error)
{
    return duckdb_query(session->connection, sql, out) == DuckDBSuccess ||
           statement_fail_result(session, NULL, out, error);
}

static bool find_digits(struct lossless *lossless, struct session *session, gint64 limit,
                        GError **error)
{
    g_autofree char *sql = digits_query(lossless, limit);
    duckdb_result result;
    if (!ask(session, sql, &result, error))
        return false;
    for (guint i = 0; i < lossless->columns->len; i++) {
        struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        if (!is_open(column) || column->kind != STRICT_DECIMAL)
            continue;
        column->whole = (guint)duckdb_value_int64(&result, 2 * i, 0);
        column->scale = (guint)duckdb_value_int64(&result, 2 * i + 1, 0);
        if (column->whole + column->scale > MOST_DIGITS)
            column->kind = STRICT_KINDS;
        else if (column->whole == 0 && column->scale < MOST_DIGITS)
            column->whole = 1; /* written as 0.5, not .5 */
    }
    duckdb_destroy_result(&result);
    return true;
}

static bool find_types(struct lossless *lossless, struct session *session, gint64 limit,
                       GError **error)
{
    g_autofree char *sql = fits_query(lossless, limit);
    duckdb_result result;
    if (!ask(session, sql, &result, error))
        return false;
    bool has_decimal = false;
    for (guint i = 0; i < lossless->columns->len; i++) {
        struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        convert_choose(column, (gint)duckdb_value_int64(&result, i, 0));
        has_decimal = has_decimal || column->kind == STRICT_DECIMAL;
    }
    if (limit < 0)
        lossless->rows = duckdb_value_int64(&result, lossless->columns->len, 0);
    duckdb_destroy_result(&result);
    return !has_decimal || find_digits(lossless, session, limit, error);
}

static gint64 sample_rows(const struct relation *relation)
{
    const struct setting *sample = relation_get(relation, "sample_size");
    return sample ? g_ascii_strtoll(sample->text, NULL, 10) : SAMPLE_ROWS;
}

static bool has_declared(const struct lossless *lossless)
{
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        if (column->declared && strcmp(column->declared, "VARCHAR") != 0)
            return true;
    }
    return false;
}

/* Rejects the records with values that don't fit a type that is declared. */
static bool reject_misfits(struct lossless *lossless, struct session *session, GError **error)
{
    if (!lossless->rejects || !has_declared(lossless))
        return true;
    const guint64 before = rejects_count(lossless->rejects);
    for (guint i = 0; i < lossless->relation->paths->len; i++) {
        if (!misfit_reject(session, lossless->relation, i, lossless->columns, lossless->rejects,
                           error))
            return false;
    }
    return rejects_count(lossless->rejects) == before || rejects_filter(lossless->rejects, error);
}

/* The scan of copies, with what the given files' folders say. */
static char *scan_with_folders(const struct lossless *lossless, const char *scan)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *value = column->is_folder ? hive_value(lossless->given, lossless->relation,
                                                                column->name, "VARCHAR")
                                                   : g_strdup(name);
        g_string_append_printf(sql, "%s%s AS %s", i ? ", " : "", value, name);
    }
    g_string_append_printf(sql, " FROM (%s)", scan);
    return g_string_free(sql, FALSE);
}

static char *make_scan(const struct lossless *lossless, GError **error)
{
    g_autofree char *scan = scan_query(lossless->relation, 0, error);
    const bool has_copies = lossless->rejects && rejects_has_copies(lossless->rejects);
    return scan && lossless->folders && has_copies ? scan_with_folders(lossless, scan)
                                                   : g_steal_pointer(&scan);
}

static bool look(struct lossless *lossless, struct session *session, const GPtrArray *declared,
                 GError **error)
{
    g_autoptr(GPtrArray) typed = NULL;
    g_autofree char *scan = scan_query(lossless->relation, 0, error);
    g_autoptr(GPtrArray) texts = scan ? statement_bind(session, scan, error) : NULL;
    if (!texts || !bind_declared(session, lossless->relation, &typed, error) ||
        !hive_columns(session, lossless->given, &lossless->folders, error))
        return false;
    add_columns(lossless, texts, declared, typed);
    if (!reject_misfits(lossless, session, error))
        return false;
    lossless->scan = make_scan(lossless, error);
    return lossless->scan && find_types(lossless, session, sample_rows(lossless->relation), error);
}

struct lossless *lossless_new(struct session *session, const struct relation *relation,
                              const GPtrArray *declared, GError **error)
{
    AUTO(lossless) lossless = g_new0(struct lossless, 1);
    lossless->given = lossless->relation = relation;
    lossless->columns = g_ptr_array_new_with_free_func(convert_column_free);
    lossless->notes = g_ptr_array_new_with_free_func(g_free);
    lossless->rows = -1;
    lossless->slots = session->engine->slots;
    lossless->slot =
        1 + (guint)g_atomic_int_add(&session->engine->next_slot, 1) % (STRICT_SLOTS - 1);
    if (rejects_wanted(relation)) {
        lossless->rejects = rejects_new(session, relation, error);
        if (!lossless->rejects)
            return NULL;
        lossless->relation = rejects_relation(lossless->rejects);
    }
    if (!look(lossless, session, declared, error))
        return NULL;
    lossless->audit = session->only_binds ? NULL : audit_start(lossless->relation);
    return g_steal_pointer(&lossless);
}

/* A file that is read from a copy keeps its name. */
static char *column_value(const struct lossless *lossless, const struct convert_column *column,
                          guint slot)
{
    g_autofree char *name = quote_identifier(column->name);
    if (column->is_text)
        return convert_value(lossless->given, column, name, slot);
    if (lossless->rejects && strcmp(column->name, "filename") == 0)
        return rejects_filename(lossless->rejects, name);
    return g_steal_pointer(&name);
}

char *lossless_query(const struct lossless *lossless, bool remembers)
{
    GString *sql = g_string_new("SELECT ");
    g_atomic_int_set(&lossless->slots[lossless->slot], 0);
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *value = column_value(lossless, column, remembers ? lossless->slot : 0);
        g_string_append_printf(sql, "%s%s AS %s", i ? ", " : "", value, name);
    }
    g_string_append_printf(sql, " FROM (%s)", lossless->scan);
    return g_string_free(sql, FALSE);
}

bool lossless_misfits(const struct lossless *lossless)
{
    return g_atomic_int_get(&lossless->slots[lossless->slot]) != 0;
}

/* ".zip: kept as text, '007' at line 60,002" */
static char *wider_note(const struct lossless *lossless, struct session *session,
                        const struct convert_column *before, const struct convert_column *after)
{
    g_autofree char *type = convert_type(after);
    g_autofree char *place = misfit_place(session, lossless->relation, before, lossless->rejects);
    return after->kind == STRICT_KINDS ? g_strdup_printf(".%s: kept as text%s%s", after->name,
                                                         place ? ", " : "", place ? place : "")
                                       : g_strdup_printf(".%s: became %s%s%s", after->name, type,
                                                         place ? ", " : "", place ? place : "");
}

static bool is_same(const struct convert_column *left, const struct convert_column *right)
{
    return left->kind == right->kind && left->has_form == right->has_form &&
           (left->kind != STRICT_DECIMAL ||
            (left->whole == right->whole && left->scale == right->scale));
}

bool lossless_check(struct lossless *lossless, struct session *session, GError **error)
{
    g_autoptr(GArray) former = g_array_new(FALSE, FALSE, sizeof(struct convert_column));
    for (guint i = 0; i < lossless->columns->len; i++)
        g_array_append_vals(former, g_ptr_array_index(lossless->columns, i), 1);
    if (!find_types(lossless, session, -1, error))
        return false;
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct convert_column *before = &g_array_index(former, struct convert_column, i);
        const struct convert_column *after = g_ptr_array_index(lossless->columns, i);
        if (before->kind != STRICT_KINDS && !is_same(before, after))
            g_ptr_array_add(lossless->notes, wider_note(lossless, session, before, after));
    }
    return true;
}

/* One truth value a column: do all texts fit the type that is declared? */
static char *holds_query(const struct lossless *lossless)
{
    GString *sql = g_string_new("SELECT ");
    for (guint i = 0; i < lossless->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *value = convert_value(lossless->given, column, name, 0);
        g_string_append(sql, i ? ", " : "");
        if (column->declared)
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
    if (!ask(session, sql, &result, error))
        return false;
    for (guint i = 0; i < lossless->columns->len; i++) {
        struct convert_column *column = g_ptr_array_index(lossless->columns, i);
        if (!duckdb_value_boolean(&result, i, 0) && !scan_declares(lossless->given, column->name))
            g_clear_pointer(&column->declared, g_free);
    }
    duckdb_destroy_result(&result);
    return find_types(lossless, session, -1, error);
}

/* Reads the files once more. */
static bool count_rows(struct lossless *lossless, struct session *session, GError **error)
{
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM (%s)", lossless->scan);
    duckdb_result result;
    if (!ask(session, sql, &result, error))
        return false;
    lossless->rows = duckdb_value_int64(&result, 0, 0);
    duckdb_destroy_result(&result);
    return true;
}

bool lossless_finish(struct lossless *lossless, struct session *session, gint64 rows,
                     GError **error)
{
    guint64 records = 0;
    if (rows < 0 && lossless->rows < 0 && !count_rows(lossless, session, error))
        return false;
    if (!audit_finish(lossless->audit, &records, error))
        return false;
    rows = rows < 0 ? lossless->rows : rows;
    if (records != (guint64)rows) {
        error_set(error, ERROR_DATA,
                  "%s: the engine found %" G_GINT64_FORMAT " rows, but there are %" G_GUINT64_FORMAT
                  " records: nothing was loaded",
                  (const char *)g_ptr_array_index(lossless->given->paths, 0), rows, records);
        return false;
    }
    if (!lossless->rejects)
        return true;
    g_autofree char *note = rejects_note(lossless->rejects);
    if (note)
        g_ptr_array_add(lossless->notes, g_strconcat(": ", note, NULL));
    return rejects_write(lossless->rejects, error);
}

void lossless_explain(const struct lossless *lossless, struct session *session, GError **error)
{
    if (error_kind(*error) != ERROR_DATA || !error_details(*error)->code ||
        strstr((*error)->message, ", line "))
        return;
    struct engine *engine = session->engine;
    pthread_mutex_lock(&engine->own_lock);
    g_autofree char *found =
        misfit_explain(engine->own, lossless->relation, lossless->columns, lossless->rejects);
    pthread_mutex_unlock(&engine->own_lock);
    if (!found)
        return;
    g_clear_error(error);
    error_set(error, ERROR_DATA, "%s", found);
}

guint64 lossless_rejected(const struct lossless *lossless)
{
    return lossless->rejects ? rejects_count(lossless->rejects) : 0;
}

void lossless_tell(const struct lossless *lossless, const char *table, struct written *out)
{
    for (guint i = 0; i < lossless->notes->len; i++) {
        const char *note = g_ptr_array_index(lossless->notes, i);
        written_note(out, g_strconcat(table, note, NULL));
    }
}
