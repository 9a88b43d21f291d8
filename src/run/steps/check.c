/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/step.h"

enum { ROWS_SHOWN = 10 };

static char *describe_rows(const struct rows *found)
{
    const char *more = found->more ? "more than " : "";
    const char *noun = found->count == 1 ? "row" : "rows";
    return g_strdup_printf("found %s%u %s", more, found->count, noun);
}

bool step_check(struct worker *worker, struct task *task, GError **error)
{
    const struct options *options = task->operation->options;
    gint64 limit = options ? options_integer(options, "limit", ROWS_SHOWN) : ROWS_SHOWN;
    const char *severity = options ? options_text(options, "severity") : NULL;

    task->found = rows_new((guint)CLAMP(limit, 1, G_MAXINT));
    struct row_sink sink = rows_sink(task->found);
    const char *query = task->operation->statement->body.text;
    if (!worker->crew->class->query(worker->session, query, &sink, error))
        return false;
    task->rows = task->found->count;
    if (task->rows == 0)
        return true;
    task->message = describe_rows(task->found);
    if (g_strcmp0(severity, "warn") == 0)
        return true;
    error_set(error, ERROR_DATA, "%s", task->message);
    return false;
}
