/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON without loss. DuckDB finds members and types from all rows; where that would change a number
 * or a time (jsontext.h), or a type is declared, the value is read as text and converted exactly
 * (convert.h). Inside of objects and lists such values stay text.
 */
#pragma once

#include "engine/duckdb/database.h"

struct json_load;

bool json_load_applies(const struct relation *relation);

/* Reads the files once, twice where something has to be written in another way. `declared` (NULL:
 * none): columns whose types are wanted, besides those that the relation declares. `relation` must
 * stay until the end. */
struct json_load *json_load_new(struct session *session, const struct relation *relation,
                                const GPtrArray *declared, GError **error);
void json_load_free(struct json_load *load);
DEFINE_AUTO(json_load, json_load_free);

/* Takes those columns out of `declared` whose type some value doesn't fit. */
bool json_load_release(const struct json_load *load, struct session *session, GPtrArray *declared,
                       GError **error);

/* "SELECT .. FROM read_json(..)", which may read files that `load` holds. */
char *json_load_query(const struct json_load *load);

/* After a load of `rows` rows (-1: not known, then they are counted by reading again): were these
 * all records of the files? */
bool json_load_finish(const struct json_load *load, struct session *session, gint64 rows,
                      GError **error);

/* Notes which columns became text: "events.id: kept as text, ..". */
void json_load_tell(const struct json_load *load, const char *table, struct written *out);

/* *error is about a value that doesn't fit: adds which file, record and column it is in. */
void json_load_explain(const struct json_load *load, struct session *session, GError **error);
