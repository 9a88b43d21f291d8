/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/variable.h"

#include "base/compare.h"
#include "base/nearest.h"
#include "lang/scope.h"

#include <string.h>

struct binding {
    char *name;
    char *value;    /* NULL: its SET had an error */
    struct span at; /* the SET, or no place */
    bool is_used;
};

/* Invariant: command line, profile, environment, uses and budget are the root's; a child has SETs
 * only. */
struct variables {
    struct variables *parent;
    GHashTable *levels[ORIGIN_SET + 1]; /* name -> struct binding */
    GPtrArray *sets;                    /* struct binding of the level SET, first SET first */
    GHashTable *declared;               /* char * -> struct span *: the first SET of a name */
    environment_lookup lookup;
    void *lookup_data;
    GPtrArray *uses;
    GHashTable *mentioned; /* char *: also names asked for without a need for their value */
    GHashTable *used;      /* the names in uses */
    bool past_limit;       /* told already */
    bool incomplete;       /* a file with SETs may be missing */
    gsize pasted;          /* bytes of all values used */
};

const char *variable_origin_name(enum variable_origin origin)
{
    static const char *const names[] = {
        [ORIGIN_COMMAND_LINE] = "command line", [ORIGIN_PROFILE] = "profile", [ORIGIN_SET] = "SET",
        [ORIGIN_ENVIRONMENT] = "environment",   [ORIGIN_DEFAULT] = "default",
    };
    return names[origin];
}

static void binding_free(gpointer pointer)
{
    struct binding *binding = pointer;
    g_free(binding->name);
    g_free(binding->value);
    g_free(binding);
}

static void use_free(gpointer pointer)
{
    struct variable_use *use = pointer;
    g_free(use->name);
    g_free(use->value);
    g_free(use);
}

static struct variables *variables_new_below(struct variables *parent)
{
    struct variables *variables = g_new0(struct variables, 1);
    variables->parent = parent;
    for (guint level = parent ? ORIGIN_SET : ORIGIN_COMMAND_LINE; level <= ORIGIN_SET; level++)
        variables->levels[level] =
            g_hash_table_new_full(g_str_hash, g_str_equal, NULL, binding_free);
    variables->sets = g_ptr_array_new();
    variables->declared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!parent) {
        variables->uses = g_ptr_array_new_with_free_func(use_free);
        variables->mentioned = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        variables->used = g_hash_table_new(g_str_hash, g_str_equal);
    }
    return variables;
}

struct variables *variables_new(void)
{
    return variables_new_below(NULL);
}

struct variables *variables_child(struct variables *parent)
{
    return variables_new_below(parent);
}

void variables_free(struct variables *variables)
{
    if (!variables)
        return;
    for (guint level = ORIGIN_COMMAND_LINE; level <= ORIGIN_SET; level++)
        g_clear_pointer(&variables->levels[level], g_hash_table_unref);
    g_ptr_array_unref(variables->sets);
    g_hash_table_unref(variables->declared);
    g_clear_pointer(&variables->mentioned, g_hash_table_unref);
    g_clear_pointer(&variables->used, g_hash_table_unref);
    g_clear_pointer(&variables->uses, g_ptr_array_unref);
    g_free(variables);
}

static const struct variables *root_of(const struct variables *variables)
{
    while (variables->parent)
        variables = variables->parent;
    return variables;
}

static struct variables *root_to_change(struct variables *variables)
{
    while (variables->parent)
        variables = variables->parent;
    return variables;
}

static struct binding *find_set(const struct variables *variables, const char *name)
{
    for (; variables; variables = variables->parent) {
        struct binding *binding = g_hash_table_lookup(variables->levels[ORIGIN_SET], name);
        if (binding)
            return binding;
    }
    return NULL;
}

/* `value` may be NULL. */
static void bind(struct variables *variables, enum variable_origin origin, const char *name,
                 const char *value, struct span at)
{
    struct binding *binding = g_hash_table_lookup(variables->levels[origin], name);
    if (!binding) {
        binding = g_new0(struct binding, 1);
        binding->name = g_strdup(name);
        g_hash_table_insert(variables->levels[origin], binding->name, binding);
        if (origin == ORIGIN_SET)
            g_ptr_array_add(variables->sets, binding);
    }
    g_free(binding->value);
    binding->value = g_strdup(value);
    binding->at = at;
}

void variables_set(struct variables *variables, enum variable_origin origin, const char *name,
                   const char *value, struct span at)
{
    g_return_if_fail(origin >= ORIGIN_COMMAND_LINE && origin <= ORIGIN_SET);
    struct variables *owner = origin == ORIGIN_SET ? variables : root_to_change(variables);
    bind(owner, origin, name, value, at);
}

void variables_set_broken(struct variables *variables, const char *name, struct span at)
{
    bind(variables, ORIGIN_SET, name, NULL, at);
}

void variables_set_incomplete(struct variables *variables)
{
    root_to_change(variables)->incomplete = true;
}

void variables_declare(struct variables *variables, const char *name, struct span at)
{
    if (g_hash_table_contains(variables->declared, name))
        return;
    struct span *place = g_new(struct span, 1);
    *place = at;
    g_hash_table_insert(variables->declared, g_strdup(name), place);
}

void variables_set_environment(struct variables *variables, environment_lookup lookup,
                               void *user_data)
{
    struct variables *root = root_to_change(variables);
    root->lookup = lookup;
    root->lookup_data = user_data;
}

/* The binding that wins among those that bindings have: NULL leaves the environment. */
static const struct binding *find_binding(const struct variables *variables, const char *name,
                                          enum variable_origin *out_origin)
{
    const struct variables *root = root_of(variables);
    for (enum variable_origin level = ORIGIN_COMMAND_LINE; level < ORIGIN_SET; level++) {
        const struct binding *binding = g_hash_table_lookup(root->levels[level], name);
        *out_origin = level;
        if (binding)
            return binding;
    }
    *out_origin = ORIGIN_SET;
    return find_set(variables, name);
}

const char *variables_get(const struct variables *variables, const char *name,
                          enum variable_origin *out_origin)
{
    enum variable_origin origin;
    const struct binding *binding = find_binding(variables, name, &origin);
    const char *value = binding ? binding->value : NULL;
    const struct variables *root = root_of(variables);
    if (!binding && root->lookup) {
        origin = ORIGIN_ENVIRONMENT;
        value = root->lookup(name, root->lookup_data);
    }
    if (value && out_origin)
        *out_origin = origin;
    return value;
}

void variables_mark(struct variables *variables, const char *name)
{
    struct binding *binding = find_set(variables, name);
    if (binding)
        binding->is_used = true;
    GHashTable *mentioned = root_to_change(variables)->mentioned;
    if (!g_hash_table_contains(mentioned, name))
        g_hash_table_add(mentioned, g_strdup(name));
}

bool variables_mentioned(const struct variables *variables, const char *name)
{
    return g_hash_table_contains(root_of(variables)->mentioned, name);
}

void variables_mark_span(struct variables *variables, struct span span)
{
    g_autoptr(GPtrArray) names = reference_names(span_start(span), span.length);
    for (guint i = 0; i < names->len; i++)
        variables_mark(variables, g_ptr_array_index(names, i));
}

bool variables_has(const struct variables *variables, const char *name)
{
    return variables_get(variables, name, NULL) || find_set(variables, name);
}

static void record_use(struct variables *root, const char *name, const char *value,
                       enum variable_origin origin, struct span at)
{
    if (g_hash_table_contains(root->used, name))
        return;
    struct variable_use *use = g_new0(struct variable_use, 1);
    *use = (struct variable_use){
        .name = g_strdup(name), .value = g_strdup(value), .origin = origin, .at = at};
    g_ptr_array_add(root->uses, use);
    g_hash_table_add(root->used, use->name);
}

const GPtrArray *variables_uses(const struct variables *variables)
{
    return root_of(variables)->uses;
}

static void add_keys(GPtrArray *names, GHashTable *table)
{
    GHashTableIter iterator;
    gpointer key = NULL;
    g_hash_table_iter_init(&iterator, table);
    while (g_hash_table_iter_next(&iterator, &key, NULL))
        g_ptr_array_add(names, key);
}

/* "did you mean 'x'?" among all names that have a value here. */
static char *known_name_hint(const struct variables *variables, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (; variables; variables = variables->parent) {
        for (guint level = ORIGIN_COMMAND_LINE; level <= ORIGIN_SET; level++) {
            if (variables->levels[level])
                add_keys(names, variables->levels[level]);
        }
    }
    g_ptr_array_sort(names, compare_texts);
    g_ptr_array_add(names, NULL);
    return nearest_hint(name, (const char *const *)names->pdata);
}

static const struct span *find_declaration(const struct variables *variables, const char *name)
{
    const struct span *at = NULL;
    for (; variables && !at; variables = variables->parent)
        at = g_hash_table_lookup(variables->declared, name);
    return at;
}

static void report_undefined(const struct variables *variables, const char *name, struct span at,
                             struct diagnostics *diagnostics)
{
    /* Hints are costly and only the first messages are shown. */
    bool is_shown = diagnostics_errors(diagnostics) < DIAGNOSTICS_SHOWN;
    const struct span *declared = find_declaration(variables, name);
    g_autofree char *hint = declared || !is_shown ? NULL : known_name_hint(variables, name);
    if (!hint)
        hint = declared ? g_strdup("it has no value here yet")
                        : g_strdup_printf("give it one: --var %s=.., SET above, or ${%s|default}",
                                          name, name);
    diagnostics_add(diagnostics, SF_UNDEFINED_VARIABLE, at, hint, "variable '%s' has no value",
                    name);
    if (declared)
        diagnostics_relate(diagnostics, *declared, "SET counts from here on, when it is reached");
}

/* False after a message: not UTF-8, or the sum of all values is past its limit. */
static bool check_value(struct variables *root, const char *name, const char *value, struct span at,
                        struct diagnostics *diagnostics)
{
    gsize length = strlen(value);
    if (!g_utf8_validate(value, (gssize)length, NULL)) {
        diagnostics_add(diagnostics, SF_BAD_VARIABLE, at, NULL,
                        "the value of variable '%s' is not UTF-8", name);
        return false;
    }
    if (!root->past_limit && length <= RESOLVED_MAX_BYTES - root->pasted) {
        root->pasted += length;
        return true;
    }
    if (root->past_limit)
        return false;
    root->past_limit = true;
    diagnostics_add(diagnostics, SF_LIMIT, at, "the limit is passed here",
                    "the values of all variables come to more than %d MiB",
                    RESOLVED_MAX_BYTES / 1024 / 1024);
    return false;
}

const char *variables_use(struct variables *variables, const struct reference *reference,
                          struct span at, struct diagnostics *diagnostics)
{
    enum variable_origin origin = ORIGIN_DEFAULT;
    const char *value = variables_get(variables, reference->name, &origin);
    const struct binding *set = find_set(variables, reference->name);
    variables_mark(variables, reference->name);
    if (!value && set)
        return NULL;
    if (!value)
        value = reference->fallback;
    struct variables *root = root_to_change(variables);
    if (!value) {
        if (!root->incomplete)
            report_undefined(variables, reference->name, at, diagnostics);
        return NULL;
    }
    if (!check_value(root, reference->name, value, at, diagnostics))
        return NULL;
    record_use(root, reference->name, value, origin, at);
    return value;
}

void variables_report_unused(const struct variables *variables, struct diagnostics *diagnostics)
{
    for (guint i = 0; i < variables->sets->len; i++) {
        const struct binding *binding = g_ptr_array_index(variables->sets, i);
        /* One without a value has an error already. */
        if (!binding->is_used && binding->value)
            diagnostics_add(diagnostics, SF_UNUSED_VARIABLE, binding->at, NULL,
                            "variable '%s' is never used", binding->name);
    }
}
