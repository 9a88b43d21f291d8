/* SPDX-License-Identifier: Apache-2.0 */
/* Orders for sorting arrays of GLib's. */
#pragma once

#include <glib.h>
#include <string.h>

/* For g_ptr_array_sort: texts by their bytes. */
static inline gint compare_texts(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}
