/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/format/csv.h"

#include "base/error.h"
#include "connect/format/dialect.h"
#include "connect/format/head.h"

#include <string.h>

/* What was found in the files so far. */
struct found {
    struct dialect dialect;
    const char *path; /* where */
    const char *encoding;
};

static const char *compression_of(const struct options *options, const char *path)
{
    return path_compression(path, options_text(options, "compression"));
}

static guint known_fields(const struct options *options)
{
    const GPtrArray *columns = options_list(options, "columns");
    const GPtrArray *names = options_list(options, "names");
    return columns ? columns->len / 2 : names ? names->len : 0;
}

static bool needs_header(const struct options *options)
{
    return options_boolean(options, "header", TRUE) && known_fields(options) == 0;
}

/* Reads more of the file until a first line is in it. */
static bool read_head(const struct options *options, const char *path, struct head *out,
                      GError **error)
{
    struct head_request request = {
        .path = path,
        .compression = compression_of(options, path),
        .encoding = options_text(options, "encoding"),
        .length = HEAD_BYTES,
    };
    if (!head_read(&request, out, error))
        return false;
    if (out->whole || memchr(out->data, '\n', out->length) || memchr(out->data, '\r', out->length))
        return true;
    head_clear(out);
    request.length = HEAD_MAX_BYTES;
    return head_read(&request, out, error);
}

static bool check_start(const struct options *options, const char *path, const struct head *head,
                        GError **error)
{
    if (head->length == 0 && head->whole && needs_header(options)) {
        error_set(error, ERROR_DATA, "%s is empty: it has no header line", path);
        return false;
    }
    if (g_str_has_prefix(head->data, "sep=") && options_integer(options, "skip", 0) == 0) {
        error_set(
            error, ERROR_DATA,
            "%s: line 1 is a note for Excel (sep=), not a header; give the option \"skip\": 1",
            path);
        return false;
    }
    const bool starts_empty = head->length && (*head->data == '\n' || *head->data == '\r');
    if (starts_empty && needs_header(options) && options_integer(options, "skip", 0) == 0) {
        error_set(error, ERROR_DATA,
                  "%s: line 1 is empty, not a header; the option \"skip\" leaves lines out", path);
        return false;
    }
    return true;
}

static bool find_dialect(const struct options *options, const char *path, const struct head *head,
                         struct dialect *out, GError **error)
{
    const bool is_tsv = path_has_extension(path, ".tsv") || path_has_extension(path, ".tab");
    const char *delimiter = options_text(options, "delimiter");
    const struct dialect_request request = {
        .path = path,
        .data = head->data,
        .length = head->length,
        .whole = head->whole,
        .delimiter = delimiter ? delimiter
                     : is_tsv  ? "\t"
                               : NULL,
        .quote = options_text(options, "quote"),
        .escape = options_text(options, "escape"),
        .comment = options_text(options, "comment"),
        .skip = (guint64)options_integer(options, "skip", 0),
        .fields = known_fields(options),
        .allow_short = options_boolean(options, "null_padding", FALSE),
        .allow_broken = options_boolean(options, "ignore_errors", FALSE) ||
                        options_text(options, "max_errors") ||
                        options_text(options, "rejects_file"),
    };
    return dialect_find(&request, out, error);
}

static bool differs(const char *path, const struct found *found, const char *what, GError **error)
{
    error_set(error, ERROR_DATA,
              "%s has another %s than %s: read them as two sources, or give the option \"%s\"",
              path, what, found->path, what);
    return false;
}

/* Files of one source are read with one dialect. */
static bool merge(struct found *found, const char *path, const struct dialect *dialect,
                  const char *encoding, GError **error)
{
    if (!found->path) {
        *found = (struct found){.dialect = *dialect, .path = path, .encoding = encoding};
        return true;
    }
    if (strcmp(found->encoding, encoding) != 0)
        return differs(path, found, "encoding", error);
    if (!dialect->is_sure)
        return true;
    if (!found->dialect.is_sure) {
        found->dialect = *dialect;
        found->path = path;
        return true;
    }
    if (strcmp(found->dialect.delimiter, dialect->delimiter) != 0)
        return differs(path, found, "delimiter", error);
    if (strcmp(found->dialect.quote, dialect->quote) != 0)
        return differs(path, found, "quote", error);
    if (strcmp(found->dialect.escape, dialect->escape) != 0)
        return differs(path, found, "escape", error);
    return true;
}

static bool look_at(const struct options *options, const char *path, struct found *found,
                    GError **error)
{
    struct dialect dialect = {0};
    struct head head = {0};
    if (!read_head(options, path, &head, error))
        return false;
    const bool fits = check_start(options, path, &head, error) &&
                      find_dialect(options, path, &head, &dialect, error) &&
                      merge(found, path, &dialect, head.encoding, error);
    head_clear(&head);
    return fits;
}

/* Nothing is left for the engine to find out but names and types. */
static void pin(struct relation *relation, const struct found *found)
{
    static const struct {
        const char *name;
        enum setting_kind kind;
        const char *text;
    } defaults[] = {
        {"header", SETTING_BOOLEAN, "true"},
        {"skip", SETTING_INTEGER, "0"},
        {"null_padding", SETTING_BOOLEAN, "false"},
        {"ignore_errors", SETTING_BOOLEAN, "false"},
        {"comment", SETTING_TEXT, ""},
    };
    relation_set(relation, "delimiter", SETTING_TEXT, found->dialect.delimiter);
    relation_set(relation, "quote", SETTING_TEXT, found->dialect.quote);
    relation_set(relation, "escape", SETTING_TEXT, found->dialect.escape);
    relation_set(relation, "encoding", SETTING_TEXT, found->encoding);
    for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++)
        if (!relation_get(relation, defaults[i].name))
            relation_set(relation, defaults[i].name, defaults[i].kind, defaults[i].text);
}

/* What is given stands for NULL besides a missing field. */
static void add_missing_field(struct relation *relation)
{
    const struct setting *given = relation_get(relation, "nullstr");
    if (given)
        g_ptr_array_add(given->items, g_strdup(""));
}

static bool csv_scan(const struct options *options, const GPtrArray *files, struct relation **out,
                     GError **error)
{
    AUTO(relation) relation = format_source("csv", options, files, error);
    if (!relation)
        return false;
    struct found found = {0};
    for (guint i = 0; i < relation->paths->len; i++)
        if (!look_at(options, relation->paths->pdata[i], &found, error))
            return false;
    pin(relation, &found);
    add_missing_field(relation);
    *out = g_steal_pointer(&relation);
    return true;
}

static bool csv_sink(const struct options *options, const char *destination, const char *path,
                     struct relation **out, GError **error)
{
    (void)error;
    const bool is_tsv = path_has_extension(destination, ".tsv");
    const char *delimiter = options_text(options, "delimiter");
    const char *compression = path_compression(destination, options_text(options, "compression"));
    *out = format_destination("csv", options, path);
    relation_set(*out, "delimiter", SETTING_TEXT, delimiter ? delimiter : is_tsv ? "\t" : ",");
    relation_set(*out, "compression", SETTING_TEXT, compression);
    if (!relation_get(*out, "header"))
        relation_set(*out, "header", SETTING_BOOLEAN, "true");
    return true;
}

static const char *const extensions[] = {".csv", ".tsv", NULL};

const struct format csv_format = {
    .name = "csv",
    .options = csv_options,
    .extensions = extensions,
    .scan = csv_scan,
    .sink = csv_sink,
};
