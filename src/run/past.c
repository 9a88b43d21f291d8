/* SPDX-License-Identifier: Apache-2.0 */
#include "run/past.h"

#include "base/name.h"
#include "run/results.h"

#include <jansson.h>
#include <string.h>

void past_run_free(struct past_run *run)
{
    if (!run)
        return;
    g_free(run->run_id);
    g_free(run->root);
    g_free(run->outcome);
    g_free(run->selection);
    g_free(run->variables);
    g_free(run);
}

struct past_run *past_run_copy(const struct past_run *run)
{
    struct past_run *copy = g_new0(struct past_run, 1);
    copy->run_id = g_strdup(run->run_id);
    copy->root = g_strdup(run->root);
    copy->outcome = g_strdup(run->outcome);
    copy->started_us = run->started_us;
    copy->now_us = run->now_us;
    copy->selection = g_strdup(run->selection);
    copy->variables = g_strdup(run->variables);
    return copy;
}

static void step_free(gpointer data)
{
    struct past_step *step = data;
    g_free(step->run_id);
    g_free(step->inputs);
    g_free(step->outputs);
    g_free(step);
}

static void write_free(gpointer data)
{
    struct past_write *write = data;
    g_free(write->name);
    g_free(write->run_id);
    g_free(write->root);
    g_free(write->pipeline);
    g_free(write->step);
    g_free(write->key);
    g_free(write);
}

void past_free(struct past *past)
{
    if (!past)
        return;
    g_free(past->root);
    g_hash_table_unref(past->steps);
    g_hash_table_unref(past->targets);
    g_hash_table_unref(past->writes);
    g_hash_table_unref(past->changed);
    g_free(past);
}

char *past_target(const char *kind, const char *target)
{
    return g_strconcat(kind, " ", target, NULL);
}

char *past_key(const char *kind, const char *target, const char *fingerprint, guint occurrence)
{
    return g_strdup_printf("%s %u %s %s", kind, occurrence, fingerprint, target);
}

static const char *text_at(const struct rows *rows, guint row, guint column)
{
    return rows_cell(rows, row, column)->text;
}

static gint64 number_at(const struct rows *rows, guint row, guint column, gint64 missing)
{
    const char *text = text_at(rows, row, column);
    return text ? g_ascii_strtoll(text, NULL, 10) : missing;
}

/* `2026-11-23 08:15:00.123456`, in UTC. */
static gint64 time_at(const struct rows *rows, guint row, guint column)
{
    g_autofree char *text = g_strconcat(text_at(rows, row, column), "Z", NULL);
    return results_time_parse(text);
}

enum { RUN_ID, RUN_ROOT, RUN_OUTCOME, RUN_STARTED, RUN_NOW, RUN_SELECTION, RUN_VARIABLES };

/* Its columns, in that order, of all runs that began; what follows narrows or orders them. */
static const char run_query[] =
    "SELECT s.run, s.root, coalesce(e.outcome, s.outcome), s.recorded_at, s.now_at, s.selection, "
    "s.variables FROM $.runs s LEFT JOIN $.runs e ON e.run = s.run AND e.outcome <> 'started' "
    "WHERE s.outcome = 'started' ";

static struct past_run *run_at(const struct rows *rows, guint row)
{
    struct past_run *run = g_new0(struct past_run, 1);
    run->run_id = g_strdup(text_at(rows, row, RUN_ID));
    run->root = g_strdup(text_at(rows, row, RUN_ROOT));
    run->outcome = g_strdup(text_at(rows, row, RUN_OUTCOME));
    run->started_us = time_at(rows, row, RUN_STARTED);
    run->now_us = time_at(rows, row, RUN_NOW);
    run->selection = g_strdup(text_at(rows, row, RUN_SELECTION));
    run->variables = g_strdup(text_at(rows, row, RUN_VARIABLES));
    return run;
}

static bool is_done(const char *outcome)
{
    return strcmp(outcome, "ok") == 0;
}

bool past_run_is_done(const struct past_run *run)
{
    return is_done(run->outcome);
}

/* The selection has one of the words. */
static bool selection_says(const char *selection, const char *const *words)
{
    json_t *object = selection ? json_loads(selection, 0, NULL) : NULL;
    bool says = false;
    for (; *words && !says; words++)
        says = json_object_get(object, *words) != NULL;
    json_decref(object);
    return says;
}

bool past_run_is_of_batch(const struct past_run *run)
{
    static const char *const of_batch[] = {"all", NULL};
    return selection_says(run->selection, of_batch);
}

/* It wasn't to take all steps, or all rows that are new. */
static bool is_partial(const char *selection)
{
    static const char *const narrowing[] = {"select", "exclude", "start", "end", NULL};
    return selection_says(selection, narrowing);
}

/* Newest first: the first row of a chain says how it ended. One that isn't done counts, unless a
 * run of the whole pipeline came after it. */
static guint choose_run(const struct rows *rows)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < rows->count; i++) {
        if (!g_hash_table_add(seen, (gpointer)(guintptr)text_at(rows, i, RUN_ROOT)))
            continue;
        if (!is_done(text_at(rows, i, RUN_OUTCOME)))
            return i;
        if (!is_partial(text_at(rows, i, RUN_SELECTION)))
            return i;
    }
    return 0;
}

/* Nothing is found where there is no journal. `$.` in `sql` stands for the journal's schema; the
 * tail is taken as it is. */
static bool list(const struct engine_class *class, struct session *session, const char *catalog,
                 const char *const sql[2], struct rows *rows, GError **error)
{
    bool exists = false;
    g_autofree char *prefix = journal_prefix(catalog);
    g_autoptr(GString) text = g_string_new(sql[0]);
    g_string_replace(text, "$.", prefix, 0);
    g_string_append(text, sql[1]);
    return journal_exists(class, session, catalog, &exists, error) &&
           (!exists || journal_query(class, session, text->str, rows, error));
}

bool past_find_run(const struct engine_class *class, struct session *session, const char *catalog,
                   const char *pipeline, struct past_run **out, GError **error)
{
    g_autofree char *literal = quote_literal(pipeline);
    g_autofree char *tail =
        g_strconcat("AND s.pipeline = ", literal, " ORDER BY s.recorded_at DESC, s.run DESC", NULL);
    AUTO(rows) rows = rows_new(0);
    *out = NULL;
    if (!list(class, session, catalog, (const char *const[]){run_query, tail}, rows, error))
        return false;
    if (rows->count > 0)
        *out = run_at(rows, choose_run(rows));
    return true;
}

bool past_find_batch(const struct engine_class *class, struct session *session, const char *catalog,
                     struct past_run **out, GError **error)
{
    static const char *const sql[] = {
        run_query, "AND s.selection IS NOT NULL ORDER BY s.now_at DESC, s.recorded_at"};
    AUTO(rows) rows = rows_new(0);
    *out = NULL;
    if (!list(class, session, catalog, sql, rows, error))
        return false;
    for (guint i = 0; i < rows->count && !*out; i++) {
        AUTO(past_run) run = run_at(rows, i);
        if (past_run_is_of_batch(run))
            *out = g_steal_pointer(&run);
    }
    return true;
}

bool past_has_run(const struct engine_class *class, struct session *session, const char *catalog,
                  const char *run_id, bool *out, GError **error)
{
    g_autofree char *literal = quote_literal(run_id);
    AUTO(rows) rows = rows_new(1);
    if (!list(class, session, catalog,
              (const char *const[]){"SELECT run FROM $.runs WHERE run = ", literal}, rows, error))
        return false;
    *out = rows->count > 0;
    return true;
}

/* Asks one of the journal's tables; `%s` in `sql` are its prefix and the root, as a literal. */
static struct rows *ask(const struct journal *journal, struct session *session, const char *sql,
                        const char *root, GError **error)
{
    g_autofree char *literal = quote_literal(root);
    g_autoptr(GString) text = g_string_new(sql);
    g_string_replace(text, "$.", journal->prefix, 0);
    g_string_replace(text, "$root", literal, 0);
    AUTO(rows) rows = rows_new(0);
    return journal_query(journal->class, session, text->str, rows, error) ? g_steal_pointer(&rows)
                                                                          : NULL;
}

/* Later rows take the place of earlier ones. */
static bool load_steps(struct past *past, const struct journal *journal, struct session *session,
                       GError **error)
{
    static const char sql[] =
        "SELECT s.kind, s.target, s.fingerprint, s.occurrence, s.status, s.run, s.row_count, "
        "s.inputs, s.outputs FROM $.steps s JOIN $.runs r ON r.run = s.run "
        "WHERE r.outcome = 'started' AND r.root = $root ORDER BY r.recorded_at, s.recorded_at";
    enum { KIND, TARGET, FINGERPRINT, OCCURRENCE, STATUS, RUN, ROWS, INPUTS, OUTPUTS };
    AUTO(rows) rows = ask(journal, session, sql, past->root, error);
    for (guint i = 0; rows && i < rows->count; i++) {
        const char *kind = text_at(rows, i, KIND);
        const char *target = text_at(rows, i, TARGET);
        const char *status = text_at(rows, i, STATUS);
        g_hash_table_replace(past->targets, past_target(kind, target), g_strdup(status));
        if (strcmp(status, "done") != 0)
            continue;
        struct past_step *step = g_new0(struct past_step, 1);
        step->run_id = g_strdup(text_at(rows, i, RUN));
        step->rows = number_at(rows, i, ROWS, -1);
        step->inputs = g_strdup(text_at(rows, i, INPUTS));
        step->outputs = g_strdup(text_at(rows, i, OUTPUTS));
        g_hash_table_replace(past->steps,
                             past_key(kind, target, text_at(rows, i, FINGERPRINT),
                                      (guint)number_at(rows, i, OCCURRENCE, 0)),
                             step);
    }
    return rows != NULL;
}

static struct past_write *write_at(const struct rows *rows, guint row)
{
    enum { NAME, RUN, ROOT, PIPELINE, STEP, KIND, TARGET, FINGERPRINT, OCCURRENCE, IS_THERE };
    struct past_write *write = g_new0(struct past_write, 1);
    write->name = g_strdup(text_at(rows, row, NAME));
    write->run_id = g_strdup(text_at(rows, row, RUN));
    write->root = g_strdup(text_at(rows, row, ROOT));
    write->pipeline = g_strdup(text_at(rows, row, PIPELINE));
    write->step = g_strdup(text_at(rows, row, STEP));
    write->key =
        past_key(text_at(rows, row, KIND), text_at(rows, row, TARGET),
                 text_at(rows, row, FINGERPRINT), (guint)number_at(rows, row, OCCURRENCE, 0));
    write->is_there = strcmp(text_at(rows, row, IS_THERE), "true") == 0;
    return write;
}

/* The last write of each name: of all runs, or of those of one chain. */
static bool load_writes(const struct past *past, const struct journal *journal,
                        struct session *session, bool of_chain, GHashTable *out, GError **error)
{
    static const char all[] = "$.writes";
    static const char chain[] = "(SELECT c.* FROM $.writes c JOIN $.runs q ON q.run = c.run "
                                "WHERE q.outcome = 'started' AND q.root = $root)";
    g_autofree char *sql = g_strdup_printf(
        "SELECT w.name, w.run, r.root, r.pipeline, w.step, w.kind, w.target, w.fingerprint, "
        "w.occurrence, w.is_there FROM %s w "
        "JOIN (SELECT name, max(sequence) AS newest FROM %s n GROUP BY name) l "
        "ON l.name = w.name AND l.newest = w.sequence "
        "JOIN $.runs r ON r.run = w.run WHERE r.outcome = 'started'",
        of_chain ? chain : all, of_chain ? chain : all);
    AUTO(rows) rows = ask(journal, session, sql, past->root, error);
    for (guint i = 0; rows && i < rows->count; i++) {
        struct past_write *write = write_at(rows, i);
        g_hash_table_replace(out, write->name, write);
    }
    return rows != NULL;
}

struct past *past_load(const struct journal *journal, struct session *session, const char *root,
                       GError **error)
{
    AUTO(past) past = g_new0(struct past, 1);
    past->root = g_strdup(root);
    past->steps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, step_free);
    past->targets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    past->writes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, write_free);
    past->changed = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, write_free);
    if (load_steps(past, journal, session, error) &&
        load_writes(past, journal, session, false, past->writes, error) &&
        load_writes(past, journal, session, true, past->changed, error))
        return g_steal_pointer(&past);
    return NULL;
}

bool past_list_runs(const struct engine_class *class, struct session *session, const char *catalog,
                    const char *pipeline, struct rows *rows, GError **error)
{
    static const char sql[] =
        "SELECT s.run, s.pipeline, s.profile, s.recorded_at AS started_at, "
        "e.recorded_at AS ended_at, coalesce(e.outcome, 'not ended') AS outcome, "
        "(SELECT count(*) FROM $.steps d WHERE d.run = s.run AND d.status = 'done') AS done, "
        "(SELECT count(*) FROM $.steps f WHERE f.run = s.run AND f.status <> 'done') AS failed, "
        "s.continues FROM $.runs s LEFT JOIN $.runs e ON e.run = s.run AND e.outcome <> 'started' "
        "WHERE s.outcome = 'started'";
    static const char newest_first[] = " ORDER BY s.recorded_at DESC, s.run DESC";
    g_autofree char *literal = pipeline ? quote_literal(pipeline) : NULL;
    g_autofree char *tail = literal ? g_strconcat(" AND s.pipeline = ", literal, newest_first, NULL)
                                    : g_strdup(newest_first);
    return list(class, session, catalog, (const char *const[]){sql, tail}, rows, error);
}

bool past_list_steps(const struct engine_class *class, struct session *session, const char *catalog,
                     const char *run, struct rows *rows, GError **error)
{
    g_autofree char *literal = quote_literal(run);
    g_autofree char *pattern = g_strconcat("%-", run, NULL);
    g_autofree char *ending = quote_literal(pattern);
    static const char sql[] =
        "SELECT step, kind, target, status, row_count, duration_us, tries, recorded_at, message "
        "FROM $.steps WHERE run = ";
    g_autofree char *tail =
        g_strconcat(literal, " OR run LIKE ", ending, " ORDER BY recorded_at", NULL);
    return list(class, session, catalog, (const char *const[]){sql, tail}, rows, error);
}
