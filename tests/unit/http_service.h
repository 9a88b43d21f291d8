/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP server process that does what it is told (tests/services/http), and requests to it. What
 * fails here ends the test. */
#pragma once

#include "connect/http/client.h"

struct server {
    char *folder;
    char *url;
    char *other; /* another origin */
    /* Over TLS: as it has to be, and with a certificate that has ended or is another host's. */
    char *secure, *expired, *elsewhere;
    char *authority; /* a file: who signed them */
};

/* Below the build's folder; the server that a test which died has left is ended first. */
void server_start(struct server *server, const char *name);
void server_stop(struct server *server);

/* What it does with the next requests to `path`: JSON objects, a comma between two. */
void order(const struct server *server, const char *path, const char *what);
/* All requests that came, a JSON object a line; the caller's. */
char *log_of(const struct server *server);

struct http_client *new_client(const struct http_settings *settings);

/* One request with all that the tests look at. */
struct call {
    struct http_request request;
    struct http_response response;
    GError *error;
    bool done;
};
void call_clear(struct call *call);
void send_to(struct http_client *client, struct call *call, const char *base, const char *path);
/* The body, with a NUL behind it. */
const char *body_of(struct call *call);

/* What stands behind `name` up to a blank or line end; the caller's. */
char *after(const char *text, const char *name);
