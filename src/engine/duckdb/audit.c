/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/audit.h"

#include "engine/duckdb/records.h"

#include <pthread.h>

struct audit {
    const struct relation *relation;
    pthread_t thread;
    bool is_running; /* the thread is to be joined */
    gint stop;       /* atomic */

    /* The thread's until it is joined. */
    guint64 records;
    GError *error;
};

static void *count_files(void *data)
{
    struct audit *audit = data;
    for (guint i = 0; i < audit->relation->paths->len && !audit->error; i++) {
        guint64 found = 0;
        AUTO(records) records = records_open(audit->relation, i, &audit->error);
        if (records && records_count(records, &audit->stop, &found, &audit->error))
            audit->records += found;
    }
    return NULL;
}

struct audit *audit_start(const struct relation *relation)
{
    struct audit *audit = g_new0(struct audit, 1);
    audit->relation = relation;
    audit->is_running = pthread_create(&audit->thread, NULL, count_files, audit) == 0;
    if (!audit->is_running) /* no more threads: it just takes longer */
        count_files(audit);
    return audit;
}

static void join(struct audit *audit)
{
    if (audit->is_running)
        pthread_join(audit->thread, NULL);
    audit->is_running = false;
}

bool audit_finish(struct audit *audit, guint64 *out_records, GError **error)
{
    join(audit);
    if (audit->error) {
        g_propagate_error(error, g_steal_pointer(&audit->error));
        return false;
    }
    *out_records = audit->records;
    return true;
}

void audit_free(struct audit *audit)
{
    if (!audit)
        return;
    g_atomic_int_set(&audit->stop, 1);
    join(audit);
    g_clear_error(&audit->error);
    g_free(audit);
}
