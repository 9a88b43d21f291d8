/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/complete.h"

#include "base/codes.h"
#include "base/embedded.h"
#include "connect/connector.h"
#include "project/profile.h"

#include <string.h>

struct completion {
    GString *out;
    const char *begun;  /* the word to complete */
    const char *prefix; /* of it, which isn't part of the candidates: `--flag=` */
    gsize prefix_length;
    const struct command *command;
    bool in_group;        /* `pipeline` stands before the command */
    bool flags_end;       /* `--` was met */
    enum flag waiting;    /* the flag whose value comes next, or 0 */
    const char *folder;   /* of --project, or NULL */
    GPtrArray *arguments; /* const char *, of the command, before the word */
};

static void add(struct completion *completion, const char *word, const char *what)
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
        add(completion, *name, what);
}

void complete_pipelines(struct completion *completion)
{
    add_names(completion, project_pipelines, "pipeline");
    add_files(completion);
}

static void add_connectors(struct completion *completion)
{
    for (const struct connector *const *row = connector_table(); *row; row++)
        add(completion, (*row)->name, (*row)->summary);
}

/* The first word is a pipeline or what else can be described. */
void complete_described(struct completion *completion)
{
    const GPtrArray *arguments = completion->arguments;
    const char *first = arguments->len > 0 ? g_ptr_array_index(arguments, 0) : NULL;
    if (g_strcmp0(first, "connector") == 0) {
        add_connectors(completion);
    } else if (g_strcmp0(first, "profile") == 0) {
        add_names(completion, profile_names, "profile");
    } else if (!first) {
        add(completion, "connector", "a connector's options");
        add(completion, "profile", "a profile as it counts");
        complete_pipelines(completion);
    }
}

static void add_commands(struct completion *completion)
{
    for (const struct command *command = command_table; command->name; command++)
        if (command->run && (!completion->in_group || command->in_pipeline_group))
            add(completion, command->name, command->summary);
}

void complete_topics(struct completion *completion)
{
    add_commands(completion);
    add(completion, "flags", "the flags of every command");
    add(completion, "codes", "all codes of errors and warnings");
    add(completion, "man", "the manual page");
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
        add(completion, name, info->title);
    }
}

void complete_shells(struct completion *completion)
{
    const bool is_first = completion->arguments->len == 0;
    for (const struct embedded_file *shell = embedded_shells; is_first && shell->name; shell++)
        add(completion, shell->name, "shell");
}

static void add_flags(struct completion *completion, const enum flag *list)
{
    for (; list && *list; list++) {
        const struct flag_info *info = flag_info(*list);
        g_autofree char *name = g_strconcat("--", info->name, NULL);
        if (!info->refused)
            add(completion, name, info->help);
    }
}

static void add_values(struct completion *completion, enum flag flag)
{
    const struct flag_info *info = flag_info(flag);
    for (const char *const *word = info->words; word && *word; word++)
        add(completion, *word, info->help);
    if (flag == FLAG_PROFILE)
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
    else if (flag == FLAG_PROJECT)
        completion->folder = word + length + 1;
}

/* Takes in a word before the one to complete. False: no command is called so. */
static bool pass_word(struct completion *completion, const char *word)
{
    if (completion->waiting) {
        if (completion->waiting == FLAG_PROJECT)
            completion->folder = word;
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
    struct completion completion = {
        .out = out,
        .begun = count > 0 ? words[count - 1] : "",
        .arguments = arguments,
    };
    for (guint i = 0; i + 1 < count; i++)
        if (!pass_word(&completion, words[i]))
            return;
    add_candidates(&completion);
}
