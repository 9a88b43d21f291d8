/* SPDX-License-Identifier: Apache-2.0 */
/* Whether and when a request is sent again. */
#pragma once

#include "connect/storage/class.h"

struct retry {
    guint tries;    /* so far */
    gint64 wait_ms; /* the last one */
};

/* After a failure: waits (decorrelated jitter, or what the server asks for) and says true when one
 * more try can help and nobody has cancelled. */
bool retry_again(struct retry *retry, const struct storage_context *context, const GError *failure);

/* The same for a failure that something else has mended. */
bool retry_at_once(struct retry *retry);
