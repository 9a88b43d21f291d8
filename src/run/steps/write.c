/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps/write.h"

#include "base/name.h"

#include <string.h>

static const enum write_mode write_modes[] = {
    [0] = WRITE_REPLACE,          [MODE_REPLACE] = WRITE_REPLACE,    [MODE_APPEND] = WRITE_APPEND,
    [MODE_UPSERT] = WRITE_UPSERT, [MODE_INCREMENTAL] = WRITE_WINDOW,
};

static const struct {
    const char *word;
    enum schema_policy policy;
} policies[] = {
    {"strict", SCHEMA_STRICT},
    {"evolve", SCHEMA_EVOLVE},
    {"ignore", SCHEMA_IGNORE},
};

static enum schema_policy schema_policy(const struct options *options)
{
    const char *word = options ? options_text(options, "schema") : NULL;
    for (gsize i = 0; word && i < G_N_ELEMENTS(policies); i++)
        if (strcmp(policies[i].word, word) == 0)
            return policies[i].policy;
    return SCHEMA_STRICT;
}

static GPtrArray *key_names(const struct mode *mode)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < mode->keys->len; i++) {
        const struct fragment *key = g_ptr_array_index(mode->keys, i);
        g_auto(GStrv) parts = name_split(key->text);
        g_ptr_array_add(names, g_strdup(parts ? parts[0] : key->text));
    }
    g_ptr_array_add(names, NULL);
    return names;
}

void write_target_init(struct write_target *write, const struct operation *operation)
{
    const struct statement *statement = operation->statement;
    const struct mode *mode = &statement->mode;
    *write = (struct write_target){.keys = mode->keys ? key_names(mode) : NULL};
    write->target = (struct target){
        .name = statement->table.text,
        .is_view = statement->is_view,
        .keep_declaration = operation->keep_declaration,
        .mode = write_modes[mode->kind],
        .schema = schema_policy(operation->options),
        .keys = write->keys ? (const char *const *)write->keys->pdata : NULL,
    };
}

void write_target_clear(struct write_target *write)
{
    g_clear_pointer(&write->keys, g_ptr_array_unref);
}
