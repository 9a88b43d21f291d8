/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that stay text: of any length, compared exactly. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* A number as language.md defines it: -?(0|[1-9]\d*)(\.\d+)? */
bool text_is_number(const char *text);

/* Below, equal or above 0 as the left number is less, equal or greater. Both are numbers as
 * text_is_number has it. */
int number_compare(const char *left, const char *right);
