/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as an aligned table for people: cut to the terminal, numbers to the right. */
#pragma once

#include "cli/terminal.h"
#include "engine/rows.h"

/* How a table is drawn. */
struct table_style {
    guint width; /* columns to fit into; 0: as wide as it gets */
    bool color;
    bool utf8;
};

/* Two spaces between columns, a rule below the names. Where the width doesn't hold all columns,
 * wide ones are cut, then those in the middle left out. `*out_hidden` (may be NULL) tells how
 * many. */
void table_write(const struct rows *rows, const struct table_style *style, GString *out,
                 guint *out_hidden);
