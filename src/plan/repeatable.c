/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include "lang/repeatable.h"

/* What a step of this type makes stays; rows that are only shown, or checked, don't. */
static bool makes_rows(const struct operation *operation)
{
    return operation->type == OPERATION_LOAD || operation->type == OPERATION_TRANSFORM ||
           operation->type == OPERATION_EXPORT ||
           (operation->type == OPERATION_SQL && operation->class == SQL_DATA);
}

void plan_check_repeatable(const struct plan *plan, struct diagnostics *diagnostics)
{
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        const struct fragment *body = &operation->statement->body;
        if (!makes_rows(operation) || !fragment_present(body))
            continue;
        const struct unrepeatable found = sql_find_unrepeatable(body->text, body->length);
        if (!found.why)
            continue;
        const struct span at = span_between(fragment_place(body, found.offset),
                                            fragment_place(body, found.offset + found.length - 1));
        diagnostics_add(diagnostics, SF_NOT_REPEATABLE, at, found.why,
                        "%s may give other rows when it runs again", operation->id);
    }
}
