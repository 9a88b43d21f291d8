/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts the records of a relation's CSV files by our own reader (records.h), in a thread of its
 * own while DuckDB loads them: a load that has another number of rows has lost some.
 */
#pragma once

#include "base/auto.h"
#include "base/relation.h"

struct audit;

/* `relation` must stay until the audit is freed. */
struct audit *audit_start(const struct relation *relation);

/* Waits for the end. False: a file can't be read, with the place. */
bool audit_finish(struct audit *audit, guint64 *out_records,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops counting if it still goes on. */
void audit_free(struct audit *audit);
DEFINE_AUTO(audit, audit_free);
