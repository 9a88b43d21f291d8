/* SPDX-License-Identifier: Apache-2.0 */
/* What the program's exit code says. The codes are documented and never change their meaning. */
#pragma once

#include "base/error.h"

enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_FAILED = 1,   /* a step, a check or a query failed */
    EXIT_CODE_USAGE = 2,    /* usage, configuration or compile error: nothing ran */
    EXIT_CODE_INTERNAL = 3, /* a bug of ours */
    EXIT_CODE_SIGNAL = 128, /* + the signal's number: 130 SIGINT, 143 SIGTERM */
};

/* The codes as users are told them; ended by a row without codes. */
struct exit_meaning {
    const char *codes; /* "130, 143" */
    const char *meaning;
};
extern const struct exit_meaning exit_meanings[];

/* What a failure that ends the command means. */
enum exit_code exit_code_of(const GError *error);

/* From here on a crash says that it is our bug and ends with EXIT_CODE_INTERNAL. */
void exit_on_crash(void);
