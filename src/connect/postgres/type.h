/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The types of PostgreSQL, and what they are as Arrow: exactly the same values, in COPY's binary
 * form and in Arrow's. A type that isn't in the table is taken as its text.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum value_form {
    FORM_BOOLEAN = 1,
    FORM_INT2,
    FORM_INT4,
    FORM_INT8,
    FORM_FLOAT4,
    FORM_FLOAT8,
    FORM_NUMERIC, /* of a precision */
    FORM_TEXT,
    FORM_JSON,
    FORM_BYTES,
    FORM_UUID,
    FORM_DATE,
    FORM_TIMESTAMP,
    FORM_TIMESTAMPTZ,
    FORM_TIME,
    FORM_INTERVAL,
    FORM_OID, /* unsigned */
};

enum { NUMERIC_DIGITS = 38 };

/* A column as it is read or written. */
struct column_type {
    enum value_form form;
    bool is_array;   /* of one dimension */
    bool is_cast;    /* read as its text */
    guint precision; /* NUMERIC */
    guint scale;
    guint32 oid; /* of a value: an array's element */
};

/* The type with this oid and modifier as a result has them. A numeric without a precision has
 * precision 0; the caller decides what it becomes. */
struct column_type type_of_oid(guint32 oid, gint32 modifier);

/* Arrow's format of a value (an array's element). The caller's. */
char *type_format(const struct column_type *type);
/* Arrow's metadata for it (an extension type), or NULL. Static. */
const char *type_metadata(const struct column_type *type);
/* What it is called in CREATE TABLE, array and all. The caller's. */
char *type_sql(const struct column_type *type);

/* The type that holds exactly what a column of Arrow's format has. False: there is none. */
bool type_of_format(const char *format, const char *extension, struct column_type *out);

/* Days and microseconds between 1970 and PostgreSQL's 2000. */
enum { EPOCH_DAYS = 10957 };
#define EPOCH_US (G_GINT64_CONSTANT(946684800) * 1000000)
