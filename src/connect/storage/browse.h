/* SPDX-License-Identifier: Apache-2.0 */
/* A connector of the profile of type s3, without a statement. */
#pragma once

#include "connect/outside/outside.h"

/* Can its bucket be reached; without one, its account? `usage->options` are of s3_connector. */
bool storage_test(const struct usage *usage, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Its objects below the prefix, or without a bucket its buckets: struct found. */
GPtrArray *storage_discover(const struct usage *usage, GError **error) G_GNUC_WARN_UNUSED_RESULT;
