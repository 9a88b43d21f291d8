/* SPDX-License-Identifier: Apache-2.0 */
/* From statements to steps, and what is wrong with a statement by itself. */
#include "plan/planner.h"

#include "base/name.h"
#include "connect/storage/storage.h"
#include "plan/connection.h"
#include "plan/growing.h"
#include "plan/storage.h"

#include <string.h>

static const char *const schema_words[] = {"strict", "evolve", "ignore", NULL};

static const struct option write_options[] = {
    {.name = "schema",
     .type = OPTION_ENUM,
     .flags = OPTION_FOR_SOURCE,
     .default_text = "strict",
     .words = schema_words,
     .help = "where rows and table differ. strict: an error; evolve: the table gets new columns "
             "and wider types; ignore: new columns are left out"},
    {.name = NULL},
};

static const char *const severities[] = {"error", "warn", NULL};

static const struct option check_options[] = {
    {.name = "severity",
     .type = OPTION_ENUM,
     .flags = OPTION_FOR_SOURCE,
     .default_text = "error",
     .words = severities,
     .help = "error: what reads the table is skipped; warn: it is only told"},
    {.name = "limit",
     .type = OPTION_INTEGER,
     .flags = OPTION_FOR_SOURCE,
     .default_text = "10",
     .minimum = 1,
     .maximum = 10000,
     .help = "how many of the rows are shown"},
    {.name = NULL},
};

struct build {
    struct planner *planner;
    struct step *step;
    struct operation *operation;
    const struct statement *statement;
};

struct span statement_head(const struct statement *statement)
{
    struct span head = statement->span;
    const char *start = span_start(head);
    const char *end = memchr(start, '\n', head.length);
    if (end)
        head.length = (guint32)(end - start) - (end > start && end[-1] == '\r');
    return head;
}

static struct diagnostics *diagnostics_of(const struct build *build)
{
    return build->planner->diagnostics;
}

static void not_yet(const struct build *build, struct span at, const char *hint, const char *what)
{
    diagnostics_add(diagnostics_of(build), SF_NOT_SUPPORTED_YET, at, hint,
                    "%s is not supported yet", what);
}

static char *key_of(const struct build *build, const struct fragment *name)
{
    return planner_key(build->planner, build->step->schema, name->text);
}

static void add_write(const struct build *build, const char *key)
{
    build->step->target = planner_resource(build->planner, key);
}

static char *scheme_of(const char *url)
{
    return g_strndup(url, (gsize)(strstr(url, "://") - url) + 3);
}

static void refuse_url(const struct build *build, const char *path, struct span at, bool is_read)
{
    g_autofree char *scheme = scheme_of(path);
    g_autofree char *what =
        g_strdup_printf("%s %s", is_read ? "reading from" : "writing to", scheme);
    not_yet(build, at, "use a file", what);
}

static void add_common(const struct build *build)
{
    build->operation->common =
        options_check_common(build->statement->options, diagnostics_of(build));
}

/* Options of our own tables: LOAD, CHECK, and statements that take the common ones only. */
static struct options *check_own_options(const struct build *build, const struct option *table)
{
    return options_check(table, OPTION_FOR_SOURCE, statement_kind_name(build->statement->kind),
                         build->statement->options, statement_head(build->statement),
                         diagnostics_of(build));
}

/* Of LOAD and CREATE. */
static void check_write_options(const struct build *build)
{
    const struct statement *statement = build->statement;
    build->operation->options = check_own_options(build, statement->is_view ? NULL : write_options);
    const struct member *member = value_member(statement->options, "schema");
    if (member && build->operation->options && statement->mode.kind <= MODE_REPLACE)
        diagnostics_add(diagnostics_of(build), SF_OPTION_NO_EFFECT, member->key_span, NULL,
                        "option 'schema' has no effect on a table that is replaced");
}

static void summarize(const struct build *build, bool is_expression)
{
    const struct fragment *body = &build->statement->body;
    if (!fragment_present(body))
        return;
    build->step->fragment = body;
    struct arena *arena = build->planner->scratch;
    build->step->summary = is_expression ? sql_summarize_expression(arena, body->text, body->length)
                                         : sql_summarize(arena, body->text, body->length);
    build->operation->is_barrier = build->step->summary->is_barrier;
}

/* Where a source's missing option is told: at its type or connection. */
static struct span head_of(const struct statement *statement)
{
    return fragment_present(&statement->type) ? statement->type.span : statement->target.span;
}

/* What a source reads at the other end: a table that an EXPORT may write. */
static void note_outside_table(const struct build *build, const struct connection *connection)
{
    const char *table = options_text(build->operation->options, "table");
    build->operation->outside =
        planner_keep(build->planner, connection_resource(connection, table));
}

static void register_source(const struct build *build, char *key)
{
    struct planner *planner = build->planner;
    const guint former = GPOINTER_TO_UINT(g_hash_table_lookup(planner->sources, key));
    if (!former) {
        g_hash_table_insert(planner->sources, key,
                            GUINT_TO_POINTER(build->operation->position + 1));
        return;
    }
    diagnostics_add(planner->diagnostics, SF_DUPLICATE_SOURCE, build->statement->name.span,
                    "give it another name", "source '%s' is declared twice", key);
    const struct step *first = planner_step(planner, former - 1);
    diagnostics_relate(planner->diagnostics, first->operation->statement->name.span, "first here");
    g_free(key);
}

static void check_source_paths(const struct build *build)
{
    const GPtrArray *paths = connector_paths(build->operation->options);
    const struct span at = options_place(build->operation->options, "path");
    for (guint i = 0; paths && i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        if (path_is_url(path) && !storage_is_address(path))
            refuse_url(build, path, at, true);
        else if (strcmp(path, "-") == 0)
            not_yet(build, at, "put the rows into a file", "reading standard input");
    }
}

static void build_source(struct build *build)
{
    const struct statement *statement = build->statement;
    char *key = planner_key(build->planner, build->operation->alias, statement->name.text);
    build->operation->name = g_string_chunk_insert(build->planner->strings, key);
    g_ptr_array_add(build->operation->writes, build->operation->name);
    register_source(build, key);
    const struct connection connection =
        connection_find(build->planner, build->operation, CONNECTOR_SOURCE);
    const struct connector *connector = connection.connector;
    build->operation->connector = connector;
    if (!connector)
        return;
    const guint storage = connector->format ? storage_use_of(connection.map, NULL) : 0;
    build->operation->options =
        options_check(connector->options, OPTION_FOR_SOURCE | OPTION_GROWING | storage,
                      connector->name, connection.map, head_of(statement), diagnostics_of(build));
    planner_check_storage(build->planner, build->operation, connection.map, storage);
    planner_check_growing(build->planner, build->operation, connection.map);
    if (build->operation->options)
        check_source_paths(build);
    if (build->operation->options && !connector->format)
        note_outside_table(build, &connection);
}

static void build_load(struct build *build)
{
    g_autofree char *key = key_of(build, &build->statement->table);
    add_write(build, key);
    build->operation->name = build->step->target->key;
    build->step->can_wait = true;
    build->step->is_replacing = build->statement->mode.kind <= MODE_REPLACE;
    check_write_options(build);
    summarize(build, true);
}

static void build_create(struct build *build)
{
    g_autofree char *key = key_of(build, &build->statement->table);
    add_write(build, key);
    build->operation->name = build->step->target->key;
    build->step->can_wait = true;
    build->step->is_replacing = build->statement->mode.kind <= MODE_REPLACE;
    build->step->is_definition = build->statement->is_view;
    build->step->is_plain_create = !build->statement->or_replace && !build->statement->mode.kind;
    check_write_options(build);
    summarize(build, false);
}

static void build_check(struct build *build)
{
    build->operation->name = planner_keep(build->planner, g_strdup(build->statement->name.text));
    build->operation->options = check_own_options(build, check_options);
    build->step->is_gate =
        build->operation->options &&
        strcmp(options_text(build->operation->options, "severity"), "error") == 0;
    summarize(build, false);
}

static void register_export(const struct build *build)
{
    struct planner *planner = build->planner;
    const char *path = build->operation->destination;
    const guint former = GPOINTER_TO_UINT(g_hash_table_lookup(planner->exports, path));
    if (!former) {
        g_hash_table_insert(planner->exports, g_strdup(path),
                            GUINT_TO_POINTER(build->operation->position + 1));
        return;
    }
    diagnostics_add(planner->diagnostics, SF_EXPORTED_TWICE, build->statement->target.span,
                    "the second would replace the first: choose another name",
                    "'%s' is exported to twice", path);
    const struct step *first = planner_step(planner, former - 1);
    diagnostics_relate(planner->diagnostics, first->operation->statement->target.span,
                       "first here");
}

/* A table, or whatever the connector makes of it, at the other end. */
static void build_outside(struct build *build, const struct connection *connection)
{
    const char *name = connection_destination(build->planner, build->statement, connection);
    const struct member *table = value_member(connection->map, "table");
    const bool has_table = table && table->value->kind == VALUE_STRING;
    g_autofree char *key = connection_resource(connection, has_table ? table->value->text : name);
    build->operation->destination = planner_keep(build->planner, g_strdup(name));
    add_write(build, key);
}

/* s3://bucket/folder/ of an export that makes several objects is that folder. */
static char *without_slash(const struct value *map, char *path)
{
    const bool is_folder = value_get(map, "partition_by") || value_get(map, "file_size");
    for (gsize end = strlen(path); is_folder && storage_is_s3(path) && path[end - 1] == '/';)
        path[--end] = '\0';
    return path;
}

static void build_destination(struct build *build, const struct connection *connection)
{
    const struct fragment *target = &build->statement->target;
    const char *address = build->operation->destination;
    if (path_is_url(address) && !storage_is_address(address)) {
        refuse_url(build, address, target->span, false);
    } else if (strcmp(target->text, "-") == 0) {
        not_yet(build, target->span, "a query without EXPORT prints its rows",
                "EXPORT to standard output");
    } else {
        build->operation->destination = planner_keep(
            build->planner, without_slash(connection->map, planner_path(build->planner, address)));
        register_export(build);
        g_autofree char *name = storage_name(build->operation->destination);
        g_autofree char *key = g_strconcat("file:", name, NULL);
        add_write(build, key);
    }
}

static void build_export(struct build *build)
{
    const struct statement *statement = build->statement;
    build->step->can_wait = true;
    build->step->is_replacing = true;
    const struct connection connection =
        connection_find(build->planner, build->operation, CONNECTOR_EXPORT);
    const struct connector *connector = connection.connector;
    build->operation->connector = connector;
    build->operation->destination = planner_keep(
        build->planner, connection.address ? connection.address : g_strdup(statement->target.text));
    const bool is_outside = connector && !connector->format;
    const guint storage =
        is_outside ? 0 : storage_use_of(connection.map, build->operation->destination);
    if (is_outside)
        build_outside(build, &connection);
    else
        build_destination(build, &connection);
    build->operation->name =
        planner_keep(build->planner, storage_name(build->operation->destination));
    summarize(build, false);
    if (connector)
        build->operation->options =
            options_check(connector->options, OPTION_FOR_EXPORT | storage, connector->name,
                          connection.map, statement->target.span, diagnostics_of(build));
    planner_check_storage(build->planner, build->operation, connection.map, storage);
}

static void build_query(struct build *build)
{
    summarize(build, false);
}

static void refuse_class(const struct build *build)
{
    const struct sql_summary *summary = build->step->summary;
    const struct span at = {
        .text = build->statement->span.text,
        .offset = build->statement->span.offset,
        .length = (guint32)MIN(strlen(summary->verb), build->statement->span.length),
    };
    if (summary->class == SQL_REFUSED)
        diagnostics_add(diagnostics_of(build), SF_REFUSED_STATEMENT, at, summary->way_out,
                        "%s can't stand in a pipeline", summary->verb);
    if (summary->class == SQL_TEMPORARY)
        diagnostics_add(diagnostics_of(build), SF_TEMPORARY_OBJECT, at, summary->way_out,
                        "%s is refused", summary->verb);
    if (build->operation->alias && (summary->is_macro || strcmp(summary->verb, "CREATE TYPE") == 0))
        diagnostics_add(diagnostics_of(build), SF_DEFINITION_IN_ALIAS, at,
                        "move it to a file that is included without AS",
                        "%s inside of INCLUDE .. AS %s", summary->verb, build->operation->alias);
    if (summary->creates && summary->class != SQL_TEMPORARY)
        diagnostics_add(diagnostics_of(build), SF_BARE_CREATE, at,
                        "write OR REPLACE or IF NOT EXISTS", "%s fails on the second run",
                        summary->verb);
}

/* USE s: unqualified names below are in s, or else in the default schema. */
static void use_schema(const struct build *build, const char *name)
{
    struct planner *planner = build->planner;
    g_autofree char *key = name_key(name, NULL);
    const bool is_default = strcmp(key, "main") == 0 || strcmp(key, planner->catalog) == 0;
    planner->used = is_default ? NULL : g_string_chunk_insert(planner->strings, name);
}

/* The first table, file or definition that a statement makes or changes. */
static const struct sql_reference *find_made(const struct sql_summary *summary)
{
    for (guint i = 0; i < summary->reference_count; i++) {
        const struct sql_reference *reference = &summary->references[i];
        if (reference->is_write || reference->is_definition)
            return reference;
    }
    return NULL;
}

/* "insert orders", "copy out/x.csv", "set". */
static char *describe_sql(const struct build *build, const struct sql_reference *made)
{
    g_autofree char *verb = g_ascii_strdown(build->step->summary->verb, -1);
    if (!made)
        return g_steal_pointer(&verb);
    if (made->is_file)
        return g_strconcat(verb, " ", made->name, NULL);
    g_autofree char *key =
        planner_key(build->planner, made->is_write ? build->step->schema : NULL, made->name);
    return g_strconcat(verb, " ", key, NULL);
}

static void build_sql(struct build *build)
{
    summarize(build, false);
    struct step *step = build->step;
    const struct sql_summary *summary = step->summary;
    const struct sql_reference *made = find_made(summary);
    const bool makes_table = made && made->is_write && made->is_definition;
    build->operation->class = summary->class;
    build->operation->name = planner_keep(build->planner, describe_sql(build, made));
    step->is_definition = summary->is_view || summary->is_macro;
    step->is_replacing = made && made->is_definition;
    step->is_plain_create = makes_table && summary->creates;
    step->drops = summary->drops;
    step->can_wait =
        makes_table && !summary->declares_columns && g_str_has_prefix(summary->verb, "CREATE");
    if (made && strcmp(summary->verb, "USE") == 0)
        use_schema(build, made->name);
    refuse_class(build);
}

struct kind {
    enum operation_type type;
    void (*build)(struct build *build);
};

static const struct kind kinds[] = {
    [STATEMENT_SOURCE] = {OPERATION_SOURCE, build_source},
    [STATEMENT_LOAD] = {OPERATION_LOAD, build_load},
    [STATEMENT_CREATE] = {OPERATION_TRANSFORM, build_create},
    [STATEMENT_CHECK] = {OPERATION_CHECK, build_check},
    [STATEMENT_EXPORT] = {OPERATION_EXPORT, build_export},
    [STATEMENT_QUERY] = {OPERATION_QUERY, build_query},
    [STATEMENT_SQL] = {OPERATION_SQL, build_sql},
};

/* Walks through each text once, also when all stands on one line. */
struct walk {
    const struct text *text;
    gsize offset;
    struct place place;
};

static struct place walk_to(struct walk *walk, struct span span)
{
    const bool is_ahead = walk->text && walk->text == span.text && walk->offset <= span.offset;
    const char *from = is_ahead ? span.text->data + walk->offset : NULL;
    const gsize length = is_ahead ? span.offset - walk->offset : 0;
    if (!is_ahead || memchr(from, '\n', length))
        walk->place = text_place(span.text, span.offset);
    else
        walk->place.column += (guint)g_utf8_strlen(from, (gssize)length);
    walk->text = span.text;
    walk->offset = span.offset;
    return walk->place;
}

static struct operation *operation_new(const struct planner *planner, const struct item *item)
{
    struct operation *operation = g_new0(struct operation, 1);
    operation->type = kinds[item->statement->kind].type;
    operation->statement = item->statement;
    operation->alias = item->alias;
    operation->position = planner->steps->len;
    operation->reads = g_ptr_array_new();
    operation->writes = g_ptr_array_new();
    operation->source = G_MAXUINT;
    return operation;
}

static bool is_resolved(const struct statement *statement)
{
    const struct fragment *fragments[] = {&statement->name, &statement->table, &statement->type,
                                          &statement->target, &statement->body};
    for (guint i = 0; i < G_N_ELEMENTS(fragments); i++)
        if (fragment_present(fragments[i]) && !fragments[i]->text)
            return false;
    return true;
}

static void build_item(struct planner *planner, const struct item *item, struct walk *walk)
{
    /* An error has been told for what could not be resolved. */
    if (!is_resolved(item->statement) || !kinds[item->statement->kind].build)
        return;
    const struct step step = {
        .operation = operation_new(planner, item),
        .schema = item->alias ? item->alias : planner->used,
    };
    g_array_append_val(planner->steps, step);
    struct build build = {
        .planner = planner,
        .step = planner_step(planner, planner->steps->len - 1),
        .operation = step.operation,
        .statement = item->statement,
    };
    step.operation->place = walk_to(walk, item->statement->span);
    add_common(&build);
    kinds[item->statement->kind].build(&build);
}

/* INCLUDE .. AS with the database's own name: `a.t` would mean both. */
static void check_alias(const struct planner *planner, const struct item *item)
{
    if (!item->alias || g_ascii_strcasecmp(item->alias, planner->catalog) != 0)
        return;
    const struct span at = item->statement->span.text->included_at;
    diagnostics_add(planner->diagnostics, SF_ALIAS_IS_CATALOG, at, "choose another alias",
                    "the alias '%s' is the name of the database", item->alias);
}

void planner_build(struct planner *planner)
{
    struct walk walk = {.text = NULL};
    for (guint i = 0; i < planner->script->items->len; i++) {
        const struct item *item = &g_array_index(planner->script->items, struct item, i);
        check_alias(planner, item);
        build_item(planner, item, &walk);
    }
}
