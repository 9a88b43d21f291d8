/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up shop: 1,000 customers and 5,000 orders of two years. The same bytes each time, on every
 * machine: integers only, and a generator of our own.
 */
#pragma once

#include <glib.h>

enum { SAMPLE_CUSTOMERS = 1000, SAMPLE_ORDERS = 5000 };

/* CSV with a header. */
GString *sample_customers(void);
GString *sample_orders(void);
