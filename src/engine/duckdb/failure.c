/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/failure.h"

#include "base/nearest.h"
#include "engine/duckdb/message.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

/* The classes that are not plain ERROR_DATA, by DuckDB's number and by its word in messages. */
static const struct failure_class {
    duckdb_error_type type;
    const char *word;
    enum error_kind kind;
} failure_classes[] = {
    {DUCKDB_ERROR_FATAL, "FATAL", ERROR_LOST},
    {DUCKDB_ERROR_INTERNAL, "INTERNAL", ERROR_LOST},
    {DUCKDB_ERROR_INTERRUPT, "INTERRUPT", ERROR_CANCELLED},
    {DUCKDB_ERROR_OUT_OF_MEMORY, "Out of Memory", ERROR_SYSTEM},
    {DUCKDB_ERROR_IO, "IO", ERROR_SYSTEM},
    {DUCKDB_ERROR_CONNECTION, "Connection", ERROR_SYSTEM},
    {DUCKDB_ERROR_TRANSACTION, "TransactionContext", ERROR_DATA},
    {DUCKDB_ERROR_PERMISSION, "Permission", ERROR_PERMISSION},
};

static const struct failure_class *find_class(duckdb_error_type type, const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(failure_classes); i++) {
        const struct failure_class *entry = &failure_classes[i];
        if (type != DUCKDB_ERROR_INVALID ? entry->type == type
                                         : word && g_ascii_strcasecmp(entry->word, word) == 0)
            return entry;
    }
    return NULL;
}

/* IO errors cover a full disk, missing rights and a path that isn't there. */
static enum error_kind io_kind(const char *message, int errno_value)
{
    if (errno_value == EACCES || errno_value == EPERM || errno_value == EROFS)
        return ERROR_PERMISSION;
    if (errno_value == ENOENT || strstr(message, "No files found that match"))
        return ERROR_DATA;
    if (strstr(message, "Corrupt") || strstr(message, "corrupt"))
        return ERROR_LOST;
    return ERROR_SYSTEM;
}

/* Another session changed the same thing first: with its work done, the next try may work. All
 * other errors of transactions (a key that is there twice) stay. The texts are DuckDB's own. */
static enum error_kind transaction_kind(const char *message)
{
    static const char commit[] = "Failed to commit: ";
    static const char *const conflicts[] = {
        "Transaction conflict: ", "Catalog write-write conflict ", "write-write conflict ",
        "Conflict on ",           "Attempting to modify table ",   "Could not commit ",
    };
    if (g_str_has_prefix(message, commit))
        message += strlen(commit);
    for (gsize i = 0; i < G_N_ELEMENTS(conflicts); i++)
        if (g_str_has_prefix(message, conflicts[i]))
            return ERROR_TRANSIENT;
    return ERROR_DATA;
}

/* `Binder Error: text` -> "Binder"; leaves *text behind it. NULL when there is no such start. */
static char *take_word(const char **text)
{
    static const char mark[] = " Error: ";
    const char *end = strstr(*text, mark);
    const char *line = strchr(*text, '\n');
    if (!end || end - *text > 32 || (line && line < end) ||
        memchr(*text, '{', (gsize)(end - *text)))
        return NULL;
    char *word = g_strndup(*text, (gsize)(end - *text));
    *text = end + strlen(mark);
    return word;
}

static const char *json_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static gint64 json_number(const json_t *object, const char *key, gint64 missing)
{
    const char *text = json_text(object, key);
    return text ? g_ascii_strtoll(text, NULL, 10) : missing;
}

/* Syntax errors come from the tokenizer, which counts characters; all others count bytes. */
static gint64 byte_position(gint64 position, bool characters, const char *sql)
{
    if (!sql || position < 0)
        return -1;
    if (characters) {
        if (position > g_utf8_strlen(sql, -1))
            return -1;
        return g_utf8_offset_to_pointer(sql, position) - sql;
    }
    return position <= (gint64)strlen(sql) ? position : -1;
}

static void read_json(struct failure *failure, const json_t *object, const char *sql,
                      int *out_errno)
{
    const char *subtype = json_text(object, "error_subtype");
    const char *code = json_text(object, "exception_type");
    failure->message = g_strdup(json_text(object, "exception_message"));
    if (code) {
        g_free(failure->code);
        failure->code = g_strdup(code);
    }
    failure->subject = g_strdup(json_text(object, "name"));
    failure->position = byte_position(json_number(object, "position", -1),
                                      g_strcmp0(subtype, "SYNTAX_ERROR") == 0, sql);
    *out_errno = (int)json_number(object, "errno", 0);
}

/* The names in quotes of one line. */
static GPtrArray *quoted_names(const char *line)
{
    GPtrArray *names = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    const char *end = line + strcspn(line, "\n");
    for (const char *p = strchr(line, '"'); p && p < end; p = strchr(p, '"')) {
        const char *close = strchr(p + 1, '"');
        if (!close || close > end)
            break;
        g_ptr_array_add(names, g_strndup(p + 1, (gsize)(close - p - 1)));
        p = close + 1;
    }
    return names;
}

/* Where DuckDB names what there is. After `Did you mean` stands the least distant of all names,
 * however far it is. */
static const struct {
    const char *mark;
    bool are_few;
} candidate_marks[] = {
    {"\nCandidate bindings: ", true},
    {"\nCandidate tables: ", true},
    {"\nDid you mean ", false},
};

/* The nearest name, else all of them where they are few. */
static char *suggestion_text(const char *subject, const GPtrArray *names, bool are_few)
{
    char *hint = subject ? nearest_hint(subject, (const char *const *)names->pdata) : NULL;
    if (hint || !are_few || names->len == 0)
        return hint;
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    return g_strconcat("there is: ", all, NULL);
}

/* What follows such a mark becomes the suggestion. */
static void take_suggestion(struct failure *failure)
{
    for (gsize i = 0; i < G_N_ELEMENTS(candidate_marks); i++) {
        char *found = strstr(failure->message, candidate_marks[i].mark);
        if (!found)
            continue;
        g_autoptr(GPtrArray) subjects = quoted_names(failure->message);
        const char *subject = subjects->len > 0 ? g_ptr_array_index(subjects, 0) : failure->subject;
        g_autoptr(GPtrArray) names = quoted_names(found + 1);
        failure->suggestion = suggestion_text(subject, names, candidate_marks[i].are_few);
        *found = '\0';
        if (found > failure->message && found[-1] == '!')
            found[-1] = '\0';
        return;
    }
}

void failure_init(struct failure *failure, duckdb_error_type type, const char *text,
                  const char *sql)
{
    *failure = (struct failure){.kind = ERROR_DATA, .position = -1};
    if (!text)
        text = "the engine failed without a message";
    int errno_value = 0;
    failure->code = take_word(&text);
    json_t *object = *text == '{' ? json_loads(text, 0, NULL) : NULL;
    if (json_is_object(object))
        read_json(failure, object, sql, &errno_value);
    json_decref(object);
    if (!failure->message)
        failure->message = g_strdup(text);

    const struct failure_class *found = find_class(type, failure->code);
    if (found)
        failure->kind = found->kind;
    if (found && found->type == DUCKDB_ERROR_IO)
        failure->kind = io_kind(failure->message, errno_value);
    if (found && found->type == DUCKDB_ERROR_TRANSACTION)
        failure->kind = transaction_kind(failure->message);
    char *clear = message_clear(failure->message);
    g_free(failure->message);
    failure->message = clear;
    take_suggestion(failure);
}

void failure_clear(struct failure *failure)
{
    g_clear_pointer(&failure->code, g_free);
    g_clear_pointer(&failure->message, g_free);
    g_clear_pointer(&failure->subject, g_free);
    g_clear_pointer(&failure->suggestion, g_free);
}

void failure_set(const struct failure *failure, GError **error)
{
    const struct error_details details = {
        .code = failure->code,
        .position = failure->position,
        .suggestion = failure->suggestion,
    };
    error_set_full(error, failure->kind, &details, failure->message);
}
