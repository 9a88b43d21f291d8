/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which table, source, file or macro a step means by a name. Writes of all steps are known first:
 * a name is a table when anything in the pipeline writes it, else a source when one is declared.
 */
#include "plan/planner.h"

#include "base/name.h"
#include "base/nearest.h"
#include "connect/format/format.h"
#include "plan/growing.h"
#include "plan/secret.h"

#include <string.h>

static bool is_qualified(const char *name)
{
    if (!strchr(name, '.'))
        return false;
    g_auto(GStrv) parts = name_split(name);
    return parts && parts[1];
}

char *planner_key(const struct planner *planner, const char *schema, const char *name)
{
    if (!schema || is_qualified(name))
        return name_key(name, planner->catalog);
    g_autofree char *inside = g_strconcat(schema, ".", name, NULL);
    return name_key(inside, planner->catalog);
}

struct resource *planner_resource(struct planner *planner, const char *key)
{
    struct resource *resource = g_hash_table_lookup(planner->resources, key);
    if (resource)
        return resource;
    resource = g_new0(struct resource, 1);
    resource->key = g_string_chunk_insert(planner->strings, key);
    g_hash_table_insert(planner->resources, resource->key, resource);
    g_ptr_array_add(planner->listed, resource);
    return resource;
}

struct resource *planner_find_written(const struct planner *planner, const char *key)
{
    struct resource *resource = g_hash_table_lookup(planner->resources, key);
    return resource && resource->writes ? resource : NULL;
}

static void add_write(struct planner *planner, struct step *step, struct resource *resource)
{
    const guint index = step->operation->position;
    const guint count = length_of(resource->writes);
    if (count && g_array_index(resource->writes, guint, count - 1) == index)
        return;
    if (!resource->writes)
        resource->writes = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(resource->writes, index);
    g_ptr_array_add(planner->links, resource);
    step->writes.count++;
    g_ptr_array_add(step->operation->writes, resource->key);
}

static struct resource *resource_of_macro(struct planner *planner, const char *key)
{
    g_autofree char *name = g_strconcat("macro:", key, NULL);
    return planner_resource(planner, name);
}

/* A source that is read: only a CHECK on it makes an order. */
static struct resource *resource_of_source(struct planner *planner, const char *key)
{
    g_autofree char *name = g_strconcat("source:", key, NULL);
    return planner_resource(planner, name);
}

/* DML inside a schema means its table where the file makes one, else that of `main`. */
static struct resource *resource_of_write(struct planner *planner, const struct step *step,
                                          const struct sql_reference *reference)
{
    const char *schema = step->schema;
    g_autofree char *own = planner_key(planner, schema, reference->name);
    if (!schema || reference->is_definition || planner_find_written(planner, own))
        return planner_resource(planner, own);
    g_autofree char *outer = name_key(reference->name, planner->catalog);
    return planner_resource(planner, planner_find_written(planner, outer) ? outer : own);
}

/* One write of the engine's statements (those of ours are known from build.c). */
static void find_write(struct planner *planner, struct step *step,
                       const struct sql_reference *reference)
{
    if (reference->is_file) {
        add_write(planner, step, planner_file(planner, reference->name));
    } else if (step->summary->is_macro) {
        g_autofree char *key = name_key(reference->name, planner->catalog);
        add_write(planner, step, resource_of_macro(planner, key));
    } else {
        add_write(planner, step, resource_of_write(planner, step, reference));
    }
}

static bool is_written(const struct step *step, const struct sql_reference *reference)
{
    return reference->is_write || (reference->is_definition && step->summary->is_macro);
}

static void find_writes(struct planner *planner, guint index)
{
    struct step *step = planner_step(planner, index);
    const bool is_sql = step->operation->type == OPERATION_SQL;
    step->writes.start = planner->links->len;
    if (step->target)
        add_write(planner, step, step->target);
    for (guint i = 0; is_sql && i < step->summary->reference_count; i++) {
        const struct sql_reference *reference = &step->summary->references[i];
        if (is_written(step, reference))
            find_write(planner, step, reference);
    }
}

static struct span place_of(const struct step *step, const struct sql_reference *reference)
{
    return span_between(fragment_place(step->fragment, reference->offset),
                        fragment_place(step->fragment, reference->offset + reference->length - 1));
}

/* Names that stand for no table and no file are not shown. */
static bool is_hidden(const struct resource *resource)
{
    return g_str_has_prefix(resource->key, "macro:") || g_str_has_prefix(resource->key, "source:");
}

bool planner_add_read(struct planner *planner, struct step *step, struct resource *resource)
{
    const guint mark = step->operation->position + 1;
    if (resource->named == mark)
        return false;
    resource->named = mark;
    g_ptr_array_add(planner->links, resource);
    step->reads.count++;
    if (!is_hidden(resource))
        g_ptr_array_add(step->operation->reads, resource->key);
    return true;
}

/* Step index + 1 of the source that a step means by `name`; 0 when there is none. */
static guint find_source(const struct planner *planner, const char *alias, const char *name)
{
    if (alias) {
        g_autofree char *own = planner_key(planner, alias, name);
        const guint found = GPOINTER_TO_UINT(g_hash_table_lookup(planner->sources, own));
        if (found)
            return found;
    }
    g_autofree char *key = name_key(name, planner->catalog);
    return GPOINTER_TO_UINT(g_hash_table_lookup(planner->sources, key));
}

static void add_edge(struct planner *planner, guint from, guint to, bool for_data)
{
    const struct edge edge = {.from = from, .to = to, .for_data = for_data};
    g_array_append_val(planner->edges, edge);
}

static void read_unloaded(struct planner *planner, guint index, guint source,
                          const struct sql_reference *reference)
{
    struct step *step = planner_step(planner, index);
    const struct operation *operation = planner_step(planner, source)->operation;
    if (step->is_definition)
        diagnostics_add(planner->diagnostics, SF_SOURCE_IN_VIEW, place_of(step, reference),
                        "LOAD it first: a view outlives the run, a source doesn't",
                        "a %s can't read the source '%s'",
                        step->summary->is_macro ? "macro" : "view", operation->name);
    planner_check_growing_read(planner, place_of(step, reference), operation);
    if (!planner_add_read(planner, step, resource_of_source(planner, operation->name)))
        return;
    if (!step->operation->unloaded_sources)
        step->operation->unloaded_sources = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(step->operation->unloaded_sources, source);
    g_ptr_array_add(step->operation->reads, operation->name);
    add_edge(planner, index, source, true);
    planner_read_source(planner, step, source);
}

/* The table that a step means by a name, where the pipeline writes it. */
static struct resource *find_table(const struct planner *planner, const char *schema,
                                   const char *name)
{
    if (schema) {
        g_autofree char *own = planner_key(planner, schema, name);
        struct resource *resource = planner_find_written(planner, own);
        if (resource)
            return resource;
    }
    g_autofree char *key = name_key(name, planner->catalog);
    return planner_find_written(planner, key);
}

/* `FROM "x.csv"` and `FROM data.csv` read files when there is no such table. */
static char *file_of_name(const char *name)
{
    g_auto(GStrv) parts = name_split(name);
    g_autofree char *path = parts ? g_strjoinv(".", parts) : NULL;
    return path && format_for_path(path) ? g_steal_pointer(&path) : NULL;
}

/* A name that a step both writes and reads, with nothing above it that writes it, while a source
 * has it, too: the second run would read what the first has made. */
static bool is_ambiguous(const struct planner *planner, guint index,
                         const struct resource *resource)
{
    return g_array_index(resource->writes, guint, 0) == index &&
           g_hash_table_contains(planner->sources, resource->key);
}

/* The first that CREATE TABLE child (..) writes is the child. It alters the parent's entry in the
 * engine's catalogue, too: two that do so at once would collide. */
static void add_parent(struct planner *planner, const struct step *step, struct resource *parent)
{
    const guint index = step->operation->position;
    struct resource *child = link_at(planner, &step->writes, 0);
    if (child == parent || parent->child_made == index + 1)
        return;
    if (!child->parents)
        child->parents = g_ptr_array_new();
    g_ptr_array_add(child->parents, parent);
    if (parent->child_made)
        add_edge(planner, index, parent->child_made - 1, false);
    parent->child_made = index + 1;
}

/* Who changes a table hangs on the rows of those that its foreign keys refer to. */
static void read_parents(struct planner *planner, struct step *step)
{
    for (guint i = 0; i < step->writes.count; i++) {
        const struct resource *child = link_at(planner, &step->writes, i);
        for (guint k = 0; child->parents && k < child->parents->len; k++)
            planner_add_read(planner, step, g_ptr_array_index(child->parents, k));
    }
}

static void read_table(struct planner *planner, guint index, const struct sql_reference *reference)
{
    struct step *step = planner_step(planner, index);
    struct resource *table = find_table(planner, step->schema, reference->name);
    if (table) {
        planner_add_read(planner, step, table);
        if (reference->is_foreign && step->writes.count > 0)
            add_parent(planner, step, table);
        if (is_ambiguous(planner, index, table))
            diagnostics_add(planner->diagnostics, SF_SOURCE_AND_TABLE, place_of(step, reference),
                            "give the table another name",
                            "'%s' is a source, and the table that this statement writes",
                            table->key);
        return;
    }
    const guint source = find_source(planner, step->operation->alias, reference->name);
    if (source) {
        read_unloaded(planner, index, source - 1, reference);
        return;
    }
    g_autofree char *path = file_of_name(reference->name);
    g_autofree char *key = name_key(reference->name, planner->catalog);
    if (path)
        planner_read_file(planner, step, path);
    else
        planner_add_read(planner, step, planner_resource(planner, key));
}

static void check_url(const struct planner *planner, const struct step *step,
                      const struct sql_reference *reference)
{
    if (!path_is_url(reference->name))
        return;
    g_autofree char *shown = address_masked(reference->name);
    diagnostics_add(planner->diagnostics, SF_URL_IN_SQL, place_of(step, reference),
                    reference->is_write ? "write EXPORT .. TO it" : "declare a SOURCE",
                    "SQL can't reach '%s'", shown);
}

static void read_reference(struct planner *planner, guint index,
                           const struct sql_reference *reference)
{
    struct step *step = planner_step(planner, index);
    if (reference->is_file)
        check_url(planner, step, reference);
    if (is_written(step, reference) || reference->is_definition)
        return;
    if (!reference->is_file)
        read_table(planner, index, reference);
    else if (!path_is_url(reference->name))
        planner_read_file(planner, step, reference->name);
}

/* A macro by the name that it is called by; `x.f(y)` may be f of x. */
static struct resource *find_macro(const struct planner *planner, const char *function)
{
    g_autofree char *key = name_key(function, planner->catalog);
    g_autofree char *whole = g_strconcat("macro:", key, NULL);
    struct resource *resource = planner_find_written(planner, whole);
    const char *last = strrchr(function, '.');
    if (resource || !last)
        return resource;
    g_autofree char *method = g_strconcat("macro:", last + 1, NULL);
    return planner_find_written(planner, method);
}

static void read_functions(struct planner *planner, struct step *step, bool has_macros)
{
    for (guint i = 0; has_macros && i < step->summary->function_count; i++) {
        struct resource *macro = find_macro(planner, step->summary->functions[i]);
        if (macro)
            planner_add_read(planner, step, macro);
    }
}

/* A SOURCE that has an error declares the name, or may do so. */
static bool is_declared_badly(const struct planner *planner, const char *name)
{
    const GPtrArray *broken = planner->script->broken;
    for (guint i = 0; i < broken->len; i++) {
        const struct statement *statement = g_ptr_array_index(broken, i);
        if (statement->kind != STATEMENT_SOURCE)
            continue;
        if (!fragment_present(&statement->name))
            return true;
        g_autofree char *declared = span_dup(statement->name.span);
        g_autofree char *declared_key = name_key(declared, planner->catalog);
        g_autofree char *key = name_key(name, planner->catalog);
        if (strchr(declared, '$') || strcmp(declared_key, key) == 0)
            return true;
    }
    return false;
}

static void report_unknown_source(const struct planner *planner, const struct step *step)
{
    const struct fragment *name = &step->operation->statement->name;
    if (is_declared_badly(planner, name->text))
        return;
    g_autofree gpointer *names = g_hash_table_get_keys_as_array(planner->sources, NULL);
    g_autofree char *hint =
        planner_may_hint(planner) ? nearest_hint(name->text, (const char *const *)names) : NULL;
    diagnostics_add(planner->diagnostics, SF_UNKNOWN_SOURCE, name->span,
                    hint ? hint : "declare it: SOURCE name TYPE CSV PARAMS {\"path\": \"..\"}",
                    "there is no source '%s'", name->text);
}

static void read_load(struct planner *planner, guint index)
{
    struct step *step = planner_step(planner, index);
    struct operation *operation = step->operation;
    const guint source = find_source(planner, operation->alias, operation->statement->name.text);
    if (!source) {
        report_unknown_source(planner, step);
        return;
    }
    const struct operation *declared = planner_step(planner, source - 1)->operation;
    operation->source = source - 1;
    operation->connector = declared->connector;
    planner_check_growing_load(planner, operation, declared);
    planner_add_read(planner, step, resource_of_source(planner, declared->name));
    g_ptr_array_add(operation->reads, declared->name);
    add_edge(planner, index, source - 1, true);
    planner_read_source(planner, step, source - 1);
}

/* What a CHECK stands on: its readers below wait for it. */
static struct resource *resource_of_check(struct planner *planner, const struct step *step)
{
    const char *name = step->operation->statement->table.text;
    struct resource *table = find_table(planner, step->schema, name);
    const guint source = table ? 0 : find_source(planner, step->operation->alias, name);
    if (source)
        return resource_of_source(planner, planner_step(planner, source - 1)->operation->name);
    g_autofree char *key = name_key(name, planner->catalog);
    return table ? table : planner_resource(planner, key);
}

/* A table that a directive names: EXPORT t, CHECK c ON t. */
static void read_named_table(struct planner *planner, guint index)
{
    struct step *step = planner_step(planner, index);
    const struct fragment *table = &step->operation->statement->table;
    const struct fragment *body = step->fragment;
    const struct sql_reference reference = {
        .name = table->text, .offset = 0, .length = table->length};
    step->fragment = table;
    read_table(planner, index, &reference);
    step->fragment = body;
    if (!step->is_gate)
        return;
    struct resource *resource = resource_of_check(planner, step);
    if (!resource->checks)
        resource->checks = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_val(resource->checks, index);
}

/* `LOAD x;` loads an extension of the engine; of a source it lacks the table. */
static void check_extension(const struct planner *planner, const struct step *step)
{
    const struct sql_summary *summary = step->summary;
    if (!g_str_equal(summary->verb, "LOAD"))
        return;
    const char *name = summary->tokens + strlen(summary->tokens) + 1;
    if (name >= summary->tokens + summary->tokens_length ||
        !find_source(planner, step->operation->alias, name))
        return;
    g_autofree char *hint = g_strdup_printf("write LOAD %s INTO table", name);
    diagnostics_add(planner->diagnostics, SF_EXPECTED, step->operation->statement->span, hint,
                    "expected INTO and a table: '%s' is a source", name);
}

static void find_reads(struct planner *planner, guint index, bool has_macros)
{
    struct step *step = planner_step(planner, index);
    const enum operation_type type = step->operation->type;
    if (type == OPERATION_LOAD)
        read_load(planner, index);
    if ((type == OPERATION_EXPORT || type == OPERATION_CHECK) &&
        fragment_present(&step->operation->statement->table))
        read_named_table(planner, index);
    if (!step->summary)
        return;
    if (type == OPERATION_SQL)
        check_extension(planner, step);
    for (guint i = 0; i < step->summary->reference_count; i++)
        read_reference(planner, index, &step->summary->references[i]);
    read_functions(planner, step, has_macros);
}

/* An EXPORT above a SOURCE that writes what it reads: the source is looked at after it. */
static void connect_source_files(struct planner *planner, guint index)
{
    struct step *step = planner_step(planner, index);
    planner_read_source(planner, step, index);
    g_ptr_array_set_size(step->operation->reads, 0);
}

static bool has_macros(const struct planner *planner)
{
    for (guint i = 0; i < planner->steps->len; i++) {
        const struct step *step = planner_step(planner, i);
        if (step->summary && step->summary->is_macro)
            return true;
    }
    return false;
}

void planner_resolve(struct planner *planner)
{
    const guint count = planner->steps->len;
    for (guint i = 0; i < count; i++)
        find_writes(planner, i);
    planner_list_files(planner);
    const bool macros = has_macros(planner);
    for (guint i = 0; i < count; i++) {
        planner_step(planner, i)->reads.start = planner->links->len;
        if (planner_step(planner, i)->operation->type == OPERATION_SOURCE)
            connect_source_files(planner, i);
        else
            find_reads(planner, i, macros);
        planner_check_own_read(planner, planner_step(planner, i));
        read_parents(planner, planner_step(planner, i));
    }
}
