/* SPDX-License-Identifier: Apache-2.0 */
#include "run/binder.h"

#include "base/name.h"
#include "connect/glob.h"
#include "connect/outside/outside.h"
#include "engine/trace.h"
#include "lang/lexer.h"
#include "run/incremental.h"
#include "run/objects.h"
#include "run/steps/step.h"
#include "run/steps/write.h"
#include "run/trace.h"

#include <string.h>

/* The check of one plan. */
struct check {
    struct binder *binder;
    const struct plan *plan;
    struct diagnostics *diagnostics;
    GArray *bounds;      /* struct bound */
    GHashTable *unknown; /* char *: keys of tables whose columns can't be known */
    GPtrArray *stands;   /* char *: names of tables that stand for unloaded sources */
    GPtrArray *hidden;   /* char *: by operation, the hidden name of a SOURCE; or NULL */
    bool is_blind;       /* there may be tables that we don't see */
};

static void bound_clear(gpointer data)
{
    struct bound *bound = data;
    if (bound->columns)
        g_ptr_array_unref(bound->columns);
    trace_free(bound->trace);
}

static struct bound *bound_at(struct check *check, guint index)
{
    return &g_array_index(check->bounds, struct bound, index);
}

static struct span first_word(const struct statement *statement)
{
    struct span span = statement->span;
    span.length = (guint32)strcspn(span_start(span), " \t\r\n;");
    return span;
}

/* What is wrong, at the place in the text that the engine was given after `prefix` bytes. */
static void report(struct check *check, const struct operation *operation,
                   const struct fragment *fragment, gsize prefix, const GError *error)
{
    const struct error_details *details = error_details(error);
    gint64 offset = details->position - (gint64)prefix;
    struct span at = first_word(operation->statement);
    if (fragment && details->position >= 0 && offset >= 0 && (gsize)offset <= fragment->length)
        at = span_widen(fragment_place(fragment, (gsize)offset));
    else if (fragment && fragment_present(fragment))
        at = fragment->span;
    diagnostics_add(check->diagnostics, SF_STATEMENT_FAILED, at, details->suggestion, "%s",
                    error->message);
}

static bool reads_missing(const struct check *check, const struct operation *operation)
{
    const struct binder *binder = check->binder;
    for (guint i = 0; i < operation->reads->len; i++) {
        const char *key = g_ptr_array_index(operation->reads, i);
        if (!g_str_has_prefix(key, "file:") &&
            binder->class->table_exists(binder->session, key) == TABLE_NONE)
            return true;
    }
    return false;
}

/* A table that isn't there may be one that we can't see, and columns that were assumed may be
 * others. */
static enum bound_status fail(struct check *check, const struct operation *operation,
                              const struct fragment *fragment, gsize prefix, const GError *error)
{
    if (check->binder->assumes || (check->is_blind && reads_missing(check, operation)))
        return BOUND_UNCHECKED;
    report(check, operation, fragment, prefix, error);
    return BOUND_WRONG;
}

/* Binds `prefix` + the fragment's text + `suffix`. */
static enum bound_status bind_fragment(struct check *check, const struct operation *operation,
                                       const struct fragment *fragment, const char *prefix,
                                       const char *suffix, GPtrArray **out_columns)
{
    g_autofree char *sql = g_strconcat(prefix, fragment->text, suffix, NULL);
    g_autoptr(GError) error = NULL;
    struct binder *binder = check->binder;
    if (binder->class->describe(binder->session, sql, out_columns, &error))
        return BOUND_OK;
    return fail(check, operation, fragment, strlen(prefix), error);
}

static bool body_has_word(const struct fragment *fragment, const char *word)
{
    AUTO(text) text = text_new("", fragment->text, fragment->length, NULL);
    if (!text)
        return false;
    struct lexer lexer;
    lexer_init(&lexer, text, 0, text->length);
    for (struct token token = lexer_next(&lexer); token.kind != TOKEN_END;
         token = lexer_next(&lexer))
        if (token_is(&token, word))
            return true;
    return false;
}

static enum bound_status stand_for(struct check *check, const struct operation *operation,
                                   const struct target *target, const GPtrArray *columns)
{
    g_autoptr(GError) error = NULL;
    const struct binder *binder = check->binder;
    if (binder->class->create_shape(binder->session, target, columns, &error))
        return BOUND_OK;
    return fail(check, operation, &operation->statement->table, 0, error);
}

/* The table as it is after a LOAD or CREATE, whose mode may let it be what it was. A file's types
 * are those of the table when it is read: they may differ here. */
static enum bound_status stand_for_written(struct check *check, const struct operation *operation,
                                           const GPtrArray *columns)
{
    struct write_target write;
    write_target_init(&write, operation);
    if (write.target.mode == WRITE_WINDOW)
        write.target.mode = WRITE_APPEND;
    if (operation->type == OPERATION_LOAD)
        write.target.schema = SCHEMA_EVOLVE;
    enum bound_status status = stand_for(check, operation, &write.target, columns);
    write_target_clear(&write);
    return status;
}

/* The first path that the plans so far write and the source reads; NULL: there is none. */
static const char *find_written(const struct check *check, const struct operation *operation)
{
    GHashTableIter iter;
    gpointer written = NULL;
    const char *first = NULL;
    const GPtrArray *paths = connector_paths(operation->options);
    for (guint i = 0; paths && i < paths->len; i++) {
        g_autofree char *path = g_canonicalize_filename(g_ptr_array_index(paths, i), NULL);
        g_hash_table_iter_init(&iter, check->binder->written);
        while (g_hash_table_iter_next(&iter, &written, NULL))
            if (glob_covers(path, written) && (!first || strcmp(written, first) < 0))
                first = written;
    }
    return first;
}

/* The message of a source that can't be read, without the name that only we know. */
static const char *own_message(const GError *error)
{
    const char *hidden = strstr(error->message, "__bind_");
    const char *end = hidden ? strstr(hidden, ": ") : NULL;
    return end ? end + 2 : error->message;
}

static bool define_hidden(struct check *check, const struct operation *operation,
                          const char *hidden, GError **error)
{
    struct binder *binder = check->binder;
    if (!operation->connector->format) {
        const struct usage usage = {.connector = operation->connector,
                                    .options = operation->options,
                                    .project = check->plan->project};
        struct batch_source *source = outside_open(&usage, NULL, error);
        return source && binder->class->define_batches(binder->engine, hidden, source, error);
    }
    const struct shaping shaping = {check->plan, operation, binder->class, binder->session};
    AUTO(relation) relation = objects_shape(&shaping, &binder->spool, error);
    return relation && binder->class->define_source(binder->engine, hidden, relation, error);
}

static bool define_source(struct check *check, guint index, GPtrArray **out_columns, GError **error)
{
    const struct operation *operation = g_ptr_array_index(check->plan->operations, index);
    struct binder *binder = check->binder;
    g_autofree char *hidden = g_strdup_printf("__bind_%u", binder->names++);
    g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\"", hidden);
    if (!define_hidden(check, operation, hidden, error) ||
        !binder->class->describe(binder->session, sql, out_columns, error))
        return false;
    check->hidden->pdata[index] = g_steal_pointer(&hidden);
    return true;
}

/* A table of these columns stands for the source. */
static enum bound_status stand_for_source(struct check *check, guint index, GPtrArray *columns,
                                          GPtrArray **out_columns)
{
    struct binder *binder = check->binder;
    g_autofree char *hidden = g_strdup_printf("__bind_%u", binder->names++);
    g_autofree char *name = g_strconcat("main.", hidden, NULL);
    const struct target target = {.name = name};
    if (!columns || !binder->class->create_shape(binder->session, &target, columns, NULL))
        return BOUND_UNCHECKED;
    *out_columns = g_ptr_array_ref(columns);
    check->hidden->pdata[index] = g_steal_pointer(&hidden);
    return BOUND_OK;
}

/* What is there now, else what will be written, for those who don't ask what is wrong. */
static enum bound_status assume_source(struct check *check, guint index, const char *written,
                                       GPtrArray **out_columns)
{
    struct binder *binder = check->binder;
    GPtrArray *columns = g_hash_table_lookup(binder->written, written);
    if (!binder->traces)
        return BOUND_UNCHECKED;
    binder->assumes = true;
    if (define_source(check, index, out_columns, NULL))
        return BOUND_OK;
    return stand_for_source(check, index, columns, out_columns);
}

/* Records tell their columns when they are read; only what is declared is known before. */
static enum bound_status declare_source(struct check *check, guint index, GPtrArray **out_columns)
{
    const struct operation *operation = g_ptr_array_index(check->plan->operations, index);
    const GPtrArray *items = options_list(operation->options, "columns");
    g_autoptr(GPtrArray) columns = items ? columns_new() : NULL;
    for (guint i = 0; items && i + 1 < items->len; i += 2)
        columns_add(columns, g_ptr_array_index(items, i), g_ptr_array_index(items, i + 1));
    return stand_for_source(check, index, columns, out_columns);
}

/* A source's columns; when the pipeline itself writes its file first, they can't be known. */
static enum bound_status bind_source(struct check *check, guint index, GPtrArray **out_columns)
{
    const struct operation *operation = g_ptr_array_index(check->plan->operations, index);
    g_autoptr(GError) error = NULL;
    const char *written = find_written(check, operation);
    if (written)
        return assume_source(check, index, written, out_columns);
    if (outside_gives_records(operation->connector))
        return declare_source(check, index, out_columns);
    if (define_source(check, index, out_columns, &error))
        return BOUND_OK;
    struct span place = options_place(operation->options, "path");
    if (!place.text)
        place = first_word(operation->statement);
    diagnostics_add(check->diagnostics, SF_STATEMENT_FAILED, place,
                    error_details(error)->suggestion, "%s", own_message(error));
    return BOUND_WRONG;
}

/* A source is looked at when the first operation that reads it is bound. */
static const struct bound *need_source(struct check *check, guint index)
{
    struct bound *bound = bound_at(check, index);
    if (bound->status == BOUND_NONE)
        bound->status = bind_source(check, index, &bound->columns);
    return bound;
}

static enum bound_status bind_load(struct check *check, const struct operation *operation,
                                   GPtrArray **out_columns)
{
    const struct bound *source = need_source(check, operation->source);
    if (source->status != BOUND_OK)
        return BOUND_UNCHECKED;
    const struct statement *statement = operation->statement;
    if (fragment_present(&statement->body)) {
        const char *hidden = g_ptr_array_index(check->hidden, operation->source);
        g_autofree char *prefix = g_strdup_printf("SELECT * FROM \"%s\" WHERE (", hidden);
        enum bound_status status =
            bind_fragment(check, operation, &statement->body, prefix, "\n)", out_columns);
        if (status != BOUND_OK)
            return status;
    } else {
        *out_columns = g_ptr_array_ref(source->columns);
    }
    if (operation->keep_declaration)
        return BOUND_OK;
    return stand_for_written(check, operation, *out_columns);
}

/* Before what it writes stands for itself: it may read what was there. */
static void trace(struct check *check, guint index)
{
    const struct operation *operation = g_ptr_array_index(check->plan->operations, index);
    const struct binder *binder = check->binder;
    if (!binder->traces)
        return;
    bound_at(check, index)->trace =
        operation->type == OPERATION_LOAD
            ? load_trace(binder->class, binder->session, operation,
                         g_ptr_array_index(check->hidden, operation->source))
            : operation_trace(binder->class, binder->session, operation);
}

/* The body with some window, and the column that it grows by. */
static enum bound_status bind_incremental(struct check *check, const struct operation *operation,
                                          GPtrArray **out_columns)
{
    const struct statement *statement = operation->statement;
    const struct binder *binder = check->binder;
    g_autoptr(GError) error = NULL;
    if (!incremental_describe(binder->class, binder->session, &statement->body, out_columns,
                              &error))
        return fail(check, operation, &statement->body, 0, error);
    g_autofree char *column = incremental_column(&statement->mode.column);
    if (columns_find(*out_columns, column))
        return BOUND_OK;
    diagnostics_add(check->diagnostics, SF_STATEMENT_FAILED, statement->mode.column.span, NULL,
                    "INCREMENTAL BY %s: there is no such column in the query", column);
    return BOUND_WRONG;
}

/* A PIVOT without IN takes its columns from rows, and can't be traced. */
static bool has_columns_of_rows(const struct check *check, const struct operation *operation)
{
    const struct binder *binder = check->binder;
    if (!body_has_word(&operation->statement->body, "pivot"))
        return false;
    AUTO(trace) trace = operation_trace(binder->class, binder->session, operation);
    return !trace || trace->reason;
}

static enum bound_status bind_transform(struct check *check, guint index, GPtrArray **out_columns)
{
    const struct operation *operation = g_ptr_array_index(check->plan->operations, index);
    const struct statement *statement = operation->statement;
    enum bound_status status =
        statement->mode.kind == MODE_INCREMENTAL
            ? bind_incremental(check, operation, out_columns)
            : bind_fragment(check, operation, &statement->body, "", "", out_columns);
    if (status != BOUND_OK)
        return status;
    trace(check, index);
    status = stand_for_written(check, operation, *out_columns);
    return status == BOUND_OK && has_columns_of_rows(check, operation) ? BOUND_UNCHECKED : status;
}

static enum bound_status bind_export(struct check *check, const struct operation *operation,
                                     GPtrArray **out_columns)
{
    const struct statement *statement = operation->statement;
    enum bound_status status =
        fragment_present(&statement->body)
            ? bind_fragment(check, operation, &statement->body, "", "", out_columns)
            : bind_fragment(check, operation, &statement->table, "SELECT * FROM ", "", out_columns);
    if (operation->connector->format)
        g_hash_table_insert(check->binder->written,
                            g_canonicalize_filename(operation->destination, NULL),
                            status == BOUND_OK ? g_ptr_array_ref(*out_columns) : NULL);
    return status;
}

/* Statements that give or change what tables are there: run, since the scratch database has no
 * rows. Those that could read data or reach outside are only bound. */
static bool is_executed(const struct operation *operation, const struct sql_summary *summary)
{
    static const char *const verbs[] = {"CREATE", "ALTER", "DROP", "COMMENT", NULL};
    g_auto(GStrv) words = g_strsplit(summary->verb ? summary->verb : "", " ", 2);
    for (guint i = 0; i < summary->reference_count; i++)
        if (summary->references[i].is_file)
            return false;
    if (summary->verb && strstr(summary->verb, "SECRET")) /* may be kept beyond this database */
        return false;
    if (operation->class == SQL_SESSION)
        return !g_str_has_suffix(words[0], "TTACH") && strcmp(words[0], "USE") != 0;
    return words[0] && g_strv_contains(verbs, words[0]);
}

static enum bound_status bind_sql(struct check *check, const struct operation *operation)
{
    const struct fragment *body = &operation->statement->body;
    AUTO(arena) arena = arena_new();
    const struct sql_summary *summary = sql_summarize(arena, body->text, body->length);
    g_autoptr(GPtrArray) columns = NULL;
    if (!is_executed(operation, summary)) {
        if (operation->class == SQL_DATA)
            return bind_fragment(check, operation, body, "", "", &columns);
        check->is_blind = true;
        return BOUND_UNCHECKED;
    }
    g_autoptr(GError) error = NULL;
    gint64 rows = 0;
    if (check->binder->class->execute(check->binder->session, body->text, &rows, &error))
        return BOUND_OK;
    return fail(check, operation, body, 0, error);
}

static enum bound_status bind_operation(struct check *check, guint index, GPtrArray **out_columns)
{
    const struct operation *operation = g_ptr_array_index(check->plan->operations, index);
    switch (operation->type) {
    case OPERATION_SOURCE:
        return BOUND_NONE;
    case OPERATION_LOAD:
        return bind_load(check, operation, out_columns);
    case OPERATION_TRANSFORM:
        return bind_transform(check, index, out_columns);
    case OPERATION_EXPORT:
        return bind_export(check, operation, out_columns);
    case OPERATION_CHECK:
    case OPERATION_QUERY:
        return bind_fragment(check, operation, &operation->statement->body, "", "", out_columns);
    case OPERATION_SQL:
        return bind_sql(check, operation);
    }
    g_assert_not_reached();
}

static bool stand_for_unloaded(struct check *check, const struct operation *source,
                               const GPtrArray *columns)
{
    g_autoptr(GError) error = NULL;
    const struct binder *binder = check->binder;
    const struct target target = {.name = source->name};
    if (g_ptr_array_find_with_equal_func(check->stands, source->name, g_str_equal, NULL))
        return true;
    if (!step_check_source_name(binder->class, binder->session, source, &error)) {
        report(check, source, &source->statement->name, 0, error);
        return false;
    }
    g_ptr_array_add(check->stands, g_strdup(source->name));
    return stand_for(check, source, &target, columns) == BOUND_OK;
}

/* Tables without rows stand for the sources that a body reads without a LOAD. */
static bool stand_for_sources(struct check *check, const struct operation *operation)
{
    bool known = true;
    for (guint i = 0; i < operation->unloaded_sources->len; i++) {
        guint index = g_array_index(operation->unloaded_sources, guint, i);
        const struct operation *source = g_ptr_array_index(check->plan->operations, index);
        const struct bound *bound = need_source(check, index);
        known =
            bound->status == BOUND_OK && stand_for_unloaded(check, source, bound->columns) && known;
    }
    return known;
}

static bool reads_unknown(const struct check *check, const struct operation *operation)
{
    for (guint i = 0; i < operation->reads->len; i++)
        if (g_hash_table_contains(check->unknown, g_ptr_array_index(operation->reads, i)))
            return true;
    return false;
}

static void remember_writes(struct check *check, const struct operation *operation,
                            enum bound_status status)
{
    for (guint i = 0; i < operation->writes->len; i++) {
        const char *key = g_ptr_array_index(operation->writes, i);
        if (status == BOUND_OK)
            g_hash_table_remove(check->unknown, key);
        else
            g_hash_table_add(check->unknown, g_strdup(key));
    }
}

static bool check_operation(struct check *check, guint index, GError **error)
{
    const struct operation *operation = g_ptr_array_index(check->plan->operations, index);
    struct binder *binder = check->binder;
    if (operation->type == OPERATION_SOURCE)
        return true;
    if (!binder->class->use_schema(binder->session, NULL, error))
        return false;
    bool known = stand_for_sources(check, operation) && !reads_unknown(check, operation);
    if (operation->alias && !binder->class->use_schema(binder->session, operation->alias, error))
        return false;
    struct bound *bound = bound_at(check, index);
    bound->status = known ? bind_operation(check, index, &bound->columns) : BOUND_UNCHECKED;
    if (bound->status == BOUND_OK && operation->type != OPERATION_TRANSFORM)
        trace(check, index);
    remember_writes(check, operation, bound->status);
    return true;
}

static bool make_schemas(struct check *check, GError **error)
{
    const GPtrArray *aliases = check->plan->script->aliases;
    for (guint i = 0; i < aliases->len; i++)
        if (!check->binder->class->create_schema(check->binder->session,
                                                 g_ptr_array_index(aliases, i), error))
            return false;
    return true;
}

static bool check_all(struct check *check, GError **error)
{
    if (!make_schemas(check, error))
        return false;
    for (guint i = 0; i < check->plan->operations->len; i++)
        if (!check_operation(check, i, error))
            return false;
    for (guint i = 0; i < check->plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(check->plan->operations, i);
        if (operation->type == OPERATION_SOURCE)
            need_source(check, i);
    }
    if (!check->binder->class->use_schema(check->binder->session, NULL, error))
        return false;
    gint64 rows = 0;
    for (guint i = 0; i < check->stands->len; i++) {
        g_autofree char *name = quote_name(g_ptr_array_index(check->stands, i));
        g_autofree char *sql = g_strconcat("DROP TABLE IF EXISTS ", name, NULL);
        if (!check->binder->class->execute(check->binder->session, sql, &rows, error))
            return false;
    }
    return true;
}

GArray *binder_check(struct binder *binder, const struct plan *plan,
                     struct diagnostics *diagnostics, GError **error)
{
    guint count = plan->operations->len;
    g_autoptr(GArray) bounds = g_array_sized_new(FALSE, TRUE, sizeof(struct bound), count);
    g_autoptr(GHashTable) unknown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) stands = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) hidden = g_ptr_array_new_with_free_func(g_free);
    g_array_set_clear_func(bounds, bound_clear);
    g_array_set_size(bounds, count);
    g_ptr_array_set_size(hidden, (gint)count);
    struct check check = {
        .binder = binder,
        .plan = plan,
        .diagnostics = diagnostics,
        .bounds = bounds,
        .unknown = unknown,
        .stands = stands,
        .hidden = hidden,
    };
    return check_all(&check, error) ? g_steal_pointer(&bounds) : NULL;
}
