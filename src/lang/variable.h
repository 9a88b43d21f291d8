/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables: where a value comes from, and how it is pasted so that it can never end the token it
 * stands in (language.md, "Variables").
 */
#pragma once

#include "lang/ast.h"
#include "lang/number.h"

enum variable_origin {
    ORIGIN_COMMAND_LINE = 1,
    ORIGIN_PROFILE,
    ORIGIN_SET,
    ORIGIN_ENVIRONMENT,
    ORIGIN_DEFAULT,
};

/* "command line", "profile", ..: for `describe`. */
const char *variable_origin_name(enum variable_origin origin);

/* All variables of one scope. Levels are asked in the order of enum variable_origin. */
struct variables;

struct variables *variables_new(void);
void variables_free(struct variables *variables);
DEFINE_AUTO(variables, variables_free);

/* Sets a value at a level (the first three); a later one of the same level replaces the former.
 * `at` (a SET statement) may be no place. */
void variables_set(struct variables *variables, enum variable_origin origin, const char *name,
                   const char *value, struct span at);

/* Looks a value up in the environment: the project's `.env`, then the process. The caller's. */
typedef const char *(*environment_lookup)(const char *name, void *user_data);
void variables_set_environment(struct variables *variables, environment_lookup lookup,
                               void *user_data);

/* The value and where it comes from, or NULL. */
const char *variables_get(const struct variables *variables, const char *name,
                          enum variable_origin *out_origin);

/* A child scope for INCLUDE .. AS: sees the parent's values, keeps its own SETs. The parent must
 * outlive it. */
struct variables *variables_child(struct variables *parent);

/* Every variable that was resolved, by its first use, for plan and `describe`: one entry a name,
 * first use first. Uses in child scopes are told by the parent. */
struct variable_use {
    char *name;
    char *value;
    enum variable_origin origin;
    struct span at;
};
const GPtrArray *variables_uses(const struct variables *variables);

/* The text asks for this name somewhere, be it in a branch that isn't taken or in DEFINED: a value
 * for it is not given in vain. */
bool variables_mentioned(const struct variables *variables, const char *name);

/* How a fragment is read, which decides how values are pasted. */
enum fragment_syntax {
    SYNTAX_NAME = 1, /* a table or source name */
    SYNTAX_WORD,     /* a bare word (TYPE x), a number, LOOKBACK 7 DAYS: pasted as text */
    SYNTAX_STRING,   /* '..' or "..": decoded, then values pasted as text */
    SYNTAX_SQL,      /* a body */
};

enum {
    /* Of one fragment and of all values that are pasted into one pipeline: SET can double a value
     * with each line. */
    RESOLVED_MAX_BYTES = 64 * 1024 * 1024,
};

/* Fills in the fragment's text, after an error with what could be resolved. Undefined variables are
 * gathered in the list as SF_UNDEFINED_VARIABLE, one message for each use; returns false if there
 * was any error. */
bool fragment_resolve(struct fragment *fragment, enum fragment_syntax syntax,
                      struct variables *variables, struct diagnostics *diagnostics);

/* Resolves all strings and keys of a map in place (`${x}` inside strings: text; a bare `${x}` as a
 * value: number, boolean or string by the value's text). Which variables a value holds is told by
 * reference_names of its span. */
bool value_resolve(struct value *value, struct variables *variables,
                   struct diagnostics *diagnostics);
