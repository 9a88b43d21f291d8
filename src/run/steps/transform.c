/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/step.h"

bool step_transform(struct worker *worker, struct task *task, GError **error)
{
    const struct statement *statement = task->operation->statement;
    struct target target = {.name = statement->table.text, .is_view = statement->is_view};
    return worker->crew->class->create(worker->session, &target, statement->body.text, &task->rows,
                                       error);
}
