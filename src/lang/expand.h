/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the tree of the main file to the flat list of statements that count: SET, IF and INCLUDE are
 * evaluated in file order as they are met, and every fragment of a taken statement is resolved.
 */
#pragma once

#include "lang/variable.h"

/* A statement that counts, with the schema that INCLUDE .. AS puts it in. */
struct item {
    struct statement *statement; /* owned by the script's trees */
    const char *alias;           /* "a" or "a_b"; NULL outside of aliases. Owned by the script */
};

/* All that was read for one pipeline: texts, trees, the flat list. Immutable once made. */
struct script {
    struct text *text;           /* of the main file; owned */
    GPtrArray *texts;            /* included files: struct text; owned */
    GPtrArray *trees;            /* GPtrArray of struct statement, one per text; owned */
    GArray *items;               /* struct item: no SET, IF, INCLUDE */
    GPtrArray *broken;           /* struct statement: not taken for an error in them */
    GPtrArray *aliases;          /* char *: schemas to make, in order of first use, no repeats */
    struct variables *variables; /* of the main scope, with all uses; borrowed */
};

enum {
    /* Of all files together: one that is included often counts each time. */
    TEXTS_MAX_BYTES = 256 * 1024 * 1024,
};

struct expand_options {
    /* Absolute; includes are looked up beside the includer, then here. */
    const char *project_directory;
    struct variables *variables;
};

/* Takes `text` over, even on errors. Never NULL: what could be read is there, and every fragment of
 * an item has a text, if not always the right one after an error. */
struct script *script_new(struct text *text, const struct expand_options *options,
                          struct diagnostics *diagnostics);
void script_free(struct script *script);
DEFINE_AUTO(script, script_free);
