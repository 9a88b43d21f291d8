/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of HTTP/1.1 (RFC 9112) as a browser of this machine needs to read pages: GET and HEAD,
 * one request a connection, no body. A page of elsewhere that makes its reader's browser ask us by
 * another name (DNS rebinding) is refused: the Host must be this machine's own.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The pages that are served. */
struct site {
    /* The content of a path ("/"), the caller's, and its media type. NULL without an error: there
     * is no such page. Called for each request, so pages may be made anew. */
    char *(*content)(const char *path, const char **out_type, gpointer data, GError **error);
    gpointer data;
};

enum { REQUEST_MAX = 8192 };

/* Whether `head`, what has come so far, ends the request: by its empty line, or by being longer
 * than REQUEST_MAX. */
bool request_is_whole(const GString *head);

/* What is to be sent back: status line, header and content. */
GString *request_answer(const GString *head, const struct site *site);
