/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles as they are written: what comes from elsewhere stays a reference, secrets are stars. */
#include "base/cover.h"
#include "connect/registry.h"
#include "docs/model_part.h"
#include "run/results.h"

#include <string.h>

static const char *const stars = "***";

/* The profile's text has stars in it already where its values are secret. */
static char *shown(const struct value *value)
{
    if (!value->span.text)
        return g_strdup(value->text ? value->text : "");
    char *slice = g_strstrip(span_dup(value->span));
    const gsize length = strlen(slice);
    if (strstr(slice, stars)) {
        g_free(slice);
        return g_strdup(stars);
    }
    if (length > 1 && (*slice == '"' || *slice == '\'') && slice[length - 1] == *slice) {
        memmove(slice, slice + 1, length - 2);
        slice[length - 2] = '\0';
    }
    return slice;
}

/* {env: NAME} */
static bool is_place(const struct value *value)
{
    return value->kind == VALUE_MAP && value->members->len == 1 &&
           (value_get(value, "env") || value_get(value, "file") || value_get(value, "command"));
}

/* What its name doesn't tell the connector does. */
/* NOLINTNEXTLINE(misc-no-recursion): the profile's reader bounds it */
static bool is_secret(const struct connector *connector, const char *name,
                      const struct value *value)
{
    const struct option *option = connector ? option_find(connector->options, ~0u, name) : NULL;
    if (is_place(value))
        return false;
    if (option && option->flags & OPTION_SECRET)
        return true;
    for (guint i = 0; connector && value->kind == VALUE_MAP && i < value->members->len; i++) {
        const struct member *member = g_ptr_array_index(value->members, i);
        g_autofree char *inner = g_strconcat(name, ".", member->key, NULL);
        if (is_secret(connector, inner, member->value))
            return true;
    }
    return value->text && name_is_secret(name, strlen(name));
}

static json_t *pair(const struct connector *connector, const struct member *member)
{
    const bool is_hidden = is_secret(connector, member->key, member->value);
    g_autofree char *value = is_hidden ? g_strdup(stars) : shown(member->value);
    return json_pack("{s:o, s:o}", "name", results_text(member->key), "value", results_text(value));
}

/* Of a connector, or of none (NULL). */
static json_t *pairs(const struct connector *connector, const struct value *map)
{
    json_t *array = json_array();
    for (guint i = 0; map && map->members && i < map->members->len; i++)
        json_array_append_new(array, pair(connector, g_ptr_array_index(map->members, i)));
    return array;
}

static json_t *connections(const struct registry *registry, const struct profile *profile)
{
    json_t *array = json_array();
    for (guint i = 0; i < profile->connectors->len; i++) {
        const struct profile_connector *named = g_ptr_array_index(profile->connectors, i);
        const struct connector *connector = registry_find(registry, named->type, NULL);
        json_array_append_new(array, json_pack("{s:o, s:o, s:o}", "name", results_text(named->name),
                                               "connector", results_text(named->type), "options",
                                               pairs(connector, named->params)));
    }
    return array;
}

static json_t *profile_object(const struct registry *registry, const struct docs_profile *entry)
{
    const struct profile *profile = entry->profile;
    const char *problem = profile ? NULL : "it has errors: sqlflow describe profile tells them";
    g_autofree char *path = g_strdup_printf("profiles/%s.yml", entry->name);
    const char *database = profile && !profile->in_memory ? profile->database_path : NULL;
    json_t *object = json_object();
    json_object_set_new(object, "name", results_text(entry->name));
    json_object_set_new(object, "path", results_text(path));
    json_object_set_new(object, "is_used", json_boolean(entry->is_used));
    json_object_set_new(object, "problem", results_text(problem));
    json_object_set_new(object, "engine", results_text(profile ? profile->engine : NULL));
    json_object_set_new(object, "database", results_text(database));
    json_object_set_new(
        object, "variables",
        pairs(NULL, profile && profile->root ? value_get(profile->root, "variables") : NULL));
    json_object_set_new(object, "connections",
                        profile ? connections(registry, profile) : json_array());
    return object;
}

json_t *model_profiles(const struct docs_input *input)
{
    json_t *array = json_array();
    for (guint i = 0; i < input->profile_count; i++)
        json_array_append_new(array, profile_object(input->registry, &input->profiles[i]));
    return array;
}
