/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every coded message, in one table: X(NAME, number, severity, "title"). The number is printed as
 * SFnnnn and never given to anything else. Ranges: 01 language, 02 variables, conditions and
 * includes, 03 project and profile, 04 plan, 05 engine, 06 connectors and their options.
 * Each has a golden file tests/golden/errors/SFnnnn-*.sf that shows it.
 */
#pragma once

#define DIAGNOSTIC_CODES(X)                                                                        \
    X(UNKNOWN_STATEMENT, 101, ERROR, "a first word that is no statement")                          \
    X(EXPECTED, 102, ERROR, "something else was expected here")                                    \
    X(UNCLOSED, 103, ERROR, "a quote, comment or bracket without its end")                         \
    X(STATEMENT_FAILED, 501, ERROR, "a statement that the engine refuses")

enum severity {
    SEVERITY_ERROR = 1,
    SEVERITY_WARNING,
};

enum code {
#define X(name, number, severity, title) SF_##name = number,
    DIAGNOSTIC_CODES(X)
#undef X
};

struct code_info {
    enum code code;
    const char *name; /* "UNKNOWN_STATEMENT" */
    enum severity severity;
    const char *title;
};

/* NULL when there is no such code. */
const struct code_info *code_info(enum code code);

/* The table, ended by an entry with code 0. */
const struct code_info *code_table(void);
