/* SPDX-License-Identifier: Apache-2.0 */
/* What `--help` and `help` print, made from the tables of commands and flags. */
#pragma once

#include "cli/command.h"

/* One command, or with NULL the program. */
void help_write(const struct terminal *terminal, const struct command *command);

/* All codes of errors and warnings. */
void help_write_codes(const struct terminal *terminal);
