/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of CSV fields as values, exactly or not at all (connectors.md, "A load is lossless"):
 * the value, written out again, has every digit of the text.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Each returns false when the text isn't exactly such a value. `text` has `length` bytes and no NUL
 * behind them. */

/* -?(0|[1-9][0-9]*) in 64 bits; not -0. */
bool field_bigint(const char *text, gsize length, gint64 *out);
/* A decimal number of at most 15 significant digits, or one with an exponent; nan, inf. */
bool field_double(const char *text, gsize length, gdouble *out);
/* true or false in any case. */
bool field_boolean(const char *text, gsize length, bool *out);
/* YYYY-MM-DD; days since 1970. */
bool field_date(const char *text, gsize length, gint32 *out_days);
/* HH:MM:SS with up to six digits behind; microseconds. */
bool field_time(const char *text, gsize length, gint64 *out_us);
/* A date alone, or with a time (seconds may be missing) behind ' ' or 'T'; microseconds. */
bool field_timestamp(const char *text, gsize length, gint64 *out_us);
/* A decimal number with at most `scale` digits behind the point; zeros at its end don't count. */
bool field_decimal(const char *text, gsize length, guint scale);
