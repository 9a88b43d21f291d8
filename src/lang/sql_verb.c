/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of single statements say: which name is written, which is read. */
#include "lang/sql_scan.h"

#include <string.h>

static const struct sql_token *token(const struct scan *scan, guint ahead)
{
    return sql_token_at(scan->tokens, scan->at + ahead);
}

static bool is(const struct scan *scan, const char *word)
{
    return sql_token_is(scan->tokens, scan->at, word);
}

bool scan_pass(struct scan *scan, const char *word)
{
    if (!is(scan, word))
        return false;
    scan->at++;
    return true;
}

static void pass_if_exists(struct scan *scan)
{
    if (scan_pass(scan, "IF")) {
        scan_pass(scan, "NOT");
        scan_pass(scan, "EXISTS");
    }
}

bool scan_name(struct scan *scan, guint flags)
{
    const guint end = sql_name_end(scan->tokens, scan->at);
    if (end == scan->at)
        return false;
    scan_refer(scan, sql_name_dup(scan->tokens, scan->at, end), scan->at, end, flags);
    scan->at = end;
    return true;
}

enum object { OBJECT_OTHER, OBJECT_TABLE, OBJECT_VIEW, OBJECT_MACRO, OBJECT_INDEX };

/* Reads the words up to the one that says what is made, altered or dropped, and that one, too. */
static enum object pass_to_object(struct scan *scan, bool *out_replaces)
{
    static const struct {
        const char *word;
        enum object object;
    } objects[] = {
        {.word = "TABLE", .object = OBJECT_TABLE},
        {.word = "VIEW", .object = OBJECT_VIEW},
        {.word = "MACRO", .object = OBJECT_MACRO},
        {.word = "FUNCTION", .object = OBJECT_MACRO},
        {.word = "INDEX", .object = OBJECT_INDEX},
        {.word = "TYPE"},
        {.word = "SCHEMA"},
        {.word = "SEQUENCE"},
        {.word = "SECRET"},
        {.word = "DATABASE"},
    };
    for (; token(scan, 0)->kind == TOKEN_WORD; scan->at++) {
        *out_replaces = *out_replaces || is(scan, "REPLACE");
        for (guint i = 0; i < G_N_ELEMENTS(objects); i++) {
            if (scan_pass(scan, objects[i].word))
                return objects[i].object;
        }
    }
    return OBJECT_OTHER;
}

/* CREATE TABLE t (..): the bracket is at scan->at, and no AS follows it. */
static bool declares_columns(const struct scan *scan)
{
    if (!sql_token_is_bracket(scan->tokens, scan->at, '('))
        return false;
    for (guint i = sql_bracket_end(scan->tokens, scan->at);; i++) {
        if (sql_token_at(scan->tokens, i)->kind == TOKEN_END)
            return true;
        if (sql_token_is(scan->tokens, i, "AS"))
            return false;
    }
}

static void scan_create_index(struct scan *scan)
{
    if (!is(scan, "ON"))
        scan->at = sql_name_end(scan->tokens, scan->at);
    if (scan_pass(scan, "ON"))
        scan_name(scan, REFERENCE_WRITE);
}

static void scan_create(struct scan *scan)
{
    bool replaces = false;
    const enum object object = pass_to_object(scan, &replaces);
    scan->summary->replaces = replaces;
    replaces = replaces || is(scan, "IF");
    pass_if_exists(scan);
    scan->prefix = true;
    scan->is_create = true;
    scan->summary->creates = !replaces;
    scan->summary->is_view = object == OBJECT_VIEW;
    scan->summary->is_macro = object == OBJECT_MACRO;
    if (object == OBJECT_INDEX)
        scan_create_index(scan);
    else if (object == OBJECT_TABLE || object == OBJECT_VIEW)
        scan_name(scan, REFERENCE_WRITE | REFERENCE_DEFINITION);
    else
        scan_name(scan, REFERENCE_DEFINITION);
    scan->summary->declares_columns = object == OBJECT_TABLE && declares_columns(scan);
}

/* `ALTER TABLE s.t RENAME TO u` makes s.u. */
static void scan_rename(struct scan *scan, guint from, guint end)
{
    if (!scan_pass(scan, "RENAME") || !scan_pass(scan, "TO") ||
        !sql_token_is_name(scan->tokens, scan->at))
        return;
    GString *name = g_string_new(NULL);
    if (end > from + 1) {
        g_autofree char *schema = sql_name_dup(scan->tokens, from, end - 1);
        g_string_append(name, schema);
    }
    g_autofree char *last = sql_name_dup(scan->tokens, scan->at, scan->at + 1);
    g_string_append(name, last);
    scan_refer(scan, g_string_free(name, FALSE), scan->at, scan->at + 1,
               REFERENCE_WRITE | REFERENCE_DEFINITION);
    scan->at++;
}

static void scan_alter(struct scan *scan)
{
    bool replaces = false;
    const enum object object = pass_to_object(scan, &replaces);
    pass_if_exists(scan);
    const guint from = scan->at;
    if ((object == OBJECT_TABLE || object == OBJECT_VIEW) && scan_name(scan, REFERENCE_WRITE))
        scan_rename(scan, from, scan->at);
}

static void scan_drop(struct scan *scan)
{
    bool replaces = false;
    const enum object object = pass_to_object(scan, &replaces);
    pass_if_exists(scan);
    if (object != OBJECT_TABLE && object != OBJECT_VIEW)
        return;
    scan->summary->drops = true;
    while (scan_name(scan, REFERENCE_WRITE) && token(scan, 0)->kind == TOKEN_COMMA)
        scan->at++;
}

static void scan_insert(struct scan *scan)
{
    while (token(scan, 0)->kind == TOKEN_WORD && !is(scan, "INTO"))
        scan->at++;
    scan->at++;
    scan_name(scan, REFERENCE_WRITE);
    scan->prefix = true;
}

static void scan_update(struct scan *scan)
{
    scan_pass(scan, "ONLY");
    scan_name(scan, REFERENCE_WRITE);
}

static void scan_delete(struct scan *scan)
{
    scan_pass(scan, "FROM");
    scan_pass(scan, "ONLY");
    scan_name(scan, REFERENCE_WRITE);
    scan->using_tables = true;
}

static void scan_merge(struct scan *scan)
{
    scan_pass(scan, "INTO");
    scan_name(scan, REFERENCE_WRITE);
    scan->using_tables = true;
}

static void scan_truncate(struct scan *scan)
{
    scan_pass(scan, "TABLE");
    scan_name(scan, REFERENCE_WRITE);
}

static void scan_copy(struct scan *scan)
{
    scan->is_copy = !is(scan, "FROM");
    guint after = sql_name_end(scan->tokens, scan->at);
    if (after == scan->at || !scan->is_copy)
        return;
    if (sql_token_is_bracket(scan->tokens, after, '('))
        after = sql_bracket_end(scan->tokens, after);
    scan_name(scan, sql_token_is(scan->tokens, after, "FROM") ? REFERENCE_WRITE : 0);
}

void scan_copy_place(struct scan *scan, bool is_write)
{
    scan->is_copy = false;
    scan->at++;
    char *path = sql_string_dup(scan->tokens, scan->at);
    if (path)
        scan_refer(scan, path, scan->at, scan->at + 1,
                   REFERENCE_FILE | (is_write ? REFERENCE_WRITE : 0));
    else
        scan->summary->is_unknown = true;
}

static void scan_attach(struct scan *scan)
{
    scan_pass(scan, "DATABASE");
    pass_if_exists(scan);
    char *path = sql_string_dup(scan->tokens, scan->at);
    if (path && *path && *path != ':')
        scan_refer(scan, path, scan->at, scan->at + 1, REFERENCE_FILE);
    else
        g_free(path);
}

static void scan_explain(struct scan *scan)
{
    scan_pass(scan, "ANALYZE");
    if (sql_token_is_bracket(scan->tokens, scan->at, '('))
        scan->at = sql_bracket_end(scan->tokens, scan->at);
    scan->is_first = true;
}

static void scan_prepare(struct scan *scan)
{
    scan->prefix = true;
}

/* USE s, LOAD icu, RESET threads: what it is about, so that steps can be told apart. */
static void scan_subject(struct scan *scan)
{
    scan_name(scan, REFERENCE_DEFINITION);
}

static void scan_set(struct scan *scan)
{
    static const char *const scopes[] = {"SESSION", "GLOBAL", "LOCAL", "VARIABLE"};
    for (guint i = 0; i < G_N_ELEMENTS(scopes); i++)
        if (!sql_token_is_bracket(scan->tokens, scan->at + 1, '(') &&
            sql_token_is_name(scan->tokens, scan->at + 1) && scan_pass(scan, scopes[i]))
            break;
    scan_subject(scan);
}

static void scan_detach(struct scan *scan)
{
    scan_pass(scan, "DATABASE");
    pass_if_exists(scan);
    scan_subject(scan);
}

bool scan_verb(struct scan *scan)
{
    static void (*const readers[WORD_COUNT])(struct scan *) = {
        [WORD_ALTER] = scan_alter,     [WORD_ATTACH] = scan_attach,     [WORD_COPY] = scan_copy,
        [WORD_CREATE] = scan_create,   [WORD_DELETE] = scan_delete,     [WORD_DROP] = scan_drop,
        [WORD_EXPLAIN] = scan_explain, [WORD_INSERT] = scan_insert,     [WORD_MERGE] = scan_merge,
        [WORD_PREPARE] = scan_prepare, [WORD_UPDATE] = scan_update,     [WORD_USE] = scan_subject,
        [WORD_DETACH] = scan_detach,   [WORD_LOAD] = scan_subject,      [WORD_RESET] = scan_subject,
        [WORD_SET] = scan_set,         [WORD_TRUNCATE] = scan_truncate,
    };
    void (*const read)(struct scan *) = readers[token(scan, 0)->word];
    if (!read)
        return false;
    scan->at++;
    read(scan);
    return true;
}

void scan_describe(struct scan *scan)
{
    const bool shows = is(scan, "SHOW");
    scan->at++;
    scan_pass(scan, "TABLE");
    const struct sql_token *next = token(scan, 0);
    char *path = sql_string_dup(scan->tokens, scan->at);
    if (path)
        scan_refer(scan, path, scan->at, scan->at + 1, REFERENCE_FILE);
    else if (next->word == WORD_ALL ||
             (shows && (is(scan, "TABLES") || is(scan, "DATABASES") || is(scan, "SCHEMAS"))))
        scan->summary->is_unknown = true;
    else if (next->kind == TOKEN_QUOTED || (next->kind == TOKEN_WORD && next->word == WORD_NONE))
        scan_name(scan, 0);
    else if (next->kind == TOKEN_END || next->kind == TOKEN_CLOSE)
        scan->summary->is_unknown = true;
    else
        scan->is_first = true;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (g_ascii_strcasecmp(name, *names) == 0)
            return true;
    return false;
}

/* Functions whose first argument is a path, a glob or a list of them. */
static const char *const file_functions[] = {
    "read_csv",
    "read_csv_auto",
    "read_json",
    "read_json_auto",
    "read_json_objects",
    "read_json_objects_auto",
    "read_ndjson",
    "read_ndjson_auto",
    "read_ndjson_objects",
    "read_parquet",
    "parquet_scan",
    "parquet_metadata",
    "parquet_schema",
    "parquet_file_metadata",
    "parquet_kv_metadata",
    "parquet_bloom_probe",
    "read_text",
    "read_blob",
    "read_xlsx",
    "read_duckdb",
    "sniff_csv",
    "glob",
    "st_read",
    NULL,
};

/* Functions whose first argument names a table. */
static const char *const table_functions[] = {
    "query_table", "pragma_table_info", "pragma_show", "pragma_storage_info", NULL,
};

/* Functions that look at everything there is. */
static const char *const catalog_functions[] = {
    "query",
    "duckdb_columns",
    "duckdb_constraints",
    "duckdb_databases",
    "duckdb_dependencies",
    "duckdb_functions",
    "duckdb_indexes",
    "duckdb_schemas",
    "duckdb_sequences",
    "duckdb_tables",
    "duckdb_types",
    "duckdb_views",
    "pragma_database_size",
    "pragma_show_tables",
    "pragma_show_tables_expanded",
    NULL,
};

/* One string, or a list of strings, as the first argument; anything else can't be known. */
static void scan_first_argument(struct scan *scan, guint open, guint flags)
{
    guint at = open + 1;
    const bool is_list = sql_token_is_bracket(scan->tokens, at, '[');
    at += is_list;
    for (;;) {
        char *value = sql_string_dup(scan->tokens, at);
        const guint8 after = sql_token_at(scan->tokens, at + 1)->kind;
        if (!value || (after != TOKEN_COMMA && after != TOKEN_CLOSE)) {
            g_free(value);
            scan->summary->is_unknown = true;
            return;
        }
        scan_refer(scan, value, at, at + 1, flags);
        if (!is_list || after == TOKEN_CLOSE)
            return;
        at += 2;
    }
}

void scan_table_function(struct scan *scan, const char *name, guint open)
{
    const char *last = strrchr(name, '.');
    const char *function = last ? last + 1 : name;
    if (is_one_of(function, file_functions))
        scan_first_argument(scan, open, REFERENCE_FILE);
    else if (is_one_of(function, table_functions))
        scan_first_argument(scan, open, 0);
    else if (is_one_of(function, catalog_functions))
        scan->summary->is_unknown = true;
}
