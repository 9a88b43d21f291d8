/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which failures are tried again, how often and after how long. Only what happened outside and may
 * be over the next time (ERROR_TRANSIENT) is; what it was is told by the error's kind alone.
 *
 * The wait is decorrelated jitter: by chance between the shortest wait and three times the former
 * one, at most RETRY_LONGEST_US (or the shortest wait, if that is longer), so that many who failed
 * together don't come back together. It is never shorter than what the other side asked for
 * (`Retry-After`).
 */
#pragma once

#include "plan/plan.h"

enum {
    RETRY_TRIES = 3,
    RETRY_SHORTEST_US = 500 * 1000,
    RETRY_LONGEST_US = 30 * 1000 * 1000,
};

/* Who asks to be left alone for longer than this isn't asked again by this run. */
#define RETRY_PATIENCE_US ((gint64)3600 * G_USEC_PER_SEC)

struct retry_rule {
    guint tries;     /* at most, the first included; 0: not said */
    gint64 delay_us; /* the shortest wait; 0: not said (1 for none) */
};

struct retry_options {
    struct retry_rule call;    /* of this call of the program: wins over all */
    struct retry_rule profile; /* where neither the call nor the statement says anything */
    GRand *random;             /* what the waits are drawn from; NULL: a new one */
};

/* As `delay_us` has it. */
gint64 retry_delay_us(gdouble seconds);

/* What counts for an operation: the call, its statement's options, those of the source that it
 * loads or reads without a table (both over the params of a connector of the profile), the
 * profile, the defaults; each of the two parts for itself. */
struct retry_rule retry_rule(const struct plan *plan, const struct operation *operation,
                             const struct retry_options *options);

/* How long to wait before the next try after `tries` have failed, the last with `error`; -1 when
 * there is to be none. `former_us` is the wait before the last one, 0 for the first. */
gint64 retry_wait(const struct retry_rule *rule, guint tries, gint64 former_us, const GError *error,
                  GRand *random);
