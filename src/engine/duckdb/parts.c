/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY .. (PARTITION_BY ..) makes files and nothing else. So the rows are put into a temp table,
 * counted by partition, and read sorted by it: a part is the next so many records.
 *
 * Invariant: folders are called as DuckDB calls them. Where that isn't certain (types whose equal
 * values have several texts, or whose text hangs on settings) and where records can't be told
 * apart, it is DuckDB's to make files.
 */
#include "engine/duckdb/parts.h"

#include "base/name.h"
#include "engine/duckdb/fidelity.h"
#include "engine/duckdb/query.h"
#include "engine/duckdb/statement.h"

#include <string.h>

#define STORED "temp.__sqlflow_parts"

static bool is_plain(const char *type)
{
    static const char *const plain[] = {"BOOLEAN",  "TINYINT",  "SMALLINT",  "INTEGER",  "BIGINT",
                                        "HUGEINT",  "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                                        "UHUGEINT", "DATE",     "UUID",      "VARCHAR",  NULL};
    return g_strv_contains(plain, type) || g_str_has_prefix(type, "DECIMAL(");
}

static bool is_partition(const struct relation *relation, const char *name)
{
    const GPtrArray *names = relation_get(relation, "partition_by")->items;
    for (guint i = 0; i < names->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(names, i), name) == 0)
            return true;
    return false;
}

/* Is each partition one column of a plain type, and is there another column? */
static bool are_plain(const struct relation *relation, const GPtrArray *columns)
{
    guint found = 0;
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        if (!is_partition(relation, column->name))
            continue;
        if (!is_plain(column->type))
            return false;
        found++;
    }
    return found == relation_get(relation, "partition_by")->items->len && found < columns->len;
}

/* A byte; 0: it is none or several. */
static char mark_of(const struct relation *relation, const char *name, char preset)
{
    const struct setting *setting = relation_get(relation, name);
    if (!setting)
        return preset;
    return strlen(setting->text) == 1 ? *setting->text : '\0';
}

/* Says how records are told apart; false: they can't be. */
static bool tell_apart(const struct relation *relation, struct export_parts *out)
{
    const struct setting *null = relation_get(relation, "null");
    const struct setting *header = relation_get(relation, "header");
    const struct setting *compression = relation_get(relation, "compression");
    const struct setting *by = relation_get(relation, "partition_by");
    out->quote = mark_of(relation, "quote", '"');
    out->escape = mark_of(relation, "escape", out->quote);
    out->has_header = !header || strcmp(header->text, "true") == 0;
    return strcmp(relation->format, "csv") == 0 && by && by->items && out->quote && out->escape &&
           !(null && (strpbrk(null->text, "\r\n") || strchr(null->text, out->quote))) &&
           !(compression && strcmp(compression->text, "none") != 0) &&
           !relation_get(relation, "file_size");
}

/* What a query over the stored rows is made of; names differ where two columns have the same. */
struct plan {
    const struct relation *relation;
    const GPtrArray *columns; /* of the query */
    GPtrArray *stored;        /* the same as columns of the table */
    GString *list;            /* what is written */
    GString *keys;            /* a, encode(..): equal for rows of one part, in any collation */
    GString *order;           /* the same, with NULL at one place whatever the settings say */
    GString *folder;          /* 'a=' || .. || '/' || .. */
};

static void plan_clear(struct plan *plan)
{
    g_clear_pointer(&plan->stored, g_ptr_array_unref);
    g_string_free(plan->list, TRUE);
    g_string_free(plan->keys, TRUE);
    g_string_free(plan->order, TRUE);
    g_string_free(plan->folder, TRUE);
}

static void append_item(GString *list, const char *separator, const char *item)
{
    g_string_append(list, list->len ? separator : "");
    g_string_append(list, item);
}

static void add_partition(struct plan *plan, const char *name, const struct column *stored)
{
    g_autofree char *column = quote_identifier(stored->name);
    g_autofree char *label = quote_literal(name);
    const bool is_text = strcmp(stored->type, "VARCHAR") == 0;
    g_autofree char *key =
        is_text ? g_strdup_printf("encode(coalesce(%s, " FIDELITY_NO_VALUE "))", column)
                : g_strdup(column);
    g_autofree char *order = g_strconcat(key, " ASC NULLS FIRST", NULL);
    g_autofree char *is_folder = is_text ? fidelity_is_folder(column) : g_strdup("true");
    g_autofree char *folder =
        g_strdup_printf("url_encode(%s) || '=' || CASE WHEN %s THEN coalesce(url_encode(CAST(%s AS "
                        "VARCHAR)), " FIDELITY_NO_VALUE ") END || '/'",
                        label, is_folder, column);
    append_item(plan->keys, ", ", key);
    append_item(plan->order, ", ", order);
    append_item(plan->folder, " || ", folder);
}

/* In the order in which they are named. */
static void add_partitions(struct plan *plan)
{
    const GPtrArray *names = relation_get(plan->relation, "partition_by")->items;
    for (guint i = 0; i < names->len; i++)
        for (guint k = 0; k < plan->columns->len; k++) {
            const struct column *column = g_ptr_array_index(plan->columns, k);
            if (g_ascii_strcasecmp(g_ptr_array_index(names, i), column->name) == 0)
                add_partition(plan, column->name, g_ptr_array_index(plan->stored, k));
        }
}

static void add_columns(struct plan *plan, bool with_partitions)
{
    for (guint i = 0; i < plan->columns->len; i++) {
        const struct column *column = g_ptr_array_index(plan->columns, i);
        const struct column *stored = g_ptr_array_index(plan->stored, i);
        if (!with_partitions && is_partition(plan->relation, column->name))
            continue;
        g_autofree char *from = quote_identifier(stored->name);
        g_autofree char *name = quote_identifier(column->name);
        g_autofree char *item = g_strconcat(from, " AS ", name, NULL);
        append_item(plan->list, ", ", item);
    }
}

static void add_chunk(duckdb_data_chunk chunk, struct export_parts *out)
{
    duckdb_string_t *folders = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    const gint64 *rows = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
    for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
        g_autofree char *path =
            g_strdup_printf("%.*sdata_0.csv", (int)duckdb_string_t_length(folders[i]),
                            duckdb_string_t_data(&folders[i]));
        export_parts_add(out, path, rows[i]);
    }
}

static bool count(struct session *session, const struct plan *plan, struct export_parts *out,
                  GError **error)
{
    duckdb_result result;
    g_autofree char *sql =
        g_strdup_printf("SELECT any_value(%s), count(*) FROM " STORED " GROUP BY %s ORDER BY %s",
                        plan->folder->str, plan->keys->str, plan->order->str);
    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        return statement_fail_result(session, NULL, &result, error);
    for (duckdb_data_chunk chunk; (chunk = duckdb_fetch_chunk(result));) {
        add_chunk(chunk, out);
        duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
    return true;
}

/* Without rows there is one part, which has all columns, so that a reader finds them. */
static bool describe(struct session *session, struct plan *plan, struct export_parts *out,
                     GError **error)
{
    add_partitions(plan);
    if (!count(session, plan, out, error))
        return false;
    const bool is_empty = out->parts->len == 0;
    if (is_empty)
        export_parts_add(out, "data_0.csv", 0);
    add_columns(plan, is_empty);
    out->query = g_strdup_printf("SELECT %s FROM " STORED " ORDER BY %s, rowid", plan->list->str,
                                 plan->order->str);
    return true;
}

static bool store(struct session *session, const char *query, GPtrArray **out_stored,
                  GError **error)
{
    struct statement statement;
    statement_init(&statement, "CREATE OR REPLACE TEMP TABLE __sqlflow_parts AS\n", query, "\n");
    const bool stored = statement_run(session, &statement, NULL, error);
    statement_clear(&statement);
    *out_stored = stored ? statement_bind(session, "SELECT * FROM " STORED, error) : NULL;
    return *out_stored != NULL;
}

static bool gather(struct session *session, const char *query, struct plan *plan,
                   struct export_parts *out, GError **error)
{
    return store(session, query, &plan->stored, error) && describe(session, plan, out, error);
}

/* Is it ours to write? What is wrong with the columns is said by DuckDB's own COPY. */
static bool is_ours(const struct relation *relation, const GPtrArray *columns)
{
    g_autofree char *changed = NULL;
    return are_plain(relation, columns) &&
           fidelity_columns(relation->format, columns, &changed, NULL) && !changed;
}

bool parts_gather(struct session *session, const char *query, const struct relation *relation,
                  struct export_parts **out, GError **error)
{
    AUTO(export_parts) parts = export_parts_new();
    g_autoptr(GPtrArray) columns = NULL;
    *out = NULL;
    /* The columns of PIVOT are only known by running it. */
    if (!tell_apart(relation, parts) || statement_parts(session, query) > 1)
        return true;
    if (!query_columns(session, query, &columns, error))
        return false;
    if (!is_ours(relation, columns))
        return true;
    struct plan plan = {
        .relation = relation,
        .columns = columns,
        .list = g_string_new(NULL),
        .keys = g_string_new(NULL),
        .order = g_string_new(NULL),
        .folder = g_string_new(NULL),
    };
    const bool gathered = gather(session, query, &plan, parts, error);
    plan_clear(&plan);
    if (gathered)
        *out = g_steal_pointer(&parts);
    return gathered;
}

bool parts_forget(struct session *session, GError **error)
{
    return statement_run_own(session, "DROP TABLE IF EXISTS " STORED, error);
}
