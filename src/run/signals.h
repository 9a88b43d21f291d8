/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGINT and SIGTERM as news to the coordinator: they are blocked in every thread that is started
 * from here on, and a thread of their own reads them. The third does what it does by default: it
 * ends the process. A signal that was ignored when we started (nohup, a background job of a shell)
 * stays ignored.
 */
#pragma once

#include "run/worker.h"

#include <signal.h>

enum { SIGNALS_TOLD = 2 };

struct signals {
    struct queue *news;
    struct news told[SIGNALS_TOLD]; /* the first cancels, the second leaves at once */
    int signal_fd;
    int stop_fd;
    pthread_t thread;
    sigset_t former_mask;
};

/* To be called before any other thread is started. ERROR_SYSTEM. */
bool signals_start(struct signals *signals, struct queue *news,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the thread; the calling thread's mask is as it was. */
void signals_stop(struct signals *signals);
