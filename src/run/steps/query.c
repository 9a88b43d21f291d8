/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/step.h"

bool step_query(struct worker *worker, struct task *task, GError **error)
{
    task->found = rows_new(worker->crew->limit);
    struct row_sink sink = rows_sink(task->found);
    const char *query = task->operation->statement->body.text;
    if (!worker->crew->class->query(worker->session, query, &sink, error))
        return false;
    task->rows = task->found->count;
    return true;
}
