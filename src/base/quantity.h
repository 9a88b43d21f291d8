/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and durations as people write them, in options, profiles and flags. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* "10", "64KB", "1.5MiB", "2 GB" -> bytes; K, M, G, T of 1000, with an i of 1024. False for
 * anything else, also below zero and above 2^62. */
bool size_parse(const char *text, gint64 *out_bytes);

/* "5", "500ms", "1.5s", "2m", "1h", "1d" -> seconds; a plain number is seconds. False for anything
 * else, also below zero and above ten years. */
bool duration_parse(const char *text, gdouble *out_seconds);

/* 60002 -> "60,002". A new text. */
char *count_format(guint64 count);
