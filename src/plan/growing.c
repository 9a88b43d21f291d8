/* SPDX-License-Identifier: Apache-2.0 */
/* Sources that grow, and what reads them: never as a whole, which would lose what was there. */
#include "plan/growing.h"

#include "base/name.h"
#include "connect/growing.h"

#include <string.h>

static struct span place_of_option(const struct options *options, const char *name)
{
    return options_place(options, name);
}

/* An option that needs another one beside it. */
static void check_needs(const struct planner *planner, const struct options *options,
                        const char *name, bool is_met, const char *needs)
{
    const struct span at = place_of_option(options, name);
    if (at.text && !is_met)
        diagnostics_add(planner->diagnostics, SF_OPTION_NO_EFFECT, at, needs,
                        "option '%s' has no effect without it", name);
}

static void check_mode(const struct planner *planner, const struct options *options)
{
    const char *mode = options_text(options, "sync_mode");
    const bool is_incremental = mode && strcmp(mode, "incremental") == 0;
    if (is_incremental && !growing_is(options))
        diagnostics_add(planner->diagnostics, SF_OPTION_MISSING,
                        place_of_option(options, "sync_mode"),
                        "\"cursor_field\": \"updated_at\", or \"incremental\": \"files\"",
                        "sync_mode incremental needs the option 'cursor_field'");
    check_needs(planner, options, "cursor_field", is_incremental, "\"sync_mode\": \"incremental\"");
    check_needs(planner, options, "lookback_window", growing_column(options) != NULL,
                "\"sync_mode\": \"incremental\" and \"cursor_field\"");
}

void planner_check_growing(const struct planner *planner, struct operation *operation,
                           const struct value *map)
{
    operation->growing = growing_check(map, planner->diagnostics);
    if (!operation->growing)
        return;
    check_mode(planner, operation->growing);
    if (growing_by_files(operation->growing) && !operation->connector->format)
        diagnostics_add(planner->diagnostics, SF_OPTION_NO_EFFECT,
                        place_of_option(operation->growing, "incremental"),
                        "\"sync_mode\": \"incremental\" and \"cursor_field\"",
                        "option 'incremental' has no effect on %s, which has no files",
                        operation->connector->name);
}

/* "MODE UPSERT KEY (id)" when the source says its key, else both modes. */
static char *way_out(const struct options *growing)
{
    const GPtrArray *keys = options_list(growing, "primary_key");
    if (!keys || keys->len == 0)
        return g_strdup("write MODE APPEND, or MODE UPSERT KEY (..) for rows that change");
    GString *out = g_string_new("write MODE UPSERT KEY (");
    for (guint i = 0; i < keys->len; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "",
                               (const char *)g_ptr_array_index(keys, i));
    return g_string_free(g_string_append_c(out, ')'), FALSE);
}

static bool has_key(const GPtrArray *keys, const struct fragment *wanted)
{
    g_auto(GStrv) parts = name_split(wanted->text);
    for (guint i = 0; parts && i < keys->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(keys, i), parts[0]) == 0)
            return true;
    return false;
}

/* The KEY of the mode is the source's, if that says one. */
static void check_keys(const struct planner *planner, const struct mode *mode,
                       const struct options *growing)
{
    const GPtrArray *keys = options_list(growing, "primary_key");
    bool is_same = !keys || keys->len == mode->keys->len;
    for (guint i = 0; keys && is_same && i < mode->keys->len; i++)
        is_same = has_key(keys, g_ptr_array_index(mode->keys, i));
    if (is_same)
        return;
    g_autofree char *hint = way_out(growing);
    diagnostics_add(planner->diagnostics, SF_INCREMENTAL_SOURCE, mode->span, hint,
                    "these keys are not the primary_key of the source");
}

void planner_check_growing_load(const struct planner *planner, const struct operation *load,
                                const struct operation *source)
{
    const struct mode *mode = &load->statement->mode;
    if (!growing_is(source->growing))
        return;
    if (mode->kind == MODE_UPSERT)
        check_keys(planner, mode, source->growing);
    if (mode->kind > MODE_REPLACE)
        return;
    g_autofree char *hint = way_out(source->growing);
    diagnostics_add(planner->diagnostics, SF_INCREMENTAL_SOURCE,
                    mode->kind ? mode->span : statement_head(load->statement), hint,
                    "'%s' gives only what is new: to REPLACE the table would lose the rest",
                    source->name);
}

void planner_check_growing_read(const struct planner *planner, struct span at,
                                const struct operation *source)
{
    if (growing_is(source->growing))
        diagnostics_add(planner->diagnostics, SF_INCREMENTAL_SOURCE, at,
                        "LOAD it with MODE APPEND or UPSERT, and read the table",
                        "'%s' is incremental: what is new of it is only known to a LOAD",
                        source->name);
}
