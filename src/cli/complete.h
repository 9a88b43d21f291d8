/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may stand where the user asks a shell to complete: commands, flags and their values,
 * pipelines, profiles, connectors, codes from the tables that `--help` is made from and from the
 * project's folders; tables, steps and tags from plans. No database is opened.
 */
#pragma once

#include "cli/command.h"

/* One line a candidate, with a tab and what it is behind it, for the last of the words, which is
 * begun or empty; then perhaps `:files` or `:folders`: those, too. The words are what stands behind
 * `sqlflow`. */
void complete_words(char **words, GString *out);

/* Candidates for the arguments of commands: `struct command.complete`. */
void complete_pipelines(struct completion *completion);
void complete_described(struct completion *completion);
void complete_connections(struct completion *completion);
void complete_state(struct completion *completion);
void complete_tables(struct completion *completion);
void complete_lineage(struct completion *completion);
void complete_docs(struct completion *completion);
void complete_topics(struct completion *completion);
void complete_codes(struct completion *completion);
void complete_shells(struct completion *completion);
void complete_folders(struct completion *completion);
void complete_nothing(struct completion *completion);
