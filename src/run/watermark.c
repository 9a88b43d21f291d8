/* SPDX-License-Identifier: Apache-2.0 */
#include "run/watermark.h"

#include "base/name.h"

static const char *const kind_names[] = {
    [WATERMARK_COLUMN] = "column",
    [WATERMARK_FILE] = "file",
};

void watermark_free(struct watermark *mark)
{
    if (!mark)
        return;
    g_free(mark->source);
    g_free(mark->target);
    g_free(mark->field);
    g_free(mark->value);
    g_free(mark);
}

struct watermark *watermark_new(enum watermark_kind kind, const char *source, const char *target,
                                const char *field, const char *value)
{
    struct watermark *mark = g_new(struct watermark, 1);
    *mark = (struct watermark){
        .kind = kind,
        .source = g_strdup(source),
        .target = g_strdup(target),
        .field = g_strdup(field),
        .value = g_strdup(value),
    };
    return mark;
}

/* "name = 'value'" */
static void append_equal(GString *sql, const char *name, const char *value)
{
    g_autofree char *literal = quote_literal(value);
    g_string_append_printf(sql, " AND %s = %s", name, literal);
}

/* The newest row of each key of the pipeline that has a value: field and value. */
static GString *newest(const struct journal *journal, const struct watermark *mark)
{
    g_autoptr(GString) where = g_string_new("true");
    append_equal(where, "pipeline", journal->plan->pipeline);
    append_equal(where, "kind", kind_names[mark->kind]);
    append_equal(where, "source", mark->source);
    append_equal(where, "target", mark->target);
    if (mark->field)
        append_equal(where, "field", mark->field);
    GString *sql = g_string_new(NULL);
    g_string_printf(sql,
                    "SELECT field, value FROM (SELECT field, value, row_number() OVER (PARTITION "
                    "BY field ORDER BY sequence DESC) AS place FROM %swatermarks WHERE %s) AS m "
                    "WHERE place = 1 AND value IS NOT NULL",
                    journal->prefix, where->str);
    return sql;
}

bool watermark_read(const struct journal *journal, struct session *session, struct watermark *mark,
                    GError **error)
{
    AUTO(rows) rows = rows_new(0);
    g_autoptr(GString) sql = newest(journal, mark);
    if (!journal_query(journal->class, session, sql->str, rows, error))
        return false;
    g_free(mark->value);
    mark->value = rows->count > 0 ? g_strdup(rows_cell(rows, 0, 1)->text) : NULL;
    return true;
}

GHashTable *watermark_files(const struct journal *journal, struct session *session,
                            const char *source, const char *target, GError **error)
{
    AUTO(rows) rows = rows_new(0);
    AUTO(watermark) mark = watermark_new(WATERMARK_FILE, source, target, NULL, NULL);
    g_autoptr(GString) sql = newest(journal, mark);
    if (!journal_query(journal->class, session, sql->str, rows, error))
        return NULL;
    GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < rows->count; i++)
        g_hash_table_replace(files, g_strdup(rows_cell(rows, i, 0)->text),
                             g_strdup(rows_cell(rows, i, 1)->text));
    return files;
}

static void append_row(GString *sql, const struct journal *journal, guint step,
                       const struct watermark *mark)
{
    const struct operation *operation = g_ptr_array_index(journal->plan->operations, step);
    const char *const texts[] = {
        journal->plan->pipeline,
        kind_names[mark->kind],
        mark->source,
        mark->target,
        mark->field,
        mark->value,
        operation->id,
    };
    g_autofree char *run = quote_literal(journal->run.run_id);
    g_string_append_printf(sql, "(%s", run);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *literal = texts[i] ? quote_literal(texts[i]) : g_strdup("NULL");
        g_string_append_printf(sql, ", %s", literal);
    }
    g_string_append_c(sql, ')');
}

#define COLUMNS "run, pipeline, kind, source, target, field, value, step"

/* Steps of one key follow each other, so that the number they find is their own. */
#define NEXT "(SELECT coalesce(max(sequence), 0) + 1 FROM %swatermarks)"

bool watermarks_record(const struct journal *journal, struct session *session, guint step,
                       const GPtrArray *marks, GError **error)
{
    if (!marks || marks->len == 0)
        return true;
    g_autoptr(GString) sql = g_string_new(NULL);
    g_string_printf(sql,
                    "INSERT INTO %swatermarks (" COLUMNS ", sequence) SELECT " COLUMNS ", " NEXT
                    " FROM (VALUES ",
                    journal->prefix, journal->prefix);
    for (guint i = 0; i < marks->len; i++) {
        g_string_append(sql, i ? ", " : "");
        append_row(sql, journal, step, g_ptr_array_index(marks, i));
    }
    g_string_append(sql, ") AS v (" COLUMNS ")");
    return journal_execute(journal->class, session, sql->str, error);
}

/* A journal of the first version has no such table. */
static bool has_table(const struct engine_class *class, struct session *session, const char *prefix)
{
    g_autofree char *table = g_strconcat(prefix, "watermarks", NULL);
    return class->table_exists(session, table) != TABLE_NONE;
}

bool watermarks_list(const struct engine_class *class, struct session *session, const char *catalog,
                     const char *pipeline, struct rows *rows, GError **error)
{
    g_autofree char *prefix = journal_prefix(catalog);
    if (!has_table(class, session, prefix))
        return true;
    g_autoptr(GString) where = g_string_new("true");
    if (pipeline)
        append_equal(where, "pipeline", pipeline);
    g_autofree char *sql = g_strdup_printf(
        "SELECT pipeline, target AS \"table\", source, kind, field, value, step, run FROM (SELECT "
        "*, row_number() OVER (PARTITION BY pipeline, kind, source, target, field ORDER BY "
        "sequence DESC) AS place FROM %swatermarks WHERE %s) AS m WHERE place = 1 AND value IS "
        "NOT NULL ORDER BY pipeline, target, source, kind, field",
        prefix, where->str);
    return journal_query(class, session, sql, rows, error);
}

gint64 watermarks_reset(const struct engine_class *class, struct session *session,
                        const char *catalog, const char *pipeline, const char *target,
                        GError **error)
{
    gint64 count = 0;
    g_autofree char *prefix = journal_prefix(catalog);
    if (!has_table(class, session, prefix))
        return 0;
    g_autoptr(GString) where = g_string_new("true");
    append_equal(where, "pipeline", pipeline);
    if (target)
        append_equal(where, "target", target);
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO %swatermarks (" COLUMNS ", sequence) SELECT '', pipeline, kind, source, "
        "target, field, NULL, '', " NEXT " FROM (SELECT *, row_number() OVER (PARTITION BY "
        "kind, source, target, field ORDER BY sequence DESC) AS place FROM %swatermarks WHERE %s) "
        "AS m WHERE place = 1 AND value IS NOT NULL",
        prefix, prefix, prefix, where->str);
    return class->execute(session, sql, &count, error) ? count : -1;
}
