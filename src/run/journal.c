/* SPDX-License-Identifier: Apache-2.0 */
#include "run/journal.h"

#include "run/journaltables.h"
#include "run/results.h"

static void append_text(GString *sql, const char *text)
{
    g_autofree char *literal = text ? journal_text(text) : g_strdup("NULL");
    g_string_append(sql, sql->str[sql->len - 1] == '(' ? "" : ", ");
    g_string_append(sql, literal);
}

static void append_time(GString *sql, gint64 time_us)
{
    g_autofree char *moment = journal_moment(time_us);
    g_string_append_printf(sql, ", TIMESTAMP '%s'", moment);
}

const char *journal_target(const struct operation *operation)
{
    return operation->name ? operation->name : "";
}

guint *journal_occurrences(const struct plan *plan)
{
    guint *occurrences = g_new0(guint, plan->operations->len);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        char *key = g_strdup_printf("%d %s %s", (int)operation->type,
                                    operation->fingerprint ? operation->fingerprint : "",
                                    journal_target(operation));
        occurrences[i] = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));
        g_hash_table_replace(counts, key, GUINT_TO_POINTER(occurrences[i] + 1));
    }
    return occurrences;
}

bool journal_exists(const struct engine_class *class, struct session *session, const char *catalog,
                    bool *out_exists, GError **error)
{
    g_autofree char *prefix = journal_prefix(catalog);
    gint64 version = 0;
    if (!journaltables_version(class, session, prefix, &version, error))
        return false;
    *out_exists = version > 0;
    return true;
}

static void init(struct journal *journal, const struct engine_class *class, const struct plan *plan)
{
    journal->class = class;
    journal->plan = plan;
    journal->prefix = journal_prefix(plan->catalog);
    journal->occurrences = journal_occurrences(plan);
}

bool journal_open(struct journal *journal, const struct engine_class *class,
                  struct session *session, const struct plan *plan, GError **error)
{
    gint64 version = 0;
    init(journal, class, plan);
    if (!journaltables_version(class, session, journal->prefix, &version, error) ||
        (version < JOURNAL_VERSION &&
         !journaltables_make(class, session, journal->prefix, version, error)))
        return false;
    g_autofree char *sql = g_strconcat("SELECT max(sequence) FROM ", journal->prefix, "log", NULL);
    return version == 0 || journal_number(class, session, sql, &journal->sequence, error);
}

bool journal_look(struct journal *journal, const struct engine_class *class,
                  struct session *session, const struct plan *plan, GError **error)
{
    gint64 version = 0;
    init(journal, class, plan);
    return journaltables_version(class, session, journal->prefix, &version, error);
}

void journal_clear(struct journal *journal)
{
    g_clear_pointer(&journal->prefix, g_free);
    g_clear_pointer(&journal->occurrences, g_free);
}

static bool insert_run(const struct journal *journal, struct session *session, const char *outcome,
                       gint64 time_us, GError **error)
{
    const struct journal_run *run = &journal->run;
    g_autoptr(GString) sql = g_string_new(NULL);
    g_string_printf(sql, "INSERT INTO %sruns VALUES (", journal->prefix);
    append_text(sql, run->run_id);
    append_text(sql, outcome);
    append_time(sql, time_us);
    append_text(sql, journal->plan->pipeline);
    append_text(sql, journal->plan->profile);
    append_text(sql, run->root);
    append_text(sql, run->continues);
    append_time(sql, run->now_us);
    append_text(sql, run->selection);
    append_text(sql, run->variables);
    g_string_append_c(sql, ')');
    return journal_execute(journal->class, session, sql->str, error);
}

bool journal_begin(const struct journal *journal, struct session *session, GError **error)
{
    return insert_run(journal, session, "started", journal->run.started_at, error);
}

/* What steps and writes know a step by. */
static json_t *identity(const struct journal *journal, guint index)
{
    const struct operation *operation = g_ptr_array_index(journal->plan->operations, index);
    json_t *record = json_object();
    json_object_set_new(record, "step", results_text(operation->id));
    json_object_set_new(record, "kind", json_string(operation_type_name(operation->type)));
    json_object_set_new(record, "target", results_text(journal_target(operation)));
    json_object_set_new(record, "fingerprint", results_text(operation->fingerprint));
    json_object_set_new(record, "occurrence", json_integer(journal->occurrences[index]));
    return record;
}

static json_t *step_record(const struct journal *journal, const struct journal_step *step)
{
    json_t *record = identity(journal, step->index);
    g_autofree char *moment = journal_moment(g_get_real_time());
    json_object_set_new(record, "status", json_string(step->status));
    json_object_set_new(record, "recorded_at", json_string(moment));
    json_object_set_new(record, "duration_us", json_integer(step->duration_us));
    json_object_set_new(record, "row_count",
                        step->rows < 0 ? json_null() : json_integer(step->rows));
    json_object_set_new(record, "tries", json_integer(step->tries));
    json_object_set_new(record, "inputs", results_text(step->inputs));
    json_object_set_new(record, "outputs", results_text(step->outputs));
    json_object_set_new(record, "message", results_text(step->message));
    return record;
}

/* A statement of the engine may have made the name, or taken it away. */
static bool is_there(const struct journal *journal, struct session *session,
                     const struct operation *operation, const char *name)
{
    return operation->type != OPERATION_SQL ||
           journal->class->table_exists(session, name) != TABLE_NONE;
}

static json_t *write_record(const struct journal *journal, guint index, const char *name,
                            bool is_there)
{
    json_t *record = identity(journal, index);
    json_object_set_new(record, "name", results_text(name));
    json_object_set_new(record, "is_there", json_boolean(is_there));
    return record;
}

static void append_record(const struct journal *journal, GString *sql, guint index, json_t *record)
{
    /* Writes to one name follow each other in the order of the plan. */
    const gint64 number = journal->sequence + 1 + index;
    g_autofree char *sequence = g_strdup_printf("%" G_GINT64_FORMAT, number);
    journal_append_record(sql, journal->run.run_id, sequence, record);
}

bool journal_done(const struct journal *journal, struct session *session,
                  const struct journal_step *step, GError **error)
{
    const struct operation *operation = g_ptr_array_index(journal->plan->operations, step->index);
    g_autoptr(GString) sql = journal_insert_into_log(journal->prefix);
    for (guint i = 0; i < operation->writes->len; i++) {
        const char *name = g_ptr_array_index(operation->writes, i);
        append_record(
            journal, sql, step->index,
            write_record(journal, step->index, name, is_there(journal, session, operation, name)));
    }
    append_record(journal, sql, step->index, step_record(journal, step));
    return journal_execute(journal->class, session, sql->str, error);
}

static bool record_end(const struct journal *journal, struct session *session, const char *outcome,
                       const GArray *steps, GError **error)
{
    g_autoptr(GString) sql = journal_insert_into_log(journal->prefix);
    for (guint i = 0; i < steps->len; i++) {
        const struct journal_step *step = &g_array_index(steps, struct journal_step, i);
        append_record(journal, sql, step->index, step_record(journal, step));
    }
    return (steps->len == 0 || journal_execute(journal->class, session, sql->str, error)) &&
           insert_run(journal, session, outcome, g_get_real_time(), error);
}

bool journal_end(const struct journal *journal, struct session *session, const char *outcome,
                 const GArray *steps, GError **error)
{
    const struct engine_class *class = journal->class;
    if (class->begin(session, error) && record_end(journal, session, outcome, steps, error) &&
        class->commit(session, error))
        return true;
    class->rollback(session);
    return false;
}
