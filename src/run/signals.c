/* SPDX-License-Identifier: Apache-2.0 */
#include "run/signals.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int cancelling_signals[] = {SIGINT, SIGTERM};

static void choose_signals(sigset_t *set)
{
    sigemptyset(set);
    for (guint i = 0; i < G_N_ELEMENTS(cancelling_signals); i++) {
        struct sigaction current;
        bool known = sigaction(cancelling_signals[i], NULL, &current) == 0;
        if (!known || current.sa_handler != SIG_IGN)
            sigaddset(set, cancelling_signals[i]);
    }
}

/* Waits for a signal; 0 when there is to be no more waiting. */
static int next_signal(const struct signals *signals)
{
    struct pollfd files[] = {
        {.fd = signals->signal_fd, .events = POLLIN},
        {.fd = signals->stop_fd, .events = POLLIN},
    };
    while (poll(files, G_N_ELEMENTS(files), -1) < 0 && errno == EINTR) {
    }
    struct signalfd_siginfo info;
    bool came = (files[0].revents & POLLIN) != 0;
    return came && read(signals->signal_fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo
                                                                               : 0;
}

/* A coordinator that is stuck itself (its output isn't read) must not keep the process: from now
 * on a signal does what it does by default. */
static void unblock_signals(void)
{
    sigset_t set;
    choose_signals(&set);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void *signals_main(void *data)
{
    struct signals *signals = data;
    for (guint i = 0; i < SIGNALS_TOLD; i++) {
        int number = next_signal(signals);
        if (number == 0)
            return NULL;
        signals->told[i] = (struct news){.kind = NEWS_SIGNAL, .signal = number};
        queue_push(signals->news, &signals->told[i]);
    }
    unblock_signals();
    (void)!next_signal(signals);
    return NULL;
}

static void close_files(struct signals *signals)
{
    if (signals->signal_fd >= 0)
        close(signals->signal_fd);
    if (signals->stop_fd >= 0)
        close(signals->stop_fd);
}

bool signals_start(struct signals *signals, struct queue *news, GError **error)
{
    sigset_t set;
    choose_signals(&set);
    *signals = (struct signals){
        .news = news,
        .signal_fd = signalfd(-1, &set, SFD_CLOEXEC),
        .stop_fd = eventfd(0, EFD_CLOEXEC),
    };
    int failure = signals->signal_fd < 0 || signals->stop_fd < 0 ? errno : 0;
    if (failure == 0) {
        pthread_sigmask(SIG_BLOCK, &set, &signals->former_mask);
        failure = pthread_create(&signals->thread, NULL, signals_main, signals);
        if (failure != 0)
            pthread_sigmask(SIG_SETMASK, &signals->former_mask, NULL);
    }
    if (failure == 0)
        return true;
    error_set_errno(error, failure, "can't wait for signals");
    close_files(signals);
    return false;
}

void signals_stop(struct signals *signals)
{
    (void)!eventfd_write(signals->stop_fd, 1);
    pthread_join(signals->thread, NULL);
    close_files(signals);
    pthread_sigmask(SIG_SETMASK, &signals->former_mask, NULL);
}
