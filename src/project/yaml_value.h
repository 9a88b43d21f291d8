/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML to values with places. What a configuration doesn't need and what makes YAML surprising is
 * refused with its place: anchors, aliases, merge keys, tags, several documents, keys that are no
 * strings or stand twice. Only true, false and null are words with a meaning; `yes` is a string.
 */
#pragma once

#include "base/diagnostics.h"
#include "base/value.h"

enum { YAML_MAX_BYTES = 1024 * 1024, YAML_MAX_DEPTH = 32, YAML_MAX_MEMBERS = 5000 };

/* Reads `text`; places are in `shown`, a text of the same length. An empty document is an empty
 * map. NULL after an error. */
struct value *yaml_parse(const struct text *text, const struct text *shown,
                         struct diagnostics *diagnostics);

/* What a plain scalar is: NULL, BOOLEAN, NUMBER or STRING. */
enum value_kind yaml_scalar_kind(const char *text);
