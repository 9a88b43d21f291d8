/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/complete.h"

#include "base/codes.h"
#include "base/embedded.h"
#include "cli/completing.h"
#include "project/profile.h"

#include <string.h>

void completion_add(struct completion *completion, const char *word, const char *what)
{
    const char *begun = completion->begun + completion->prefix_length;
    if (!g_str_has_prefix(word, begun) || strpbrk(word, "\t\n"))
        return;
    g_string_append_printf(completion->out, "%.*s%s\t%s\n", (int)completion->prefix_length,
                           completion->begun, word, what);
}

static void add_files(struct completion *completion)
{
    g_string_append(completion->out, ":files\n");
}

static const char *word_before(const struct completion *completion, guint index)
{
    const GPtrArray *arguments = completion->arguments;
    return index < arguments->len ? g_ptr_array_index(arguments, index) : NULL;
}

void complete_nothing(struct completion *completion)
{
    (void)completion;
}

void complete_folders(struct completion *completion)
{
    g_string_append(completion->out, ":folders\n");
}

/* NULL when there is none. */
static struct project *open_project(const struct completion *completion)
{
    AUTO(diagnostics) diagnostics = diagnostics_new();
    g_autofree char *current = g_get_current_dir();
    return project_open(completion->folder ? completion->folder : current, diagnostics, NULL);
}

static void add_names(struct completion *completion, char **(*list)(const struct project *),
                      const char *what)
{
    AUTO(project) project = open_project(completion);
    if (!project)
        return;
    g_auto(GStrv) names = list(project);
    for (char **name = names; *name; name++)
        completion_add(completion, *name, what);
}

void complete_pipelines(struct completion *completion)
{
    add_names(completion, project_pipelines, "pipeline");
    add_files(completion);
}

/* The first word is a pipeline or what else can be described. */
void complete_described(struct completion *completion)
{
    const char *first = word_before(completion, 0);
    if (g_strcmp0(first, "connector") == 0) {
        complete_types(completion);
    } else if (g_strcmp0(first, "profile") == 0) {
        add_names(completion, profile_names, "profile");
    } else if (!first) {
        completion_add(completion, "connector", "a connector's options");
        completion_add(completion, "profile", "a profile as it counts");
        complete_pipelines(completion);
    }
}

/* The first word says what is to be done, the second with which. */
void complete_connections(struct completion *completion)
{
    if (!word_before(completion, 0)) {
        completion_add(completion, "list", "all connectors");
        completion_add(completion, "test", "try to reach one of the profile");
        completion_add(completion, "discover", "what one of the profile has");
    } else if (strcmp(word_before(completion, 0), "list") != 0) {
        complete_connectors(completion);
    }
}

void complete_state(struct completion *completion)
{
    if (!word_before(completion, 0)) {
        completion_add(completion, "show", "runs, or the steps of one");
        completion_add(completion, "watermarks", "how far what grows was read");
        completion_add(completion, "reset", "forget how far it was read");
    } else if (!word_before(completion, 1)) {
        add_names(completion, project_pipelines, "pipeline");
    } else if (strcmp(word_before(completion, 0), "reset") == 0) {
        complete_tables(completion);
    }
}

/* A table, then the pipeline that is meant. */
void complete_lineage(struct completion *completion)
{
    if (word_before(completion, 0))
        complete_pipelines(completion);
    else
        complete_tables(completion);
}

void complete_docs(struct completion *completion)
{
    completion_add(completion, "serve", "for a browser of this machine");
}

static void add_commands(struct completion *completion)
{
    for (const struct command *command = command_table; command->name; command++)
        if (command->run && (!completion->in_group || command->in_pipeline_group))
            completion_add(completion, command->name, command->summary);
}

void complete_topics(struct completion *completion)
{
    add_commands(completion);
    completion_add(completion, "flags", "the flags of every command");
    completion_add(completion, "codes", "all codes of errors and warnings");
    completion_add(completion, "man", "the manual page");
}

void complete_codes(struct completion *completion)
{
    for (const struct code_info *info = code_table(); info->code; info++) {
        const char name[] = {'S',
                             'F',
                             (char)('0' + (int)info->code / 1000),
                             (char)('0' + (int)info->code / 100 % 10),
                             (char)('0' + (int)info->code / 10 % 10),
                             (char)('0' + (int)info->code % 10),
                             '\0'};
        completion_add(completion, name, info->title);
    }
}

void complete_shells(struct completion *completion)
{
    const bool is_first = completion->arguments->len == 0;
    for (const struct embedded_file *shell = embedded_shells; is_first && shell->name; shell++)
        completion_add(completion, shell->name, "shell");
}

static void add_flags(struct completion *completion, const enum flag *list)
{
    for (; list && *list; list++) {
        const struct flag_info *info = flag_info(*list);
        g_autofree char *name = g_strconcat("--", info->name, NULL);
        if (!info->refused)
            completion_add(completion, name, info->help);
    }
}

static void add_values(struct completion *completion, enum flag flag)
{
    const struct flag_info *info = flag_info(flag);
    for (const char *const *word = info->words; word && *word; word++)
        completion_add(completion, *word, info->help);
    if (flag == FLAG_SELECT || flag == FLAG_EXCLUDE)
        complete_selectors(completion);
    else if (flag == FLAG_PROFILE)
        add_names(completion, profile_names, "profile");
    else if (g_strcmp0(info->argument, "FILE") == 0)
        add_files(completion);
    else if (g_strcmp0(info->argument, "DIR") == 0)
        complete_folders(completion);
}

static enum flag find_flag(const struct completion *completion, const char *called)
{
    const enum flag flag = flag_find(called, common_flags);
    return flag || !completion->command ? flag : flag_find(called, completion->command->flags);
}

/* What decides where the project is and what its plans are. */
static void take_value(struct completion *completion, enum flag flag, const char *value)
{
    if (flag == FLAG_PROJECT)
        completion->folder = value;
    if (flag == FLAG_PROJECT || flag == FLAG_PROFILE || flag == FLAG_VAR || flag == FLAG_VARS)
        g_ptr_array_add(completion->settings,
                        g_strdup_printf("--%s=%s", flag_info(flag)->name, value));
}

/* A flag as it was given: its value may stand behind it. */
static void pass_flag(struct completion *completion, const char *word)
{
    const gsize length = strcspn(word, "=");
    g_autofree char *called = g_strndup(word, length);
    const enum flag flag = find_flag(completion, called);
    if (!flag || flag_info(flag)->kind == FLAG_SWITCH)
        return;
    if (word[length] == '\0')
        completion->waiting = flag;
    else
        take_value(completion, flag, word + length + 1);
}

/* Takes in a word before the one to complete. False: no command is called so. */
static bool pass_word(struct completion *completion, const char *word)
{
    if (completion->waiting) {
        take_value(completion, completion->waiting, word);
        completion->waiting = 0;
    } else if (strcmp(word, "--") == 0) {
        completion->flags_end = true;
    } else if (*word == '-' && word[1] && !completion->flags_end) {
        pass_flag(completion, word);
    } else if (completion->command) {
        g_ptr_array_add(completion->arguments, (gpointer)(guintptr)word);
    } else if (strcmp(word, "pipeline") == 0 && !completion->in_group) {
        completion->in_group = true;
    } else {
        completion->command = command_find(word);
        return completion->command != NULL;
    }
    return true;
}

static void add_argument(struct completion *completion)
{
    const struct command *command = completion->command;
    if (!command)
        add_commands(completion);
    else if (completion->arguments->len < command->maximum && command->complete)
        command->complete(completion);
}

/* `--flag=value`, the value begun. */
static void add_joined_value(struct completion *completion)
{
    const gsize length = strcspn(completion->begun, "=");
    g_autofree char *called = g_strndup(completion->begun, length);
    const enum flag flag = find_flag(completion, called);
    completion->prefix_length = length + 1;
    if (flag)
        add_values(completion, flag);
}

static void add_candidates(struct completion *completion)
{
    const bool is_flag = *completion->begun == '-' && !completion->flags_end;
    if (completion->waiting) {
        add_values(completion, completion->waiting);
    } else if (is_flag && strchr(completion->begun, '=')) {
        add_joined_value(completion);
    } else if (is_flag) {
        add_flags(completion, completion->command ? completion->command->flags : NULL);
        add_flags(completion, common_flags);
    } else {
        add_argument(completion);
    }
}

void complete_words(char **words, GString *out)
{
    const guint count = g_strv_length(words);
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    g_autoptr(GPtrArray) settings = g_ptr_array_new_with_free_func(g_free);
    struct completion completion = {
        .out = out,
        .begun = count > 0 ? words[count - 1] : "",
        .arguments = arguments,
        .settings = settings,
    };
    for (guint i = 0; i + 1 < count; i++)
        if (!pass_word(&completion, words[i]))
            return;
    add_candidates(&completion);
}
