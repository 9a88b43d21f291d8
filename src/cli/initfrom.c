/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/initfrom.h"

#include "cli/rowformat.h"
#include "connect/format/format.h"
#include "engine/engine.h"
#include "lang/parser.h"

#include <string.h>

static const char source_name[] = "__init_from";

static void append_text(GString *out, const char *text)
{
    g_autoptr(GString) literal = g_string_new(NULL);
    json_append_string(literal, text, strlen(text));
    g_string_replace(literal, "${", "\\${", 0);
    g_string_append(out, literal->str);
}

/* The options of a source that has none but its path. */
static struct options *path_options(const struct format *format, const char *file)
{
    g_autoptr(GString) map = g_string_new("{\"path\": ");
    append_text(map, file);
    g_string_append_c(map, '}');
    AUTO(diagnostics) diagnostics = diagnostics_new();
    AUTO(text) text = text_new("", map->str, map->len, NULL);
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    AUTO(value) value = map_parse(&lexer, diagnostics);
    return options_check(format->options, OPTION_FOR_SOURCE, format->name, value, value->span,
                         diagnostics);
}

static struct relation *open_file(const char *file, GError **error)
{
    const struct format *format = format_for_path(file);
    if (!g_utf8_validate(file, -1, NULL)) {
        error_set(error, ERROR_USAGE,
                  "the name of the file isn't UTF-8, so no pipeline can name it");
        return NULL;
    }
    if (!format) {
        error_set(error, ERROR_USAGE,
                  "'%s' has no extension that tells what it is: .csv, .tsv, .json, .ndjson, "
                  ".jsonl, .parquet, each also with .gz or .zst",
                  file);
        return NULL;
    }
    struct relation *relation = NULL;
    AUTO(options) options = path_options(format, file);
    return format->scan(options, NULL, &relation, error) ? relation : NULL;
}

static bool take_columns(void *user_data, const GPtrArray *columns)
{
    GPtrArray *out = user_data;
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        columns_add(out, column->name, column->type);
    }
    return false;
}

/* Reading a source in SQL finds the types that all its rows have. */
static GPtrArray *read_columns(const struct engine_class *class, struct engine *engine,
                               const struct relation *relation, GError **error)
{
    struct session *session = NULL;
    g_autoptr(GPtrArray) columns = columns_new();
    const struct row_sink sink = {.columns = take_columns, .user_data = columns};
    g_autofree char *sql = g_strdup_printf("SELECT * FROM %s LIMIT 0", source_name);
    if (!class->define_source(engine, source_name, relation, error) ||
        !class->session_new(engine, &session, error))
        return NULL;
    bool read = class->query(session, sql, &sink, error);
    class->session_free(session);
    return read ? g_steal_pointer(&columns) : NULL;
}

static GPtrArray *find_columns(const struct relation *relation, GError **error)
{
    const struct engine_options options = {.timezone = "UTC"};
    const struct engine_class *class = engine_load("duckdb", error);
    struct engine *engine = NULL;
    if (!class || !class->open(&options, &engine, error))
        return NULL;
    GPtrArray *columns = read_columns(class, engine, relation, error);
    class->close(engine);
    return columns;
}

/* "Orders 2024.csv.gz" -> "orders_2024" */
static char *pipeline_name(const char *file)
{
    g_autofree char *base = g_path_get_basename(file);
    GString *name = g_string_new(g_ascii_isdigit(*base) ? "data_" : NULL);
    for (const char *c = base; *c && (*c != '.' || c == base); c++)
        g_string_append_c(name,
                          g_ascii_isalnum(*c) || (guchar)*c >= 0x80 ? g_ascii_tolower(*c) : '_');
    return g_string_free(name, FALSE);
}

/* Below the project from there, else absolute. */
static char *written_path(const char *file, const char *directory)
{
    g_autofree char *path = g_canonicalize_filename(file, NULL);
    g_autofree char *root = g_canonicalize_filename(directory, NULL);
    const gsize length = strlen(root);
    if (g_str_has_prefix(path, root) && path[length] == '/')
        return g_strdup(path + length + 1);
    return g_steal_pointer(&path);
}

static void append_option(GString *out, const char *name, const char *text)
{
    g_string_append_printf(out, ",\n  \"%s\": ", name);
    append_text(out, text);
}

/* How a CSV file is written, where that isn't what everybody would guess. */
static void append_dialect(GString *out, const struct relation *relation)
{
    static const struct {
        const char *name;
        const char *usual;
    } settings[] = {{"delimiter", ","}, {"quote", "\""}, {"escape", "\""}, {"encoding", "utf-8"}};
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        const struct setting *setting = relation_get(relation, settings[i].name);
        if (setting && strcmp(setting->text, settings[i].usual) != 0)
            append_option(out, settings[i].name, setting->text);
    }
}

/* Types stand in a Parquet file itself: only which columns there are can change. */
static void append_columns(GString *out, const struct relation *relation, const GPtrArray *columns)
{
    const bool has_types = strcmp(relation->format, "parquet") != 0;
    g_string_append(out, has_types ? ",\n  \"columns\": {" : ",\n  \"columns\": [");
    for (guint i = 0; i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        g_string_append(out, i ? ",\n    " : "\n    ");
        append_text(out, column->name);
        if (has_types) {
            g_string_append(out, ": ");
            append_text(out, column->type);
        }
    }
    g_string_append(out, has_types ? "\n  }" : "\n  ]");
}

static char *pipeline_text(const char *name, const char *path, const struct relation *relation,
                           const GPtrArray *columns)
{
    GString *out = g_string_new(NULL);
    g_autofree char *type = g_ascii_strup(relation->format, -1);
    g_string_printf(out,
                    "-- The columns are those that were found in the file. A value that doesn't\n"
                    "-- fit its type is an error; write another type where you want one.\n"
                    "SOURCE %s_file TYPE %s PARAMS {\n  \"path\": ",
                    name, type);
    append_text(out, path);
    append_dialect(out, relation);
    append_columns(out, relation, columns);
    g_string_append_printf(out,
                           "\n};\n\nLOAD %s_file INTO raw_%s;\n\n-- The first rows.\n"
                           "SELECT * FROM raw_%s LIMIT 20;\n",
                           name, name, name);
    return g_string_free(out, FALSE);
}

bool found_pipeline_init(struct found_pipeline *found, const char *file, const char *directory,
                         GError **error)
{
    AUTO(relation) relation = open_file(file, error);
    g_autoptr(GPtrArray) columns = relation ? find_columns(relation, error) : NULL;
    if (!columns)
        return false;
    g_autofree char *path = written_path(file, directory);
    found->name = pipeline_name(file);
    found->text = pipeline_text(found->name, path, relation, columns);
    return true;
}

void found_pipeline_clear(struct found_pipeline *found)
{
    g_clear_pointer(&found->name, g_free);
    g_clear_pointer(&found->text, g_free);
}
