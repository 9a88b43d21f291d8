/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a profile: the environment filled in, checked, put where it belongs. */
#pragma once

#include "project/profile_keys.h"

struct profile_reader {
    struct profile *profile;
    const struct project *project;
    struct diagnostics *diagnostics;
};

/* `${NAME}` and `${NAME|default}` replaced by the environment, `\${` by `${`. NULL when one has no
 * value: *out_missing is its name then. */
char *profile_expand(const struct project *project, const char *text, char **out_missing);

/* Sets the field of a key with an offset. False after a mistake, which is then in the list. */
bool profile_set(struct profile_reader *reader, const struct profile_key *key,
                 const struct member *member);

/* The word of a WORD, or NULL after a mistake. */
const char *profile_word(struct profile_reader *reader, const struct profile_key *key,
                         const struct member *member);

/* "'threads' takes a number, this is a list". Always false. */
bool profile_wrong_type(struct profile_reader *reader, const struct member *member,
                        const char *expected);
