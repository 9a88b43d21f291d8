/* SPDX-License-Identifier: Apache-2.0 */
/* Many objects, one after another, sent while others come. The functions are those of
 * connect/storage/class.h. */
#pragma once

#include "connect/remote/multipart.h"

struct s3_series;

struct s3_series *s3_series_open(struct s3 *s3);
bool s3_series_begin(struct s3_series *series, const char *address, GError **error);
bool s3_series_write(struct s3_series *series, const char *bytes, gsize length, GError **error);
bool s3_series_end(struct s3_series *series, GError **error);
bool s3_series_finish(struct s3_series *series, GPtrArray *identities, GError **error);
void s3_series_close(struct s3_series *series);
