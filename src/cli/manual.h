/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page, sqlflow(1), made from the tables of commands and flags. */
#pragma once

#include <glib.h>

/* In the macros of man(7). The same program gives the same page. */
void manual_write(GString *out);
