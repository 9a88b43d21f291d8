/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP as connectors need it, over libcurl: one request at a time and thread, as many threads as
 * there are, connections kept and used again. It is a static library for the modules of connectors:
 * the program itself starts without libcurl.
 *
 * Invariants
 *  - Nothing is followed, tried again or signed here, unless the request says so: what was asked
 *    for is sent once. (A connection that the server had closed while it was idle is not a try.)
 *  - Credentials (`credentials`) go to the scheme, host and port of the request's own address and
 *    nowhere else. They stand in no message; neither does the query of an address.
 *  - A response is whole or the call fails: fewer bytes than were announced are ERROR_TRANSIENT.
 *    The bytes of a response that the caller didn't want (another status) never reach its sink.
 *  - No proxy, .netrc, cookie or setting of the environment has a say: a proxy is used when
 *    `proxy` names it.
 *
 * Threads: a client may be used by any number of threads at the same time; a request and its
 * response by one. Callbacks come on the thread that called http_send.
 *
 * Errors: of SQLFLOW_ERROR. What no server answered (connection refused or lost, a stall, a
 * timeout) is ERROR_TRANSIENT, a certificate that isn't trusted ERROR_PERMISSION, what is no
 * address ERROR_USAGE, what the caller's callbacks set is theirs, and ERROR_CANCELLED comes within
 * a quarter of a second after is_cancelled has become true.
 */
#pragma once

#include "base/auto.h"
#include "base/error.h"

#include <stdbool.h>

struct http_client;

/* Zero or NULL is the default. Texts are copied. */
struct http_settings {
    const char *user_agent;    /* "sqlflow/VERSION" */
    const char *ca_bundle;     /* a file of certificates that are trusted instead of the system's */
    const char *proxy;         /* "http://host:port"; none */
    gint64 connect_timeout_ms; /* until the connection stands, TLS included; 10 s */
    gint64 stall_timeout_ms;   /* with no byte in either direction; 60 s */
    gint64 timeout_ms;         /* for a request and its response in all; none */
    /* Asked several times a second by each request; must be callable by any thread. */
    bool (*is_cancelled)(gconstpointer cancel_data);
    gconstpointer cancel_data;
};

/* ERROR_USAGE: the CA bundle can't be read. */
struct http_client *http_client_new(const struct http_settings *settings,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* No request may be under way. */
void http_client_free(struct http_client *client);
DEFINE_AUTO(http_client, http_client_free);

/* Lines of a header, in order. Names are compared without case; what would end a line is refused
 * when it is sent (ERROR_USAGE). */
struct http_headers;
struct http_headers *http_headers_new(void);
void http_headers_free(struct http_headers *headers);
DEFINE_AUTO(http_headers, http_headers_free);
void http_headers_add(struct http_headers *headers, const char *name, const char *value);
/* The value, or NULL; of several the first. `headers` may be NULL. */
const char *http_headers_get(const struct http_headers *headers, const char *name);
guint http_headers_count(const struct http_headers *headers);
void http_headers_at(const struct http_headers *headers, guint index, const char **out_name,
                     const char **out_value);

/* What is sent after the header: `data`, or what `read` gives. */
struct http_body {
    gconstpointer data; /* NULL: by `read`, or no body when that is NULL, too */
    gint64 length;      /* exactly; always sent as Content-Length */
    /* Gives up to `size` bytes from `offset` on into `buffer`; offsets come in order, but for a
     * connection that turned out to be dead: then from 0 again. *out_read 0 before `length` is
     * ERROR_SYSTEM. */
    bool (*read)(gpointer read_data, gint64 offset, char *buffer, gsize size, gsize *out_read,
                 GError **error);
    gpointer read_data;
};

struct http_response;

/* Where the body of a wanted response goes. All zero: to memory, at most HTTP_MEMORY_BYTES. */
struct http_sink {
    gsize memory_limit; /* to memory: more than this is ERROR_DATA */
    /* When the header is there, before any byte; may refuse (Content-Range, ETag). May be NULL. */
    bool (*begin)(gpointer sink_data, const struct http_response *response, GError **error);
    /* Each part as it comes, instead of memory. */
    bool (*write)(gpointer sink_data, const char *bytes, gsize length, GError **error);
    gpointer sink_data;
    /* Instead of memory: a file, written from `offset` on (pwrite). */
    bool to_file;
    int fd;
    gint64 offset;
};

enum {
    HTTP_MEMORY_BYTES = 64 * 1024 * 1024,
    HTTP_PROBLEM_BYTES = 64 * 1024, /* so much is kept of the body of an unwanted status */
};

struct http_request {
    const char *method;  /* "GET" */
    const char *address; /* http:// or https://, no user in it, percent-encoded as it is to be sent:
                            neither . nor .. nor // nor anything else in it is changed */
    const struct http_headers *headers; /* or NULL; a header of ours gives way to one of these */
    const struct http_headers *credentials; /* or NULL: headers for this origin alone */
    struct http_body body;
    struct http_sink sink;
    /* The one status whose body goes to the sink (206 for a range); 0: 200 to 299. */
    guint wanted_status;
    /* How many redirections of a GET or HEAD are followed; 0: they are given back as they are. To
     * another scheme, host or port go neither credentials nor body; from https to http none is
     * followed (ERROR_PERMISSION). Other methods are only redirected by 307 and 308 and within
     * their origin. */
    guint redirections;
    bool decode; /* ask for gzip and unpack it; never with ranges */
};

struct http_response {
    guint status;
    struct http_headers *headers; /* of the last response, if some were passed over */
    GByteArray *body;             /* to memory, or of an unwanted status; else empty */
    bool is_truncated;            /* an unwanted status had more than HTTP_PROBLEM_BYTES */
    char *address;                /* that answered: another one after redirections */
    gint64 received_bytes;        /* of its body */
};

/* Sends and waits for the whole response. True for any status: http_check judges it. `out` is to be
 * cleared in any case. */
bool http_send(struct http_client *client, const struct http_request *request,
               struct http_response *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void http_response_clear(struct http_response *response);

/* Status 200 to 299. Else an error whose details have the status as code ("503") and what
 * Retry-After asks for: 408, 425, 429, 5xx and a 403 with such a time are ERROR_TRANSIENT, 401, 403
 * and 407 ERROR_PERMISSION, 404, 405, 410 and 3xx ERROR_USAGE, others ERROR_DATA. The message is
 * "`what`: 503 Service Unavailable: .." with the server's own (from JSON's usual members, XML's
 * <Message>, or the beginning of a text). */
bool http_check(const struct http_response *response, const char *what,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets that error whatever the status, for a failure told in another way. */
void http_fail(const struct http_response *response, enum error_kind kind, const char *what,
               const char *message, GError **error);

/* What the server says about a failure, one line; or NULL. The caller's. */
char *http_server_message(const struct http_response *response);

/* Retry-After in both forms (seconds, a date) as microseconds from now; without it when a limit of
 * requests that is used up (x-ratelimit-remaining: 0) begins anew; 0: not said. */
gint64 http_retry_after_us(const struct http_headers *headers);

/* The same scheme, host and port. */
bool http_same_origin(const char *address, const char *other);

/* An address for messages: without user, query and fragment. The caller's. */
char *http_address_shown(const char *address);
