/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/secret.h"

#include <string.h>

bool option_is_secret(const struct connector *connector, const char *name)
{
    for (const struct option *option = connector ? connector->options : NULL;
         option && option->name; option++)
        if (strcmp(option->name, name) == 0 ||
            (option->aliases && g_strv_contains(option->aliases, name)))
            return option->flags & OPTION_SECRET;
    return false;
}

GHashTable *plan_secrets(const struct plan *plan)
{
    GHashTable *secrets = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < plan->operations->len; i++) {
        const struct operation *operation = g_ptr_array_index(plan->operations, i);
        const struct value *map = operation->connector ? operation->statement->options : NULL;
        for (guint k = 0; map && k < map->members->len; k++) {
            const struct member *member = g_ptr_array_index(map->members, k);
            if (member->value->text && option_is_secret(operation->connector, member->key))
                g_hash_table_add(secrets, member->value->text);
        }
    }
    return secrets;
}
