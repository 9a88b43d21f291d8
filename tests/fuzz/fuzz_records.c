/* SPDX-License-Identifier: Apache-2.0 */
/* Our own reader of CSV records. The first bytes choose how the file is written. */
#include "fuzz.h"

#include "engine/duckdb/records.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct relation *relation_of(int fd, guint given)
{
    struct relation *relation = relation_new("csv");
    g_ptr_array_add(relation->paths, g_strdup_printf("/proc/self/fd/%d", fd));
    relation_set(relation, "delimiter", SETTING_TEXT, given & 1 ? "::" : ",");
    relation_set(relation, "quote", SETTING_TEXT, given & 2 ? "" : "\"");
    relation_set(relation, "escape", SETTING_TEXT, given & 4 ? "\\" : "\"");
    relation_set(relation, "comment", SETTING_TEXT, given & 8 ? "#" : "");
    relation_set(relation, "header", SETTING_BOOLEAN, given & 16 ? "false" : "true");
    relation_set(relation, "skip", SETTING_INTEGER, given & 32 ? "2" : "0");
    relation_set(relation, "null_padding", SETTING_BOOLEAN, given & 64 ? "true" : "false");
    relation_set(relation, "max_line_size", SETTING_INTEGER, given & 128 ? "16" : "2000000");
    relation_set(relation, "compression", SETTING_TEXT, "none");
    relation_set(relation, "encoding", SETTING_TEXT,
                 given & 256   ? "utf-16"
                 : given & 512 ? "latin-1"
                               : "utf-8");
    return relation;
}

/* Lines grow from record to record, and every record can be touched and told of. */
static guint64 walk(struct records *records, bool *out_fine)
{
    g_autoptr(GError) error = NULL;
    struct record record;
    guint64 count = 0;
    guint64 line = 0;
    *out_fine = true;
    while (records_next(records, &record, &error)) {
        g_autofree char *copy = g_strndup(record.text, record.length);
        g_assert(record.line > line);
        line = record.line;
        count++;
        if (!record.problem)
            continue;
        g_autofree char *problem = records_problem(records, &record);
        g_assert(*problem);
        *out_fine =
            *out_fine && (record.problem == RECORD_TOO_MANY || record.problem == RECORD_TOO_FEW);
    }
    *out_fine = *out_fine && !error;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const int fd = memfd_create("fuzz", 0);
    g_assert(fd >= 0 && write(fd, data + 2, size - 2) == (ssize_t)(size - 2));
    AUTO(relation) relation = relation_of(fd, (guint)data[0] | (guint)data[1] << 8);
    g_autoptr(GError) error = NULL;
    AUTO(records) records = records_open(relation, 0, &error);
    g_assert((records == NULL) == (error != NULL));
    bool is_fine = false;
    const guint64 walked = records ? walk(records, &is_fine) : 0;
    AUTO(records) again = records ? records_open(relation, 0, NULL) : NULL;
    guint64 counted = 0;
    gint stop = 0;
    if (again) {
        const bool has_counted = records_count(again, &stop, &counted, &error);
        g_assert(has_counted == (error == NULL));
        g_assert(!is_fine || (has_counted && counted == walked));
    }
    close(fd);
    return 0;
}
