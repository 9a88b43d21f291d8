/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for people: a numbered list, what each step waits for, what runs out of file order. */
#include "plan/plan.h"

#include <string.h>

enum { AWAITED_SHOWN = 6, WIDEST = 60 };

/* One line of the list, in columns. */
struct line {
    char *what;
    char *after;
    char *place;
};

static void line_clear(gpointer pointer)
{
    struct line *line = pointer;
    g_free(line->what);
    g_free(line->after);
    g_free(line->place);
}

static const struct operation *operation_at(const struct plan *plan, guint index)
{
    return g_ptr_array_index(plan->operations, index);
}

static char *describe_source(const struct operation *operation)
{
    const GPtrArray *paths = connector_paths(operation->options);
    GString *out = g_string_new(operation->connector->name);
    for (guint i = 0; paths && i < MIN(paths->len, 2); i++)
        g_string_append_printf(out, "%s %s", i ? "," : "", (char *)g_ptr_array_index(paths, i));
    if (paths && paths->len > 2)
        g_string_append_printf(out, " and %u more", paths->len - 2);
    return g_string_free(out, FALSE);
}

static char *describe_export(const struct operation *operation)
{
    const struct fragment *table = &operation->statement->table;
    return g_strdup_printf("%s -> %s %s", fragment_present(table) ? table->text : "query",
                           operation->connector->name, operation->destination);
}

static char *describe_sql(const struct operation *operation)
{
    static const char *const classes[] = {
        [SQL_DATA] = "",
        [SQL_SESSION] = ", on every connection",
        [SQL_DEFINITION] = ", before all below",
    };
    return g_strconcat(operation->name, classes[operation->class], NULL);
}

static char *describe(const struct plan *plan, const struct operation *operation)
{
    const struct statement *statement = operation->statement;
    switch (operation->type) {
    case OPERATION_SOURCE:
        return describe_source(operation);
    case OPERATION_LOAD:
        return g_strdup_printf("%s -> table %s", operation_at(plan, operation->source)->name,
                               operation->name);
    case OPERATION_TRANSFORM:
        return g_strdup_printf("%s %s", statement->is_view ? "view" : "table", operation->name);
    case OPERATION_CHECK:
        return fragment_present(&statement->table)
                   ? g_strdup_printf("no rows, on %s", statement->table.text)
                   : g_strdup("no rows");
    case OPERATION_EXPORT:
        return describe_export(operation);
    case OPERATION_SQL:
        return describe_sql(operation);
    case OPERATION_QUERY:
        return g_strdup("rows to stdout");
    }
    return g_strdup("");
}

static char *describe_awaited(const struct operation *operation)
{
    GString *out = g_string_new(NULL);
    const GArray *dependencies = operation->dependencies;
    for (guint i = 0; i < MIN(dependencies->len, AWAITED_SHOWN); i++)
        g_string_append_printf(out, "%s%u", i ? ", " : "after ",
                               g_array_index(dependencies, struct dependency, i).operation + 1);
    if (dependencies->len > AWAITED_SHOWN)
        g_string_append_printf(out, " and %u more", dependencies->len - AWAITED_SHOWN);
    return g_string_free(out, FALSE);
}

static GArray *make_lines(const struct plan *plan)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
    g_array_set_clear_func(lines, line_clear);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = operation_at(plan, i);
        const struct line line = {
            .what = describe(plan, operation),
            .after = describe_awaited(operation),
            .place = g_strdup_printf("%s:%u", operation->statement->span.text->path,
                                     operation->place.line),
        };
        g_array_append_val(lines, line);
    }
    return lines;
}

static void append_padded(GString *out, const char *text, glong width)
{
    g_string_append(out, text);
    for (glong i = g_utf8_strlen(text, -1); i < width; i++)
        g_string_append_c(out, ' ');
    g_string_append(out, "  ");
}

static glong widen(glong width, const char *text)
{
    return MAX(width, MIN(g_utf8_strlen(text, -1), WIDEST));
}

static void write_lines(const struct plan *plan, GString *out)
{
    g_autoptr(GArray) lines = make_lines(plan);
    glong id = 0;
    glong what = 0;
    glong after = 0;
    for (guint i = 0; i < lines->len; i++) {
        const struct line *line = &g_array_index(lines, struct line, i);
        id = widen(id, operation_at(plan, i)->id);
        what = widen(what, line->what);
        after = widen(after, line->after);
    }
    const int digits = lines->len < 10000 ? 4 : 6;
    for (guint i = 0; i < lines->len; i++) {
        const struct line *line = &g_array_index(lines, struct line, i);
        g_string_append_printf(out, "%*u  ", digits, i + 1);
        append_padded(out, operation_at(plan, i)->id, id);
        append_padded(out, line->after, after);
        append_padded(out, line->what, what);
        g_string_append_printf(out, "%s\n", line->place);
    }
}

static bool contains(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return true;
    return false;
}

static const char *common_name(const GPtrArray *reads, const GPtrArray *writes)
{
    for (guint i = 0; i < writes->len; i++)
        if (contains(reads, g_ptr_array_index(writes, i)))
            return g_ptr_array_index(writes, i);
    return NULL;
}

static char *place_of(const struct plan *plan, const struct operation *operation)
{
    const struct text *text = operation->statement->span.text;
    return text == plan->script->text ? g_strdup_printf("line %u", operation->place.line)
                                      : g_strdup_printf("%s:%u", text->path, operation->place.line);
}

/* "line 3 reads daily, made at line 9: runs after it". */
static void write_forward(const struct plan *plan, const struct operation *operation, GString *out)
{
    for (guint i = 0; i < operation->dependencies->len; i++) {
        const struct operation *other = operation_at(
            plan, g_array_index(operation->dependencies, struct dependency, i).operation);
        if (other->position < operation->position || other->type == OPERATION_SOURCE)
            continue;
        const char *name = common_name(operation->reads, other->writes);
        g_autofree char *reader = place_of(plan, operation);
        g_autofree char *writer = place_of(plan, other);
        if (name)
            g_string_append_printf(out, "%s reads %s, made at %s: runs after it\n", reader, name,
                                   writer);
        else
            g_string_append_printf(out, "%s waits for %s, at %s\n", reader, other->name, writer);
    }
}

void plan_write_text(const struct plan *plan, GString *out)
{
    g_string_append_printf(out, "%s: %u step%s, profile %s, engine %s\n", plan->pipeline,
                           plan->operations->len, plan->operations->len == 1 ? "" : "s",
                           plan->profile, plan->engine);
    if (plan->operations->len)
        g_string_append_c(out, '\n');
    write_lines(plan, out);
    g_autoptr(GString) notes = g_string_new(NULL);
    for (guint i = 0; i < plan->operations->len; i++)
        write_forward(plan, operation_at(plan, i), notes);
    if (notes->len)
        g_string_append_printf(out, "\n%s", notes->str);
}
