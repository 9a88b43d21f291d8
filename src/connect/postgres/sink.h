/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: one transaction, COPY in binary form, and a row that tells that it was done. */
#pragma once

#include "sqlflow/connector.h"

bool sink_open(const struct sqlflow_call *call, const struct ArrowSchema *columns, void **out,
               struct sqlflow_error *error);
bool sink_write(void *sink, struct ArrowArrayStream *rows, int64_t *out_rows,
                struct sqlflow_error *error);
bool sink_commit(void *sink, struct sqlflow_error *error);
void sink_close(void *sink);
