/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/step.h"

#include <string.h>

/* Session statements whose effect all sessions of an engine share: told once. */
static const char *const shared_effects[] = {"ATTACH", "DETACH", "LOAD"};

static bool starts_with_word(const char *sql, const char *word)
{
    gsize length = strlen(word);
    return g_ascii_strncasecmp(sql, word, length) == 0 && !g_ascii_isalnum(sql[length]) &&
           sql[length] != '_';
}

static bool has_shared_effect(const char *sql)
{
    for (guint i = 0; i < G_N_ELEMENTS(shared_effects); i++)
        if (starts_with_word(sql, shared_effects[i]))
            return true;
    return false;
}

/* Runs alone, so that the sessions of the other workers may be used. When one doesn't take it,
 * those before have it already: new ones take their places, so that all are alike again. */
static bool tell_sessions(struct worker *worker, const struct task *task, GError **error)
{
    const struct crew *crew = worker->crew;
    const char *sql = task->operation->statement->body.text;
    gint64 rows = -1;
    for (guint i = 0; i < crew->size; i++) {
        struct session *session = crew->workers[i].session;
        if (!session)
            continue;
        worker_use(worker, session);
        if (crew->class->execute(session, sql, &rows, error))
            continue;
        worker_use(worker, NULL);
        crew_free_sessions(worker->crew);
        return false;
    }
    g_array_append_val(crew->session_steps, task->index);
    return true;
}

bool step_sql(struct worker *worker, struct task *task, GError **error)
{
    const struct operation *operation = task->operation;
    const char *sql = operation->statement->body.text;
    if (operation->class == SQL_SESSION && !has_shared_effect(sql))
        return tell_sessions(worker, task, error);
    return worker->crew->class->execute(worker->session, sql, &task->rows, error);
}
