/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/step.h"

#include "base/file.h"
#include "base/name.h"

/* EXPORT of a query, or of a table by its name. */
static char *query_of(const struct statement *statement)
{
    if (fragment_present(&statement->body))
        return g_strdup(statement->body.text);
    g_autofree char *table = quote_name(statement->table.text);
    return g_strconcat("SELECT * FROM ", table, NULL);
}

static bool write_output(struct worker *worker, struct task *task, struct output *output,
                         GError **error)
{
    const struct crew *crew = worker->crew;
    const struct operation *operation = task->operation;
    g_autofree char *query = query_of(operation->statement);
    struct relation *made = NULL;
    if (!operation->connector->sink(operation->options, output->path, output->temporary, &made,
                                    error))
        return false;
    AUTO(relation) relation = made;
    if (!crew->class->export(worker->session, query, relation, &task->rows, error))
        return false;
    task->at = operation->statement->target.span;
    return output_commit(output, error);
}

bool step_export(struct worker *worker, struct task *task, GError **error)
{
    const struct operation *operation = task->operation;
    struct output output = {0};
    if (!output_init(&output, operation->destination, worker->crew->token, error)) {
        task->at = operation->statement->target.span;
        return false;
    }
    worker_set_output(worker, output.temporary);
    bool written = write_output(worker, task, &output, error);
    output_clear(&output);
    worker_set_output(worker, NULL);
    return written;
}
