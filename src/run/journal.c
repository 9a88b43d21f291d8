/* SPDX-License-Identifier: Apache-2.0 */
#include "run/journal.h"

#include "base/name.h"
#include "engine/rows.h"

/* What brings a journal to version i + 1; "$." stands for the schema's name and a dot. */
static const char *const *const migrations[JOURNAL_VERSION] = {
    (const char *const[]){
        "CREATE TABLE $.journal (version INTEGER NOT NULL, made_at TIMESTAMP NOT NULL)",
        "CREATE TABLE $.runs (run VARCHAR NOT NULL, outcome VARCHAR NOT NULL, "
        "recorded_at TIMESTAMP NOT NULL, pipeline VARCHAR NOT NULL, profile VARCHAR NOT NULL, "
        "root VARCHAR NOT NULL, continues VARCHAR, now_at TIMESTAMP NOT NULL, selection VARCHAR, "
        "variables VARCHAR)",
        "CREATE TABLE $.steps (run VARCHAR NOT NULL, step VARCHAR NOT NULL, kind VARCHAR NOT NULL, "
        "target VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, occurrence INTEGER NOT NULL, "
        "status VARCHAR NOT NULL, recorded_at TIMESTAMP NOT NULL, duration_us BIGINT NOT NULL, "
        "row_count BIGINT, tries INTEGER NOT NULL, inputs VARCHAR, outputs VARCHAR, "
        "message VARCHAR)",
        "CREATE TABLE $.writes (name VARCHAR NOT NULL, sequence BIGINT NOT NULL, "
        "run VARCHAR NOT NULL, step VARCHAR NOT NULL, kind VARCHAR NOT NULL, "
        "target VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, occurrence INTEGER NOT NULL, "
        "is_there BOOLEAN NOT NULL)",
        NULL,
    },
    (const char *const[]){
        "CREATE TABLE $.watermarks (pipeline VARCHAR NOT NULL, kind VARCHAR NOT NULL, "
        "source VARCHAR NOT NULL, target VARCHAR NOT NULL, field VARCHAR NOT NULL, value VARCHAR, "
        "sequence BIGINT NOT NULL, run VARCHAR NOT NULL, step VARCHAR NOT NULL)",
        NULL,
    },
};

/* What another side says, and what a file is called, need not be UTF-8; the engine takes nothing
 * else. */
static char *text_literal(const char *text)
{
    g_autofree char *valid = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
    return quote_literal(valid ? valid : text);
}

static void append_text(GString *sql, const char *text)
{
    g_autofree char *literal = text ? text_literal(text) : g_strdup("NULL");
    g_string_append(sql, sql->str[sql->len - 1] == '(' ? "" : ", ");
    g_string_append(sql, literal);
}

static void append_integer(GString *sql, gint64 number)
{
    g_string_append_printf(sql, ", %" G_GINT64_FORMAT, number);
}

static void append_time(GString *sql, gint64 time_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_us / G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format(time, "%Y-%m-%d %H:%M:%S");
    g_string_append_printf(sql, ", TIMESTAMP '%s.%06d'", text, (int)(time_us % G_USEC_PER_SEC));
}

char *journal_prefix(const char *catalog)
{
    g_autofree char *quoted = quote_identifier(catalog);
    return g_strconcat(quoted, ".\"sqlflow\".", NULL);
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

/* Where in our own statement it failed tells the user nothing. */
static void fail(GError **error, GError *cause, const char *what)
{
    const struct error_details details = {.code = error_details(cause)->code, .position = -1};
    g_autofree char *message = g_strdup_printf(
        "the journal (schema sqlflow of the database) can't be %s: %s", what, cause->message);
    error_set_full(error, error_kind(cause), &details, message);
}

bool journal_execute(const struct engine_class *class, struct session *session, const char *sql,
                     GError **error)
{
    gint64 rows = -1;
    g_autoptr(GError) cause = NULL;
    if (class->execute(session, sql, &rows, &cause))
        return true;
    fail(error, cause, "written");
    return false;
}

bool journal_query(const struct engine_class *class, struct session *session, const char *sql,
                   struct rows *rows, GError **error)
{
    const struct row_sink sink = rows_sink(rows);
    g_autoptr(GError) cause = NULL;
    if (class->query(session, sql, &sink, &cause))
        return true;
    fail(error, cause, "read");
    return false;
}

/* The one number that a query gives; 0 for NULL. */
static bool read_number(const struct engine_class *class, struct session *session, const char *sql,
                        gint64 *out, GError **error)
{
    AUTO(rows) rows = rows_new(0);
    if (!journal_query(class, session, sql, rows, error))
        return false;
    const char *text = rows->count > 0 ? rows_cell(rows, 0, 0)->text : NULL;
    *out = text ? g_ascii_strtoll(text, NULL, 10) : 0;
    return true;
}

/* 0: there is none yet. */
static bool read_version(const struct engine_class *class, struct session *session,
                         const char *prefix, gint64 *out, GError **error)
{
    g_autofree char *table = g_strconcat(prefix, "journal", NULL);
    g_autofree char *sql = g_strconcat("SELECT max(version) FROM ", table, NULL);
    *out = 0;
    if (class->table_exists(session, table) == TABLE_NONE)
        return true;
    if (!read_number(class, session, sql, out, error))
        return false;
    if (*out >= 1 && *out <= JOURNAL_VERSION)
        return true;
    error_set(error, ERROR_PLAN,
              *out > JOURNAL_VERSION
                  ? "the journal of this database is of version %" G_GINT64_FORMAT
                    ", made by a newer program; this one knows versions up to %d: nothing is done"
                  : "the journal of this database is of the unknown version %" G_GINT64_FORMAT
                    "; this program knows versions from 1 to %d: nothing is done",
              *out, JOURNAL_VERSION);
    return false;
}

bool journal_exists(const struct engine_class *class, struct session *session, const char *catalog,
                    bool *out_exists, GError **error)
{
    g_autofree char *prefix = journal_prefix(catalog);
    gint64 version = 0;
    if (!read_version(class, session, prefix, &version, error))
        return false;
    *out_exists = version > 0;
    return true;
}

static bool apply(const struct engine_class *class, struct session *session, const char *prefix,
                  const char *statement, GError **error)
{
    g_autoptr(GString) sql = g_string_new(statement);
    g_string_replace(sql, "$.", prefix, 0);
    return journal_execute(class, session, sql->str, error);
}

static bool apply_all(const struct journal *journal, struct session *session, gint64 version,
                      GError **error)
{
    for (gint64 next = version; next < JOURNAL_VERSION; next++)
        for (const char *const *statement = migrations[next]; *statement; statement++)
            if (!apply(journal->class, session, journal->prefix, *statement, error))
                return false;
    g_autoptr(GString) sql = g_string_new("INSERT INTO $.journal VALUES (");
    g_string_append_printf(sql, "%d", JOURNAL_VERSION);
    append_time(sql, g_get_real_time());
    g_string_append_c(sql, ')');
    return apply(journal->class, session, journal->prefix, sql->str, error);
}

static bool make_schema(const struct journal *journal, struct session *session, GError **error)
{
    g_autofree char *schema = g_strndup(journal->prefix, strlen(journal->prefix) - 1);
    g_autofree char *sql = g_strconcat("CREATE SCHEMA IF NOT EXISTS ", schema, NULL);
    return journal_execute(journal->class, session, sql, error);
}

static bool migrate(const struct journal *journal, struct session *session, gint64 version,
                    GError **error)
{
    return make_schema(journal, session, error) && apply_all(journal, session, version, error);
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
    if (!read_version(class, session, journal->prefix, &version, error) ||
        (version < JOURNAL_VERSION && !migrate(journal, session, version, error)))
        return false;
    g_autofree char *sql =
        g_strconcat("SELECT max(sequence) FROM ", journal->prefix, "writes", NULL);
    return version == 0 || read_number(class, session, sql, &journal->sequence, error);
}

bool journal_look(struct journal *journal, const struct engine_class *class,
                  struct session *session, const struct plan *plan, GError **error)
{
    gint64 version = 0;
    init(journal, class, plan);
    return read_version(class, session, journal->prefix, &version, error);
}

void journal_clear(struct journal *journal)
{
    g_clear_pointer(&journal->prefix, g_free);
    g_clear_pointer(&journal->occurrences, g_free);
}

static GString *insert_into(const struct journal *journal, const char *table)
{
    GString *sql = g_string_new("INSERT INTO ");
    g_string_append_printf(sql, "%s%s VALUES ", journal->prefix, table);
    return sql;
}

static bool insert_run(const struct journal *journal, struct session *session, const char *outcome,
                       gint64 time_us, GError **error)
{
    const struct journal_run *run = &journal->run;
    g_autoptr(GString) sql = insert_into(journal, "runs");
    g_string_append_c(sql, '(');
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

/* run, step, kind, target, fingerprint, occurrence: what steps and writes know a step by. */
static void append_step(const struct journal *journal, GString *sql, guint index)
{
    const struct operation *operation = g_ptr_array_index(journal->plan->operations, index);
    append_text(sql, journal->run.run_id);
    append_text(sql, operation->id);
    append_text(sql, operation_type_name(operation->type));
    append_text(sql, journal_target(operation));
    append_text(sql, operation->fingerprint);
    append_integer(sql, journal->occurrences[index]);
}

static void append_step_row(const struct journal *journal, GString *sql,
                            const struct journal_step *step)
{
    g_string_append_c(sql, '(');
    append_step(journal, sql, step->index);
    append_text(sql, step->status);
    append_time(sql, g_get_real_time());
    append_integer(sql, step->duration_us);
    if (step->rows >= 0)
        append_integer(sql, step->rows);
    else
        g_string_append(sql, ", NULL");
    append_integer(sql, step->tries);
    append_text(sql, step->inputs);
    append_text(sql, step->outputs);
    append_text(sql, step->message);
    g_string_append_c(sql, ')');
}

/* A statement of the engine may have made the name, or taken it away. */
static bool is_there(const struct journal *journal, struct session *session,
                     const struct operation *operation, const char *name)
{
    return operation->type != OPERATION_SQL ||
           journal->class->table_exists(session, name) != TABLE_NONE;
}

/* Writes to one name follow each other in the order of the plan. */
static bool record_writes(const struct journal *journal, struct session *session, guint index,
                          GError **error)
{
    const struct operation *operation = g_ptr_array_index(journal->plan->operations, index);
    if (operation->writes->len == 0)
        return true;
    g_autoptr(GString) sql = insert_into(journal, "writes");
    for (guint i = 0; i < operation->writes->len; i++) {
        const char *name = g_ptr_array_index(operation->writes, i);
        g_string_append(sql, i ? ", (" : "(");
        append_text(sql, name);
        append_integer(sql, journal->sequence + 1 + index);
        append_step(journal, sql, index);
        g_string_append(sql, is_there(journal, session, operation, name) ? ", true)" : ", false)");
    }
    return journal_execute(journal->class, session, sql->str, error);
}

bool journal_done(const struct journal *journal, struct session *session,
                  const struct journal_step *step, GError **error)
{
    g_autoptr(GString) sql = insert_into(journal, "steps");
    append_step_row(journal, sql, step);
    return record_writes(journal, session, step->index, error) &&
           journal_execute(journal->class, session, sql->str, error);
}

static bool record_end(const struct journal *journal, struct session *session, const char *outcome,
                       const GArray *steps, GError **error)
{
    g_autoptr(GString) sql = insert_into(journal, "steps");
    for (guint i = 0; i < steps->len; i++) {
        g_string_append(sql, i ? ", " : "");
        append_step_row(journal, sql, &g_array_index(steps, struct journal_step, i));
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
