/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <string.h>

/* GLib's macro casts const away and reckons with a missing record where there is always one. */
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wnull-dereference"

static void details_init(struct error_details *details)
{
    details->position = -1;
}

static void details_copy(const struct error_details *from, struct error_details *to)
{
    to->code = g_strdup(from->code);
    to->position = from->position;
    to->suggestion = g_strdup(from->suggestion);
    to->retry_after_us = from->retry_after_us;
    to->is_final = from->is_final;
}

static void details_clear(struct error_details *details)
{
    g_free(details->code);
    g_free(details->suggestion);
}

typedef struct error_details SqlflowErrorPrivate;
#define sqlflow_error_private_init details_init
#define sqlflow_error_private_copy details_copy
#define sqlflow_error_private_clear details_clear
G_DEFINE_EXTENDED_ERROR(SqlflowError, sqlflow_error)

/* Which kind an errno is of; all others are ERROR_SYSTEM. */
static enum error_kind errno_kind(int value)
{
    switch (value) {
    case ENOENT:
    case EISDIR:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
        return ERROR_USAGE;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERROR_PERMISSION;
    default:
        return ERROR_SYSTEM;
    }
}

void error_set_full(GError **error, enum error_kind kind, const struct error_details *details,
                    const char *message)
{
    if (!error)
        return;
    g_set_error_literal(error, SQLFLOW_ERROR, (int)kind, message);
    if (!details)
        return;
    struct error_details *own = sqlflow_error_get_private(*error);
    details_clear(own);
    details_copy(details, own);
}

void error_set(GError **error, enum error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    error_set_full(error, kind, NULL, message);
}

void error_set_errno(GError **error, int errno_value, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *message = g_strdup_printf("%s: %s", what, g_strerror(errno_value));
    g_autofree char *code = g_strdup(strerrorname_np(errno_value));
    struct error_details details = {.code = code, .position = -1};
    error_set_full(error, errno_kind(errno_value), &details, message);
}

enum error_kind error_kind(const GError *error)
{
    return error->domain == SQLFLOW_ERROR ? (enum error_kind)error->code : ERROR_SYSTEM;
}

const struct error_details *error_details(const GError *error)
{
    static const struct error_details none = {.position = -1};
    if (error->domain != SQLFLOW_ERROR)
        return &none;
    /* The getter of GLib wants a mutable error although it only looks. */
    return sqlflow_error_get_private((GError *)(guintptr)error);
}

const char *error_kind_name(enum error_kind kind)
{
    static const char *const names[] = {
        [ERROR_USAGE] = "usage",         [ERROR_SYNTAX] = "syntax",
        [ERROR_PLAN] = "plan",           [ERROR_DATA] = "data",
        [ERROR_TRANSIENT] = "transient", [ERROR_PERMISSION] = "permission",
        [ERROR_CANCELLED] = "cancelled", [ERROR_SYSTEM] = "system",
        [ERROR_LOST] = "engine lost",
    };
    return (gsize)kind < G_N_ELEMENTS(names) && names[kind] ? names[kind] : "unknown";
}
