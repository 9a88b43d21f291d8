/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engine without a database, for testing what stands above engines. It keeps a log of all calls
 * and obeys the first word of a statement, or of what it selects:
 *
 *   sleep MS    takes so long, unless it is interrupted
 *   stuck       ends when the test says so, whatever interrupts it
 *   fail        an error of kind data, at position 5
 *   lost        an error of kind lost
 *   flaky N MS  an error of kind transient the first N times, which asks for MS (may be left out)
 *               milliseconds of peace
 *   hiccup N    the same at the N-th time only
 *   rows N      a query of N rows with one column n
 *
 * and any other word does nothing.
 */
#pragma once

#include "run/run.h"

#include <pthread.h>

extern const struct engine_class fake_engine;

struct fake {
    char *open_error; /* makes open fail */
    guint open_ms;    /* makes it slow */
    guint close_ms;
    /* Called for each statement by the thread that runs it, before and after; may be NULL. */
    void (*enter)(void *user_data, const char *sql);
    void (*exit)(void *user_data, const char *sql);
    void *user_data;

    pthread_mutex_t mutex; /* guards all below */
    GPtrArray *log;        /* char *: "open", "2: begin", "2: SELECT 1", "2: commit", .. */
    guint sessions;        /* made so far */
    guint open_sessions;
    guint interrupts;
    bool is_open;
    bool is_released; /* what is stuck may end */
    char address[32];
};

void fake_init(struct fake *fake);
void fake_clear(struct fake *fake);

/* What to open it with. */
struct engine_options fake_options(struct fake *fake);

/* Runs the plan with it; a failure to start fails the test. */
struct run_result *fake_run(struct fake *fake, const struct plan *plan, struct run_options options);

/* The step's result; g_assert_cmpstr shows more than a number. */
const struct step_result *fake_step(const struct run_result *result, guint index);
void fake_assert_status(const struct run_result *result, guint index, enum step_status status);

/* Lets what is stuck end. */
void fake_release(struct fake *fake);

/* How many lines of the log end so. */
guint fake_count(struct fake *fake, const char *ending);

/* The first line that ends so, or -1. */
int fake_find(struct fake *fake, const char *ending);
