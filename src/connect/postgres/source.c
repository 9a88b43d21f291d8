/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/source.h"

#include "base/name.h"

#include <string.h>

static void column_clear(gpointer data)
{
    g_free(((struct source_column *)data)->name);
}

void source_close(void *data)
{
    struct source *source = data;
    g_free(source->relation);
    g_strfreev(source->parameters);
    g_array_unref(source->columns);
    g_free(source);
}

static bool fail_usage(const struct source *source, struct sqlflow_error *error,
                       const char *message)
{
    return source->host->fail(error, SQLFLOW_ERROR_USAGE, NULL, "%s", message);
}

char *server_identifier(const char *name)
{
    return quote_identifier(name);
}

char *server_literal(const char *text)
{
    g_autofree char *quoted = quote_literal(text);
    if (!strchr(text, '\\'))
        return g_steal_pointer(&quoted);
    GString *escaped = g_string_new(quoted);
    g_string_replace(escaped, "\\", "\\\\", 0);
    g_string_prepend_c(escaped, 'E');
    return g_string_free(escaped, FALSE);
}

bool server_check_name(struct connection *connection, const char *name, struct sqlflow_error *error)
{
    enum { USUAL_BYTES = 63 };
    if (strlen(name) <= USUAL_BYTES)
        return true;
    PGresult *limit = connection_query(
        connection, "SELECT current_setting('max_identifier_length')", NULL, error);
    const guint64 most = limit ? g_ascii_strtoull(PQgetvalue(limit, 0, 0), NULL, 10) : 0;
    const bool fits = limit && strlen(name) <= most;
    if (limit && !fits)
        connection->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                               "the name '%s' has %" G_GSIZE_FORMAT
                               " bytes, and the server cuts it "
                               "behind %" G_GUINT64_FORMAT,
                               name, strlen(name), most);
    PQclear(limit);
    return fits;
}

/* `orders`, `shop.orders`, `"Shop"."Orders"`: names without quotes are as they are written. */
static char *table_relation(const struct source *source, const char *table,
                            struct sqlflow_error *error)
{
    const char *schema = source->host->option_text(source->context, "schema");
    g_auto(GStrv) parts = name_split(table);
    const guint count = parts ? g_strv_length(parts) : 0;
    if (count == 0 || count > 2 || (count == 2 && schema)) {
        source->host->fail(error, SQLFLOW_ERROR_USAGE, NULL, "'%s' is no name of a table", table);
        return NULL;
    }
    g_autofree char *first = quote_identifier(schema ? schema : parts[0]);
    if (count == 1 && !schema)
        return g_steal_pointer(&first);
    g_autofree char *second = quote_identifier(parts[count - 1]);
    return g_strconcat(first, ".", second, NULL);
}

static bool read_parameters(struct source *source, struct sqlflow_error *error)
{
    const guint count = source->host->option_count(source->context, "params");
    if (count == 0)
        return true;
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (guint i = 0; i < count; i++)
        g_strv_builder_add(builder, source->host->option_item(source->context, "params", i));
    source->parameters = g_strv_builder_end(builder);
    return source->host->option_text(source->context, "query") ||
           fail_usage(source, error, "'params' are for a 'query'");
}

static bool read_options(struct source *source, struct sqlflow_error *error)
{
    const char *table = source->host->option_text(source->context, "table");
    const char *query = source->host->option_text(source->context, "query");
    if (!table == !query)
        return fail_usage(source, error, "postgres needs 'table' or 'query'");
    if (!read_parameters(source, error))
        return false;
    source->what = table ? table : "the query";
    if (query) {
        g_autofree char *body = g_strchomp(g_strdup(query));
        if (g_str_has_suffix(body, ";"))
            body[strlen(body) - 1] = '\0';
        source->relation = g_strconcat("(", body, "\n) AS q", NULL);
        return true;
    }
    source->relation = table_relation(source, table, error);
    return source->relation != NULL;
}

static void add_column(struct source *source, const char *name, guint32 oid, gint32 modifier)
{
    const struct source_column column = {.name = g_strdup(name),
                                         .type = type_of_oid(oid, modifier)};
    g_array_append_val(source->columns, column);
}

/* All columns, or those that are asked for: there may be rights on these alone. */
static char *describe_sql(const struct source *source)
{
    const guint count = source->host->option_count(source->context, "columns");
    GString *sql = g_string_new(count ? "SELECT" : "SELECT *");
    for (guint i = 0; i < count; i++) {
        const char *name = source->host->option_item(source->context, "columns", i);
        g_autofree char *quoted = server_identifier(name);
        g_string_append_printf(sql, "%s %s", i ? "," : "", quoted);
    }
    g_string_append_printf(sql, " FROM %s LIMIT 0", source->relation);
    return g_string_free(sql, FALSE);
}

/* The engine doesn't tell names apart by case, and has each once. */
static bool check_names(const struct source *source, const PGresult *result,
                        struct sqlflow_error *error)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < PQnfields(result); i++)
        if (!g_hash_table_add(names, g_ascii_strdown(PQfname(result, i), -1)))
            return source->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                                      "two columns are called '%s', in upper or lower case: give "
                                      "them names in a 'query', or say which 'columns' to read",
                                      PQfname(result, i));
    return true;
}

/* What a result of it would have: nothing is read. */
static bool describe(struct source *source, struct connection *connection,
                     struct sqlflow_error *error)
{
    g_autofree char *sql = describe_sql(source);
    PGresult *result =
        connection_query(connection, sql, (const char *const *)source->parameters, error);
    const bool fine = result && check_names(source, result, error);
    for (int i = 0; fine && i < PQnfields(result); i++)
        add_column(source, PQfname(result, i), PQftype(result, i), PQfmod(result, i));
    PQclear(result);
    return fine;
}

/* Columns whose type doesn't tell what their values need: numeric without a precision, arrays. */
static bool needs_survey(const struct column_type *type)
{
    return type->is_array || (type->form == FORM_NUMERIC && type->precision == 0);
}

static void append_survey(GString *sql, const struct source_column *column)
{
    g_autofree char *name = server_identifier(column->name);
    g_string_append(sql, sql->len > strlen("SELECT ") ? ", " : "");
    if (column->type.is_array && column->type.form == FORM_NUMERIC && column->type.precision == 0)
        g_string_append(sql, "0, 0, true"); /* as text */
    else if (column->type.is_array)
        g_string_append_printf(
            sql, "0, 0, coalesce(bool_or(array_ndims(%s) > 1 OR array_lower(%s, 1) <> 1), false)",
            name, name);
    else
        g_string_append_printf(
            sql,
            "coalesce(max(length(trunc(abs(%s))::text)), 0), coalesce(max(scale(%s)), 0), "
            "coalesce(bool_or(%s IN ('NaN', 'Infinity', '-Infinity')), false)",
            name, name, name);
}

static void cast_to_text(struct source *source, struct source_column *column, const char *reason)
{
    column->type = (struct column_type){.form = FORM_TEXT, .is_cast = true, .oid = 25};
    source->host->note(source->context, "%s: taken as text, %s", column->name, reason);
}

static void settle_column(struct source *source, struct source_column *column,
                          const PGresult *survey, int field)
{
    const gint64 digits = g_ascii_strtoll(PQgetvalue(survey, 0, field), NULL, 10);
    const gint64 scale = g_ascii_strtoll(PQgetvalue(survey, 0, field + 1), NULL, 10);
    const bool is_odd = *PQgetvalue(survey, 0, field + 2) == 't';
    if (column->type.is_array && is_odd)
        cast_to_text(source, column,
                     "an array has several dimensions, another first index, or numbers without a "
                     "precision");
    else if (column->type.is_array)
        return;
    else if (is_odd)
        cast_to_text(source, column, "it has NaN or an infinity");
    else if (digits + scale > NUMERIC_DIGITS)
        cast_to_text(source, column, "a number has more than 38 digits");
    column->type.precision = column->type.is_cast ? 0 : NUMERIC_DIGITS;
    column->type.scale = column->type.is_cast ? 0 : (guint)scale;
}

static bool survey(struct source *source, struct connection *connection,
                   struct sqlflow_error *error)
{
    g_autoptr(GString) sql = g_string_new("SELECT ");
    for (guint i = 0; i < source->columns->len; i++) {
        const struct source_column *column =
            &g_array_index(source->columns, struct source_column, i);
        if (needs_survey(&column->type))
            append_survey(sql, column);
    }
    if (sql->len == strlen("SELECT "))
        return true;
    g_string_append_printf(sql, " FROM %s", source->relation);
    PGresult *result =
        connection_query(connection, sql->str, (const char *const *)source->parameters, error);
    int field = 0;
    for (guint i = 0; result && i < source->columns->len; i++) {
        struct source_column *column = &g_array_index(source->columns, struct source_column, i);
        if (!needs_survey(&column->type))
            continue;
        settle_column(source, column, result, field);
        field += 3;
    }
    PQclear(result);
    return result != NULL;
}

/* Of the options. */
static bool check_lengths(const struct source *source, struct connection *connection,
                          struct sqlflow_error *error)
{
    const char *table = source->host->option_text(source->context, "table");
    const char *schema = source->host->option_text(source->context, "schema");
    const guint count = source->host->option_count(source->context, "columns");
    g_auto(GStrv) parts = table ? name_split(table) : NULL;
    bool fits = !schema || server_check_name(connection, schema, error);
    for (guint i = 0; fits && parts && parts[i]; i++)
        fits = server_check_name(connection, parts[i], error);
    for (guint i = 0; fits && i < count; i++)
        fits = server_check_name(connection,
                                 source->host->option_item(source->context, "columns", i), error);
    return fits;
}

/* How large a plain table is. Views and partitioned tables can't be read by place. */
static bool measure(struct source *source, struct connection *connection,
                    struct sqlflow_error *error)
{
    if (source->host->option_text(source->context, "query"))
        return true;
    const char *const parameters[] = {source->relation, NULL};
    PGresult *result = connection_query(
        connection,
        "SELECT CASE WHEN relkind IN ('r', 'm') AND NOT pg_is_in_recovery() AND "
        "has_table_privilege(oid, 'SELECT') THEN "
        "pg_relation_size(oid) / current_setting('block_size')::bigint ELSE 0 END FROM pg_class "
        "WHERE oid = $1::regclass",
        parameters, error);
    if (result && PQntuples(result) == 1)
        source->pages = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return result != NULL;
}

static bool look(struct source *source, struct connection *connection, struct sqlflow_error *error)
{
    source->is_utf8 = g_strcmp0(PQparameterStatus(connection->pg, "server_encoding"), "UTF8") == 0;
    return moment_begin(source->moment, connection, NULL, error) &&
           check_lengths(source, connection, error) && describe(source, connection, error) &&
           survey(source, connection, error) && measure(source, connection, error);
}

bool source_open(const struct sqlflow_call *call, void **out, struct sqlflow_error *error)
{
    struct source *source = g_new0(struct source, 1);
    struct connection connection;
    source->host = call->host;
    source->context = call->context;
    source->moment = call->moment;
    source->columns = g_array_new(FALSE, TRUE, sizeof(struct source_column));
    g_array_set_clear_func(source->columns, column_clear);
    bool opened = read_options(source, error) &&
                  connection_open(&connection, source->host, source->context, error);
    if (opened) {
        opened = look(source, &connection, error);
        connection_close(&connection);
    }
    if (opened)
        *out = source;
    else
        source_close(source);
    return opened;
}

/* A schema and all it consists of. */
struct held_schema {
    struct ArrowSchema *children;
    struct ArrowSchema **pointers;
};

static void free_child(struct ArrowSchema *schema)
{
    g_free((gpointer)(guintptr)schema->name);
    g_free((gpointer)(guintptr)schema->format);
    if (schema->n_children > 0) {
        g_free((gpointer)(guintptr)schema->children[0]->format);
        g_free(schema->children[0]);
        g_free(schema->children);
    }
    schema->release = NULL;
}

static void release_schema(struct ArrowSchema *schema)
{
    struct held_schema *held = schema->private_data;
    for (gint64 i = 0; i < schema->n_children; i++)
        if (held->children[i].release)
            held->children[i].release(&held->children[i]);
    g_free(held->children);
    g_free(held->pointers);
    g_free(held);
    schema->release = NULL;
}

static void keep_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void fill_child(const struct source_column *column, struct ArrowSchema *out)
{
    char *format = type_format(&column->type);
    *out = (struct ArrowSchema){
        .name = g_strdup(column->name), .flags = ARROW_FLAG_NULLABLE, .release = free_child};
    if (!column->type.is_array) {
        out->format = format;
        out->metadata = type_metadata(&column->type);
        return;
    }
    struct ArrowSchema *element = g_new0(struct ArrowSchema, 1);
    *element = (struct ArrowSchema){.format = format,
                                    .name = "element",
                                    .metadata = type_metadata(&column->type),
                                    .flags = ARROW_FLAG_NULLABLE,
                                    .release = keep_schema};
    out->format = g_strdup("+l");
    out->n_children = 1;
    out->children = g_new(struct ArrowSchema *, 1);
    out->children[0] = element;
}

void source_schema_of(const struct source *source, const guint32 *columns, guint count,
                      struct ArrowSchema *out)
{
    struct held_schema *held = g_new0(struct held_schema, 1);
    held->children = g_new0(struct ArrowSchema, count);
    held->pointers = g_new0(struct ArrowSchema *, count);
    for (guint i = 0; i < count; i++) {
        fill_child(&g_array_index(source->columns, struct source_column, columns[i]),
                   &held->children[i]);
        held->pointers[i] = &held->children[i];
    }
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = count,
                                .children = held->pointers,
                                .release = release_schema,
                                .private_data = held};
}

bool source_schema(void *data, struct ArrowSchema *out, struct sqlflow_error *error)
{
    const struct source *source = data;
    (void)error;
    g_autofree guint32 *all = g_new(guint32, source->columns->len);
    for (guint i = 0; i < source->columns->len; i++)
        all[i] = i;
    source_schema_of(source, all, source->columns->len, out);
    return true;
}
