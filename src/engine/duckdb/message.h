/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DuckDB's messages in the words of a pipeline's author: advice that can't be followed here
 * (installing extensions, parameters of its own functions) is replaced by what can be done.
 */
#pragma once

/* Stands in the message about a file that doesn't fit its dialect, when DuckDB names no line. */
#define MESSAGE_NOT_CSV "is not valid CSV with the delimiter"

/* A new text. */
char *message_clear(const char *message);
