/* SPDX-License-Identifier: Apache-2.0 */
#include "base/relation.h"

#include <string.h>

static void setting_free(gpointer pointer)
{
    struct setting *setting = pointer;
    g_free(setting->text);
    g_clear_pointer(&setting->items, g_ptr_array_unref);
    g_free(setting);
}

struct relation *relation_new(const char *format)
{
    struct relation *relation = g_new0(struct relation, 1);
    relation->format = format;
    relation->paths = g_ptr_array_new_with_free_func(g_free);
    relation->settings = g_ptr_array_new_with_free_func(setting_free);
    return relation;
}

void relation_free(struct relation *relation)
{
    if (!relation)
        return;
    g_ptr_array_unref(relation->paths);
    g_ptr_array_unref(relation->settings);
    g_clear_pointer(&relation->origins, g_ptr_array_unref);
    g_free(relation);
}

const char *relation_origin(const struct relation *relation, guint index)
{
    return g_ptr_array_index(relation->origins ? relation->origins : relation->paths, index);
}

/* Finds the setting to change, or adds one. */
static struct setting *setting_named(struct relation *relation, const char *name)
{
    for (guint i = 0; i < relation->settings->len; i++) {
        struct setting *setting = g_ptr_array_index(relation->settings, i);
        if (strcmp(setting->name, name) == 0)
            return setting;
    }
    struct setting *setting = g_new0(struct setting, 1);
    setting->name = name;
    g_ptr_array_add(relation->settings, setting);
    return setting;
}

struct setting *relation_set(struct relation *relation, const char *name, enum setting_kind kind,
                             const char *text)
{
    struct setting *setting = setting_named(relation, name);
    setting->kind = kind;
    g_free(setting->text);
    setting->text = g_strdup(text);
    g_clear_pointer(&setting->items, g_ptr_array_unref);
    if (kind == SETTING_LIST || kind == SETTING_PAIRS)
        setting->items = g_ptr_array_new_with_free_func(g_free);
    return setting;
}

const struct setting *relation_get(const struct relation *relation, const char *name)
{
    for (guint i = 0; i < relation->settings->len; i++) {
        const struct setting *setting = g_ptr_array_index(relation->settings, i);
        if (strcmp(setting->name, name) == 0)
            return setting;
    }
    return NULL;
}

void relation_remove(struct relation *relation, const char *name)
{
    for (guint i = 0; i < relation->settings->len; i++) {
        const struct setting *setting = g_ptr_array_index(relation->settings, i);
        if (strcmp(setting->name, name) == 0) {
            g_ptr_array_remove_index(relation->settings, i);
            return;
        }
    }
}

bool relation_has_pair(const struct relation *relation, const char *name, const char *key)
{
    const struct setting *setting = relation_get(relation, name);
    for (guint i = 0; setting && i + 1 < setting->items->len; i += 2)
        if (g_ascii_strcasecmp(g_ptr_array_index(setting->items, i), key) == 0)
            return true;
    return false;
}

static void copy_texts(const GPtrArray *from, GPtrArray *to)
{
    for (guint i = 0; from && i < from->len; i++)
        g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
}

struct relation *relation_copy(const struct relation *relation)
{
    struct relation *copy = relation_new(relation->format);
    copy_texts(relation->paths, copy->paths);
    if (relation->origins) {
        copy->origins = g_ptr_array_new_with_free_func(g_free);
        copy_texts(relation->origins, copy->origins);
    }
    for (guint i = 0; i < relation->settings->len; i++) {
        const struct setting *from = g_ptr_array_index(relation->settings, i);
        struct setting *to = relation_set(copy, from->name, from->kind, from->text);
        copy_texts(from->items, to->items);
    }
    return copy;
}
