/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/exit.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

const struct exit_meaning exit_meanings[] = {
    {"0", "all is done"},
    {"1", "a step or a check failed; with fmt --check, a file would change"},
    {"2", "wrong flags, a wrong configuration, or errors in a pipeline: nothing ran"},
    {"3", "a bug of ours"},
    {"130, 143", "ended by Ctrl-C, or by SIGTERM"},
    {0},
};

enum exit_code exit_code_of(const GError *error)
{
    switch (error_kind(error)) {
    case ERROR_USAGE:
    case ERROR_SYNTAX:
    case ERROR_PLAN:
        return EXIT_CODE_USAGE;
    case ERROR_CANCELLED:
        return EXIT_CODE_SIGNAL + SIGINT;
    case ERROR_DATA:
    case ERROR_TRANSIENT:
    case ERROR_PERMISSION:
    case ERROR_SYSTEM:
    case ERROR_LOST:
        break;
    }
    return EXIT_CODE_FAILED;
}

static void crashed(int signal_number)
{
    static const char message[] =
        "\nerror: internal error: this is a bug in sqlflow; what it did not finish is as if "
        "it had not begun\n";
    (void)signal_number;
    ssize_t written = write(STDERR_FILENO, message, strlen(message));
    (void)written;
    _exit(EXIT_CODE_INTERNAL);
}

void exit_on_crash(void)
{
    /* Sanitizers have their own, better reports. */
    if (SQLFLOW_SANITIZED)
        return;
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction action = {.sa_handler = crashed, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i], &action, NULL);
}
