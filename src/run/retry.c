/* SPDX-License-Identifier: Apache-2.0 */
#include "run/retry.h"

#include "base/error.h"
#include "run/steps/step.h"

gint64 retry_delay_us(gdouble seconds)
{
    return MAX(1, (gint64)(seconds * G_USEC_PER_SEC));
}

static struct retry_rule statement_rule(const struct plan *plan, const struct operation *operation)
{
    struct retry_rule rule = {0};
    const struct options *counted = step_common(plan, operation, "retries");
    const struct options *delayed = step_common(plan, operation, "retry_delay");
    if (counted)
        rule.tries = (guint)options_integer(counted, "retries", 0) + 1;
    if (delayed)
        rule.delay_us = retry_delay_us(options_seconds(delayed, "retry_delay", 0));
    return rule;
}

struct retry_rule retry_rule(const struct plan *plan, const struct operation *operation,
                             const struct retry_options *options)
{
    const struct retry_rule rules[] = {
        options->call,
        statement_rule(plan, operation),
        options->profile,
        {.tries = RETRY_TRIES, .delay_us = RETRY_SHORTEST_US},
    };
    struct retry_rule found = {0};
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (found.tries == 0)
            found.tries = rules[i].tries;
        if (found.delay_us == 0)
            found.delay_us = rules[i].delay_us;
    }
    return found;
}

static gint64 jitter(gint64 shortest, gint64 former, GRand *random)
{
    const gint64 longest = MAX(RETRY_LONGEST_US, shortest);
    const gint64 end = MIN(3 * MAX(former, shortest), longest);
    return shortest + (gint64)(g_rand_double(random) * (gdouble)(end - shortest));
}

gint64 retry_wait(const struct retry_rule *rule, guint tries, gint64 former_us, const GError *error,
                  GRand *random)
{
    const gint64 asked = error_details(error)->retry_after_us;
    if (error_kind(error) != ERROR_TRANSIENT || error_details(error)->is_final ||
        tries >= rule->tries || asked > RETRY_PATIENCE_US)
        return -1;
    return MAX(jitter(rule->delay_us, former_us, random), asked);
}
