/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/piping.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WAIT_MS = 50,
    PIPE_BYTES = 1024 * 1024, /* as much as a user may have: the engine writes much at once */
};

/* One on its way. */
struct flow {
    const struct piping *piping;
    int reader;
    gint is_ended; /* atomic: the engine won't write any more */
    GError *error; /* of the taking thread */
    bool is_taken;
};

/* The engine has opened its end: before that nobody may close ours, or it would wait for ever. */
static void wait_for_writer(struct flow *flow)
{
    struct pollfd ready = {.fd = flow->reader, .events = POLLIN};
    while (!g_atomic_int_get(&flow->is_ended) &&
           !(poll(&ready, 1, WAIT_MS) > 0 && (ready.revents & (POLLIN | POLLHUP))))
        continue;
}

/* The engine's writing fails when nobody reads any more, and with it the query ends. */
static void *take_main(void *data)
{
    struct flow *flow = data;
    const struct piping *piping = flow->piping;
    flow->is_taken = piping->take(piping->data, flow->reader, &flow->is_ended, &flow->error);
    if (!flow->is_taken)
        wait_for_writer(flow);
    close(flow->reader);
    return NULL;
}

static bool open_pipe(struct flow *flow, const char *place, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(place);
    if (!folder_make(folder, error))
        return false;
    flow->reader = mkfifo(place, 0600) == 0 ? open(place, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (flow->reader < 0) {
        error_set_errno(error, errno, "can't make a pipe '%s'", place);
        return false;
    }
    (void)fcntl(flow->reader, F_SETPIPE_SZ, PIPE_BYTES); /* a smaller one works, too */
    return true;
}

static bool judge(struct flow *flow, bool written, GError *failure, GError **error)
{
    if (written && flow->is_taken)
        return true;
    const bool is_taking = !flow->is_taken && flow->error;
    g_propagate_error(error, is_taking ? flow->error : failure);
    if (is_taking)
        g_clear_error(&failure);
    else
        g_clear_error(&flow->error);
    return false;
}

static bool run(struct flow *flow, GError **error)
{
    pthread_t taker;
    GError *failure = NULL;
    const int code = pthread_create(&taker, NULL, take_main, flow);
    if (code != 0) {
        close(flow->reader);
        error_set_errno(error, code, "can't start a thread");
        return false;
    }
    const bool written = flow->piping->write(flow->piping->data, &failure);
    g_atomic_int_set(&flow->is_ended, 1);
    pthread_join(taker, NULL);
    return judge(flow, written, failure, error);
}

bool piping_run(const struct piping *piping, const char *place, GError **error)
{
    struct flow flow = {.piping = piping};
    const bool done = open_pipe(&flow, place, error) && run(&flow, error);
    unlink(place);
    return done;
}
