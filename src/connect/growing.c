/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/growing.h"

#include <string.h>

static const char *const mode_words[] = {"full_refresh", "incremental", "full=full_refresh", NULL};
static const char *const unit_words[] = {"files", NULL};

static const struct option growing_table[] = {
    {.name = "sync_mode",
     .type = OPTION_ENUM,
     .flags = OPTION_GROWING,
     .default_text = "full_refresh",
     .words = mode_words,
     .help = "incremental: a LOAD reads what is new by the cursor_field"},
    {.name = "cursor_field",
     .type = OPTION_STRING,
     .flags = OPTION_GROWING,
     .help = "the column whose values grow: a time, a date or an integer"},
    {.name = "lookback_window",
     .type = OPTION_STRING,
     .flags = OPTION_GROWING | OPTION_NUMBER,
     .help = "how far behind the greatest value late rows may come, such as 2 days, or 100"},
    {.name = "primary_key",
     .type = OPTION_STRINGS,
     .flags = OPTION_GROWING,
     .help = "the columns that tell its rows apart: the keys of MODE UPSERT"},
    {.name = "incremental",
     .type = OPTION_ENUM,
     .flags = OPTION_GROWING,
     .words = unit_words,
     .excludes = "cursor_field",
     .help = "files: a LOAD reads files that it has not read before"},
    {.name = NULL},
};

const struct option *growing_options(void)
{
    return growing_table;
}

struct options *growing_check(const struct value *map, struct diagnostics *diagnostics)
{
    return options_check_some(growing_table, OPTION_GROWING, map, diagnostics);
}

const char *growing_column(const struct options *options)
{
    const char *mode = options ? options_text(options, "sync_mode") : NULL;
    return mode && strcmp(mode, "incremental") == 0 ? options_text(options, "cursor_field") : NULL;
}

bool growing_by_files(const struct options *options)
{
    return options && options_text(options, "incremental");
}
