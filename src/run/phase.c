/* SPDX-License-Identifier: Apache-2.0 */
#include "run/phase.h"

static const char *const phase_names[PHASE_COUNT] = {
    [PHASE_READING] = "reading", [PHASE_PARSING] = "parsing", [PHASE_PLANNING] = "planning",
    [PHASE_OPENING] = "opening", [PHASE_RUNNING] = "running", [PHASE_CLOSING] = "closing",
};

const char *run_phase_name(enum run_phase phase)
{
    return phase_names[phase];
}

enum run_phase run_phase_find(const char *name)
{
    for (enum run_phase phase = PHASE_READING; phase < PHASE_COUNT; phase++)
        if (g_strcmp0(name, phase_names[phase]) == 0)
            return phase;
    return 0;
}

void phase_clock_enter(struct phase_clock *clock, enum run_phase phase)
{
    gint64 now = g_get_monotonic_time();
    if (clock->phase)
        clock->times.us[clock->phase] += now - clock->since;
    clock->phase = phase;
    clock->since = now;
}
