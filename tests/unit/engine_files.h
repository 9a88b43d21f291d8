/* SPDX-License-Identifier: Apache-2.0 */
/* Relations and loads, for tests of files. */
#pragma once

#include "engine_case.h"

G_GNUC_UNUSED static struct relation *relation_of(struct engine_case *test, const char *format,
                                                  const char *name, const char *text)
{
    struct relation *relation = relation_new(format);
    g_ptr_array_add(relation->paths, case_file(test, name, text));
    return relation;
}

G_GNUC_UNUSED static void set(struct relation *relation, const char *name, enum setting_kind kind,
                              const char *text)
{
    relation_set(relation, name, kind, text);
}

/* `items`: separated by `|`. */
G_GNUC_UNUSED static void set_items(struct relation *relation, const char *name,
                                    enum setting_kind kind, const char *items)
{
    struct setting *setting = relation_set(relation, name, kind, NULL);
    g_auto(GStrv) parts = g_strsplit(items, "|", -1);
    for (char **part = parts; *part; part++)
        g_ptr_array_add(setting->items, g_strdup(*part));
}

G_GNUC_UNUSED static bool try_load(struct engine_case *test, const struct relation *relation,
                                   const char *where, gint64 *rows, GError **error)
{
    const struct target target = {.name = "t"};
    return case_load(test, &target, relation, where, rows, error);
}

G_GNUC_UNUSED static gint64 load(struct engine_case *test, const struct relation *relation,
                                 const char *where)
{
    g_autoptr(GError) error = NULL;
    gint64 rows = -2;
    if (!try_load(test, relation, where, &rows, &error))
        g_error("%s", error->message);
    return rows;
}
