/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/fidelity.h"

#include "base/name.h"

#include <string.h>

enum remedy {
    REMEDY_REFUSE = 1, /* also where the type is part of another */
    REMEDY_DECIMAL,    /* an integer of up to 38 digits goes out as DECIMAL(38,0) */
    REMEDY_FINITE,     /* nan and infinity are an error when they come, also inside of others */
    REMEDY_KEPT,       /* and so are numbers that a double doesn't keep */
};

/*
 * Tried on 1.5.6, every type, written and read again. Parquet: HUGEINT becomes DOUBLE, INTERVAL
 * loses microseconds, a time its offset, a union its member. CSV: a union its member. JSON has no
 * nan and no infinity; a value of type JSON is written anew, its numbers as doubles. BIT, BIGNUM
 * and ENUM become texts with the same characters.
 */
static const struct fidelity_rule {
    const char *format;
    const char *type;
    enum remedy remedy;
} fidelity_rules[] = {
    {"parquet", "HUGEINT", REMEDY_DECIMAL}, {"parquet", "UHUGEINT", REMEDY_DECIMAL},
    {"parquet", "INTERVAL", REMEDY_REFUSE}, {"parquet", "TIME WITH TIME ZONE", REMEDY_REFUSE},
    {"parquet", "UNION", REMEDY_REFUSE},    {"csv", "UNION", REMEDY_REFUSE},
    {"json", "JSON", REMEDY_KEPT},          {"json", "DOUBLE", REMEDY_FINITE},
    {"json", "FLOAT", REMEDY_FINITE},
};

/* Does the word stand in the type's text as a type, and not in quotes or as part of a word? */
static bool has_type(const char *type, const char *word)
{
    gsize length = strlen(word);
    char quote = '\0';
    for (const char *c = type; *c; c++) {
        bool starts = c == type || strchr(" (,[", c[-1]);
        if (quote) {
            quote = *c == quote ? '\0' : quote;
        } else if (*c == '\'' || *c == '"') {
            quote = *c;
        } else if (starts && strncmp(c, word, length) == 0 && !g_ascii_isalnum(c[length]) &&
                   c[length] != '_') {
            return true;
        }
    }
    return false;
}

static const struct fidelity_rule *find_rule(const char *format, const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fidelity_rules); i++) {
        const struct fidelity_rule *rule = &fidelity_rules[i];
        if (strcmp(rule->format, format) == 0 && has_type(type, rule->type))
            return rule;
    }
    return NULL;
}

static bool refuse(const char *format, const struct column *column, GError **error)
{
    g_autofree char *name = quote_identifier(column->name);
    error_set(error, ERROR_DATA,
              "%s can't hold column %s exactly, its type is %s: write CAST(%s AS VARCHAR)", format,
              name, column->type, name);
    return false;
}

/* SQL that is true for values that the format holds. */
static char *holds(const struct fidelity_rule *rule, bool is_whole, const char *name)
{
    if (rule->remedy == REMEDY_KEPT)
        return g_strdup_printf("__sqlflow_kept(CAST(%s AS VARCHAR))", name);
    return is_whole ? g_strdup_printf("isfinite(%s)", name)
                    : g_strdup_printf("__sqlflow_finite(CAST(to_json(%s) AS VARCHAR))", name);
}

/* The column, or an error for the first value that the format doesn't hold. */
static void add_checked(const char *format, const struct fidelity_rule *rule, bool is_whole,
                        const char *name, GString *list)
{
    const char *what = rule->remedy == REMEDY_KEPT ? "numbers of so many digits, nan or infinity"
                                                   : "nan or infinity";
    g_autofree char *text =
        g_strdup_printf("%s can't hold %s, which is in column %s: write CAST(%s AS VARCHAR)",
                        format, what, name, name);
    g_autofree char *message = quote_literal(text);
    g_autofree char *test = holds(rule, is_whole, name);
    g_string_append_printf(list, "CASE WHEN %s OR %s IS NULL THEN %s ELSE error(%s) END AS %s",
                           test, name, name, message, name);
}

/* Adds the column to the list, as it stands or as something that the format holds. */
static bool add_column(const char *format, const struct column *column, GString *list,
                       bool *out_changed, GError **error)
{
    const struct fidelity_rule *rule = find_rule(format, column->type);
    bool is_whole = rule && strcmp(rule->type, column->type) == 0;
    g_autofree char *name = quote_identifier(column->name);
    if (rule && (rule->remedy == REMEDY_REFUSE || (!is_whole && rule->remedy == REMEDY_DECIMAL)))
        return refuse(format, column, error);
    g_string_append(list, list->len ? ", " : "");
    *out_changed = *out_changed || rule;
    if (!rule)
        g_string_append(list, name);
    else if (rule->remedy == REMEDY_DECIMAL)
        g_string_append_printf(list, "CAST(%s AS DECIMAL(38,0)) AS %s", name, name);
    else
        add_checked(format, rule, is_whole, name, list);
    return true;
}

static bool check_names(const char *format, const GPtrArray *columns, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        if (!g_hash_table_add(seen, g_ascii_strdown(column->name, -1))) {
            error_set(error, ERROR_DATA, "two columns are called '%s': %s needs different names",
                      column->name, format);
            return false;
        }
    }
    return true;
}

bool fidelity_columns(const char *format, const GPtrArray *columns, char **out_list, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);
    bool changed = false;
    if (strcmp(format, "csv") != 0 && !check_names(format, columns, error))
        return false;
    for (guint i = 0; i < columns->len; i++) {
        if (!add_column(format, g_ptr_array_index(columns, i), list, &changed, error))
            return false;
    }
    *out_list = changed ? g_strdup(list->str) : NULL;
    return true;
}

char *fidelity_is_folder(const char *quoted)
{
    g_autofree char *message = g_strdup_printf("column %s has the text " FIDELITY_NO_VALUE
                                               ", which as a folder means NULL: write another one",
                                               quoted);
    g_autofree char *literal = quote_literal(message);
    return g_strdup_printf("CASE WHEN CAST(%s AS VARCHAR) = " FIDELITY_NO_VALUE
                           " THEN error(%s) ELSE true END",
                           quoted, literal);
}
