/* SPDX-License-Identifier: Apache-2.0 */
#include "docs/mermaid.h"

#include "docs/look.h"

#include <string.h>

/* What stands before and behind a node's text. */
static const char *const brackets[NODE_KIND_COUNT][2] = {
    [NODE_SOURCE] = {"[(", ")]"}, [NODE_LOAD] = {"[/", "/]"},  [NODE_TABLE] = {"[", "]"},
    [NODE_VIEW] = {"[[", "]]"},   [NODE_CHECK] = {"{", "}"},   [NODE_EXPORT] = {">", "]"},
    [NODE_SQL] = {"{{", "}}"},    [NODE_QUERY] = {"([", "])"},
};

/* A space without width. What it stands beside is to Markdown as if it were in a word. */
#define BREAK "#8203;"

/* Of what means something to Markdown, which Mermaid 11 finds in decoded labels, too. */
static const char *plain_form(char character)
{
    static const struct {
        char character;
        const char *instead;
    } forms[] = {{'&', "#38;" BREAK},  {'*', "#8727;"},     {'@', BREAK "#64;" BREAK},
                 {'\\', "#92;" BREAK}, {']', "#93;" BREAK}, {'`', "#715;"},
                 {'~', "#8764;"}};
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
        if (forms[i].character == character)
            return forms[i].instead;
    return NULL;
}

static bool is_of_word(char character)
{
    return g_ascii_isalnum(character) || (guchar)character >= 0x80;
}

/* Where Markdown would see a link, or emphasis that begins or ends. */
static bool wants_break(const char *text, const char *at)
{
    if (*at == '_')
        return at == text || !is_of_word(at[-1]) || !is_of_word(at[1]);
    return g_str_has_prefix(at, "://") ||
           (*at == '.' && at - text >= 3 && strncmp(at - 3, "www", 3) == 0);
}

static void append_character(GString *out, char character)
{
    if (is_of_word(character) || strchr(" ./,-:+=()_", character))
        g_string_append_c(out, character);
    else
        g_string_append_printf(out, "#%d;", g_ascii_iscntrl(character) ? ' ' : character);
}

/* Inside quotes: Mermaid takes entities, reads HTML and Markdown, and nothing else is safe. */
static void append_escaped(GString *out, const char *text)
{
    /* Else it may begin a list or a heading. */
    if (*text && !g_ascii_isalpha(*text) && (guchar)*text < 0x80)
        g_string_append(out, BREAK);
    for (const char *at = text; *at; at++) {
        const char *form = plain_form(*at);
        const bool is_broken = wants_break(text, at);
        if (is_broken && *at == '_')
            g_string_append(out, BREAK);
        if (form)
            g_string_append(out, form);
        else
            append_character(out, *at);
        if (is_broken)
            g_string_append(out, BREAK);
    }
}

static void write_node(const struct graph *graph, guint index, const char *indent, GString *out)
{
    const struct node *node = graph_node(graph, index);
    g_autofree char *outcome = node_outcome(graph, node);
    g_string_append_printf(out, "%sn%u%s\"", indent, index, brackets[node->kind][0]);
    append_escaped(out, node->name);
    g_string_append_printf(out, "<br>%s", node->what);
    if (outcome)
        g_string_append_printf(out, "<br>%s", outcome);
    g_string_append_printf(out, "\"%s:::%s\n", brackets[node->kind][1], look_of(graph, node)->name);
}

/* NOLINTNEXTLINE(misc-no-recursion): a pipeline, then its aliases */
static void write_cluster(const struct graph *graph, guint cluster, guint depth, GString *out)
{
    g_autofree char *indent = g_strnfill(2 * (gsize)depth + 2, ' ');
    for (guint i = cluster; i < graph->clusters->len; i++) {
        const struct cluster *inner = g_ptr_array_index(graph->clusters, i);
        if (inner->outer != cluster)
            continue;
        g_string_append_printf(out, "%ssubgraph c%u[\"", indent, i);
        append_escaped(out, inner->name);
        g_string_append(out, "\"]\n");
        write_cluster(graph, i + 1, depth + 1, out);
        g_string_append_printf(out, "%send\n", indent);
    }
    for (guint i = 0; i < graph->nodes->len; i++)
        if (graph_node(graph, i)->cluster == cluster)
            write_node(graph, i, indent, out);
}

/* The looks that are used, in the order of their first use. */
static void write_classes(const struct graph *graph, GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < graph->nodes->len; i++) {
        const struct look *look = look_of(graph, graph_node(graph, i));
        if (g_hash_table_add(seen, (gpointer)(guintptr)look->name))
            g_string_append_printf(out, "  classDef %s fill:%s,stroke:%s,color:#111827\n",
                                   look->name, look->fill, look->line);
    }
}

void mermaid_write(const struct graph *graph, GString *out)
{
    g_string_append(out, "flowchart LR\n");
    write_cluster(graph, 0, 0, out);
    for (guint i = 0; i < graph->edges->len; i++) {
        const struct graph_edge *edge = &g_array_index(graph->edges, struct graph_edge, i);
        g_string_append_printf(out, "  n%u %s n%u\n", edge->from, edge->for_data ? "-->" : "-.->",
                               edge->to);
    }
    write_classes(graph, out);
}
