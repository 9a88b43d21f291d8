/* SPDX-License-Identifier: Apache-2.0 */
/* The plan for people: a numbered list, what each step waits for, what runs out of file order. */
#include "plan/plan.h"

#include <string.h>

enum { AWAITED_SHOWN = 6, WIDEST = 60 };

static const struct operation *operation_at(const struct plan *plan, guint index)
{
    return g_ptr_array_index(plan->operations, index);
}

static void write_source(GString *out, const struct operation *operation)
{
    const GPtrArray *paths = connector_paths(operation->options);
    g_string_append(out, operation->connector->name);
    for (guint i = 0; paths && i < MIN(paths->len, 2); i++) {
        g_string_append(out, i ? ", " : " ");
        g_string_append(out, g_ptr_array_index(paths, i));
    }
    if (paths && paths->len > 2)
        g_string_append_printf(out, " and %u more", paths->len - 2);
}

static void write_load(GString *out, const struct operation *source, const struct operation *load)
{
    g_string_append(out, source->name);
    g_string_append(out, " -> table ");
    g_string_append(out, load->name);
}

static void write_export(GString *out, const struct operation *operation)
{
    const struct fragment *table = &operation->statement->table;
    g_string_append_printf(out, "%s -> %s %s", fragment_present(table) ? table->text : "query",
                           operation->connector->name, operation->destination);
}

static void write_sql(GString *out, const struct operation *operation)
{
    static const char *const classes[] = {
        [SQL_DATA] = "",
        [SQL_SESSION] = ", on every connection",
        [SQL_DEFINITION] = ", before all below",
    };
    g_string_append(out, operation->name);
    g_string_append(out, classes[operation->class]);
}

static void write_id(GString *out, const struct plan *plan, const struct operation *operation)
{
    (void)plan;
    g_string_append(out, operation->id);
}

static void write_awaited(GString *out, const struct plan *plan, const struct operation *operation)
{
    (void)plan;
    const GArray *dependencies = operation->dependencies;
    for (guint i = 0; i < MIN(dependencies->len, AWAITED_SHOWN); i++) {
        g_string_append(out, i ? ", " : "after ");
        append_number(out, g_array_index(dependencies, struct dependency, i).operation + 1);
    }
    if (dependencies->len > AWAITED_SHOWN)
        g_string_append_printf(out, " and %u more", dependencies->len - AWAITED_SHOWN);
}

static void write_what(GString *out, const struct plan *plan, const struct operation *operation)
{
    const struct statement *statement = operation->statement;
    switch (operation->type) {
    case OPERATION_SOURCE:
        write_source(out, operation);
        break;
    case OPERATION_LOAD:
        write_load(out, operation_at(plan, operation->source), operation);
        break;
    case OPERATION_TRANSFORM:
        g_string_append(out, statement->is_view ? "view " : "table ");
        g_string_append(out, operation->name);
        break;
    case OPERATION_CHECK:
        g_string_append(out, "no rows");
        if (fragment_present(&statement->table))
            g_string_append_printf(out, ", on %s", statement->table.text);
        break;
    case OPERATION_EXPORT:
        write_export(out, operation);
        break;
    case OPERATION_SQL:
        write_sql(out, operation);
        break;
    case OPERATION_QUERY:
        g_string_append(out, "rows to stdout");
        break;
    }
}

/* What stands in a line between its number and its place, aligned. */
static void (*const columns[])(GString *out, const struct plan *plan,
                               const struct operation *operation) = {
    write_id,
    write_awaited,
    write_what,
};
enum { COLUMNS = G_N_ELEMENTS(columns) };

static void measure(const struct plan *plan, glong widths[COLUMNS])
{
    g_autoptr(GString) cell = g_string_new(NULL);
    for (guint i = 0; i < plan->operations->len; i++)
        for (guint column = 0; column < COLUMNS; column++) {
            g_string_truncate(cell, 0);
            columns[column](cell, plan, operation_at(plan, i));
            const glong width = MIN(g_utf8_strlen(cell->str, (gssize)cell->len), WIDEST);
            widths[column] = MAX(widths[column], width);
        }
}

/* Fills up what was written from `start` on. */
static void pad(GString *out, gsize start, glong width)
{
    for (glong i = g_utf8_strlen(out->str + start, (gssize)(out->len - start)); i < width; i++)
        g_string_append_c(out, ' ');
    g_string_append(out, "  ");
}

static void write_line(GString *out, const struct plan *plan, guint index,
                       const glong widths[COLUMNS])
{
    const struct operation *operation = operation_at(plan, index);
    g_string_append_printf(out, "%*u  ", plan->operations->len < 10000 ? 4 : 6, index + 1);
    for (guint column = 0; column < COLUMNS; column++) {
        const gsize start = out->len;
        columns[column](out, plan, operation);
        pad(out, start, widths[column]);
    }
    g_string_append(out, operation->statement->span.text->path);
    g_string_append_c(out, ':');
    append_number(out, operation->place.line);
    g_string_append_c(out, '\n');
}

static void write_lines(const struct plan *plan, GString *out)
{
    glong widths[COLUMNS] = {0};
    measure(plan, widths);
    for (guint i = 0; i < plan->operations->len; i++)
        write_line(out, plan, i, widths);
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

static void mask(const struct plan *plan, GString *out, gsize start)
{
    g_autofree char *shown = secrets_mask(plan->secrets, out->str + start);
    g_string_truncate(out, start);
    g_string_append(out, shown);
}

void plan_write_text(const struct plan *plan, GString *out)
{
    const gsize start = out->len;
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
    mask(plan, out, start);
}
