/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/tracer_macro.h"

#include "engine/duckdb/query.h"

#include <string.h>

struct macro {
    char *schema;
    char *name;
    bool is_table;
    json_t *parameters; /* names */
    json_t *node;       /* its query; of one that is no table's, SELECT of its expression */
    bool is_open;       /* it is being followed */
};

static void macro_free(gpointer data)
{
    struct macro *macro = data;
    g_free(macro->schema);
    g_free(macro->name);
    json_decref(macro->parameters);
    json_decref(macro->node);
    g_free(macro);
}

static json_t *first_node(const char *text)
{
    json_t *tree = text ? json_loads(text, JSON_DECODE_INT_AS_REAL, NULL) : NULL;
    const json_t *statement = json_array_get(json_object_get(tree, "statements"), 0);
    json_t *node = json_incref(json_object_get(statement, "node"));
    json_decref(tree);
    return node;
}

static bool add_macro(gpointer user_data, const char *const *cells, const gsize *lengths)
{
    (void)lengths;
    struct macro *macro = g_new0(struct macro, 1);
    macro->schema = g_strdup(cells[0]);
    macro->name = g_strdup(cells[1]);
    macro->is_table = strcmp(cells[2], "table_macro") == 0;
    macro->parameters = json_loads(cells[3], 0, NULL);
    macro->node = first_node(cells[4]);
    g_ptr_array_add(user_data, macro);
    return true;
}

static bool ignore_columns(gpointer user_data, const GPtrArray *columns)
{
    (void)user_data;
    (void)columns;
    return true;
}

/* Those that can't be found are none: then functions are taken by what they are given. */
static const GPtrArray *find_macros(struct session *session)
{
    static const char question[] =
        "SELECT schema_name, function_name, function_type, to_json(parameters)::VARCHAR,"
        " json_serialize_sql(CASE function_type WHEN 'macro' THEN 'SELECT ' ELSE '' END"
        " || macro_definition) FROM duckdb_functions()"
        " WHERE NOT internal AND function_type IN ('macro', 'table_macro')";
    if (session->macros)
        return session->macros;
    session->macros = g_ptr_array_new_with_free_func(macro_free);
    const struct row_sink sink = {
        .columns = ignore_columns, .row = add_macro, .user_data = session->macros};
    (void)query_rows(session, question, &sink, NULL);
    return session->macros;
}

/* The index of the parameter that an argument is for, which may be named; -1: there is none. */
static gint parameter_of(const struct macro *macro, const json_t *argument, gsize position)
{
    const char *alias = tree_text(argument, "alias");
    for (gsize i = 0; *alias && i < json_array_size(macro->parameters); i++)
        if (g_ascii_strcasecmp(json_string_value(json_array_get(macro->parameters, i)), alias) == 0)
            return (gint)i;
    return position < json_array_size(macro->parameters) ? (gint)position : -1;
}

/* What each parameter is given: struct field. One with a default may be given nothing. NULL: it
 * takes other arguments. */
static GPtrArray *bind_arguments(struct tracer *tracer, const struct scope *scope,
                                 const struct macro *macro, const json_t *call)
{
    const json_t *given = json_object_get(call, "children");
    GPtrArray *arguments = tracer_list(tracer);
    for (gsize i = 0; i < json_array_size(macro->parameters); i++)
        g_ptr_array_add(arguments, tracer_field(tracer, json_string_value(
                                                            json_array_get(macro->parameters, i))));
    for (gsize i = 0; i < json_array_size(given); i++) {
        const json_t *argument = json_array_get(given, i);
        const gint at = parameter_of(macro, argument, i);
        if (at < 0)
            return NULL;
        tracer_expression(tracer, scope, argument, g_ptr_array_index(arguments, (guint)at));
    }
    return arguments;
}

static bool is_called(const struct macro *macro, const json_t *call)
{
    const char *schema = tree_text(call, "schema");
    return g_ascii_strcasecmp(macro->name, tree_text(call, "function_name")) == 0 &&
           (!*schema || g_ascii_strcasecmp(macro->schema, schema) == 0);
}

/* The one macro that a call can mean; NULL with `*out_is_macro` set: it may be one of several. */
static struct macro *find_macro(struct session *session, const json_t *call, bool is_table,
                                bool *out_is_macro)
{
    const GPtrArray *macros = find_macros(session);
    const gsize given = json_array_size(json_object_get(call, "children"));
    struct macro *found = NULL;
    guint fitting = 0;
    for (guint i = 0; i < macros->len; i++) {
        struct macro *macro = g_ptr_array_index(macros, i);
        if (macro->is_table != is_table || !is_called(macro, call))
            continue;
        *out_is_macro = true;
        /* Of overloads the one with as many parameters; else one that has more, with defaults. */
        if (json_array_size(macro->parameters) == given)
            return macro;
        if (json_array_size(macro->parameters) > given) {
            found = macro;
            fitting++;
        }
    }
    return fitting == 1 ? found : NULL;
}

/* Names in a macro are its parameters', then the caller's: it is as if it were pasted. */
static struct scope scope_inside(struct tracer *tracer, const struct scope *scope,
                                 const GPtrArray *arguments)
{
    return (struct scope){.outer = scope,
                          .ranges = tracer_list(tracer),
                          .tables = tracer_list(tracer),
                          .arguments = arguments};
}

bool tracer_macro(struct tracer *tracer, const struct scope *scope, const json_t *call,
                  struct field *field)
{
    bool is_macro = false;
    struct macro *macro = find_macro(tracer->session, call, false, &is_macro);
    const GPtrArray *arguments =
        macro && !macro->is_open ? bind_arguments(tracer, scope, macro, call) : NULL;
    if (!is_macro)
        return false;
    if (!arguments || !macro->node) {
        field->is_unknown = true;
        return true;
    }
    const struct scope inner = scope_inside(tracer, scope, arguments);
    macro->is_open = true;
    tracer_expression(tracer, &inner, json_object_get(macro->node, "select_list"), field);
    macro->is_open = false;
    return true;
}

bool tracer_table_macro(struct tracer *tracer, const struct scope *scope, const json_t *call,
                        GPtrArray **out_fields)
{
    bool is_macro = false;
    struct macro *macro = find_macro(tracer->session, call, true, &is_macro);
    const GPtrArray *arguments =
        macro && !macro->is_open ? bind_arguments(tracer, scope, macro, call) : NULL;
    *out_fields = NULL;
    if (is_macro && (!arguments || !macro->node)) {
        tracer_give_up(tracer, "the macro %s is not followed", tree_text(call, "function_name"));
    } else if (is_macro) {
        const struct scope inner = scope_inside(tracer, scope, arguments);
        macro->is_open = true;
        *out_fields = tracer_query(tracer, &inner, macro->node);
        macro->is_open = false;
    }
    return is_macro;
}
