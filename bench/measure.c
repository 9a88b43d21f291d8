/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure DESCRIPTOR COMMAND [ARGUMENT...]: runs it and writes one line to the descriptor,
 * "SECONDS KIB": the wall-clock time and the peak of its memory. Ends with its exit code. Linux
 * hands a process's peak on to what it executes, so a large script can't measure a small program.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOT_RUN = 127 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **words)
{
    int result = count < 3 ? -1 : (int)strtol(words[1], NULL, 10);
    if (fcntl(result, F_SETFD, FD_CLOEXEC) < 0)
        return NOT_RUN;
    double start = now();
    pid_t process = fork();
    if (process == 0) {
        execvp(words[2], words + 2);
        perror(words[2]);
        _exit(NOT_RUN);
    }
    int status = 0;
    struct rusage usage = {0};
    if (process < 0 || wait4(process, &status, 0, &usage) < 0) {
        perror("measure");
        return NOT_RUN;
    }
    dprintf(result, "%.6f %ld\n", now() - start, usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : NOT_RUN;
}
