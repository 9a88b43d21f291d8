/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

static const char *const log_words[] = {"text", "json", NULL};
static const char *const output_words[] = {"table", "csv", "json", "markdown", NULL};
static const char *const format_words[] = {"dot", NULL};

static const struct flag_info flag_table[FLAG_COUNT] = {
    [FLAG_HELP] = {.name = "help", .letter = 'h', .kind = FLAG_SWITCH, .help = "this text"},
    [FLAG_VERSION] = {.name = "version", .letter = 'V', .kind = FLAG_SWITCH, .help = "the version"},
    [FLAG_PROFILE] = {.name = "profile",
                      .letter = 'p',
                      .kind = FLAG_TEXT,
                      .argument = "NAME",
                      .help = "profiles/NAME.yml (dev)"},
    [FLAG_VAR] = {.name = "var",
                  .kind = FLAG_LIST,
                  .argument = "NAME=VALUE",
                  .help = "value of a variable; may be repeated"},
    [FLAG_VARS] = {.name = "vars",
                   .alias = "variables",
                   .kind = FLAG_TEXT,
                   .argument = "JSON",
                   .help = "values of variables: '{\"region\": \"eu\"}'"},
    [FLAG_PROJECT] = {.name = "project",
                      .letter = 'C',
                      .kind = FLAG_TEXT,
                      .argument = "DIR",
                      .help = "the project, instead of looking upwards from here"},
    [FLAG_QUIET] = {.name = "quiet",
                    .letter = 'q',
                    .kind = FLAG_SWITCH,
                    .help = "only data, errors and failed steps"},
    [FLAG_VERBOSE] = {.name = "verbose", .letter = 'v', .kind = FLAG_SWITCH, .help = "say more"},
    [FLAG_NO_COLOR] = {.name = "no-color", .kind = FLAG_SWITCH, .help = "no colours"},
    [FLAG_LOG_FORMAT] = {.name = "log-format",
                         .kind = FLAG_WORD,
                         .argument = "text|json",
                         .words = log_words,
                         .help = "messages as text or as JSON lines"},
    [FLAG_ALL] = {.name = "all",
                  .kind = FLAG_SWITCH,
                  .help = "all pipelines, in the order of their tables"},
    [FLAG_SELECT] = {.name = "select",
                     .letter = 's',
                     .kind = FLAG_LIST,
                     .argument = "STEPS",
                     .help = "only these: x, +x (and all it needs), x+, tag:x, load_*"},
    [FLAG_EXCLUDE] = {.name = "exclude",
                      .kind = FLAG_LIST,
                      .argument = "STEPS",
                      .help = "without these"},
    [FLAG_DRY_RUN] = {.name = "dry-run", .kind = FLAG_SWITCH, .help = "say what would run"},
    [FLAG_WORKERS] = {.name = "workers",
                      .letter = 'w',
                      .kind = FLAG_NUMBER,
                      .argument = "N",
                      .help = "steps at the same time (the cores, at most 4)"},
    [FLAG_FAIL_FAST] = {.name = "fail-fast",
                        .kind = FLAG_SWITCH,
                        .help = "start nothing more after the first failure"},
    [FLAG_WAIT_LOCK] = {.name = "wait-lock",
                        .kind = FLAG_DURATION,
                        .argument = "TIME",
                        .help = "how long for another process to free the database (run: 30s)"},
    [FLAG_LIMIT] = {.name = "limit",
                    .letter = 'n',
                    .kind = FLAG_NUMBER,
                    .argument = "N",
                    .help = "rows shown of a query (50)"},
    [FLAG_OUTPUT] = {.name = "output",
                     .kind = FLAG_WORD,
                     .argument = "FORMAT",
                     .words = output_words,
                     .help = "rows as table, csv, json or markdown"},
    [FLAG_JSON] = {.name = "json", .kind = FLAG_SWITCH, .help = "one JSON document"},
    [FLAG_OUT] = {.name = "out",
                  .letter = 'o',
                  .kind = FLAG_TEXT,
                  .argument = "FILE",
                  .help = "write to a file"},
    [FLAG_FORMAT] = {.name = "format",
                     .kind = FLAG_WORD,
                     .argument = "dot",
                     .words = format_words,
                     .help = "of the picture: dot"},
    [FLAG_MINIMAL] = {.name = "minimal", .kind = FLAG_SWITCH, .help = "folders and profile only"},
    [FLAG_RESUME] = {.name = "resume", .kind = FLAG_SWITCH, .refused = true},
    [FLAG_RESTART] = {.name = "restart", .kind = FLAG_SWITCH, .refused = true},
    [FLAG_FULL_REFRESH] = {.name = "full-refresh", .kind = FLAG_SWITCH, .refused = true},
    [FLAG_START] = {.name = "start", .kind = FLAG_TEXT, .argument = "TIME", .refused = true},
    [FLAG_END] = {.name = "end", .kind = FLAG_TEXT, .argument = "TIME", .refused = true},
    [FLAG_TIMING] = {.name = "timing",
                     .kind = FLAG_SWITCH,
                     .help = "say where the time went, by phase and step"},
    [FLAG_JUNIT] = {.name = "junit",
                    .kind = FLAG_TEXT,
                    .argument = "FILE",
                    .help = "write what became of each step as JUnit XML"},
    [FLAG_FROM] = {.name = "from", .kind = FLAG_TEXT, .argument = "FILE", .refused = true},
    [FLAG_CHECK] = {.name = "check",
                    .kind = FLAG_SWITCH,
                    .help = "write nothing; exit 1 when a file would change"},
    [FLAG_DIFF] = {.name = "diff",
                   .kind = FLAG_SWITCH,
                   .help = "write nothing; show what would change"},
    [FLAG_STATUS] = {.name = "status", .kind = FLAG_SWITCH, .refused = true},
};

const enum flag common_flags[] = {
    FLAG_PROFILE, FLAG_VAR,      FLAG_VARS,       FLAG_PROJECT, FLAG_QUIET,
    FLAG_VERBOSE, FLAG_NO_COLOR, FLAG_LOG_FORMAT, FLAG_HELP,    0,
};

const struct flag_info *flag_info(enum flag flag)
{
    g_assert(flag > 0 && flag < FLAG_COUNT);
    return &flag_table[flag];
}

char *flag_environment_name(enum flag flag)
{
    g_autofree char *upper = g_ascii_strup(flag_info(flag)->name, -1);
    g_strdelimit(upper, "-", '_');
    return g_strconcat("SQLFLOW_", upper, NULL);
}
