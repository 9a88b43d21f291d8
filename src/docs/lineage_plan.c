/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan's statements make of what, as binding them found. */
#include "base/name.h"
#include "connect/glob.h"
#include "docs/lineage.h"
#include "engine/trace.h"
#include "run/bind.h"

#include <string.h>

/* One statement that is being added. */
struct addition {
    struct lineage *lineage;
    const struct plan *plan;
    const struct operation *operation;
    const struct bound *bound; /* NULL: nothing was bound */
    struct lineage_table *table;
};

static const struct operation *operation_at(const struct plan *plan, guint index)
{
    return g_ptr_array_index(plan->operations, index);
}

static const char *file_of(const char *key)
{
    return g_str_has_prefix(key, "file:") ? key + strlen("file:") : NULL;
}

static void add_once(GPtrArray *list, gconstpointer item)
{
    if (!g_ptr_array_find(list, item, NULL))
        g_ptr_array_add(list, (gpointer)(guintptr)item);
}

static void doubt(const struct addition *addition, const char *why)
{
    const struct operation *operation = addition->operation;
    const struct text *text = operation->statement->span.text;
    g_ptr_array_add(addition->table->unknown,
                    g_strdup_printf("%s:%u: %s", text->path, operation->place.line, why));
}

static struct lineage_table *need_source(const struct addition *addition,
                                         const struct operation *source)
{
    g_autofree char *key = g_strdup_printf("source:%s:%s", addition->plan->pipeline, source->name);
    return lineage_need_table(addition->lineage, key, source->name);
}

static struct lineage_table *need_file(const struct addition *addition, const char *path)
{
    const struct project *project = addition->plan->project;
    g_autofree char *whole = g_canonicalize_filename(path, project ? project->root : NULL);
    g_autofree char *shown = project ? project_display_path(project, whole) : g_strdup(whole);
    g_autofree char *key = g_strconcat("file:", shown, NULL);
    return lineage_need_table(addition->lineage, key, shown);
}

/* What a statement means by a name: a file, a source that it reads without a LOAD, or a table. */
static struct lineage_table *need_read(const struct addition *addition, const char *key)
{
    const GArray *sources = addition->operation->unloaded_sources;
    for (guint i = 0; sources && i < sources->len; i++) {
        const struct operation *source =
            operation_at(addition->plan, g_array_index(sources, guint, i));
        g_autofree char *name = name_key(source->name, addition->plan->catalog);
        if (g_strcmp0(name, key) == 0 || g_strcmp0(source->name, key) == 0)
            return need_source(addition, source);
    }
    const char *path = file_of(key);
    return path ? need_file(addition, path) : lineage_need_table(addition->lineage, key, key);
}

static void join_table(const struct addition *addition, struct lineage_table *from)
{
    add_once(from->readers, addition->operation);
    lineage_join(&from->node, &addition->table->node);
}

/* Files are told by the trace: those of sources are among what the plan says is read. */
static void join_reads(const struct addition *addition)
{
    const GPtrArray *reads = addition->operation->reads;
    for (guint i = 0; i < reads->len; i++)
        if (!file_of(g_ptr_array_index(reads, i)))
            join_table(addition, need_read(addition, g_ptr_array_index(reads, i)));
}

static struct lineage_column *need_origin(const struct addition *addition,
                                          const struct origin *origin)
{
    return lineage_need_column(need_read(addition, origin->table), origin->column, NULL);
}

static void add_conditions(const struct addition *addition, const GPtrArray *conditions)
{
    for (guint i = 0; i < conditions->len; i++)
        add_once(addition->table->conditions,
                 need_origin(addition, g_ptr_array_index(conditions, i)));
}

static void add_traced(const struct addition *addition, const struct trace *trace)
{
    for (guint i = 0; i < trace->tables->len; i++)
        join_table(addition, need_read(addition, g_ptr_array_index(trace->tables, i)));
    for (guint i = 0; i < trace->columns->len; i++) {
        const struct traced_column *traced = g_ptr_array_index(trace->columns, i);
        struct lineage_column *column = lineage_need_column(addition->table, traced->name, NULL);
        column->is_unknown = column->is_unknown || traced->is_unknown;
        for (guint k = 0; k < traced->origins->len; k++)
            lineage_join(&need_origin(addition, g_ptr_array_index(traced->origins, k))->node,
                         &column->node);
    }
    add_conditions(addition, trace->conditions);
    if (trace->reason)
        doubt(addition, trace->reason);
}

/* Columns as binding found them, each with its type. */
static void add_bound_columns(const struct addition *addition)
{
    const GPtrArray *columns = addition->bound ? addition->bound->columns : NULL;
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        (void)lineage_need_column(addition->table, column->name, column->type);
    }
}

/* Each column is that of the same name. */
static void add_same_columns(const struct addition *addition, struct lineage_table *from)
{
    const GPtrArray *columns = addition->bound ? addition->bound->columns : NULL;
    for (guint i = 0; columns && i < columns->len; i++) {
        const struct column *column = g_ptr_array_index(columns, i);
        lineage_join(&lineage_need_column(from, column->name, column->type)->node,
                     &lineage_need_column(addition->table, column->name, column->type)->node);
    }
    if (!columns)
        doubt(addition, "its columns are not known");
}

static void add_query(const struct addition *addition)
{
    join_reads(addition);
    add_bound_columns(addition);
    if (addition->bound && addition->bound->trace)
        add_traced(addition, addition->bound->trace);
    else
        doubt(addition, "its columns are not known");
}

static void add_source(const struct addition *addition)
{
    add_bound_columns(addition);
    if (addition->table->columns->len == 0)
        doubt(addition, "its columns are not known");
}

static void add_load(const struct addition *addition)
{
    const struct operation *source = operation_at(addition->plan, addition->operation->source);
    const struct trace *trace = addition->bound ? addition->bound->trace : NULL;
    struct lineage_table *from = need_source(addition, source);
    join_table(addition, from);
    add_same_columns(addition, from);
    for (guint i = 0; trace && i < trace->conditions->len; i++) {
        const struct origin *origin = g_ptr_array_index(trace->conditions, i);
        add_once(addition->table->conditions,
                 *origin->table ? need_origin(addition, origin)
                                : lineage_need_column(from, origin->column, NULL));
    }
}

/* EXPORT of a table: all that it has. */
static void add_export(const struct addition *addition)
{
    const GPtrArray *reads = addition->operation->reads;
    if (fragment_present(&addition->operation->statement->body)) {
        add_query(addition);
    } else if (reads->len == 0) {
        doubt(addition, "what it reads is not known");
    } else {
        struct lineage_table *from = need_read(addition, g_ptr_array_index(reads, 0));
        join_table(addition, from);
        add_same_columns(addition, from);
    }
}

/* INSERT, UPDATE and their like: the tables are known, the columns aren't. */
static void add_statement(const struct addition *addition)
{
    join_reads(addition);
    if (addition->operation->reads->len > 0)
        doubt(addition, "which columns this statement fills from which is not followed");
}

/* How statements are added, what they make, and how its key begins; NULL: it is the plan's. */
static const struct rule {
    void (*add)(const struct addition *addition);
    enum lineage_kind kind;
    const char *prefix;
} rules[] = {
    [OPERATION_SOURCE] = {add_source, LINEAGE_SOURCE, "source"},
    [OPERATION_LOAD] = {add_load, LINEAGE_TABLE, NULL},
    [OPERATION_TRANSFORM] = {add_query, LINEAGE_TABLE, NULL},
    [OPERATION_CHECK] = {add_query, LINEAGE_CHECK, "check"},
    [OPERATION_EXPORT] = {add_export, LINEAGE_EXPORT, "export"},
    [OPERATION_SQL] = {add_statement, LINEAGE_TABLE, NULL},
    [OPERATION_QUERY] = {add_query, LINEAGE_QUERY, "query"},
};

static void add_made(struct addition *addition, const struct rule *rule, const char *key,
                     const char *name)
{
    const struct operation *operation = addition->operation;
    struct lineage_table *table = lineage_need_table(addition->lineage, key, name);
    const bool is_view = operation->type == OPERATION_TRANSFORM && operation->statement->is_view;
    if (table->kind == LINEAGE_OUTSIDE) {
        table->kind = is_view ? LINEAGE_VIEW : rule->kind;
        table->plan = addition->plan;
    }
    add_once(table->makers, operation);
    g_hash_table_insert(addition->lineage->made, (gpointer)(guintptr)operation, table);
    addition->table = table;
    rule->add(addition);
}

/* Tables by the plan's keys; files that the engine's own statements write are left out. */
static void add_written(struct addition *addition, const struct rule *rule)
{
    const GPtrArray *writes = addition->operation->writes;
    for (guint i = 0; i < writes->len; i++) {
        const char *key = g_ptr_array_index(writes, i);
        if (!file_of(key) && !g_str_has_prefix(key, "macro:"))
            add_made(addition, rule, key, key);
    }
}

static void add_operation(struct addition *addition)
{
    const struct operation *operation = addition->operation;
    const struct rule *rule = &rules[operation->type];
    const bool is_source = operation->type == OPERATION_SOURCE;
    if (!rule->prefix) {
        add_written(addition, rule);
        return;
    }
    g_autofree char *key = g_strdup_printf("%s:%s:%s", rule->prefix, addition->plan->pipeline,
                                           is_source ? operation->name : operation->id);
    add_made(addition, rule, key, operation->name);
}

void lineage_add_plan(struct lineage *lineage, const struct plan *plan, const GArray *bounds)
{
    for (guint i = 0; i < plan->operations->len; i++) {
        struct addition addition = {
            .lineage = lineage,
            .plan = plan,
            .operation = operation_at(plan, i),
            .bound = bounds ? &g_array_index(bounds, struct bound, i) : NULL,
        };
        add_operation(&addition);
    }
}

static bool writes_path(const struct operation *export, const char *path)
{
    for (guint i = 0; i < export->writes->len; i++) {
        const char *written = file_of(g_ptr_array_index(export->writes, i));
        if (written && glob_covers(path, written))
            return true;
    }
    return false;
}

/* A source reads what an export writes: a file that its paths cover, or another system's table. */
static bool is_fed_by(const struct lineage_table *source, const struct operation *export)
{
    const char *file = file_of(source->key);
    if (file)
        return writes_path(export, file);
    if (source->kind != LINEAGE_SOURCE)
        return false;
    const struct operation *operation = g_ptr_array_index(source->makers, 0);
    const GPtrArray *paths = operation->options ? connector_paths(operation->options) : NULL;
    for (guint i = 0; paths && i < paths->len; i++) {
        const struct project *project = source->plan->project;
        const char *root = project ? project->root : NULL;
        g_autofree char *whole = g_canonicalize_filename(g_ptr_array_index(paths, i), root);
        g_autofree char *path = project ? project_display_path(project, whole) : g_strdup(whole);
        if (writes_path(export, path))
            return true;
    }
    return operation->outside &&
           g_ptr_array_find_with_equal_func(export->writes, operation->outside, g_str_equal, NULL);
}

/* Columns of the same name. */
static void join_place(struct lineage_table *from, struct lineage_table *to)
{
    lineage_join(&from->node, &to->node);
    for (guint i = 0; i < to->makers->len; i++)
        add_once(from->readers, g_ptr_array_index(to->makers, i));
    for (guint i = 0; i < to->columns->len; i++) {
        struct lineage_column *column = g_ptr_array_index(to->columns, i);
        struct lineage_column *written = lineage_find_column(from, column->name);
        if (written)
            lineage_join(&written->node, &column->node);
    }
}

void lineage_join_places(struct lineage *lineage)
{
    for (guint i = 0; i < lineage->tables->len; i++) {
        struct lineage_table *source = g_ptr_array_index(lineage->tables, i);
        for (guint k = 0; k < lineage->tables->len; k++) {
            struct lineage_table *export = g_ptr_array_index(lineage->tables, k);
            if (export->kind == LINEAGE_EXPORT &&
                is_fed_by(source, g_ptr_array_index(export->makers, 0)))
                join_place(export, source);
        }
    }
}
