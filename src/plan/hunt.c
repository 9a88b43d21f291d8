/* SPDX-License-Identifier: Apache-2.0 */
/* What of a pipeline is secret: found before anything of it is shown. */
#include "plan/secret.h"

#include "base/cover.h"
#include "lang/reference.h"
#include "plan/planner.h"

#include <string.h>

struct hunt {
    const struct plan_input *input;
    struct secrets *found;
    GHashTable *names; /* char *: variables that secrets are put together from */
};

static void add_names(struct hunt *hunt, const char *text, gsize length)
{
    g_autoptr(GPtrArray) names = reference_names(text, length);
    for (guint i = 0; i < names->len; i++)
        g_hash_table_add(hunt->names, g_strdup(g_ptr_array_index(names, i)));
}

static void add_span_names(struct hunt *hunt, struct span span)
{
    if (span.text)
        add_names(hunt, span_start(span), span.length);
}

/* The variables behind the user's name in addresses, as they are written: user:${pw}@. */
static void add_address_names(struct hunt *hunt, struct span span)
{
    g_autofree char *written = span.text ? span_dup(span) : NULL;
    for (const char *at = written ? strstr(written, "://") : NULL; at; at = strstr(at, "://")) {
        at += strlen("://");
        const gsize length = strcspn(at, "@/'\" \t\r\n");
        const char *reference = at[length] == '@' ? g_strstr_len(at, (gssize)length, "${") : NULL;
        if (reference)
            add_names(hunt, reference, length - (gsize)(reference - at));
    }
}

/* {"env": "PGPASSWORD"}: the text is known before it is used, and may stand elsewhere, too. */
static void add_place(struct hunt *hunt, const struct value *map)
{
    const struct value *name = value_get(map, "env");
    if (!name || !name->text)
        return;
    g_hash_table_add(hunt->names, g_strdup(name->text));
    const struct project *project = hunt->input->project;
    secrets_add(hunt->found, project ? project_environment(name->text, (gpointer)(guintptr)project)
                                     : g_getenv(name->text));
}

/* Headers: those that are called so. */
static void add_members(struct hunt *hunt, const struct value *map)
{
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        if (member->value->text && name_is_secret(member->key, strlen(member->key)))
            secrets_add(hunt->found, member->value->text);
    }
}

/* What proves who asks is longer than what may be called so by chance. */
enum { SHORTEST_PROOF = 8 };

static void add_proof(struct hunt *hunt, const char *name, gsize length, const char *text)
{
    if (name_is_secret(name, length) && strlen(text) >= SHORTEST_PROOF)
        secrets_add(hunt->found, text);
}

/* ?token=..&key=.. of an address. */
static void add_query(struct hunt *hunt, const char *address)
{
    const char *query = strchr(address, '?');
    g_auto(GStrv) parts = g_strsplit(query ? query + 1 : "", "&", -1);
    for (char **part = parts; *part; part++) {
        const char *equals = strchr(*part, '=');
        if (equals)
            add_proof(hunt, *part, (gsize)(equals - *part), equals + 1);
    }
}

/* The same as a map: {"api_key": ".."} */
static void add_params(struct hunt *hunt, const struct value *map)
{
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        if (member->value->text)
            add_proof(hunt, member->key, strlen(member->key), member->value->text);
        if (name_is_secret(member->key, strlen(member->key)))
            add_span_names(hunt, member->value->span);
    }
}

static void add_address(struct hunt *hunt, const struct value *value)
{
    if (value->text) {
        secrets_add_addresses(hunt->found, value->text);
        add_query(hunt, value->text);
    }
    add_address_names(hunt, value->span);
}

static void add_option(struct hunt *hunt, const struct connector *connector,
                       const struct member *member)
{
    const struct value *value = member->value;
    add_address(hunt, value);
    for (guint i = 0; value->items && i < value->items->len; i++)
        add_address(hunt, g_ptr_array_index(value->items, i));
    if (value->kind == VALUE_MAP && strcmp(member->key, "params") == 0)
        add_params(hunt, value);
    if (!option_is_secret(connector, member->key))
        return;
    if (value->text)
        secrets_add(hunt->found, value->text);
    for (guint i = 0; value->items && i < value->items->len; i++)
        secrets_add(hunt->found, ((const struct value *)value->items->pdata[i])->text);
    if (value->kind == VALUE_MAP) {
        add_place(hunt, value);
        add_members(hunt, value);
    }
    add_span_names(hunt, value->span);
}

static void add_fragment(struct hunt *hunt, const struct fragment *fragment)
{
    if (!fragment->text || !strstr(fragment->text, "://"))
        return;
    secrets_add_addresses(hunt->found, fragment->text);
    add_address_names(hunt, fragment->span);
}

static void add_map(struct hunt *hunt, const struct connector *connector, const struct value *map)
{
    for (guint i = 0; map && i < map->members->len; i++)
        add_option(hunt, connector, g_ptr_array_index(map->members, i));
}

static void add_operation(struct hunt *hunt, const struct operation *operation)
{
    if (operation->connector)
        add_map(hunt, operation->connector, operation_map(operation));
    add_fragment(hunt, &operation->statement->target);
    if (operation->statement->target.text)
        add_query(hunt, operation->statement->target.text);
    add_fragment(hunt, &operation->statement->body);
}

static void add_set(struct hunt *hunt, const struct statement *statement)
{
    g_autofree char *name = statement_variable(statement);
    if (!g_hash_table_contains(hunt->names, name))
        return;
    if (statement->target.text)
        secrets_add(hunt->found, statement->target.text);
    add_span_names(hunt, statement->target.span);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as branches, which the parser bounds */
static void add_sets(struct hunt *hunt, const GPtrArray *statements)
{
    for (guint i = statements->len; i-- > 0;) {
        const struct statement *statement = g_ptr_array_index(statements, i);
        for (guint k = 0; statement->branches && k < statement->branches->len; k++)
            add_sets(
                hunt,
                ((const struct branch *)g_ptr_array_index(statement->branches, k))->statements);
        if (statement->kind == STATEMENT_SET && fragment_present(&statement->name))
            add_set(hunt, statement);
    }
}

/* SET p = 'x${pw}': from a secret to what it is made of, until nothing new is found. */
static void follow_sets(struct hunt *hunt, const struct script *script)
{
    for (guint before = 0; before != g_hash_table_size(hunt->names);) {
        before = g_hash_table_size(hunt->names);
        for (guint i = script->trees->len; i-- > 0;)
            add_sets(hunt, g_ptr_array_index(script->trees, i));
    }
}

static void add_values(struct hunt *hunt, const struct variables *variables)
{
    const GPtrArray *uses = variables ? variables_uses(variables) : NULL;
    for (guint i = 0; uses && i < uses->len; i++) {
        const struct variable_use *use = g_ptr_array_index(uses, i);
        if (g_hash_table_contains(hunt->names, use->name))
            secrets_add(hunt->found, use->value);
    }
}

static struct hunt hunt_begin(const struct plan_input *input)
{
    return (struct hunt){
        .input = input,
        .found = secrets_new(),
        .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
}

struct secrets *find_map_secrets(const struct plan_input *input, const struct connector *connector,
                                 const struct value *map)
{
    struct hunt hunt = hunt_begin(input);
    add_map(&hunt, connector, map);
    g_hash_table_unref(hunt.names);
    return hunt.found;
}

struct secrets *planner_find_secrets(const struct planner *planner)
{
    struct hunt hunt = hunt_begin(planner->input);
    for (guint i = 0; i < planner->steps->len; i++)
        add_operation(&hunt, planner_step(planner, i)->operation);
    follow_sets(&hunt, planner->script);
    add_values(&hunt, planner->script->variables);
    g_hash_table_unref(hunt.names);
    return hunt.found;
}
