/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/csv.h"

#include "engine/duckdb/records.h"

#include <string.h>

enum { SHOWN_BYTES = 1000 };

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
        g_autofree char *problem = records_problem(records, &record);
        error_set(out, ERROR_DATA, "%s, line %" G_GUINT64_FORMAT ": %s\n%.*s",
                  (const char *)g_ptr_array_index(relation->paths, index), record.line, problem,
                  (int)MIN(record.length, SHOWN_BYTES), record.text);
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
