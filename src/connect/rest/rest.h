/* SPDX-License-Identifier: Apache-2.0 */
/* The connector's two ways: all pages into a file, all rows of a file in batches. */
#pragma once

#include "sqlflow/connector.h"

bool rest_fetch(const struct sqlflow_call *call, struct sqlflow_fetch *fetch,
                struct sqlflow_error *error);
bool rest_deliver(const struct sqlflow_call *call, struct sqlflow_delivery *delivery,
                  struct sqlflow_error *error);
