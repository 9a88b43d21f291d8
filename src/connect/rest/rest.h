/* SPDX-License-Identifier: Apache-2.0 */
/* What the connector does: all pages into a file, all rows of a file in batches, a look at one
 * answer. */
#pragma once

#include "sqlflow/connector.h"

bool rest_fetch(const struct sqlflow_call *call, struct sqlflow_fetch *fetch,
                struct sqlflow_error *error);
bool rest_deliver(const struct sqlflow_call *call, struct sqlflow_delivery *delivery,
                  struct sqlflow_error *error);

/* Of one answer: the lists of records in it (what `data_path` leads to), the addresses that it
 * names; of a description in the form of OpenAPI the paths. */
bool rest_discover(const struct sqlflow_call *call, struct sqlflow_listing *listing,
                   struct sqlflow_error *error);
