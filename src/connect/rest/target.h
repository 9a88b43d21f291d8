/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for as one page: an address and perhaps a body. */
#pragma once

#include "connect/rest/api.h"
#include "connect/rest/json.h"

struct target {
    char *address; /* NULL: there is none */
    char *body;    /* or NULL */
    bool in_body;  /* where parameters go: pagination.in */
};

/* What the options say, without any parameter of a pagination. ERROR_USAGE: parameters are to stand
 * in a body that is no object. To be cleared in any case. */
bool target_init(struct target *target, const struct api *api,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void target_clear(struct target *target);
void target_copy(struct target *target, const struct target *from);

/* Adds a parameter to the address; or sets it in the body, where its name is a path
 * ("variables.after") and the value stays what it is. */
void target_set(struct target *target, const char *name, struct json_piece value);

/* The same for the same request. The caller's. */
char *target_key(const struct target *target);
