/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures at run time: one GError domain whose codes are kinds, so that nobody parses messages.
 * What is wrong in a user's text goes to `struct diagnostics` instead.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum error_kind {
    ERROR_USAGE = 1,  /* how we were called: flags, names, missing files */
    ERROR_SYNTAX,     /* a text that can't be read */
    ERROR_PLAN,       /* a text that can be read but not planned */
    ERROR_DATA,       /* the statement or the rows are wrong; a retry gives the same */
    ERROR_TRANSIENT,  /* the other side may answer the next time */
    ERROR_PERMISSION, /* rights are missing */
    ERROR_CANCELLED,  /* the user or a deadline ended it */
    ERROR_SYSTEM,     /* disk full, I/O error, lock held by another process */
    ERROR_LOST,       /* the engine instance can't be used any more (fatal, internal, corruption) */
};

/* What is known besides kind and message. Read with error_details, set with error_new_full. */
struct error_details {
    char *code;       /* the other side's own code ("Binder", "ENOSPC"), or NULL */
    gint64 position;  /* byte offset in the statement that was handed over, or -1 */
    char *suggestion; /* a way out that the other side named, or NULL */
    gint64
        retry_after_us; /* TRANSIENT: how long the other side asks to be left alone; 0: not said */
    bool is_final;      /* TRANSIENT: it was tried again already, as often as it may be */
};

#define SQLFLOW_ERROR (sqlflow_error_quark())
GQuark sqlflow_error_quark(void);

/* A new error of `kind`, with printf-like message. */
void error_set(GError **error, enum error_kind kind, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The same from errno: "`what`: strerror". EACCES, EPERM and EROFS are ERROR_PERMISSION; ENOENT,
 * EISDIR and their like (a wrong path) ERROR_USAGE; all else ERROR_SYSTEM. The code is errno's name
 * where it is known. */
void error_set_errno(GError **error, int errno_value, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* With details; strings are copied. `details` may be NULL. */
void error_set_full(GError **error, enum error_kind kind, const struct error_details *details,
                    const char *message);

/* The kind of any GError; of another domain: ERROR_SYSTEM. */
enum error_kind error_kind(const GError *error);

/* Never NULL; for another domain's error an empty record with position -1. Owned by the error. */
const struct error_details *error_details(const GError *error);

/* The word for a kind in results and events: "data", "transient". */
const char *error_kind_name(enum error_kind kind);
