/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors, as dbt has them. Distances are counted along data only: what merely has to run before
 * or after a step is not needed by it. Operations are in topological order, so one pass down or up
 * finds all of them.
 */
#include "plan/plan.h"

#include "base/error.h"
#include "base/name.h"
#include "base/nearest.h"

#include <string.h>

enum { FAR = G_MAXINT / 2 };

/* `2+x+`: up 2, down all. 0: none. */
struct part {
    char *core;
    gint up;
    gint down;
};

static const struct operation *operation_at(const struct plan *plan, guint index)
{
    return g_ptr_array_index(plan->operations, index);
}

/* Reads `+x+`, `2+x`, `x+1`. A name keeps all that isn't such a mark. */
static struct part part_read(const char *text)
{
    struct part part = {.core = NULL};
    const gsize digits = strspn(text, "0123456789");
    const char *start = text;
    if (text[digits] == '+') {
        part.up = digits ? (gint)MIN(g_ascii_strtoull(text, NULL, 10), FAR) : FAR;
        start = text + digits + 1;
    }
    const char *end = start + strlen(start);
    const char *plus = strrchr(start, '+');
    if (plus && plus[1 + strspn(plus + 1, "0123456789")] == '\0') {
        part.down = plus[1] ? (gint)MIN(g_ascii_strtoull(plus + 1, NULL, 10), FAR) : FAR;
        end = plus;
    }
    part.core = g_strndup(start, (gsize)(end - start));
    return part;
}

static bool has_tag(const struct operation *operation, const char *tag)
{
    const GPtrArray *tags = operation->common ? options_list(operation->common, "tags") : NULL;
    for (guint i = 0; tags && i < tags->len; i++)
        if (strcmp(g_ptr_array_index(tags, i), tag) == 0)
            return true;
    return false;
}

/* How the core of a selector is compared. */
struct matcher {
    const char *core;
    const char *tag;    /* of `tag:x`; NULL for all else */
    char *key;          /* the core as a name */
    GPatternSpec *glob; /* NULL: no wildcard in it */
};

static void matcher_init(struct matcher *matcher, const char *core)
{
    *matcher = (struct matcher){
        .core = core,
        .tag = g_str_has_prefix(core, "tag:") ? core + strlen("tag:") : NULL,
        .key = name_key(core, NULL),
        .glob = strpbrk(core, "*?") ? g_pattern_spec_new(core) : NULL,
    };
}

static void matcher_clear(struct matcher *matcher)
{
    g_free(matcher->key);
    g_clear_pointer(&matcher->glob, g_pattern_spec_free);
}

static bool matches(const struct matcher *matcher, const struct operation *operation)
{
    if (matcher->tag)
        return has_tag(operation, matcher->tag);
    if (matcher->glob)
        return g_pattern_spec_match_string(matcher->glob, operation->id) ||
               g_pattern_spec_match_string(matcher->glob, operation->name);
    return strcmp(operation->id, matcher->core) == 0 ||
           strcmp(operation->name, matcher->core) == 0 ||
           strcmp(operation->name, matcher->key) == 0;
}

static char *nearest_selector(const struct plan *plan, const char *core)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = operation_at(plan, i);
        g_ptr_array_add(names, g_strdup(operation->id));
        g_ptr_array_add(names, g_strdup(operation->name));
        const GPtrArray *tags = operation->common ? options_list(operation->common, "tags") : NULL;
        for (guint k = 0; tags && k < tags->len; k++)
            g_ptr_array_add(names, g_strconcat("tag:", g_ptr_array_index(tags, k), NULL));
    }
    g_ptr_array_add(names, NULL);
    return nearest_hint(core, (const char *const *)names->pdata);
}

/* levels[i]: how many steps of data from a match, up or down; FAR where there is no way. */
static void spread(const struct plan *plan, gint *levels, bool down)
{
    const guint count = plan->operations->len;
    for (guint n = 0; n < count; n++) {
        const guint i = down ? n : count - 1 - n;
        const GArray *dependencies = operation_at(plan, i)->dependencies;
        for (guint k = 0; k < dependencies->len; k++) {
            const struct dependency *dependency =
                &g_array_index(dependencies, struct dependency, k);
            gint *near = down ? &levels[i] : &levels[dependency->operation];
            const gint far = down ? levels[dependency->operation] : levels[i];
            if (dependency->for_data)
                *near = MIN(*near, far + 1);
        }
    }
}

static void mark_near(const struct plan *plan, const guint8 *core, bool down, gint limit,
                      guint8 *marks)
{
    const guint count = plan->operations->len;
    g_autofree gint *levels = g_new(gint, count + 1);
    for (guint i = 0; i < count; i++)
        levels[i] = core[i] ? 0 : FAR;
    spread(plan, levels, down);
    for (guint i = 0; i < count; i++)
        marks[i] |= levels[i] < FAR && levels[i] <= limit;
}

/* Types, sequences, schemas above, and macros that read nothing: what is needed may use them, and
 * nothing tells whether it does. */
static void mark_definitions(const struct plan *plan, guint8 *marks)
{
    guint last = 0;
    for (guint i = 0; i < plan->operations->len; i++)
        if (marks[i])
            last = MAX(last, operation_at(plan, i)->position);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = operation_at(plan, i);
        const bool is_made =
            operation->class == SQL_DEFINITION && g_str_has_prefix(operation->name, "create ");
        marks[i] |= is_made && operation->reads->len == 0 && operation->position < last;
    }
}

/* One part of a selector: sets marks[i] for what it takes. */
static bool mark_part(const struct plan *plan, const char *text, guint8 *marks, GError **error)
{
    struct part part = part_read(text);
    struct matcher matcher;
    matcher_init(&matcher, part.core);
    g_autofree guint8 *core = g_new0(guint8, plan->operations->len + 1);
    bool any = false;
    for (guint i = 0; i < plan->operations->len; i++) {
        core[i] = matches(&matcher, operation_at(plan, i));
        marks[i] |= core[i];
        any |= core[i];
    }
    if (part.up)
        mark_near(plan, core, false, part.up, marks);
    if (part.up == FAR)
        mark_definitions(plan, marks);
    if (part.down)
        mark_near(plan, core, true, part.down, marks);
    if (!any) {
        g_autofree char *hint = nearest_selector(plan, part.core);
        error_set(error, ERROR_USAGE, "no step of %s fits '%s'%s%s", plan->pipeline, part.core,
                  hint ? ": " : "", hint ? hint : "");
    }
    matcher_clear(&matcher);
    g_free(part.core);
    return any;
}

/* `a,b`: what both take. */
static bool mark_all_of(const struct plan *plan, const char *text, guint8 *marks, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    g_autofree guint8 *both = g_new(guint8, plan->operations->len + 1);
    memset(both, 1, plan->operations->len + 1);
    for (guint i = 0; parts[i]; i++) {
        g_autofree guint8 *one = g_new0(guint8, plan->operations->len + 1);
        if (!mark_part(plan, g_strstrip(parts[i]), one, error))
            return false;
        for (guint k = 0; k < plan->operations->len; k++)
            both[k] &= one[k];
    }
    for (guint k = 0; k < plan->operations->len; k++)
        marks[k] |= both[k];
    return true;
}

/* What any of the selectors, or any of their words, takes. */
static bool mark_any_of(const struct plan *plan, const char *const *selectors, guint8 *marks,
                        GError **error)
{
    for (; *selectors; selectors++) {
        g_auto(GStrv) words = g_strsplit_set(*selectors, " \t\n", -1);
        for (guint i = 0; words[i]; i++)
            if (*words[i] && !mark_all_of(plan, words[i], marks, error))
                return false;
    }
    return true;
}

/* Sources that are read, and the session statements above: they run, or count, for others. */
static void mark_company(const struct plan *plan, guint8 *marks)
{
    guint last = 0;
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = operation_at(plan, i);
        if (!marks[i])
            continue;
        last = MAX(last, operation->position);
        if (operation->type == OPERATION_LOAD)
            marks[operation->source] = 1;
        for (guint k = 0; k < operation->unloaded_sources->len; k++)
            marks[g_array_index(operation->unloaded_sources, guint, k)] = 1;
    }
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = operation_at(plan, i);
        marks[i] |= operation->class == SQL_SESSION && operation->position < last;
    }
}

bool plan_select(const struct plan *plan, const char *const *select, const char *const *exclude,
                 GByteArray **out_selected, GError **error)
{
    const guint count = plan->operations->len;
    g_autofree guint8 *marks = g_new0(guint8, count + 1);
    g_autofree guint8 *excluded = g_new0(guint8, count + 1);
    if (select && *select) {
        if (!mark_any_of(plan, select, marks, error))
            return false;
    } else {
        memset(marks, 1, count);
    }
    if (exclude && !mark_any_of(plan, exclude, excluded, error))
        return false;
    for (guint i = 0; i < count; i++)
        marks[i] = marks[i] && !excluded[i];
    mark_company(plan, marks);
    *out_selected = g_byte_array_sized_new(count);
    g_byte_array_append(*out_selected, marks, count);
    return true;
}
