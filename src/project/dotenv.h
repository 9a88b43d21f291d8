/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `.env`: lines of KEY=value, also `export KEY=value`. `#` begins a comment, in an unquoted value
 * after a blank only. '..' holds what stands in it, ".." knows \n \r \t \" \\ and \$; both may go
 * over several lines. Nothing is filled in. Of a key that stands twice, the last value counts.
 */
#pragma once

#include "base/diagnostics.h"

/* Adds char * -> char * to `environment`. Mistakes go to the list, which shows no values. */
void dotenv_parse(const struct text *text, GHashTable *environment,
                  struct diagnostics *diagnostics);
