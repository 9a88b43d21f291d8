/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connectors that say which files they mean: TYPE S3 with a bucket, a key and "format": "csv" is
 * TYPE CSV with a path of s3://. Inside of plan/ only.
 */
#pragma once

#include "plan/connection.h"

/* Asks the connection's connector, and turns the connection into that of the format of the files,
 * over their paths: into operation->params goes what they are opened with. The connection's
 * connector is NULL after an error, which has been told. */
void planner_relate(struct planner *planner, struct operation *operation, guint ability,
                    struct connection *connection);
