/* SPDX-License-Identifier: Apache-2.0 */
/* Which run of a pipeline began last, as its events tell. Reads files only. */
#pragma once

#include <glib.h>

/* The id of the newest run of `pipeline` with `profile` that has a folder in `directory` and has
 * told that it begins; NULL when there is none. Free with g_free. */
char *begun_newest(const char *directory, const char *pipeline, const char *profile);
