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
/* A decimal number of at most 15 significant digits, or one of at most 17 with an exponent; nan,
 * inf. */
bool field_double(const char *text, gsize length, gdouble *out);
/* true or false in any case. */
bool field_boolean(const char *text, gsize length, bool *out);
/* YYYY-MM-DD; days since 1970. */
bool field_date(const char *text, gsize length, gint32 *out_days);
/* HH:MM:SS with up to six digits behind; microseconds. */
bool field_time(const char *text, gsize length, gint64 *out_us);
/* A date alone, or with a time (seconds may be missing) behind ' ' or 'T'; microseconds. */
bool field_timestamp(const char *text, gsize length, gint64 *out_us);
/* A date with a time and an offset behind it: Z, +HH, +HH:MM, +HHMM; microseconds in UTC. */
bool field_instant(const char *text, gsize length, gint64 *out_us);

/* The digits of a decimal number before and behind its point; those of 0 before it don't count. Not
 * -0, which no DECIMAL holds, and not more than 38 together. */
bool field_digits(const char *text, gsize length, guint *out_whole, guint *out_fraction);
/* Is it a decimal number with at most `whole` digits before the point and `scale` behind it? Zeros
 * at its end don't count. */
bool field_decimal(const char *text, gsize length, guint whole, guint scale);
/* Any number below `limit`, nan, inf: as a floating point value, whose last digits may differ. */
bool field_floating(const char *text, gsize length, gdouble limit);
/* A time, or a date with one, with at most `digits` digits of a second and, where there `may_be` an
 * offset, one behind it. */
bool field_moment(const char *text, gsize length, bool has_date, guint digits, bool may_offset);
/* [-]digits in groups of three between `thousands` (0: no groups), a fraction behind `point`:
 * written to `out`, of `length` bytes, with '.' and without groups. Returns the length, 0 for
 * any other text. */
gsize field_plain(const char *text, gsize length, char point, char thousands, char *out);
/* A number that a double keeps: written with as many digits as the text has, it is the same. */
bool field_kept(const char *text, gsize length);
