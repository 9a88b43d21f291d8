/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a call of `run`, in their order, and how long each took. */
#pragma once

#include <glib.h>

enum run_phase {
    PHASE_READING = 1, /* project, profile, the pipeline's file */
    PHASE_PARSING,     /* text to statements, with what they include */
    PHASE_PLANNING,
    PHASE_OPENING, /* the engine; waiting for another process' lock counts */
    PHASE_RUNNING,
    PHASE_CLOSING, /* the engine, with its checkpoint */
    PHASE_COUNT,   /* how many there are; no phase */
};

/* "reading", "parsing", ..: as results and events have it. */
const char *run_phase_name(enum run_phase phase);

/* The phase of that name, 0 for any other (and NULL). */
enum run_phase run_phase_find(const char *name);

/* Microseconds by phase; 0 for one that was not entered. */
struct phase_times {
    gint64 us[PHASE_COUNT];
};

/* A clock that is in one phase at a time. */
struct phase_clock {
    struct phase_times times;
    enum run_phase phase; /* 0: none */
    gint64 since;         /* monotonic */
};

/* Leaves the phase that it is in, and enters `phase` (0: none). */
void phase_clock_enter(struct phase_clock *clock, enum run_phase phase);
