/* SPDX-License-Identifier: Apache-2.0 */
/* The statements of SQLFlow but IF, each with the rule that reads it: one row a statement. */
#pragma once

#include "lang/cursor.h"

struct statement_syntax {
    const char *word;
    enum statement_kind kind;
    /* Whether what begins with the word is ours and not the engine's; NULL: always. */
    bool (*is_ours)(const struct cursor *cursor);
    /* Reads what follows the word, up to but without the `;`. False after an error. */
    bool (*parse)(struct cursor *cursor, struct statement *statement);
};

/* The row for the statement at the cursor; NULL when it is none of ours. */
const struct statement_syntax *statement_syntax_find(const struct cursor *cursor);

/* The rows, ended by one without a word. */
extern const struct statement_syntax statement_syntaxes[];

/* MODE and what follows it. */
bool mode_parse(struct cursor *cursor, struct mode *mode);
