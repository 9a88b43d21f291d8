/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/csv.h"

#include "engine/duckdb/records.h"

#include <string.h>

/* The first record of a file that can't be read; false when all can. */
static bool explain_file(const struct relation *relation, guint index, GError **out)
{
    struct record record;
    AUTO(records) records = records_open(relation, index, out);
    if (!records)
        return true;
    while (records_next(records, &record, out)) {
        if (!record.problem)
            continue;
        records_fail(records, &record, out);
        return true;
    }
    return *out != NULL;
}

void csv_explain(const struct relation *relation, GError **error)
{
    if (strcmp(relation->format, "csv") != 0 || error_kind(*error) != ERROR_DATA ||
        !error_details(*error)->code)
        return;
    GError *better = NULL;
    for (guint i = 0; i < relation->paths->len && !better; i++)
        explain_file(relation, i, &better);
    if (!better || error_kind(better) != ERROR_DATA) {
        g_clear_error(&better);
        return;
    }
    g_clear_error(error);
    *error = better;
}
