/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/option.h"

#include "base/nearest.h"
#include "connect/connector.h"
#include "connect/format/format.h"
#include "connect/growing.h"
#include "connect/option_parse.h"
#include "connect/storage/storage.h"

#include <string.h>

static const char *const retries_aliases[] = {"max_retries", NULL};
static const char *const timeout_aliases[] = {"timeout_seconds", NULL};

enum { ANY_USE = OPTION_FOR_SOURCE | OPTION_FOR_EXPORT };

static const struct option common_table[] = {
    {.name = "retries",
     .aliases = retries_aliases,
     .type = OPTION_INTEGER,
     .flags = ANY_USE,
     .maximum = 100,
     .help = "how often a failure outside (connection lost, 503) is tried again (2)"},
    {.name = "retry_delay",
     .type = OPTION_DURATION,
     .flags = ANY_USE,
     .help = "how long to wait at least before a new try (500ms)"},
    {.name = "timeout",
     .aliases = timeout_aliases,
     .type = OPTION_DURATION,
     .flags = ANY_USE,
     .help = "after how long the step is interrupted and fails, such as 30s"},
    {.name = "tags",
     .type = OPTION_STRINGS,
     .flags = ANY_USE,
     .help = "words to select the step by: --select tag:WORD"},
    {.name = "depends_on",
     .type = OPTION_STRINGS,
     .flags = ANY_USE,
     .help = "steps or tables that this one waits for, besides those it reads"},
    {.name = "repeatable",
     .type = OPTION_BOOLEAN,
     .flags = ANY_USE,
     .help =
         "doing the step twice gives the outcome of once: asked for where it adds to a table of "
         "an attached database"},
    {.name = NULL},
};

const struct option *common_options(void)
{
    return common_table;
}

struct options {
    GPtrArray *values; /* struct option_value; NULL: none is given */
    const struct option *table;
    guint use;
};

static bool option_has_name(const struct option *option, const char *name)
{
    return strcmp(option->name, name) == 0 ||
           (option->aliases && g_strv_contains(option->aliases, name));
}

/* One name may stand for two options, of a source and of an export. */
const struct option *option_find(const struct option *table, guint use, const char *name)
{
    for (const struct option *option = table; option && option->name; option++)
        if ((option->flags & use) && option_has_name(option, name))
            return option;
    return NULL;
}

/* There are options NAME.x and none NAME. */
static bool is_group(const struct option *table, const char *name)
{
    g_autofree char *prefix = g_strconcat(name, ".", NULL);
    bool found = false;
    for (const struct option *option = table; option && option->name; option++) {
        if (option_has_name(option, name))
            return false;
        found |= g_str_has_prefix(option->name, prefix);
    }
    return found;
}

static bool is_written_group(const struct option *table, const struct member *member)
{
    return member->value->kind == VALUE_MAP && is_group(table, member->key);
}

static void add_group(struct value *out, const struct member *group)
{
    for (guint i = 0; i < group->value->members->len; i++) {
        const struct member *member = g_ptr_array_index(group->value->members, i);
        g_autofree char *key = g_strconcat(group->key, ".", member->key, NULL);
        value_add_member(out, key, member->key_span, value_copy(member->value));
    }
}

struct value *options_flatten(const struct option *table, const struct value *map)
{
    bool changes = false;
    for (guint i = 0; map && i < map->members->len; i++)
        changes |= is_written_group(table, g_ptr_array_index(map->members, i));
    if (!changes)
        return NULL;
    struct value *out = value_new(VALUE_MAP, map->span, NULL);
    for (guint i = 0; i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        if (is_written_group(table, member))
            add_group(out, member);
        else
            value_add_member(out, member->key, member->key_span, value_copy(member->value));
    }
    return out;
}

static const struct option_value *find_value(const struct options *options, const char *name)
{
    for (guint i = 0; options->values && i < options->values->len; i++) {
        const struct option_value *value = g_ptr_array_index(options->values, i);
        if (strcmp(value->option->name, name) == 0)
            return value;
    }
    return NULL;
}

/* What a map is checked against. */
struct check {
    const struct option *table;
    guint use;
    const char *connector;
    bool is_part;       /* other names are someone else's */
    bool relates_files; /* those of formats and storages are */
    struct diagnostics *diagnostics;
};

static void add_names(GPtrArray *names, const struct option *table, guint use)
{
    for (const struct option *option = table; option && option->name; option++) {
        if (!(option->flags & use))
            continue;
        g_ptr_array_add(names, g_strdup(option->name));
        for (const char *const *alias = option->aliases; alias && *alias; alias++)
            g_ptr_array_add(names, g_strdup(*alias));
    }
}

/* Nearest name, or all of them when they are few; the common ones when there are no others. */
static char *unknown_hint(const struct check *check, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    add_names(names, check->table, check->use);
    const guint own = names->len;
    add_names(names, common_table, check->use);
    add_names(names, growing_options(), check->use);
    if (check->use & OPTION_STORAGE)
        add_names(names, storage_options(), check->use);
    for (const struct format *const *format = format_table(); check->relates_files && *format;
         format++)
        add_names(names, (*format)->options, check->use);
    g_ptr_array_add(names, NULL);
    char *hint = nearest_hint(name, (const char *const *)names->pdata);
    if (hint || own > 8)
        return hint;
    if (own > 0) {
        g_ptr_array_set_size(names, (gint)own);
        g_ptr_array_add(names, NULL);
    }
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    return g_strdup_printf("there are %s", list);
}

static void report_unknown(const struct check *check, const struct member *member)
{
    const guint other_use =
        (check->use & OPTION_FOR_SOURCE) ? OPTION_FOR_EXPORT : OPTION_FOR_SOURCE;
    if (option_find(check->table, other_use, member->key)) {
        diagnostics_add(check->diagnostics, SF_OPTION_USE, member->key_span, NULL,
                        "option '%s' of %s is for %s only", member->key, check->connector,
                        other_use == OPTION_FOR_EXPORT ? "EXPORT" : "SOURCE");
        return;
    }
    const char *other = format_find(check->connector) ? connector_with_option(member->key) : NULL;
    g_autofree char *hint = unknown_hint(check, member->key);
    if (other)
        diagnostics_add(check->diagnostics, SF_OPTION_NO_EFFECT, member->key_span, NULL,
                        "option '%s' has no effect on %s (it is one of %s)", member->key,
                        check->connector, other);
    else
        diagnostics_add(check->diagnostics, SF_UNKNOWN_OPTION, member->key_span, hint,
                        "unknown option '%s' for %s", member->key, check->connector);
}

/* Whether it fits the format and the storage is found out when these are known. */
static bool is_of_files(const struct check *check, const char *name)
{
    return check->relates_files && !option_find(check->table, ~check->use, name) &&
           connector_with_option(name);
}

static void check_member(const struct check *check, const struct member *member,
                         struct options *options)
{
    const struct option *option = option_find(check->table, check->use, member->key);
    const bool is_known =
        option_find(common_table, check->use, member->key) ||
        option_find(growing_options(), check->use, member->key) ||
        ((check->use & OPTION_STORAGE) && option_find(storage_options(), check->use, member->key));
    if (!option) {
        if (!is_known && !check->is_part && !is_of_files(check, member->key))
            report_unknown(check, member);
        return;
    }
    const struct option_value *former = find_value(options, option->name);
    if (former) {
        diagnostics_add(check->diagnostics, SF_OPTION_REPEATED, member->key_span, NULL,
                        "option '%s' is given twice", option->name);
        diagnostics_relate(check->diagnostics, former->at, "first here");
        return;
    }
    struct option_value *value = option_value_new(option, member, check->diagnostics);
    if (value)
        g_ptr_array_add(options->values, value);
}

static void check_conflicts(const struct check *check, const struct options *options)
{
    for (guint i = 0; options->values && i < options->values->len; i++) {
        const struct option_value *value = g_ptr_array_index(options->values, i);
        const char *excluded = value->option->excludes;
        const struct option_value *other = excluded ? find_value(options, excluded) : NULL;
        if (!other)
            continue;
        diagnostics_add(check->diagnostics, SF_OPTION_CONFLICT, value->at, "leave one of them out",
                        "the options '%s' and '%s' of %s exclude each other", value->option->name,
                        excluded, check->connector);
        diagnostics_relate(check->diagnostics, other->at, "the other one");
    }
}

static void check_required(const struct check *check, const struct value *map, struct span at)
{
    for (const struct option *option = check->table; option && option->name; option++) {
        if (!(option->flags & OPTION_REQUIRED) || !(option->flags & check->use))
            continue;
        bool given = false;
        for (guint i = 0; map && i < map->members->len; i++)
            given |= option_has_name(option, ((struct member *)map->members->pdata[i])->key);
        if (!given)
            diagnostics_add(check->diagnostics, SF_OPTION_MISSING, at, option->help,
                            "%s needs the option '%s'", check->connector, option->name);
    }
}

static struct options *check_map(const struct check *check, const struct value *map)
{
    AUTO(options) options = g_new0(struct options, 1);
    if (map)
        options->values = g_ptr_array_new_with_free_func(option_value_free);
    options->table = check->table;
    options->use = check->use;
    const guint errors = diagnostics_errors(check->diagnostics);
    for (guint i = 0; map && i < map->members->len; i++)
        check_member(check, g_ptr_array_index(map->members, i), options);
    check_conflicts(check, options);
    if (diagnostics_errors(check->diagnostics) > errors)
        return NULL;
    return g_steal_pointer(&options);
}

/* With what is missing. */
static struct options *check_whole(const struct check *check, const struct value *map,
                                   struct span at)
{
    const guint errors = diagnostics_errors(check->diagnostics);
    AUTO(options) options = check_map(check, map);
    check_required(check, map, at);
    return diagnostics_errors(check->diagnostics) > errors ? NULL : g_steal_pointer(&options);
}

struct options *options_check(const struct option *table, guint use, const char *connector,
                              const struct value *map, struct span at,
                              struct diagnostics *diagnostics)
{
    const struct check check = {
        .table = table, .use = use, .connector = connector, .diagnostics = diagnostics};
    return check_whole(&check, map, at);
}

struct options *options_check_own(const struct option *table, guint use, const char *connector,
                                  const struct value *map, struct span at,
                                  struct diagnostics *diagnostics)
{
    const struct check check = {.table = table,
                                .use = use | OPTION_GROWING | OPTION_STORAGE,
                                .connector = connector,
                                .relates_files = true,
                                .diagnostics = diagnostics};
    return check_whole(&check, map, at);
}

struct options *options_check_some(const struct option *table, guint use, const struct value *map,
                                   struct diagnostics *diagnostics)
{
    const struct check check = {.table = table,
                                .use = use,
                                .connector = "this statement",
                                .is_part = true,
                                .diagnostics = diagnostics};
    return check_map(&check, map);
}

struct options *options_check_common(const struct value *map, struct diagnostics *diagnostics)
{
    return options_check_some(common_table, ANY_USE, map, diagnostics);
}

void options_free(struct options *options)
{
    if (!options)
        return;
    g_clear_pointer(&options->values, g_ptr_array_unref);
    g_free(options);
}

static const char *default_of(const struct options *options, const char *name)
{
    const struct option *option = option_find(options->table, options->use, name);
    return option ? option->default_text : NULL;
}

const char *options_text(const struct options *options, const char *name)
{
    const struct option_value *value = find_value(options, name);
    return value ? value->text : default_of(options, name);
}

gint64 options_integer(const struct options *options, const char *name, gint64 missing)
{
    const char *text = options_text(options, name);
    return text ? g_ascii_strtoll(text, NULL, 10) : missing;
}

gdouble options_seconds(const struct options *options, const char *name, gdouble missing)
{
    const char *text = options_text(options, name);
    return text ? g_ascii_strtod(text, NULL) : missing;
}

gboolean options_boolean(const struct options *options, const char *name, gboolean missing)
{
    const char *text = options_text(options, name);
    return text ? strcmp(text, "true") == 0 : missing;
}

const GPtrArray *options_list(const struct options *options, const char *name)
{
    const struct option_value *value = find_value(options, name);
    return value ? value->items : NULL;
}

const struct secret_place *options_secret(const struct options *options, const char *name)
{
    const struct option_value *value = find_value(options, name);
    return value && value->place.kind ? &value->place : NULL;
}

struct span options_place(const struct options *options, const char *name)
{
    const struct option_value *value = find_value(options, name);
    return value ? value->at : (struct span){.text = NULL};
}

static void copy_items(const GPtrArray *items, struct setting *setting)
{
    for (guint i = 0; i < items->len; i++)
        g_ptr_array_add(setting->items, g_strdup(items->pdata[i]));
}

void options_to_relation(const struct options *options, struct relation *relation)
{
    for (guint i = 0; options->values && i < options->values->len; i++) {
        const struct option_value *value = g_ptr_array_index(options->values, i);
        if (strcmp(value->option->name, "path") == 0)
            continue;
        struct setting *setting = relation_set(relation, value->option->name,
                                               option_setting_kind(value->option), value->text);
        if (value->items)
            copy_items(value->items, setting);
    }
}
