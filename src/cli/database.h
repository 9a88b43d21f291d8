/* SPDX-License-Identifier: Apache-2.0 */
/* The project's database, opened for looking, as a rule. */
#pragma once

#include "cli/workspace.h"

struct database {
    const struct engine_class *class;
    struct engine *engine;
    struct session *session;
};

/* ERROR_USAGE when the profile keeps it in memory, or nothing has made it yet. The database is
 * closed by database_close, also after a failure. */
bool database_open(struct database *database, struct workspace *workspace,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool database_open_writable(struct database *database, struct workspace *workspace,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void database_close(struct database *database);
