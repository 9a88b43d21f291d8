/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/retry.h"

#include "base/error.h"

enum {
    TRIES = 6,
    FIRST_WAIT_MS = 100,
    MOST_WAIT_MS = 5000,
    MOST_ASKED_MS = 20000, /* longer than that is for the step's own retry */
    DOZE_MS = 50,
};

/* Sleeps, and wakes up for a cancel. */
static bool doze(const struct storage_context *context, gint64 milliseconds)
{
    for (; milliseconds > 0 && !context->is_cancelled(context); milliseconds -= DOZE_MS)
        g_usleep((gulong)MIN(milliseconds, DOZE_MS) * 1000);
    return !context->is_cancelled(context);
}

bool retry_again(struct retry *retry, const struct storage_context *context, const GError *failure)
{
    const gint64 asked = error_details(failure)->retry_after_us / 1000;
    if (error_kind(failure) != ERROR_TRANSIENT || ++retry->tries >= TRIES || asked > MOST_ASKED_MS)
        return false;
    const gint64 most = MAX(3 * retry->wait_ms, 2 * FIRST_WAIT_MS);
    retry->wait_ms = MIN(g_random_int_range(FIRST_WAIT_MS, (gint32)most), MOST_WAIT_MS);
    return doze(context, MAX(asked, retry->wait_ms));
}

bool retry_at_once(struct retry *retry)
{
    return ++retry->tries < TRIES;
}
