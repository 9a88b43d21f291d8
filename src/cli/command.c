/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include "base/nearest.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "cli/report.h"

#include <errno.h>
#include <string.h>

static const enum flag leading_flags[] = {FLAG_VERSION, 0};
static const enum flag run_flags[] = {
    FLAG_ALL,       FLAG_SELECT,  FLAG_EXCLUDE,     FLAG_DRY_RUN,   FLAG_WORKERS,
    FLAG_FAIL_FAST, FLAG_RETRIES, FLAG_RETRY_DELAY, FLAG_WAIT_LOCK, FLAG_LIMIT,
    FLAG_OUTPUT,    FLAG_JSON,    FLAG_RESUME,      FLAG_RESTART,   FLAG_FULL_REFRESH,
    FLAG_START,     FLAG_END,     FLAG_TIMING,      FLAG_JUNIT,     0,
};
static const enum flag retry_flags[] = {
    FLAG_ALL,       FLAG_DRY_RUN,
    FLAG_WORKERS,   FLAG_FAIL_FAST,
    FLAG_RETRIES,   FLAG_RETRY_DELAY,
    FLAG_WAIT_LOCK, FLAG_LIMIT,
    FLAG_OUTPUT,    FLAG_JSON,
    FLAG_RESTART,   FLAG_TIMING,
    FLAG_JUNIT,     0,
};
static const enum flag compile_flags[] = {FLAG_JSON, FLAG_OUT, 0};
static const enum flag validate_flags[] = {FLAG_WAIT_LOCK, FLAG_JSON, 0};
static const enum flag connect_flags[] = {FLAG_OUTPUT, FLAG_JSON, 0};
static const enum flag list_flags[] = {FLAG_JSON, 0};
static const enum flag describe_flags[] = {FLAG_WAIT_LOCK, FLAG_JSON, 0};
static const enum flag lineage_flags[] = {FLAG_WAIT_LOCK, FLAG_JSON, 0};
static const enum flag docs_flags[] = {FLAG_DOCS_FORMAT, FLAG_FOLDER, FLAG_PORT, FLAG_WAIT_LOCK, 0};
static const enum flag query_flags[] = {FLAG_WAIT_LOCK, FLAG_LIMIT, FLAG_OUTPUT, FLAG_JSON, 0};
static const enum flag viz_flags[] = {
    FLAG_ALL, FLAG_SELECT, FLAG_EXCLUDE, FLAG_STATUS, FLAG_FORMAT, FLAG_OUT, 0};
static const enum flag fmt_flags[] = {FLAG_CHECK, FLAG_DIFF, 0};
static const enum flag init_flags[] = {FLAG_MINIMAL, FLAG_FROM, 0};
static const enum flag status_flags[] = {FLAG_FOLLOW, FLAG_JSON, 0};
static const enum flag version_flags[] = {FLAG_JSON, 0};

const struct command command_table[] = {
    {.name = "init",
     .arguments = "DIR",
     .summary = "make a project that runs at once",
     .examples = "  sqlflow init demo && cd demo && sqlflow run\n"
                 "  sqlflow init shop --from orders.csv  with a pipeline for a file of yours\n",
     .flags = init_flags,
     .minimum = 1,
     .maximum = 1,
     .run = command_init,
     .complete = complete_folders},
    {.name = "run",
     .arguments = "[NAME|FILE]",
     .summary = "plan a pipeline and execute it",
     .examples = "  sqlflow run                        the project's only pipeline\n"
                 "  sqlflow run orders -p prod         with profiles/prod.yml\n"
                 "  sqlflow run orders --var day=2024-01-05\n"
                 "  sqlflow run orders --select +daily daily and all that it needs\n"
                 "  sqlflow run --all                  every pipeline of the project\n",
     .flags = run_flags,
     .wait_lock = "30s",
     .maximum = 1,
     .in_pipeline_group = true,
     .run = command_run,
     .complete = complete_pipelines},
    {.name = "retry",
     .arguments = "[NAME|FILE]",
     .summary = "go on with the last run: do only what is left",
     .examples =
         "  sqlflow retry orders               after the cause of a failure is mended\n"
         "  sqlflow retry orders --dry-run     what is left, and why; does nothing\n"
         "  sqlflow retry --all                the last run --all, and all that it didn't come to\n"
         "  sqlflow retry orders --restart     from the start, as it was called then\n",
     .flags = retry_flags,
     .wait_lock = "30s",
     .maximum = 1,
     .in_pipeline_group = true,
     .run = command_retry,
     .complete = complete_pipelines},
    {.name = "compile",
     .arguments = "[NAME|FILE]",
     .summary = "show the plan; touches no data",
     .examples = "  sqlflow compile orders\n"
                 "  sqlflow compile orders --json | jq '.operations[].id'\n",
     .flags = compile_flags,
     .maximum = 1,
     .in_pipeline_group = true,
     .run = command_compile,
     .complete = complete_pipelines},
    {.name = "validate",
     .arguments = "[NAME|FILE]",
     .summary = "check statements against the real tables and files; loads nothing",
     .examples = "  sqlflow validate                   all pipelines\n"
                 "  sqlflow validate orders\n",
     .flags = validate_flags,
     .maximum = 1,
     .in_pipeline_group = true,
     .run = command_validate,
     .complete = complete_pipelines},
    {.name = "list",
     .alias = "ls",
     .arguments = "",
     .summary = "list the pipelines and how their last run ended",
     .examples = "  sqlflow list\n"
                 "  sqlflow list --json\n",
     .flags = list_flags,
     .in_pipeline_group = true,
     .run = command_list},
    {.name = "status",
     .arguments = "[NAME|RUN]",
     .summary = "tell how the running or the last run stands",
     .examples = "  sqlflow status                     of the pipeline that ran last\n"
                 "  sqlflow status orders --follow     go along until it is over\n",
     .flags = status_flags,
     .maximum = 1,
     .run = command_status,
     .complete = complete_pipelines},
    {.name = "state",
     .arguments = "show [NAME|RUN] | watermarks [NAME] | reset NAME [TABLE]",
     .summary = "what the journal has: runs, their steps, how far sources were read",
     .examples = "  sqlflow state show                 all runs\n"
                 "  sqlflow state show orders          those of a pipeline\n"
                 "  sqlflow state show 1a2b3c4d        the steps of a run\n"
                 "  sqlflow state watermarks           how far what grows was read\n"
                 "  sqlflow state reset orders daily   forget it: the next run reads all\n",
     .flags = query_flags,
     .minimum = 1,
     .maximum = 3,
     .run = command_state,
     .complete = complete_state},
    {.name = "describe",
     .arguments = "[NAME|FILE] | connector NAME | profile NAME",
     .summary = "tell what a pipeline, a connector or a profile has",
     .examples = "  sqlflow describe orders            sources, tables, exports, variables\n"
                 "  sqlflow describe connector csv     its options\n"
                 "  sqlflow describe profile dev\n",
     .flags = describe_flags,
     .maximum = 2,
     .run = command_describe,
     .complete = complete_described},
    {.name = "connect",
     .arguments = "list | test NAME | discover NAME",
     .summary = "list connectors; test one of the profile, or tell what it has",
     .examples = "  sqlflow connect list\n"
                 "  sqlflow connect test warehouse\n"
                 "  sqlflow connect discover warehouse\n",
     .flags = connect_flags,
     .minimum = 1,
     .maximum = 2,
     .run = command_connect,
     .complete = complete_connections},
    {.name = "viz",
     .arguments = "[NAME|FILE]",
     .summary = "draw the graph of a pipeline",
     .examples = "  sqlflow viz orders                 as text, in a terminal\n"
                 "  sqlflow viz orders -o orders.svg   by Graphviz's library\n"
                 "  sqlflow viz --all --status --format mermaid\n"
                 "  sqlflow viz orders --select +daily daily and all that it needs\n",
     .flags = viz_flags,
     .maximum = 1,
     .run = command_viz,
     .complete = complete_pipelines},
    {.name = "lineage",
     .arguments = "TABLE[.COLUMN] [NAME|FILE]",
     .summary = "tell what a table or a column is made from, and what it feeds",
     .examples = "  sqlflow lineage daily              over all pipelines of the project\n"
                 "  sqlflow lineage daily.revenue\n"
                 "  sqlflow lineage out/daily.csv      what is in an exported file\n"
                 "  sqlflow lineage daily --json | jq '.tables[].key'\n",
     .flags = lineage_flags,
     .minimum = 1,
     .maximum = 2,
     .run = command_lineage,
     .complete = complete_lineage},
    {.name = "docs",
     .arguments = "[serve]",
     .summary = "write the project's documentation",
     .examples = "  sqlflow docs                       one HTML page in target/docs\n"
                 "  sqlflow docs --format markdown -o docs/pipelines\n"
                 "  sqlflow docs --format json         what both are made from\n"
                 "  sqlflow docs serve                 for a browser, made anew at each look\n",
     .flags = docs_flags,
     .maximum = 1,
     .run = command_docs,
     .complete = complete_docs},
    {.name = "query",
     .arguments = "\"SQL\"",
     .summary = "ask the project's database; changes nothing",
     .examples = "  sqlflow query \"SELECT region, count(*) FROM orders GROUP BY region\"\n"
                 "  sqlflow query \"FROM orders\" --output csv > orders.csv\n",
     .flags = query_flags,
     .minimum = 1,
     .maximum = 1,
     .run = command_query,
     .complete = complete_nothing},
    {.name = "show",
     .arguments = "[TABLE]",
     .summary = "show the first rows of a table, or the names of all tables",
     .examples = "  sqlflow show\n"
                 "  sqlflow show orders --limit 5\n",
     .flags = query_flags,
     .maximum = 1,
     .run = command_show,
     .complete = complete_tables},
    {.name = "fmt",
     .arguments = "[NAME|FILE|DIR|-]...",
     .summary = "lay pipelines out in one way; SQL stays as it is",
     .examples = "  sqlflow fmt                        every .sf file of the project\n"
                 "  sqlflow fmt --check --diff         change nothing; exit 1 if one would change\n"
                 "  sqlflow fmt - < a.sf               from standard input to standard output\n",
     .flags = fmt_flags,
     .maximum = G_MAXUINT,
     .run = command_fmt,
     .complete = complete_pipelines},
    {.name = "explain",
     .arguments = "[CODE]",
     .summary = "tell what an error's code means, with an example",
     .examples = "  sqlflow explain SF0101\n"
                 "  sqlflow explain                    all codes\n",
     .maximum = 1,
     .run = command_explain,
     .complete = complete_codes},
    {.name = "completion",
     .arguments = "bash|fish|zsh",
     .summary = "print what a shell needs to complete sqlflow's words",
     .examples = "  source <(sqlflow completion bash)  for this shell\n"
                 "  sqlflow completion fish > ~/.config/fish/completions/sqlflow.fish\n",
     .minimum = 1,
     .maximum = G_MAXUINT,
     .run = command_completion,
     .complete = complete_shells},
    {.name = "version",
     .arguments = "",
     .summary = "print the version; with -v those of libraries, too",
     .examples = "  sqlflow version -v\n",
     .flags = version_flags,
     .run = command_version},
    {.name = "help",
     .arguments = "[COMMAND|flags|codes|man]",
     .summary = "help with a command, flags, codes of messages, the manual page",
     .examples = "  sqlflow help run\n"
                 "  sqlflow help codes\n"
                 "  sqlflow help man | man -l -\n",
     .maximum = 1,
     .run = command_help,
     .complete = complete_topics},
    {0},
};

const struct command *command_find(const char *name)
{
    for (const struct command *command = command_table; command->name; command++)
        if (strcmp(name, command->name) == 0 || g_strcmp0(name, command->alias) == 0)
            return command;
    return NULL;
}

const char *call_argument(const struct call *call, guint index)
{
    return index < g_strv_length(call->arguments) ? call->arguments[index] : NULL;
}

static const struct command *unknown_command(const char *name, bool in_group, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    for (const struct command *command = command_table; command->name; command++)
        if (in_group ? command->in_pipeline_group : command->run != NULL)
            g_ptr_array_add(names, g_strdup(command->name));
    g_autofree char *hint = nearest_hint(name, (const char *const *)names->pdata);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *list = g_strconcat("there are: ", all, NULL);
    g_autofree char *message =
        g_strdup_printf("unknown command '%s%s'", in_group ? "pipeline " : "", name);
    struct error_details details = {.position = -1, .suggestion = hint ? hint : list};
    error_set_full(error, ERROR_USAGE, &details, message);
    return NULL;
}

/* The command that the first words name; takes them off the vector. */
static const struct command *command_take(char **argv, GError **error)
{
    guint word = 1;
    bool in_group = strcmp(argv[word], "pipeline") == 0;
    if (in_group)
        word++;
    if (!argv[word]) {
        error_set(error, ERROR_USAGE, "what of the pipeline? run, compile, validate or list");
        return NULL;
    }
    const struct command *command = command_find(argv[word]);
    if (!command || (in_group && !command->in_pipeline_group))
        return unknown_command(argv[word], in_group, error);
    if (!command->run) {
        error_set(error, ERROR_USAGE, "'%s' is not supported yet", command->name);
        return NULL;
    }
    for (guint i = 1; i <= word; i++)
        g_free(argv[i]);
    guint left = g_strv_length(argv + word + 1) + 1;
    memmove(argv + 1, argv + word + 1, left * sizeof(char *));
    return command;
}

static bool check_arguments(const struct command *command, char **arguments, GError **error)
{
    guint count = g_strv_length(arguments);
    if (count >= command->minimum && count <= command->maximum)
        return true;
    g_autofree char *hint = g_strdup_printf("sqlflow help %s has examples", command->name);
    g_autofree char *message =
        count < command->minimum
            ? g_strdup_printf("'%s' wants %s", command->name, command->arguments)
            : g_strdup_printf("'%s' is one argument too many for '%s'", arguments[command->maximum],
                              command->name);
    const struct error_details details = {.position = -1, .suggestion = hint};
    error_set_full(error, ERROR_USAGE, &details, message);
    return false;
}

static void call_settle(struct call *call)
{
    bool no_color = flags_given(call->flags, FLAG_NO_COLOR);
    terminal_init(&call->out, stdout, no_color);
    terminal_init(&call->err, stderr, no_color);
    call->quiet = flags_given(call->flags, FLAG_QUIET);
    call->verbose = flags_given(call->flags, FLAG_VERBOSE);
    call->json_log = g_strcmp0(flags_text(call->flags, FLAG_LOG_FORMAT), "json") == 0;
}

static bool call_read(struct call *call, char ***argv, GError **error)
{
    if (!flags_parse(call->flags, "sqlflow", leading_flags, true, argv, error))
        return false;
    call->arguments = *argv + 1;
    if (flags_given(call->flags, FLAG_VERSION)) {
        call->command = command_find("version");
        return true;
    }
    if (!(*argv)[1])
        return flags_read_environment(call->flags, NULL, error);
    call->command = command_take(*argv, error);
    if (!call->command)
        return false;
    const enum flag *more = call->command->flags;
    if (!flags_parse(call->flags, call->command->name, more, false, argv, error) ||
        !flags_read_environment(call->flags, more, error))
        return false;
    call->arguments = *argv + 1;
    if (flags_given(call->flags, FLAG_HELP))
        return true;
    return check_arguments(call->command, call->arguments, error);
}

/* Data that didn't arrive is a failure, even if all else went well. */
static enum exit_code finish_output(struct call *call, enum exit_code code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    g_autoptr(GError) error = NULL;
    error_set_errno(&error, errno, "can't write to standard output");
    report_error(call, error);
    return code == EXIT_CODE_OK ? EXIT_CODE_FAILED : code;
}

enum exit_code command_main(char **argv)
{
    AUTO(flags) flags = flags_new();
    g_auto(GStrv) words = g_strdupv(argv);
    struct call call = {.flags = flags};
    g_autoptr(GError) error = NULL;
    bool readable = call_read(&call, &words, &error);
    call_settle(&call);
    if (!readable) {
        report_error(&call, error);
        return exit_code_of(error);
    }
    if (flags_given(flags, FLAG_HELP)) {
        help_write(&call.out, call.command);
        return finish_output(&call, EXIT_CODE_OK);
    }
    if (!call.command) {
        help_write(&call.err, NULL);
        return EXIT_CODE_USAGE;
    }
    enum exit_code code = call.command->run(&call);
    json_decref(call.told);
    return finish_output(&call, code);
}
