/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proves who asks: the options auth.*.
 *
 * Threads: any number at the same time; a token is fetched by one of them.
 */
#pragma once

#include "connect/rest/api.h"

/* NULL: ERROR_USAGE. */
struct auth *auth_new(const struct api *api, GError **error);
void auth_free(struct auth *auth);

/* The headers for the next request; the caller's. A token is fetched when there is none, or none
 * that is still good. NULL: it can't be had. */
struct http_headers *auth_headers(struct auth *auth, struct api *api, GError **error);

/* A parameter of the address instead: its name, or NULL. */
const char *auth_parameter(const struct auth *auth, const char **out_value);

/* These headers were refused: true when others may do better, since a new token can be had. */
bool auth_renew(struct auth *auth, const struct http_headers *refused);

/* The text without the token. The caller's. */
char *auth_masked(struct auth *auth, const char *text);
