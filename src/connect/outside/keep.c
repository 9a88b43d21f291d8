/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/outside/keep.h"

#include "base/error.h"
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_BYTES = 64 * 1024, WAIT_MS = 50 };

/* What is asked for. */
struct request {
    const char *text; /* the variable, the path, the command */
    const struct project *project;
    gint *is_interrupted; /* atomic, or NULL */
};

static const char *root_of(const struct request *request)
{
    return request->project ? request->project->root : NULL;
}

static char *read_environment(const struct request *request, GError **error)
{
    const char *text = request->project
                           ? project_environment(request->text, (void *)(guintptr)request->project)
                           : g_getenv(request->text);
    if (!text)
        error_set(error, ERROR_USAGE, "the environment has no variable '%s'", request->text);
    return g_strdup(text);
}

/* Some of what comes. *out_length 0: its end, or an error. */
static bool read_some(const struct request *request, int file, char *bytes, gsize *out_length,
                      GError **error)
{
    struct pollfd ready = {.fd = file, .events = POLLIN};
    gssize count = -1;
    do {
        if (request->is_interrupted && g_atomic_int_get(request->is_interrupted)) {
            error_set(error, ERROR_CANCELLED, "interrupted");
            return false;
        }
        if (poll(&ready, 1, WAIT_MS) > 0)
            count = read(file, bytes, *out_length);
        else
            errno = EAGAIN;
    } while (count < 0 && (errno == EINTR || errno == EAGAIN));
    *out_length = count > 0 ? (gsize)count : 0;
    if (count < 0)
        error_set_errno(error, errno, "the secret of '%s' can't be read", request->text);
    return count >= 0;
}

/* Up to the end. */
static char *read_all(const struct request *request, int file, GError **error)
{
    char *text = g_malloc0(MOST_BYTES + 2);
    gsize length = 0, count = 1;
    bool good = true;
    while (good && count > 0 && length <= MOST_BYTES) {
        count = MOST_BYTES + 1 - length;
        good = read_some(request, file, text + length, &count, error);
        length += count;
    }
    if (good && length <= MOST_BYTES && strlen(text) == length)
        return text;
    if (good)
        error_set(error, ERROR_USAGE, "the secret of '%s' %s", request->text,
                  length > MOST_BYTES ? "has more than 64 KiB" : "has a NUL in it");
    secret_free(text);
    return NULL;
}

static char *read_file(const struct request *request, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(request->text, root_of(request));
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        error_set(error, ERROR_USAGE, "the secret can't be read: %s: %s", path, g_strerror(errno));
        return NULL;
    }
    char *text = read_all(request, file, error);
    close(file);
    return text;
}

/* How the command ended; one that isn't waited for is ended. */
static bool end_command(GPid child, bool is_waited_for, const char *command, GError **error)
{
    g_autoptr(GError) failure = NULL;
    int status = 0;
    if (!is_waited_for)
        kill(child, SIGTERM);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!is_waited_for || g_spawn_check_wait_status(status, &failure))
        return is_waited_for;
    error_set(error, ERROR_USAGE, "the command '%s' gives no secret: %s", command,
              failure->message);
    return false;
}

/* In the child, which would have the mask of a worker: no signal would end it. */
static void unblock_signals(gpointer data)
{
    sigset_t none;
    (void)data;
    sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* Its standard error is the user's. */
static char *read_command(const struct request *request, GError **error)
{
    char shell[] = "/bin/sh", flag[] = "-c";
    g_autofree char *line = g_strdup(request->text);
    char *arguments[] = {shell, flag, line, NULL};
    const GSpawnFlags flags = G_SPAWN_CHILD_INHERITS_STDIN | G_SPAWN_DO_NOT_REAP_CHILD;
    g_autoptr(GError) failure = NULL;
    GPid child = 0;
    int out = -1;
    if (!g_spawn_async_with_pipes(root_of(request), arguments, NULL, flags, unblock_signals, NULL,
                                  &child, NULL, &out, NULL, &failure)) {
        error_set(error, ERROR_USAGE, "the command '%s' can't be run: %s", line, failure->message);
        return NULL;
    }
    char *text = read_all(request, out, error);
    close(out);
    if (end_command(child, text != NULL, line, error))
        return text;
    secret_free(text);
    return NULL;
}

static void drop_line_end(char *text)
{
    gsize length = strlen(text);
    if (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    if (length > 0 && text[length - 1] == '\r')
        text[length - 1] = '\0';
}

char *secret_read(const struct secret_place *place, const struct project *project,
                  gint *is_interrupted, GError **error)
{
    static char *(*const readers[])(const struct request *, GError **) = {
        [SECRET_ENVIRONMENT] = read_environment,
        [SECRET_FILE] = read_file,
        [SECRET_COMMAND] = read_command,
    };
    const struct request request = {place->text, project, is_interrupted};
    char *text = readers[place->kind](&request, error);
    if (!text)
        return NULL;
    drop_line_end(text);
    const bool is_text = g_utf8_validate(text, -1, NULL);
    if (*text && is_text)
        return text;
    secret_free(text);
    error_set(error, ERROR_USAGE, "the secret of '%s' is %s", place->text,
              is_text ? "empty" : "not UTF-8");
    return NULL;
}
