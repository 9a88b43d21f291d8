/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in an address, as signatures want them (AWS Signature Version 4, "Create a canonical
 * request"): every byte but letters, digits and -._~ is %XX with capitals. So an address that is
 * sent is its own canonical form.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The caller's. */
char *uri_encode(const char *text, bool keep_slash);

/* A name and value of a query, not encoded. */
struct query_item {
    const char *name;
    const char *value;
};

/* "a=1&b=2", sorted by name and value as encoded. The caller's. */
char *query_encode(const struct query_item *items, guint count);
