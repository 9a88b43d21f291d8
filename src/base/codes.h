/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every coded message, in one table: X(NAME, number, severity, "title"). The number is printed as
 * SFnnnn and never given to anything else. Ranges: 01 language, 02 variables, conditions and
 * includes, 03 project and profile, 04 plan, 05 engine, 06 connectors and their options.
 * Each has a golden file tests/golden/errors/SFnnnn-*.sf that shows it.
 */
#pragma once

#define LANGUAGE_CODES(X)                                                                          \
    X(UNKNOWN_STATEMENT, 101, ERROR, "a first word that is no statement")                          \
    X(EXPECTED, 102, ERROR, "something else was expected here")                                    \
    X(UNCLOSED, 103, ERROR, "a quote, comment or bracket without its end")                         \
    X(UNOPENED, 104, ERROR, "a bracket that closes nothing, or another kind")                      \
    X(MISSING_SEMICOLON, 105, ERROR, "more text where a statement ends")                           \
    X(MISPLACED_BRANCH, 106, ERROR, "ELSE, ELSEIF or END IF where no IF is open for it")           \
    X(BAD_NAME, 107, ERROR, "a name that can't be one")                                            \
    X(BAD_ESCAPE, 108, ERROR, "an escape that stands for no character")                            \
    X(BAD_VALUE, 109, ERROR, "a value in a map that JSON doesn't have")                            \
    X(DUPLICATE_KEY, 110, ERROR, "a key twice in one map")                                         \
    X(WRONG_MODE, 111, ERROR, "a MODE that the statement doesn't take")                            \
    X(ENGINE_SETTING, 113, ERROR, "SET of a name that is a setting of the engine")                 \
    X(SQL_FILE, 114, ERROR, "a statement of SQLFlow in a .sql file")                               \
    X(LIMIT, 115, ERROR, "more nesting or more statements than a text may have")

#define VARIABLE_CODES(X)                                                                          \
    X(UNDEFINED_VARIABLE, 201, ERROR, "a variable without a value")                                \
    X(BAD_VARIABLE, 202, ERROR, "a variable, or the value of one, that can't be read")             \
    X(AMBIGUOUS_VARIABLE, 203, ERROR, "a variable that could be a name or a value")                \
    X(TOUCHING_VARIABLE, 204, ERROR, "a variable right beside a number or a text in quotes")       \
    X(VALUE_NO_NAME, 205, ERROR, "a value that can't be a name where one must stand")              \
    X(VALUE_ENDS_STRING, 206, ERROR, "a value that would end the $$..$$ that it stands in")        \
    X(UNUSED_VARIABLE, 209, WARNING, "a variable that is never used")                              \
    X(BAD_CONDITION, 220, ERROR, "a condition that can't be read")                                 \
    X(CONDITION_VALUE, 221, ERROR, "a condition that is neither true nor false")                   \
    X(INCLUDE_MISSING, 230, ERROR, "an included file that isn't there")                            \
    X(INCLUDE_UNREADABLE, 231, ERROR, "an included file that can't be read")                       \
    X(INCLUDE_CYCLE, 232, ERROR, "a file that includes itself")                                    \
    X(ALIAS_NAME, 234, ERROR, "an alias of INCLUDE that can't be one")

#define PROJECT_CODES(X)                                                                           \
    X(PROFILE_SYNTAX, 301, ERROR, "a profile that is no YAML")                                     \
    X(PROFILE_YAML, 302, ERROR, "YAML that a profile doesn't use: anchors, tags, documents")       \
    X(PROFILE_DUPLICATE, 303, ERROR, "a key that stands twice in a profile")                       \
    X(PROFILE_KEY, 304, ERROR, "a key that a profile doesn't have")                                \
    X(PROFILE_TYPE, 305, ERROR, "a value of the wrong kind in a profile")                          \
    X(PROFILE_VALUE, 306, ERROR, "a value in a profile that can't be")                             \
    X(PROFILE_ENGINE, 307, ERROR, "an engine that isn't there, or several")                        \
    X(PROFILE_NO_EFFECT, 308, WARNING, "a key of a profile that has no effect")                    \
    X(PROFILE_MISSING, 309, ERROR, "a profile that can't be read")                                 \
    X(PROFILE_ENVIRONMENT, 310, ERROR, "a variable of the environment that isn't set")             \
    X(PROFILE_VARIABLE, 311, WARNING, "a variable of a profile that has no value")                 \
    X(DOTENV_SYNTAX, 312, ERROR, "a line of .env that can't be read")                              \
    X(PIPELINE_UNREADABLE, 313, ERROR, "a pipeline's file that can't be read")

#define PLAN_CODES(X)                                                                              \
    X(REFUSED_STATEMENT, 401, ERROR, "a statement that a pipeline can't hold")                     \
    X(TEMPORARY_OBJECT, 402, ERROR, "a temporary table, view or macro")                            \
    X(CYCLE, 403, ERROR, "statements that wait for each other")                                    \
    X(UNKNOWN_SOURCE, 404, ERROR, "a source that nothing declares")                                \
    X(DUPLICATE_SOURCE, 405, ERROR, "two sources of one name")                                     \
    X(CREATED_TWICE, 406, ERROR, "a table that is created twice")                                  \
    X(EXPORTED_TWICE, 407, ERROR, "a place that is exported to twice")                             \
    X(NOT_SUPPORTED_YET, 408, ERROR, "something that can't be done yet")                           \
    X(UNKNOWN_TYPE, 409, ERROR, "a TYPE that no connector has")                                    \
    X(UNKNOWN_CONNECTION, 410, ERROR, "a connector that the profile doesn't have")                 \
    X(UNKNOWN_DEPENDENCY, 411, ERROR, "a depends_on that names no step")                           \
    X(MISSING_TYPE, 412, ERROR, "an EXPORT whose type can't be told")                              \
    X(URL_IN_SQL, 413, ERROR, "an address on the network inside of SQL")                           \
    X(ALIAS_IS_CATALOG, 414, ERROR, "an alias with the database's own name")                       \
    X(SOURCE_IN_VIEW, 415, ERROR, "a view or macro that reads a source without LOAD")              \
    X(BARE_CREATE, 416, WARNING, "a CREATE that fails on the second run")                          \
    X(DEFINITION_IN_ALIAS, 417, ERROR, "a macro or type inside of an alias")                       \
    X(SOURCE_AND_TABLE, 418, ERROR, "a name that is a source and a table")                         \
    X(TOO_MANY_READS, 419, ERROR, "views that read too much in all")                               \
    X(INCREMENTAL_SOURCE, 420, ERROR, "an incremental source that is read as a whole")             \
    X(NOT_REPEATABLE, 421, WARNING, "a statement that may give other rows the next time")

#define ENGINE_CODES(X)                                                                            \
    X(STATEMENT_FAILED, 501, ERROR, "a statement that the engine refuses")                         \
    X(CHECK_FAILED, 502, ERROR, "a check that found rows")

#define CONNECT_CODES(X)                                                                           \
    X(UNKNOWN_OPTION, 601, ERROR, "an option that isn't known")                                    \
    X(OPTION_TYPE, 602, ERROR, "an option's value of the wrong kind")                              \
    X(OPTION_VALUE, 603, ERROR, "an option's value that can't be")                                 \
    X(OPTION_MISSING, 604, ERROR, "an option that must be given")                                  \
    X(OPTION_REPEATED, 605, ERROR, "an option given twice, by two of its names")                   \
    X(OPTION_USE, 606, ERROR, "an option of sources on an export, or the other way round")         \
    X(OPTION_NO_EFFECT, 608, WARNING, "an option that has no effect here")                         \
    X(OPTION_CONFLICT, 609, ERROR, "two options that exclude each other")                          \
    X(OPTIONS_REFUSED, 610, ERROR, "options from which no file can be told")

#define DIAGNOSTIC_CODES(X)                                                                        \
    LANGUAGE_CODES(X)                                                                              \
    VARIABLE_CODES(X)                                                                              \
    PROJECT_CODES(X)                                                                               \
    PLAN_CODES(X)                                                                                  \
    ENGINE_CODES(X)                                                                                \
    CONNECT_CODES(X)

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
