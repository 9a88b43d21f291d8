/* SPDX-License-Identifier: Apache-2.0 */
/* What each code means: docs/errors.md and the golden cases, built into the program by
 * tools/explanations. */
#pragma once

struct explanation {
    int code;
    const char *text;    /* Markdown, wrapped */
    const char *example; /* a message with this code; "" when there is none */
};

/* Ended by an entry with code 0. */
extern const struct explanation explanations[];
