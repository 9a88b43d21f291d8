/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include "base/choice.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/quantity.h"

#include <string.h>

struct flags {
    GPtrArray *values[FLAG_COUNT]; /* char *, NULL-terminated when read; NULL: not given */
    const enum flag *more;         /* those that are being read, besides the common ones */
};

struct flags *flags_new(void)
{
    return g_new0(struct flags, 1);
}

void flags_free(struct flags *flags)
{
    if (!flags)
        return;
    for (guint i = 0; i < FLAG_COUNT; i++)
        if (flags->values[i])
            g_ptr_array_unref(flags->values[i]);
    g_free(flags);
}

static bool number_fits(const struct flag_info *info, const char *called, const char *value,
                        GError **error)
{
    guint minimum = info->maximum > 0 ? 0 : 1;
    guint maximum = info->maximum > 0 ? info->maximum : 1000000000;
    if (g_ascii_string_to_unsigned(value, 10, minimum, maximum, NULL, NULL))
        return true;
    g_autofree char *range =
        info->maximum > 0 ? g_strdup_printf("from 0 to %u", maximum) : g_strdup("from 1 on");
    error_set(error, ERROR_USAGE, "%s wants a whole number %s, not '%s'", called, range, value);
    return false;
}

static bool value_fits(const struct flag_info *info, const char *called, const char *value,
                       GError **error)
{
    switch (info->kind) {
    case FLAG_NUMBER:
        return number_fits(info, called, value, error);
    case FLAG_DURATION:
        if (!duration_parse(value, &(gdouble){0})) {
            error_set(error, ERROR_USAGE, "%s wants a time such as 30s, 500ms or 2m, not '%s'",
                      called, value);
            return false;
        }
        return true;
    case FLAG_WORD:
        if (!g_strv_contains(info->words, value)) {
            g_autofree char *words = choice_list(info->words);
            g_autofree char *hint = nearest_hint(value, info->words);
            error_set_full(error, ERROR_USAGE,
                           &(struct error_details){.position = -1, .suggestion = hint}, words);
            g_prefix_error(error, "%s can't be '%s'; there is: ", called, value);
            return false;
        }
        return true;
    case FLAG_SWITCH:
    case FLAG_TEXT:
    case FLAG_LIST:
        break;
    }
    return true;
}

static bool flags_set(struct flags *flags, enum flag flag, const char *called, const char *value,
                      GError **error)
{
    const struct flag_info *info = flag_info(flag);
    if (info->refused) {
        error_set(error, ERROR_USAGE, "%s is not supported yet", called);
        return false;
    }
    if (value && !g_utf8_validate(value, -1, NULL)) {
        error_set(error, ERROR_USAGE, "the value of %s is not UTF-8", called);
        return false;
    }
    if (value && !value_fits(info, called, value, error))
        return false;
    if (!flags->values[flag])
        flags->values[flag] = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    g_ptr_array_add(flags->values[flag], g_strdup(value ? value : "true"));
    return true;
}

static bool is_called(const struct flag_info *info, const char *called)
{
    if (called[1] != '-')
        return info->letter && called[1] == info->letter;
    const char *name = called + 2;
    return strcmp(name, info->name) == 0 || (info->alias && strcmp(name, info->alias) == 0);
}

enum flag flag_find(const char *called, const enum flag *list)
{
    for (; list && *list; list++)
        if (is_called(flag_info(*list), called))
            return *list;
    return 0;
}

static gboolean take_option(const char *called, const char *value, gpointer data, GError **error)
{
    struct flags *flags = data;
    const enum flag common = flag_find(called, common_flags);
    const enum flag flag = common ? common : flag_find(called, flags->more);
    return flags_set(flags, flag, called, value, error);
}

static void add_entries(GArray *entries, const enum flag *list)
{
    union {
        GOptionArgFunc function;
        gpointer pointer;
    } callback = {.function = take_option};
    for (; list && *list; list++) {
        const struct flag_info *info = flag_info(*list);
        GOptionEntry entry = {
            .long_name = info->name,
            .short_name = info->letter,
            .flags = info->kind == FLAG_SWITCH ? G_OPTION_FLAG_NO_ARG : G_OPTION_FLAG_FILENAME,
            .arg = G_OPTION_ARG_CALLBACK,
            .arg_data = callback.pointer,
        };
        g_array_append_val(entries, entry);
        entry.long_name = info->alias;
        entry.short_name = 0;
        if (info->alias)
            g_array_append_val(entries, entry);
    }
}

static GOptionContext *context_new(struct flags *flags, const enum flag *more)
{
    g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
    add_entries(entries, common_flags);
    add_entries(entries, more);
    GOptionContext *context = g_option_context_new(NULL);
    flags->more = more;
    GOptionGroup *group = g_option_group_new("flags", "", "", flags, NULL);
    g_option_group_add_entries(group, (const GOptionEntry *)(void *)entries->data);
    g_option_context_set_main_group(context, group);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_ignore_unknown_options(context, TRUE);
    return context;
}

static bool list_has(const enum flag *list, enum flag flag)
{
    for (; list && *list; list++)
        if (*list == flag)
            return true;
    return false;
}

static bool unknown_flag(const char *given, const char *command, const enum flag *more,
                         GError **error)
{
    g_autofree char *called = g_strndup(given, strcspn(given, "="));
    g_autoptr(GPtrArray) names = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    bool elsewhere = false;
    for (enum flag flag = 1; flag < FLAG_COUNT; flag++) {
        const struct flag_info *info = flag_info(flag);
        bool ours = list_has(common_flags, flag) || list_has(more, flag);
        elsewhere = elsewhere || is_called(info, called);
        if (ours && !info->refused)
            g_ptr_array_add(names, g_strdup_printf("--%s", info->name));
    }
    g_autofree char *hint = nearest_hint(called, (const char *const *)names->pdata);
    g_autofree char *message = elsewhere
                                   ? g_strdup_printf("'%s' has no flag %s", command, called)
                                   : g_strdup_printf("unknown flag %s for '%s'", called, command);
    g_autofree char *help = g_strdup_printf("see sqlflow %s --help", command);
    struct error_details details = {.position = -1, .suggestion = hint ? hint : help};
    error_set_full(error, ERROR_USAGE, &details, message);
    return false;
}

/* GOption's own messages begin with a capital letter. */
static bool fail_parse(GError *failure, GError **error)
{
    if (failure->domain != G_OPTION_ERROR) {
        g_propagate_error(error, failure);
        return false;
    }
    char first = g_ascii_tolower(failure->message[0]);
    error_set(error, ERROR_USAGE, "%c%s", first, failure->message + 1);
    g_error_free(failure);
    return false;
}

/* Cuts the vector at "--" and returns what stood after it. */
static char **split_literals(char **argv)
{
    guint at = 0;
    while (argv[at] && strcmp(argv[at], "--") != 0)
        at++;
    if (!argv[at])
        return g_new0(char *, 1);
    char **rest = g_strdupv(argv + at + 1);
    for (guint i = at; argv[i]; i++)
        g_clear_pointer(&argv[i], g_free);
    return rest;
}

static char **join(char **first, char **second)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (char **word = first; *word; word++)
        g_strv_builder_add(builder, *word);
    for (char **word = second; *word; word++)
        g_strv_builder_add(builder, *word);
    return g_strv_builder_end(builder);
}

/* Where the value begins in -w3 or -qw3; 0: there is none. */
static gsize joined_value(const char *word)
{
    if (word[0] != '-' || word[1] == '-')
        return 0;
    for (gsize i = 1; word[i]; i++) {
        const char called[] = {'-', word[i], '\0'};
        enum flag flag = 1;
        while (flag < FLAG_COUNT && !is_called(flag_info(flag), called))
            flag++;
        if (flag == FLAG_COUNT)
            return 0;
        if (flag_info(flag)->kind != FLAG_SWITCH)
            return word[i + 1] ? i + 1 : 0;
    }
    return 0;
}

/* GOption wants a space between a letter and its value. */
static void part_letters(char ***argv)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (char **word = *argv; *word; word++) {
        gsize at = joined_value(*word);
        g_autofree char *letters = at > 0 ? g_strndup(*word, at) : NULL;
        if (letters)
            g_strv_builder_add(builder, letters);
        g_strv_builder_add(builder, *word + at);
    }
    char **parted = g_strv_builder_end(builder);
    g_strfreev(*argv);
    *argv = parted;
}

/* GOption would drop the value of --quiet=1. */
static bool check_switches(char **argv, GError **error)
{
    for (char **word = argv; *word; word++) {
        const char *equal = strchr(*word, '=');
        if (!equal || !g_str_has_prefix(*word, "--"))
            continue;
        g_autofree char *called = g_strndup(*word, (gsize)(equal - *word));
        for (enum flag flag = 1; flag < FLAG_COUNT; flag++) {
            if (flag_info(flag)->kind != FLAG_SWITCH || !is_called(flag_info(flag), called))
                continue;
            error_set(error, ERROR_USAGE, "%s takes no value", called);
            return false;
        }
    }
    return true;
}

bool flags_parse(struct flags *flags, const char *command, const enum flag *more, bool leading,
                 char ***argv, GError **error)
{
    g_autoptr(GOptionContext) context = context_new(flags, more);
    g_option_context_set_strict_posix(context, leading);
    g_auto(GStrv) literals = leading ? g_new0(char *, 1) : split_literals(*argv);
    if (!leading)
        part_letters(argv);
    if (!check_switches(*argv, error))
        return false;
    GError *failure = NULL;
    if (!g_option_context_parse_strv(context, argv, &failure))
        return fail_parse(failure, error);
    for (char **argument = *argv + 1; *argument; argument++) {
        if ((*argument)[0] == '-' && (*argument)[1])
            return unknown_flag(*argument, command, more, error);
        if (leading)
            break;
    }
    char **all = join(*argv, literals);
    g_strfreev(*argv);
    *argv = all;
    return true;
}

static bool read_switch(struct flags *flags, enum flag flag, const char *called, const char *value,
                        GError **error)
{
    static const char *const on[] = {"1", "true", "yes", "on", NULL};
    static const char *const off[] = {"0", "false", "no", "off", NULL};
    if (g_strv_contains(on, value))
        return flags_set(flags, flag, called, NULL, error);
    if (g_strv_contains(off, value))
        return true;
    error_set(error, ERROR_USAGE, "%s wants true or false, not '%s'", called, value);
    return false;
}

static bool read_twin(struct flags *flags, enum flag flag, GError **error)
{
    g_autofree char *called = flag_environment_name(flag);
    const char *value = g_getenv(called);
    if (flags_given(flags, flag) || !value || !*value)
        return true;
    if (flag_info(flag)->kind == FLAG_SWITCH)
        return read_switch(flags, flag, called, value, error);
    if (flag_info(flag)->kind != FLAG_LIST)
        return flags_set(flags, flag, called, value, error);
    g_auto(GStrv) lines = g_strsplit(value, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line && !flags_set(flags, flag, called, *line, error))
            return false;
    return true;
}

bool flags_read_environment(struct flags *flags, const enum flag *more, GError **error)
{
    for (enum flag flag = FLAG_PROFILE; flag < FLAG_COUNT; flag++)
        if ((list_has(common_flags, flag) || list_has(more, flag)) &&
            !read_twin(flags, flag, error))
            return false;
    return true;
}

bool flags_given(const struct flags *flags, enum flag flag)
{
    return flags->values[flag] != NULL;
}

const char *flags_text(const struct flags *flags, enum flag flag)
{
    const GPtrArray *values = flags->values[flag];
    return values ? g_ptr_array_index(values, values->len - 1) : NULL;
}

guint flags_number(const struct flags *flags, enum flag flag, guint missing)
{
    const char *text = flags_text(flags, flag);
    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : missing;
}

gint64 flags_milliseconds(const struct flags *flags, enum flag flag, const char *missing)
{
    const char *text = flags_text(flags, flag);
    gdouble seconds = 0;
    return duration_parse(text ? text : missing, &seconds) ? (gint64)(seconds * 1000) : 0;
}

const char *const *flags_list(const struct flags *flags, enum flag flag)
{
    const GPtrArray *values = flags->values[flag];
    return values ? (const char *const *)values->pdata : NULL;
}
