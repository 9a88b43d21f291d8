/* SPDX-License-Identifier: Apache-2.0 */
/* Connectors whose rows are in files, made with the public interface and nothing else. */
#pragma once

#include "sqlflow/connector.h"

extern const struct sqlflow_connector csv_connector;
extern const struct sqlflow_connector parquet_connector;
extern const struct sqlflow_connector json_connector;

/* Objects of a bucket, in any format. */
extern const struct sqlflow_connector s3_connector;
