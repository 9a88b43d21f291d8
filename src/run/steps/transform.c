/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/write.h"

bool step_transform(struct worker *worker, struct task *task, GError **error)
{
    const struct operation *operation = task->operation;
    if (operation->statement->mode.kind == MODE_INCREMENTAL)
        return step_incremental(worker, task, error);
    struct write_target write;
    write_target_init(&write, operation);
    bool made = worker->crew->class->create(worker->session, &write.target,
                                            operation->statement->body.text, &task->written, error);
    write_target_clear(&write);
    task->rows = made ? task->written.rows.read : -1;
    return made;
}
