/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/jsonload.h"

#include "base/name.h"
#include "base/unpack.h"
#include "engine/duckdb/convert.h"
#include "engine/duckdb/copy.h"
#include "engine/duckdb/hive.h"
#include "engine/duckdb/jsontext.h"
#include "engine/duckdb/misfit.h"
#include "engine/duckdb/scan.h"
#include "engine/duckdb/statement.h"

#include <string.h>

enum { MOST_DIGITS = 38 };

struct json_load {
    const struct relation *given;
    struct relation *relation; /* what is read: files or copies, and which columns */
    struct json_places *places;
    GPtrArray *copies;  /* FILE * */
    GPtrArray *columns; /* struct convert_column; those that aren't text stay as they are */
    GPtrArray *folders; /* struct column: those that come from paths; NULL: none */
    GPtrArray *notes;   /* char *: what goes behind the table's name */
};

static void close_copy(gpointer copy)
{
    (void)fclose(copy);
}

void json_load_free(struct json_load *load)
{
    if (!load)
        return;
    relation_free(load->relation);
    json_places_free(load->places);
    g_ptr_array_unref(load->copies);
    g_ptr_array_unref(load->columns);
    g_clear_pointer(&load->folders, g_ptr_array_unref);
    g_ptr_array_unref(load->notes);
    g_free(load);
}

bool json_load_applies(const struct relation *relation)
{
    return strcmp(relation->format, "json") == 0;
}

static const char *text_of(const struct relation *relation, const char *name)
{
    const struct setting *setting = relation_get(relation, name);
    return setting ? setting->text : NULL;
}

static const char *path_of(const struct json_load *load, guint file)
{
    return g_ptr_array_index(load->given->paths, file);
}

static const char *compression_of(const struct json_load *load, guint file)
{
    return path_compression(path_of(load, file), text_of(load->given, "compression"));
}

static bool find_places(struct json_load *load, GError **error)
{
    for (guint i = 0; i < load->given->paths->len; i++) {
        if (!json_places_find(load->places, path_of(load, i), compression_of(load, i), error))
            return false;
    }
    return true;
}

static bool copy_file(struct json_load *load, guint index, const char *folder, GError **error)
{
    FILE *copy = copy_open(folder, error);
    if (!copy)
        return false;
    g_ptr_array_add(load->copies, copy);
    g_free(g_ptr_array_index(load->relation->paths, index));
    g_ptr_array_index(load->relation->paths, index) = copy_path(copy);
    return json_places_quote(load->places, path_of(load, index), compression_of(load, index), copy,
                             error) &&
           copy_flush(copy, folder, error);
}

/* Numbers that would change are read from copies that have them in quotes. */
static bool copy_files(struct json_load *load, struct session *session, GError **error)
{
    g_autofree char *folder = copy_folder(session);
    if (!json_places_lose(load->places))
        return true;
    hive_hide(load->relation);
    relation_set(load->relation, "compression", SETTING_TEXT, "none");
    for (guint i = 0; i < load->given->paths->len; i++) {
        if (!copy_file(load, i, folder, error))
            return false;
    }
    return true;
}

static GPtrArray *bind_scan(struct session *session, const struct relation *relation,
                            GError **error)
{
    g_autofree char *scan = scan_query(relation, 0, error);
    return scan ? statement_bind(session, scan, error) : NULL;
}

static bool is_scalar(const char *type)
{
    return !strpbrk(type, "[(") || g_str_has_prefix(type, "DECIMAL(");
}

static const char *type_in(const GPtrArray *columns, const char *name)
{
    const struct column *column = columns ? columns_find(columns, name) : NULL;
    return column ? column->type : NULL;
}

/* Is it one that paths give, not the files' text? */
static bool is_from_path(const struct json_load *load, const char *name)
{
    return (load->folders && columns_find(load->folders, name)) ||
           (strcmp(name, "filename") == 0 &&
            g_strcmp0(text_of(load->given, "filename"), "true") == 0);
}

/* DuckDB takes more texts for these than are exactly such a value ("2024-1-5", "epoch"). */
static bool is_moment(const char *type)
{
    return strcmp(type, "DATE") == 0 || strcmp(type, "TIME") == 0 || strcmp(type, "TIMESTAMP") == 0;
}

/* TIMESTAMP as a part of a type becomes VARCHAR. Names in it that are no plain words are quoted,
 * and those that are have small letters. */
static char *without_timestamps(const char *type)
{
    g_autoptr(GString) text = g_string_new(type);
    g_string_replace(text, "TIMESTAMP", "VARCHAR", 0);
    return g_strdup(text->str);
}

static void note_text(struct json_load *load, const char *column, const struct json_place *place)
{
    const bool is_inner = (place->flags & JSON_INNER) != 0;
    g_ptr_array_add(load->notes,
                    g_strdup_printf(".%s: %skept as text, such as %s", column,
                                    is_inner ? "values in it are " : "",
                                    place->example ? place->example : "numbers of many digits"));
}

/* How one column is read. `type` is what DuckDB found. Returns the type to read it with. */
static char *plan_column(struct json_load *load, struct convert_column *column, const char *type,
                         const GPtrArray *declared)
{
    const char *wanted = type_in(declared, column->name);
    const bool is_declared = wanted || relation_get(load->given, "columns");
    const struct json_place *times = json_places_of(load->places, column->name, JSON_OFFSET);
    const char *kept = wanted ? wanted : type;
    if (is_declared && (is_scalar(kept) || convert_is_nested(kept))) {
        column->declared = g_strdup(kept);
        column->is_text = true;
        return g_strdup(is_scalar(kept) ? "VARCHAR" : "JSON");
    }
    if (is_moment(type) || (times && strcmp(type, "VARCHAR") == 0)) {
        column->is_text = true;
        return g_strdup("VARCHAR");
    }
    if (times && strstr(type, "TIMESTAMP") && !is_declared) {
        note_text(load, column->name, times);
        return without_timestamps(type);
    }
    const struct json_place *numbers = json_places_of(load->places, column->name, JSON_LOST);
    column->is_text = numbers && strcmp(type, "VARCHAR") == 0;
    if (numbers && !column->is_text)
        note_text(load, column->name, numbers);
    return g_strdup(type);
}

static struct convert_column *add_column(struct json_load *load, const char *name)
{
    struct convert_column *column = g_new0(struct convert_column, 1);
    column->name = g_strdup(name);
    column->kind = STRICT_KINDS;
    g_ptr_array_add(load->columns, column);
    return column;
}

/* DuckDB has names of its own for members without a name (C0) and for those that are called as
 * another one but for the case (a, A_1): by these no member is found. */
static bool may_be_renamed(const GPtrArray *found, const char *name)
{
    gsize length = strlen(name);
    while (length > 0 && g_ascii_isdigit(name[length - 1]))
        length--;
    if (name[length] == '\0' || length == 0)
        return false;
    g_autofree char *former = g_strndup(name, length - 1);
    return strncmp(name, "C", length) == 0 ||
           (name[length - 1] == '_' && columns_find(found, former));
}

static bool may_have_renamed(const GPtrArray *found)
{
    for (guint i = 0; i < found->len; i++) {
        const struct column *column = g_ptr_array_index(found, i);
        if (may_be_renamed(found, column->name))
            return true;
    }
    return false;
}

static bool has_structs(const GPtrArray *found)
{
    for (guint i = 0; i < found->len; i++) {
        const struct column *column = g_ptr_array_index(found, i);
        if (strstr(column->type, "STRUCT("))
            return true;
    }
    return false;
}

/* To look for the columns once more costs as much as to read the file. A member inside of another
 * may have a name that can't be written in a type. */
static bool may_fix_columns(const struct json_load *load, const GPtrArray *found)
{
    return load->given->paths->len == 1 && !relation_get(load->given, "sample_size") &&
           !may_have_renamed(found) && !has_structs(found);
}

static void plan_columns(struct json_load *load, const GPtrArray *found, const GPtrArray *declared)
{
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
    bool changes = false;
    for (guint i = 0; i < found->len; i++) {
        const struct column *one = g_ptr_array_index(found, i);
        if (hive_is_hidden(one->name))
            continue;
        struct convert_column *column = add_column(load, one->name);
        if (is_from_path(load, one->name))
            continue;
        g_autofree char *type = plan_column(load, column, one->type, declared);
        changes = changes || strcmp(type, one->type) != 0;
        g_ptr_array_add(pairs, g_strdup(one->name));
        g_ptr_array_add(pairs, g_steal_pointer(&type));
    }
    for (guint i = 0; load->folders && i < load->folders->len; i++) {
        const struct column *folder = g_ptr_array_index(load->folders, i);
        if (!columns_find(found, folder->name))
            add_column(load, folder->name);
    }
    if (pairs->len == 0 || (!changes && !may_fix_columns(load, found)))
        return;
    struct setting *columns = relation_set(load->relation, "columns", SETTING_PAIRS, NULL);
    for (guint i = 0; i < pairs->len; i++)
        g_ptr_array_add(columns->items, g_strdup(g_ptr_array_index(pairs, i)));
}

static bool is_open(const struct convert_column *column)
{
    return column->is_text && !column->declared;
}

/* Three numbers a column: the bits of what all texts are, and the most digits. */
static char *types_query(const struct json_load *load, const char *scan)
{
    GString *sql = g_string_new("SELECT 0");
    for (guint i = 0; i < load->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(load->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *fits = convert_fits(load->given, name);
        g_autofree char *digits = convert_digits(load->given, name);
        if (is_open(column))
            g_string_append_printf(sql,
                                   ", coalesce(bit_and(%s), 0)::BIGINT, max(%s >> 8)::BIGINT, "
                                   "max(%s & 255)::BIGINT",
                                   fits, digits, digits);
        else
            g_string_append(sql, ", 0::BIGINT, 0::BIGINT, 0::BIGINT");
    }
    g_string_append_printf(sql, " FROM (%s)", scan);
    return g_string_free(sql, FALSE);
}

/* Texts that were texts in JSON are no numbers and no truth values. */
static void choose(struct json_load *load, struct convert_column *column, gint bits, guint whole,
                   guint scale)
{
    const struct json_place *numbers = json_places_of(load->places, column->name, JSON_LOST);
    const bool fits = numbers && whole + scale <= MOST_DIGITS;
    const gint without = (STRICT_NUMBERS | 1 << STRICT_BOOLEAN) & ~(fits ? 1 << STRICT_DECIMAL : 0);
    convert_choose(column, bits & ~without);
    column->whole = whole == 0 && scale < MOST_DIGITS ? 1 : whole;
    column->scale = scale;
    if (numbers && column->kind == STRICT_KINDS)
        note_text(load, column->name, numbers);
}

static bool find_types(struct json_load *load, struct session *session, GError **error)
{
    g_autofree char *scan = scan_query(load->relation, 0, error);
    g_autofree char *sql = scan ? types_query(load, scan) : NULL;
    duckdb_result result;
    if (!sql)
        return false;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (guint i = 0; i < load->columns->len; i++) {
        struct convert_column *column = g_ptr_array_index(load->columns, i);
        if (is_open(column))
            choose(load, column, (gint)duckdb_value_int64(&result, 3 * i + 1, 0),
                   (guint)duckdb_value_int64(&result, 3 * i + 2, 0),
                   (guint)duckdb_value_int64(&result, 3 * i + 3, 0));
    }
    duckdb_destroy_result(&result);
    return true;
}

static bool has_open(const struct json_load *load)
{
    for (guint i = 0; i < load->columns->len; i++) {
        if (is_open(g_ptr_array_index(load->columns, i)))
            return true;
    }
    return false;
}

/* How many values each column has of those that may be renamed. */
static bool count_values(struct session *session, const struct relation *relation,
                         const GPtrArray *found, GArray *out, GError **error)
{
    g_autofree char *scan = scan_query(relation, 0, error);
    g_autoptr(GString) sql = g_string_new("SELECT 0");
    duckdb_result result;
    if (!scan)
        return false;
    for (guint i = 0; i < found->len; i++) {
        const struct column *column = g_ptr_array_index(found, i);
        g_autofree char *name = quote_identifier(column->name);
        if (may_be_renamed(found, column->name))
            g_string_append_printf(sql, ", count(%s)", name);
    }
    g_string_append_printf(sql, " FROM (%s)", scan);
    if (duckdb_query(session->connection, sql->str, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (idx_t i = 0; i < duckdb_column_count(&result); i++) {
        const gint64 count = duckdb_value_int64(&result, i, 0);
        g_array_append_val(out, count);
    }
    duckdb_destroy_result(&result);
    return true;
}

/* By the name that DuckDB has for it a member isn't found: its values would be NULL. */
static bool check_renamed(const struct json_load *load, struct session *session,
                          const GPtrArray *found, GError **error)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) read = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!relation_get(load->relation, "columns") || relation_get(load->given, "columns") ||
        session->only_binds || !may_have_renamed(found))
        return true;
    if (!count_values(session, load->given, found, all, error) ||
        !count_values(session, load->relation, found, read, error))
        return false;
    if (memcmp(all->data, read->data, all->len * sizeof(gint64)) == 0)
        return true;
    error_set(error, ERROR_DATA,
              "%s: two members have one name but for the case of its letters, or a member has no "
              "name: say which are read: \"columns\": {\"id\": \"BIGINT\", ..}",
              path_of(load, 0));
    return false;
}

static bool look(struct json_load *load, struct session *session, const GPtrArray *declared,
                 GError **error)
{
    g_autofree char *can_be_said = scan_query(load->given, 0, error);
    if (!can_be_said || !find_places(load, error) || !copy_files(load, session, error))
        return false;
    g_autoptr(GPtrArray) found = bind_scan(session, load->relation, error);
    if (!found || !hive_columns(session, load->given, &load->folders, error))
        return false;
    plan_columns(load, found, declared);
    if (!check_renamed(load, session, found, error))
        return false;
    return !has_open(load) || session->only_binds || find_types(load, session, error);
}

struct json_load *json_load_new(struct session *session, const struct relation *relation,
                                const GPtrArray *declared, GError **error)
{
    AUTO(json_load) load = g_new0(struct json_load, 1);
    load->given = relation;
    load->relation = relation_copy(relation);
    load->places = json_places_new();
    load->copies = g_ptr_array_new_with_free_func(close_copy);
    load->columns = g_ptr_array_new_with_free_func(convert_column_free);
    load->notes = g_ptr_array_new_with_free_func(g_free);
    return look(load, session, declared, error) ? g_steal_pointer(&load) : NULL;
}

/* One truth value a column: do all its values fit the type that is declared? */
static char *holds_query(const struct json_load *load)
{
    GString *sql = g_string_new("SELECT 0");
    g_autofree char *scan = scan_query(load->relation, 0, NULL);
    for (guint i = 0; i < load->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(load->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *value = convert_value(load->given, column, name, 0);
        if (column->is_text && column->declared)
            g_string_append_printf(
                sql, ", coalesce(bool_and(%s IS NULL OR TRY(%s) IS NOT NULL), true)", name, value);
        else
            g_string_append(sql, ", true");
    }
    g_string_append_printf(sql, " FROM (%s)", scan);
    return g_string_free(sql, FALSE);
}

bool json_load_release(const struct json_load *load, struct session *session, GPtrArray *declared,
                       GError **error)
{
    g_autofree char *sql = holds_query(load);
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (guint i = 0; i < load->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(load->columns, i);
        struct column *wanted = columns_find(declared, column->name);
        if (wanted && !duckdb_value_boolean(&result, i + 1, 0))
            g_ptr_array_remove(declared, wanted);
    }
    duckdb_destroy_result(&result);
    return true;
}

static bool count_rows(const struct json_load *load, struct session *session, gint64 *out,
                       GError **error)
{
    g_autofree char *scan = scan_query(load->relation, 0, NULL);
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM (%s)", scan);
    duckdb_result result;
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    *out = duckdb_value_int64(&result, 0, 0);
    duckdb_destroy_result(&result);
    return true;
}

bool json_load_finish(const struct json_load *load, struct session *session, gint64 rows,
                      GError **error)
{
    const guint64 records = json_places_records(load->places, text_of(load->given, "format"));
    if (rows < 0 && !count_rows(load, session, &rows, error))
        return false;
    if (records == (guint64)rows)
        return true;
    error_set(error, ERROR_DATA,
              "%s: the engine found %" G_GINT64_FORMAT " rows, but there are %" G_GUINT64_FORMAT
              " records: nothing was loaded",
              path_of(load, 0), rows, records);
    return false;
}

static char *column_value(const struct json_load *load, const struct convert_column *column)
{
    g_autofree char *name = quote_identifier(column->name);
    if (column->is_text)
        return convert_value(load->given, column, name, 0);
    if (load->copies->len == 0 || !is_from_path(load, column->name))
        return g_steal_pointer(&name);
    const struct column *folder = load->folders ? columns_find(load->folders, column->name) : NULL;
    return folder ? hive_value(load->given, load->relation, folder->name, folder->type)
                  : copy_filename(load->given, load->relation, name);
}

char *json_load_query(const struct json_load *load)
{
    GString *sql = g_string_new("SELECT ");
    g_autofree char *scan = scan_query(load->relation, 0, NULL);
    for (guint i = 0; i < load->columns->len; i++) {
        const struct convert_column *column = g_ptr_array_index(load->columns, i);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *value = column_value(load, column);
        g_string_append_printf(sql, "%s%s AS %s", i ? ", " : "", value, name);
    }
    g_string_append_printf(sql, " FROM (%s)", scan);
    return g_string_free(sql, FALSE);
}

void json_load_tell(const struct json_load *load, const char *table, struct written *out)
{
    for (guint i = 0; i < load->notes->len; i++) {
        const char *note = g_ptr_array_index(load->notes, i);
        written_note(out, g_strconcat(table, note, NULL));
    }
}

void json_load_explain(const struct json_load *load, struct session *session, GError **error)
{
    if (error_kind(*error) != ERROR_DATA || !error_details(*error)->code)
        return;
    struct engine *engine = session->engine;
    pthread_mutex_lock(&engine->own_lock);
    g_autofree char *found = misfit_explain(engine->own, load->relation, load->columns, NULL);
    pthread_mutex_unlock(&engine->own_lock);
    if (!found)
        return;
    g_autoptr(GString) message = g_string_new(found);
    for (guint i = 0; i < load->copies->len; i++)
        g_string_replace(message, g_ptr_array_index(load->relation->paths, i), path_of(load, i), 1);
    g_clear_error(error);
    error_set(error, ERROR_DATA, "%s", message->str);
}
