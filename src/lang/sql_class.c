/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/sql_scan.h"

#include <string.h>

static const char transaction[] =
    "every step is a transaction of its own: leave it out; what belongs together goes into one "
    "statement";
static const char temporary[] =
    "steps run on several connections, which don't see each other's temporary objects: make it in "
    "a schema (CREATE SCHEMA IF NOT EXISTS staging; CREATE TABLE staging.t AS ..)";
static const char installing[] =
    "nothing is fetched at run time: put the extension where the engine looks for it and write "
    "LOAD";

/* Longer words stand before shorter ones with the same beginning. */
static const struct sql_rule rules[] = {
    {.words = "SET", .class = SQL_SESSION},
    {.words = "RESET", .class = SQL_SESSION},
    {.words = "USE", .class = SQL_SESSION},
    {.words = "PRAGMA DATABASE_LIST", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA DATABASE_SIZE", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA SHOW_TABLES", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA SHOW_TABLES_EXPANDED", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA SHOW", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA STORAGE_INFO", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA TABLE_INFO", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA VERSION", .class = SQL_DATA, .is_barrier = true},
    {.words = "PRAGMA", .class = SQL_SESSION},
    {.words = "ATTACH", .class = SQL_SESSION},
    {.words = "DETACH", .class = SQL_SESSION},
    {.words = "LOAD", .class = SQL_SESSION},
    {.words = "PREPARE", .class = SQL_SESSION},
    {.words = "DEALLOCATE", .class = SQL_SESSION},

    {.words = "CREATE TEMPORARY SECRET", .class = SQL_DEFINITION},
    {.words = "CREATE PERSISTENT SECRET", .class = SQL_DEFINITION},
    {.words = "CREATE SECRET", .class = SQL_DEFINITION},
    {.words = "CREATE MACRO", .class = SQL_DEFINITION},
    {.words = "CREATE FUNCTION", .class = SQL_DEFINITION},
    {.words = "CREATE TYPE", .class = SQL_DEFINITION},
    {.words = "CREATE SEQUENCE", .class = SQL_DEFINITION},
    {.words = "CREATE SCHEMA", .class = SQL_DEFINITION},
    {.words = "DROP MACRO", .class = SQL_DEFINITION},
    {.words = "DROP FUNCTION", .class = SQL_DEFINITION},
    {.words = "DROP TYPE", .class = SQL_DEFINITION},
    {.words = "DROP SEQUENCE", .class = SQL_DEFINITION},
    {.words = "DROP SCHEMA", .class = SQL_DEFINITION},
    {.words = "DROP SECRET", .class = SQL_DEFINITION},
    {.words = "ALTER SEQUENCE", .class = SQL_DEFINITION},
    {.words = "ALTER SCHEMA", .class = SQL_DEFINITION},
    {.words = "ALTER TYPE", .class = SQL_DEFINITION},
    {.words = "ALTER DATABASE", .class = SQL_DEFINITION},
    {.words = "COMMENT", .class = SQL_DEFINITION},
    {.words = "CALL", .class = SQL_DEFINITION},
    {.words = "COPY FROM DATABASE", .class = SQL_DEFINITION},
    {.words = "EXPORT DATABASE", .class = SQL_DEFINITION},
    {.words = "IMPORT DATABASE", .class = SQL_DEFINITION},
    {.words = "VACUUM", .class = SQL_DEFINITION},
    {.words = "EXECUTE", .class = SQL_DEFINITION},

    {.words = "CREATE TEMP", .class = SQL_TEMPORARY, .way_out = temporary},
    {.words = "CREATE TEMPORARY", .class = SQL_TEMPORARY, .way_out = temporary},
    {.words = "CREATE LOCAL", .class = SQL_TEMPORARY, .way_out = temporary},
    {.words = "CREATE GLOBAL", .class = SQL_TEMPORARY, .way_out = temporary},

    {.words = "BEGIN", .class = SQL_REFUSED, .way_out = transaction},
    {.words = "START TRANSACTION", .class = SQL_REFUSED, .way_out = transaction},
    {.words = "COMMIT", .class = SQL_REFUSED, .way_out = transaction},
    {.words = "ROLLBACK", .class = SQL_REFUSED, .way_out = transaction},
    {.words = "ABORT", .class = SQL_REFUSED, .way_out = transaction},
    {.words = "END", .class = SQL_REFUSED, .way_out = transaction},
    {.words = "CHECKPOINT FORCE",
     .class = SQL_REFUSED,
     .way_out = "it would end the other steps' transactions: leave it out, or write CHECKPOINT"},
    {.words = "FORCE CHECKPOINT",
     .class = SQL_REFUSED,
     .way_out = "it would end the other steps' transactions: leave it out, or write CHECKPOINT"},
    {.words = "INSTALL", .class = SQL_REFUSED, .way_out = installing},
    {.words = "FORCE INSTALL", .class = SQL_REFUSED, .way_out = installing},
    {.words = "UPDATE EXTENSIONS", .class = SQL_REFUSED, .way_out = installing},

    {.words = "CHECKPOINT", .class = SQL_DATA, .is_barrier = true},
    {.words = "DROP INDEX", .class = SQL_DATA, .is_barrier = true},
    {.words = NULL, .class = SQL_DATA},
};

const struct sql_rule *sql_rules(void)
{
    return rules;
}

static bool is_noise(const struct sql_tokens *tokens, guint index)
{
    static const char *const words[] = {"OR", "REPLACE", "UNIQUE", "UNLOGGED", "RECURSIVE"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (sql_token_is(tokens, index, words[i]))
            return sql_token_is(tokens, 0, "CREATE");
    return false;
}

/* The first words in upper case, OR REPLACE and the like left out: enough for the longest rule. */
static char *first_words(const struct sql_tokens *tokens)
{
    enum { MAX_WORDS = 3 };
    GString *out = g_string_new(NULL);
    guint count = 0;
    for (guint i = 0; count < MAX_WORDS && sql_token_at(tokens, i)->kind == TOKEN_WORD; i++) {
        const struct sql_token *token = sql_token_at(tokens, i);
        if (is_noise(tokens, i))
            continue;
        if (count++)
            g_string_append_c(out, ' ');
        g_string_append_len(out, sql_token_text(tokens, token), token->length);
    }
    g_string_ascii_up(out);
    return g_string_free(out, FALSE);
}

static bool begins_with(const char *statement, const char *words)
{
    const gsize length = strlen(words);
    return strncmp(statement, words, length) == 0 &&
           (statement[length] == '\0' || statement[length] == ' ');
}

static bool names_its_object(const char *word)
{
    static const char *const words[] = {"CREATE", "ALTER", "DROP", "SET"};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (begins_with(word, words[i]))
            return true;
    return false;
}

/* "CREATE TEMP TABLE" for what is refused, "CREATE INDEX", "INSERT". */
static gsize verb_length(const char *statement, const struct sql_rule *rule)
{
    const guint wanted = rule->class == SQL_TEMPORARY                  ? 3
                         : rule->words && strchr(rule->words, ' ')     ? 2
                         : names_its_object(statement) && !rule->words ? 2
                                                                       : 1;
    gsize length = 0;
    for (guint i = 0; i < wanted && statement[length]; i++)
        length += strcspn(statement + length + (i > 0), " ") + (i > 0);
    return length;
}

/* What no rule begins with, and most bodies do. */
static bool is_query(const struct sql_token *first)
{
    return first->kind != TOKEN_WORD || first->word == WORD_SELECT || first->word == WORD_FROM ||
           first->word == WORD_WITH;
}

const struct sql_rule *sql_classify(const struct sql_tokens *tokens, struct arena *arena,
                                    const char **out_verb)
{
    if (is_query(sql_token_at(tokens, 0))) {
        *out_verb = "SELECT";
        return &rules[G_N_ELEMENTS(rules) - 1];
    }
    g_autofree char *statement = first_words(tokens);
    const struct sql_rule *rule = rules;
    while (rule->words && !begins_with(statement, rule->words))
        rule++;
    *out_verb = arena_text(arena, statement, verb_length(statement, rule));
    return rule;
}
