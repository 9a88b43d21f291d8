/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/postgres/target.h"

#include "base/name.h"
#include "connect/postgres/source.h"

#include <string.h>

static void column_clear(gpointer data)
{
    struct target_column *column = data;
    g_free(column->name);
    g_free(column->cast);
}

static struct target_column *column_at(const struct target *target, guint index)
{
    return &g_array_index(target->columns, struct target_column, index);
}

static void note_name(struct target *target, const char *name)
{
    if (target->longest && strlen(name) <= strlen(target->longest))
        return;
    g_free(target->longest);
    target->longest = g_strdup(name);
}

static bool read_table(struct target *target, const struct sqlflow_call *call,
                       struct sqlflow_error *error)
{
    const char *given = call->host->option_text(call->context, "table");
    const char *schema = call->host->option_text(call->context, "schema");
    const char *name = given ? given : call->destination;
    g_auto(GStrv) parts = name_split(name);
    const guint count = parts ? g_strv_length(parts) : 0;
    if (count == 0 || count > 2 || (count == 2 && schema))
        return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL, "'%s' is no name of a table",
                                name);
    note_name(target, parts[count - 1]);
    note_name(target, schema ? schema : parts[0]);
    g_autofree char *first = quote_identifier(count == 2 ? parts[0] : schema ? schema : parts[0]);
    g_autofree char *last = quote_identifier(parts[count - 1]);
    target->name = g_strdup(parts[count - 1]);
    target->table = count == 2 || schema ? g_strconcat(first, ".", last, NULL) : g_strdup(last);
    return true;
}

static bool has_column(const struct target *target, const char *name)
{
    for (guint i = 0; i < target->columns->len; i++)
        if (strcmp(column_at(target, i)->name, name) == 0)
            return true;
    return false;
}

static bool read_columns(struct target *target, const struct ArrowSchema *columns,
                         struct sqlflow_error *error)
{
    for (gint64 i = 0; i < columns->n_children; i++) {
        const struct ArrowSchema *child = columns->children[i];
        struct target_column column = {.name = NULL};
        if (!encoder_init(&column.encoder, child))
            return target->host->fail(
                error, SQLFLOW_ERROR_DATA, NULL,
                "column '%s' has a type without an exact counterpart at the server: write it as "
                "another, such as to_json(%s) or CAST(%s AS VARCHAR)",
                child->name, child->name, child->name);
        if (has_column(target, child->name))
            return target->host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                                      "two columns are called '%s'", child->name);
        note_name(target, child->name);
        column.name = g_strdup(child->name);
        g_array_append_val(target->columns, column);
    }
    return true;
}

static bool is_key(const struct target *target, const char *quoted)
{
    return g_ptr_array_find_with_equal_func(target->keys, quoted, g_str_equal, NULL);
}

static bool read_keys(struct target *target, const struct sqlflow_call *call,
                      struct sqlflow_error *error)
{
    const char *mode = call->host->option_text(call->context, "mode");
    const guint count = call->host->option_count(call->context, "keys");
    const bool is_upsert = strcmp(mode, "upsert") == 0;
    if (is_upsert != (count > 0))
        return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                                is_upsert ? "mode upsert needs 'keys'"
                                          : "'keys' are for mode upsert");
    for (guint i = 0; i < count; i++) {
        const char *key = call->host->option_item(call->context, "keys", i);
        if (!has_column(target, key))
            return call->host->fail(error, SQLFLOW_ERROR_USAGE, NULL,
                                    "the key '%s' is no column of the export", key);
        g_autofree char *quoted = quote_identifier(key);
        if (!is_key(target, quoted))
            g_ptr_array_add(target->keys, g_steal_pointer(&quoted));
    }
    target->needs_stage = is_upsert;
    return true;
}

bool target_init(struct target *target, const struct sqlflow_call *call,
                 const struct ArrowSchema *columns, struct sqlflow_error *error)
{
    *target = (struct target){.host = call->host};
    target->columns = g_array_new(FALSE, TRUE, sizeof(struct target_column));
    g_array_set_clear_func(target->columns, column_clear);
    target->keys = g_ptr_array_new_with_free_func(g_free);
    return read_table(target, call, error) && read_columns(target, columns, error) &&
           read_keys(target, call, error);
}

void target_clear(struct target *target)
{
    g_free(target->table);
    g_free(target->name);
    g_free(target->longest);
    g_clear_pointer(&target->columns, g_array_unref);
    g_clear_pointer(&target->keys, g_ptr_array_unref);
}

/* A column of the table as the catalog has it; a domain counts as what it is made of. */
struct place {
    const char *name;
    const char *type; /* as people write it */
    const char *bare; /* without a modifier: "bit", which isn't bit(1) */
    guint32 oid;
    gint32 modifier;
    guint32 element; /* of an array, or 0 */
    bool is_generated;
};

/* A table without columns gives a row, too. Rows can't be copied into a view, nor where each has to
 * be allowed. */
static const char catalog_sql[] =
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(t.oid, -1), "
    "t.oid, t.modifier, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, a.attgenerated, "
    "c.relkind = 'v', c.relkind = 'v' OR row_security_active(c.oid) "
    "FROM pg_class c LEFT JOIN pg_attribute a "
    "ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "LEFT JOIN LATERAL (WITH RECURSIVE made_of AS ("
    "SELECT t.*, a.atttypmod AS modifier FROM pg_type t WHERE t.oid = a.atttypid UNION ALL "
    "SELECT t.*, CASE WHEN d.modifier < 0 THEN d.typtypmod ELSE d.modifier END "
    "FROM made_of d JOIN pg_type t ON d.typtype = 'd' AND t.oid = d.typbasetype) "
    "SELECT * FROM made_of WHERE typtype <> 'd') t ON true WHERE c.oid = to_regclass($1)";

static struct place place_at(const PGresult *result, int row)
{
    return (struct place){
        .name = PQgetvalue(result, row, 0),
        .type = PQgetvalue(result, row, 1),
        .bare = PQgetvalue(result, row, 2),
        .oid = (guint32)g_ascii_strtoull(PQgetvalue(result, row, 3), NULL, 10),
        .modifier = (gint32)g_ascii_strtoll(PQgetvalue(result, row, 4), NULL, 10),
        .element = (guint32)g_ascii_strtoull(PQgetvalue(result, row, 5), NULL, 10),
        .is_generated = *PQgetvalue(result, row, 6) != '\0',
    };
}

enum { OID_NUMERIC = 1700, MODIFIER_HEADER = 4 };

static bool is_one_of(guint32 oid, const guint32 *oids)
{
    while (*oids && *oids != oid)
        oids++;
    return *oids != 0;
}

/* To what other types the server converts all values of a form exactly, or says which it can't. */
static const guint32 *exact_types(enum value_form form)
{
    static const guint32 small[] = {20, 21, 23, 26, 700, 701, 1700, 25, 1043, 0};
    static const guint32 medium[] = {20, 21, 23, 26, 701, 1700, 25, 1043, 0};
    static const guint32 large[] = {20, 21, 23, 26, 1700, 25, 1043, 0};
    static const guint32 real[] = {701, 25, 1043, 0};
    static const guint32 text[] = {25, 1043, 0};
    static const guint32 day[] = {1114, 25, 1043, 0};
    static const guint32 json[] = {3802, 25, 1043, 0};
    static const guint32 none[] = {0};
    switch (form) {
    case FORM_INT2:
        return small;
    case FORM_INT4:
        return medium;
    case FORM_INT8:
    case FORM_OID:
        return large;
    case FORM_FLOAT4:
        return real;
    case FORM_DATE:
        return day;
    case FORM_JSON:
        return json;
    case FORM_FLOAT8:
    case FORM_UUID:
    case FORM_BOOLEAN:
    case FORM_NUMERIC:
    case FORM_TIMESTAMP:
    case FORM_TIMESTAMPTZ:
    case FORM_TIME:
    case FORM_INTERVAL:
        return text;
    case FORM_TEXT:
    case FORM_BYTES:
        return none;
    }
    return none;
}

/* Texts become whatever the server's type reads, but where that leaves something out. An array may
 * come as its text. */
static bool text_fits(const struct place *place)
{
    static const guint32 rounding[] = {16, 20, 21, 23, 700, 701, 1082, 1083, 1114, 1184, 0};
    static const guint32 rounding_to_modifier[] = {1083, 1114, 1184, 1186, 1266, 1700, 0};
    const guint32 value = place->element ? place->element : place->oid;
    return (place->element || !is_one_of(value, rounding)) &&
           (place->modifier < 0 || !is_one_of(value, rounding_to_modifier));
}

/* numeric(p, s) of the server rounds what has more digits behind the point. */
static bool numeric_fits(const struct encoder *encoder, const struct place *place)
{
    const struct column_type wanted = type_of_oid(OID_NUMERIC, place->modifier);
    return place->modifier < 0 || encoder->type.scale <= wanted.scale;
}

enum fit { FIT_NOT = 0, FIT_EXACT, FIT_CAST };

static enum fit fit_same(const struct encoder *encoder, const struct place *place)
{
    const bool is_time = encoder->type.form == FORM_TIME || encoder->type.form == FORM_TIMESTAMP ||
                         encoder->type.form == FORM_TIMESTAMPTZ ||
                         encoder->type.form == FORM_INTERVAL;
    if (encoder->type.form == FORM_NUMERIC)
        return numeric_fits(encoder, place) ? FIT_EXACT : FIT_NOT;
    return is_time && place->modifier >= 0 ? FIT_NOT : FIT_EXACT;
}

/* Of a value, or of an array's element. */
static enum fit fit_value(const struct encoder *encoder, const struct place *place)
{
    static const guint32 texts[] = {25, 1043, 1042, 19, 114, 0};
    const enum value_form form = encoder->type.form;
    if (place->oid == encoder->type.oid)
        return fit_same(encoder, place);
    if (form == FORM_TEXT && is_one_of(place->oid, texts))
        return FIT_EXACT;
    if (form == FORM_TEXT)
        return text_fits(place) ? FIT_CAST : FIT_NOT;
    if (form == FORM_NUMERIC && encoder->type.scale == 0 &&
        is_one_of(place->oid, exact_types(FORM_INT8)))
        return FIT_CAST;
    return is_one_of(place->oid, exact_types(form)) ? FIT_CAST : FIT_NOT;
}

/* The server takes an array only with the very type of elements that it has. */
static enum fit fit_of(const struct encoder *encoder, const struct place *place)
{
    if (!encoder->type.is_array)
        return fit_value(encoder, place);
    const struct place element = {.oid = place->element, .modifier = place->modifier};
    const enum fit fit = place->element ? fit_value(encoder, &element) : FIT_NOT;
    return fit == FIT_EXACT && place->element != encoder->type.oid ? FIT_CAST : fit;
}

/* The engine doesn't tell names apart by case, the server does. */
static bool fail_missing(const struct target *target, const char *name, const PGresult *table,
                         struct sqlflow_error *error)
{
    const char *like = NULL;
    for (int row = 0; row < PQntuples(table) && !like; row++)
        if (g_ascii_strcasecmp(PQgetvalue(table, row, 0), name) == 0)
            like = PQgetvalue(table, row, 0);
    return target->host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                              "the table %s has no column '%s'%s%s%s", target->table, name,
                              like ? ", but one called '" : "", like ? like : "",
                              like ? "', and the server tells upper from lower case" : "");
}

/* Texts that a type reads as another value: it cuts, rounds, or has no sign. Regular expressions of
 * the server's. */
static const char *changed_texts(const struct place *place)
{
    static const struct {
        guint32 oids[12];
        const char *pattern;
    } changed[] = {
        {{18}, "^(?!\\\\[0-7]{3}$)(..|[^\\x01-\\x7f])"}, /* "char" */
        {{26}, "-"},                                     /* oid */
        {{790}, "\\.\\d\\d\\d*[1-9]"},                   /* money */
        /* interval, timetz, ranges and arrays of times */
        {{1186, 1266, 3908, 3910, 4533, 4534, 1115, 1183, 1185, 1187, 1270}, "\\.\\d{6}\\d*[1-9]"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(changed); i++)
        if (is_one_of(place->oid, changed[i].oids))
            return changed[i].pattern;
    return NULL;
}

/* Blanks that are too many for varchar(n) and char(n) the server cuts without a word. */
static guint most_characters(const struct encoder *encoder, const struct place *place)
{
    static const guint32 limited[] = {1042, 1043, 0};
    const guint32 value = encoder->type.is_array ? place->element : place->oid;
    return place->modifier > MODIFIER_HEADER && is_one_of(value, limited)
               ? (guint)(place->modifier - MODIFIER_HEADER)
               : 0;
}

static bool fit_column(struct target *target, struct target_column *column, const PGresult *table,
                       struct sqlflow_error *error)
{
    int row = 0;
    while (row < PQntuples(table) && strcmp(PQgetvalue(table, row, 0), column->name) != 0)
        row++;
    if (row == PQntuples(table))
        return fail_missing(target, column->name, table, error);
    const struct place place = place_at(table, row);
    if (place.is_generated)
        return target->host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                                  "the server itself makes the values of column '%s' of the table "
                                  "%s: leave it out of the query",
                                  column->name, target->table);
    const enum fit fit = fit_of(&column->encoder, &place);
    column->encoder.most_characters = most_characters(&column->encoder, &place);
    if (fit == FIT_CAST) {
        /* The modifier is left to the assignment, which refuses what doesn't fit. */
        column->cast = g_strdup(place.bare);
        column->changed = column->encoder.type.form == FORM_TEXT && !column->encoder.type.is_array
                              ? changed_texts(&place)
                              : NULL;
        target->needs_stage = true;
    }
    if (fit != FIT_NOT)
        return true;
    g_autofree char *own = type_sql(&column->encoder.type);
    return target->host->fail(error, SQLFLOW_ERROR_DATA, NULL,
                              "column '%s' comes as %s and the table %s has %s, which doesn't hold "
                              "all its values exactly: write a CAST in the query",
                              column->name, own, target->table, place.type);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "a","b": in the order of bytes. */
static char *sorted_keys(const struct target *target)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_copy(target->keys, NULL, NULL);
    g_ptr_array_set_free_func(keys, NULL);
    g_ptr_array_sort(keys, compare_names);
    g_ptr_array_add(keys, NULL);
    return g_strjoinv(",", (char **)keys->pdata);
}

/* An index by which ON CONFLICT finds rows. */
static const char index_sql[] =
    "SELECT FROM pg_index i WHERE i.indrelid = to_regclass($1) AND i.indisunique AND "
    "i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND $2 = "
    "(SELECT string_agg(name, ',' ORDER BY name COLLATE \"C\") FROM (SELECT '\"' || "
    "replace(a.attname::text, '\"', '\"\"') || '\"' AS name FROM pg_attribute a WHERE a.attrelid = "
    "i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) AS names)";

bool target_check_keys(const struct target *target, struct connection *connection,
                       struct sqlflow_error *error)
{
    if (target->keys->len == 0 || !target->exists || target->is_view)
        return true;
    g_autofree char *keys = sorted_keys(target);
    const char *const parameters[] = {target->table, keys, NULL};
    PGresult *indexes = connection_query(connection, index_sql, parameters, error);
    const bool found = PQntuples(indexes) > 0;
    if (indexes && !found)
        target->host->fail(error, SQLFLOW_ERROR_USAGE, "42P10",
                           "mode upsert finds rows by a unique index, and the table %s has none on "
                           "just (%s) that is for all rows and not deferrable: CREATE UNIQUE INDEX "
                           "ON %s (%s)",
                           target->table, keys, target->table, keys);
    PQclear(indexes);
    return found;
}

bool target_look(struct target *target, struct connection *connection, struct sqlflow_error *error)
{
    const char *const parameters[] = {target->table, NULL};
    PGresult *table = connection_query(connection, catalog_sql, parameters, error);
    bool fits = table != NULL;
    target->exists = table && PQntuples(table) > 0;
    target->is_view = target->exists && *PQgetvalue(table, 0, 7) == 't';
    target->needs_stage |= target->exists && *PQgetvalue(table, 0, 8) == 't';
    for (guint i = 0; fits && target->exists && i < target->columns->len; i++)
        fits = fit_column(target, column_at(target, i), table, error);
    PQclear(table);
    return fits;
}

char *target_keys_sql(const struct target *target)
{
    GString *sql = g_string_new(NULL);
    for (guint i = 0; i < target->keys->len; i++)
        g_string_append_printf(sql, "%s%s", i ? ", " : "",
                               (const char *)g_ptr_array_index(target->keys, i));
    return g_string_free(sql, FALSE);
}

char *target_create_sql(const struct target *target, const char *name, bool is_temporary)
{
    GString *sql = g_string_new(NULL);
    g_string_append_printf(sql, "CREATE %sTABLE %s (", is_temporary ? "TEMPORARY " : "", name);
    for (guint i = 0; i < target->columns->len; i++) {
        const struct target_column *column = column_at(target, i);
        g_autofree char *quoted = quote_identifier(column->name);
        g_autofree char *type = type_sql(&column->encoder.type);
        g_string_append_printf(sql, "%s%s %s", i ? ", " : "", quoted, type);
    }
    g_autofree char *keys = target_keys_sql(target);
    if (!is_temporary && *keys)
        g_string_append_printf(sql, ", PRIMARY KEY (%s)", keys);
    g_string_append(sql, is_temporary ? ") ON COMMIT DROP" : ")");
    return g_string_free(sql, FALSE);
}

char *target_columns_sql(const struct target *target)
{
    GString *sql = g_string_new(NULL);
    for (guint i = 0; i < target->columns->len; i++) {
        g_autofree char *quoted = quote_identifier(column_at(target, i)->name);
        g_string_append_printf(sql, "%s%s", i ? ", " : "", quoted);
    }
    return g_string_free(sql, FALSE);
}

static void append_conflict(GString *sql, const struct target *target)
{
    g_autofree char *keys = target_keys_sql(target);
    g_string_append_printf(sql, " ON CONFLICT (%s)", keys);
    const char *joint = " DO UPDATE SET ";
    for (guint i = 0; i < target->columns->len; i++) {
        g_autofree char *quoted = quote_identifier(column_at(target, i)->name);
        if (is_key(target, quoted))
            continue;
        g_string_append_printf(sql, "%s%s = EXCLUDED.%s", joint, quoted, quoted);
        joint = ", ";
    }
    if (target->keys->len == target->columns->len)
        g_string_append(sql, " DO NOTHING");
}

char *target_merge_sql(const struct target *target, const char *stage)
{
    g_autofree char *columns = target_columns_sql(target);
    GString *sql = g_string_new(NULL);
    /* As COPY does it with a column GENERATED ALWAYS AS IDENTITY. */
    g_string_append_printf(sql, "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT ",
                           target->table, columns);
    for (guint i = 0; i < target->columns->len; i++) {
        const struct target_column *column = column_at(target, i);
        g_autofree char *quoted = quote_identifier(column->name);
        g_string_append_printf(sql, "%s%s%s%s", i ? ", " : "", quoted, column->cast ? "::" : "",
                               column->cast ? column->cast : "");
    }
    g_string_append_printf(sql, " FROM %s", stage);
    if (target->keys->len > 0)
        append_conflict(sql, target);
    return g_string_free(sql, FALSE);
}
