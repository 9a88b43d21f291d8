/* SPDX-License-Identifier: Apache-2.0 */
/* Completion of what profiles and plans name. */
#include "base/compare.h"
#include "cli/completing.h"
#include "cli/workspace.h"

#include <stdlib.h>
#include <string.h>

typedef void (*workspace_use)(struct completion *completion, struct workspace *workspace);

/* In the project that the user's command will find; not at all where it can't be read. */
static void with_workspace(struct completion *completion, workspace_use use)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_add(builder, "sqlflow");
    for (guint i = 0; i < completion->settings->len; i++)
        g_strv_builder_add(builder, g_ptr_array_index(completion->settings, i));
    g_auto(GStrv) words = g_strv_builder_end(builder);
    AUTO(flags) flags = flags_new();
    g_autoptr(GError) error = NULL;
    if (!flags_parse(flags, "sqlflow", NULL, false, &words, &error) ||
        !flags_read_environment(flags, NULL, &error))
        return;
    struct call call = {.flags = flags, .quiet = true};
    terminal_init(&call.out, stdout, true);
    terminal_init(&call.err, stderr, true);
    AUTO(workspace) workspace = workspace_open(&call, NULL);
    if (workspace)
        use(completion, workspace);
}

static void add_connectors(struct completion *completion, struct workspace *workspace)
{
    const GPtrArray *connectors = workspace->profile->connectors;
    for (guint i = 0; i < connectors->len; i++) {
        const struct profile_connector *connector = g_ptr_array_index(connectors, i);
        completion_add(completion, connector->name, connector->type);
    }
}

void complete_connectors(struct completion *completion)
{
    with_workspace(completion, add_connectors);
}

static void add_types(struct completion *completion, struct workspace *workspace)
{
    g_auto(GStrv) names = registry_names(workspace->registry);
    for (char **name = names; *name; name++)
        completion_add(completion, *name, "connector");
}

void complete_types(struct completion *completion)
{
    with_workspace(completion, add_types);
}

/* Adds to what was found: name -> what it is, both the table's own. */
typedef void (*operation_use)(const struct operation *operation, GHashTable *found);

static void collect_plan(const struct plan *plan, operation_use collect, GHashTable *found)
{
    for (guint i = 0; i < plan->operations->len; i++)
        collect(g_ptr_array_index(plan->operations, i), found);
}

static void add_sorted(struct completion *completion, GHashTable *found)
{
    guint count = 0;
    g_autofree gpointer *names = g_hash_table_get_keys_as_array(found, &count);
    qsort(names, count, sizeof *names, compare_texts);
    for (guint i = 0; i < count; i++)
        completion_add(completion, names[i], g_hash_table_lookup(found, names[i]));
}

/* Of the pipeline that the command line names, else of all. */
static GPtrArray *plan_pipelines(const struct completion *completion, struct workspace *workspace,
                                 bool is_named)
{
    g_autoptr(GError) error = NULL;
    const bool names_one = is_named && completion->arguments->len > 0;
    const char *name = names_one ? g_ptr_array_index(completion->arguments, 0) : NULL;
    return workspace_plan_list(workspace, !names_one, name, &error);
}

static void add_from_plans(struct completion *completion, struct workspace *workspace,
                           bool is_named, operation_use collect)
{
    g_autoptr(GPtrArray) all = plan_pipelines(completion, workspace, is_named);
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; all && i < all->len; i++) {
        const struct planned *planned = g_ptr_array_index(all, i);
        if (planned->plan)
            collect_plan(planned->plan, collect, found);
    }
    add_sorted(completion, found);
}

static void collect_tables(const struct operation *operation, GHashTable *found)
{
    for (guint i = 0; i < operation->writes->len; i++) {
        const char *name = g_ptr_array_index(operation->writes, i);
        if (!strchr(name, ':'))
            g_hash_table_replace(found, g_strdup(name), g_strdup("table"));
    }
}

static void add_tables(struct completion *completion, struct workspace *workspace)
{
    add_from_plans(completion, workspace, false, collect_tables);
}

void complete_tables(struct completion *completion)
{
    with_workspace(completion, add_tables);
}

static void collect_selectors(const struct operation *operation, GHashTable *found)
{
    const GPtrArray *tags = operation->common ? options_list(operation->common, "tags") : NULL;
    for (guint i = 0; tags && i < tags->len; i++)
        g_hash_table_replace(found, g_strconcat("tag:", g_ptr_array_index(tags, i), NULL),
                             g_strdup("tag"));
    g_hash_table_replace(found, g_strdup(operation->name),
                         g_strdup(operation_type_name(operation->type)));
    g_hash_table_replace(found, g_strdup(operation->id), g_strdup("step"));
}

static void add_selectors(struct completion *completion, struct workspace *workspace)
{
    add_from_plans(completion, workspace, true, collect_selectors);
}

/* The last one of `a,+b`: what stands before its name isn't part of the candidates. */
void complete_selectors(struct completion *completion)
{
    const char *begun = completion->begun + completion->prefix_length;
    const char *name = begun + strlen(begun);
    while (name > begun && !strchr(", +", name[-1]))
        name--;
    completion->prefix_length = (gsize)(name - completion->begun);
    with_workspace(completion, add_selectors);
}
