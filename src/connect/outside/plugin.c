/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/outside/plugin.h"

#include "base/error.h"
#include "connect/format/format.h"
#include "connect/growing.h"
#include "connect/option_parse.h"
#include "connect/outside/context.h"

#include <errno.h>
#include <gmodule.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the first version of the interface has: a smaller one can't be. */
enum {
    OPTION_LEAST_BYTES = sizeof(struct sqlflow_option),
    CONNECTOR_LEAST_BYTES = offsetof(struct sqlflow_connector, moment_new),
    MAX_OPTIONS = 1000,
};

bool plugin_check_rights(const char *path, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        error_set_errno(error, errno, "%s", path);
        return false;
    }
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        error_set(error, ERROR_PERMISSION,
                  "%s belongs to another user: no connector is loaded from it", path);
        return false;
    }
    const bool is_sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX);
    if (!(status.st_mode & (S_IWGRP | S_IWOTH)) || is_sticky)
        return true;
    g_autofree char *message =
        g_strdup_printf("%s can be written by others: no connector is loaded from it", path);
    g_autofree char *hint = g_strdup_printf("chmod go-w %s", path);
    const struct error_details details = {.position = -1, .suggestion = hint};
    error_set_full(error, ERROR_PERMISSION, &details, message);
    return false;
}

static const enum option_type option_types[] = {
    [SQLFLOW_OPTION_STRING] = OPTION_STRING,   [SQLFLOW_OPTION_INTEGER] = OPTION_INTEGER,
    [SQLFLOW_OPTION_SIZE] = OPTION_SIZE,       [SQLFLOW_OPTION_DURATION] = OPTION_DURATION,
    [SQLFLOW_OPTION_BOOLEAN] = OPTION_BOOLEAN, [SQLFLOW_OPTION_LIST] = OPTION_STRINGS,
    [SQLFLOW_OPTION_WORD] = OPTION_ENUM,       [SQLFLOW_OPTION_MAP] = OPTION_MAP,
    [SQLFLOW_OPTION_JSON] = OPTION_JSON,
};

static guint option_flags(guint32 flags)
{
    static const guint pairs[][2] = {
        {SQLFLOW_OPTION_REQUIRED, OPTION_REQUIRED},
        {SQLFLOW_OPTION_SECRET, OPTION_SECRET},
        {SQLFLOW_OPTION_FOR_SOURCE, OPTION_FOR_SOURCE},
        {SQLFLOW_OPTION_FOR_EXPORT, OPTION_FOR_EXPORT},
        {SQLFLOW_OPTION_PLACE, OPTION_PLACE},
    };
    guint own = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
        if (flags & pairs[i][0])
            own |= pairs[i][1];
    return own;
}

static bool can_be_secret(guint32 type)
{
    return type == SQLFLOW_OPTION_STRING || type == SQLFLOW_OPTION_INTEGER ||
           type == SQLFLOW_OPTION_LIST || type == SQLFLOW_OPTION_MAP;
}

/* NULL: it can be one. */
static const char *check_option(const struct sqlflow_connector *descriptor,
                                const struct sqlflow_option *option)
{
    if (option->flags & SQLFLOW_OPTION_SECRET && outside_relates(descriptor))
        return "is secret, which files can't be told by";
    if (option->type == 0 || option->type >= G_N_ELEMENTS(option_types))
        return "has a type that this version doesn't know";
    if (option->type == SQLFLOW_OPTION_WORD && !option->words)
        return "has no words";
    if (option->flags & SQLFLOW_OPTION_SECRET && !can_be_secret(option->type))
        return "is secret, which one of its type can't be";
    if (!(option->flags & (SQLFLOW_OPTION_FOR_SOURCE | SQLFLOW_OPTION_FOR_EXPORT)))
        return "is for neither sources nor exports";
    return option->help ? NULL : "has no help";
}

static bool is_taken(const struct option *table, const struct option *option, guint uses)
{
    bool taken = option_find(table, uses, option->name) != NULL;
    for (const char *const *alias = option->aliases; alias && *alias; alias++)
        taken |= option_find(table, uses, *alias) != NULL;
    return taken;
}

/* One name may stand for two options, of a source and of an export. */
static const char *check_name(const GArray *former, const struct option *option)
{
    static const guint any = ~0u, uses = OPTION_FOR_SOURCE | OPTION_FOR_EXPORT;
    if (is_taken(common_options(), option, any) || is_taken(growing_options(), option, any))
        return "has a name that an option of all connectors has";
    if (is_taken((const struct option *)(gpointer)former->data, option, option->flags & uses))
        return "is there twice";
    return NULL;
}

/* As a connector gets it. False: it can't be one. */
static bool read_default(struct option *option)
{
    if (!option->default_text)
        return true;
    if (option->type == OPTION_STRINGS || option->type == OPTION_MAP)
        return false;
    if (option->type == OPTION_BOOLEAN)
        return strcmp(option->default_text, "true") == 0 ||
               strcmp(option->default_text, "false") == 0;
    AUTO(diagnostics) wrong = diagnostics_new();
    const enum value_kind kind = option->type == OPTION_INTEGER ? VALUE_NUMBER : VALUE_STRING;
    AUTO(value) written = value_new(kind, (struct span){0}, g_strdup(option->default_text));
    char key[] = "default";
    const struct member member = {.key = key, .value = written};
    struct option_value *value = option_value_new(option, &member, wrong);
    if (value)
        option->default_text = g_intern_string(value->text);
    option_value_free(value);
    return value != NULL;
}

static struct option own_option(const struct sqlflow_option *option)
{
    return (struct option){
        .name = option->name,
        .aliases = option->aliases,
        .type = option_types[option->type],
        .flags = option_flags(option->flags),
        .default_text = option->default_text,
        .minimum = option->minimum,
        .maximum = option->maximum,
        .words = option->words,
        .excludes = option->excludes,
        .help = option->help,
    };
}

/* NULL: it was added. */
static const char *add_option(const struct sqlflow_connector *descriptor,
                              const struct sqlflow_option *option, GArray *options)
{
    const char *problem = check_option(descriptor, option);
    if (problem)
        return problem;
    struct option own = own_option(option);
    problem = check_name(options, &own);
    if (!problem && !read_default(&own))
        problem = "has a default that can't be one";
    if (!problem)
        g_array_append_val(options, own);
    return problem;
}

static bool read_options(const struct sqlflow_connector *descriptor, const char *path,
                         GArray *options, GError **error)
{
    const char *at = (const char *)descriptor->options;
    for (guint i = 0; at && i <= MAX_OPTIONS; i++, at += descriptor->option_size) {
        struct sqlflow_option option;
        memcpy(&option, at, sizeof option);
        if (!option.name)
            return true;
        const char *problem = add_option(descriptor, &option, options);
        if (problem) {
            error_set(error, ERROR_USAGE, "%s: the option '%s' %s", path, option.name, problem);
            return false;
        }
    }
    if (at)
        error_set(error, ERROR_USAGE, "%s: its options have no end", path);
    return !at;
}

/* Files that aren't related are named by the one option. */
static bool names_files(const struct sqlflow_connector *descriptor)
{
    const struct sqlflow_option *option = descriptor->options;
    if (!outside_format(descriptor) || outside_relates(descriptor))
        return true;
    if (!option || g_strcmp0(option->name, "path") != 0 || option->type != SQLFLOW_OPTION_LIST)
        return false;
    const char *next = (const char *)option + descriptor->option_size;
    return !((const struct sqlflow_option *)(const void *)next)->name;
}

static bool lacks_functions(const struct sqlflow_connector *descriptor)
{
    const bool reads = (descriptor->abilities & SQLFLOW_SOURCE) != 0;
    const bool writes = (descriptor->abilities & SQLFLOW_EXPORT) != 0;
    if (outside_format(descriptor) || outside_relates(descriptor))
        return !descriptor->check || (!reads && !writes);
    const bool can_read =
        outside_fetches(descriptor) ||
        (descriptor->source_open && descriptor->source_close && descriptor->source_schema &&
         descriptor->scan_open && descriptor->scan_stream && descriptor->scan_close);
    const bool can_write =
        outside_delivers(descriptor) || (descriptor->sink_open && descriptor->sink_write &&
                                         descriptor->sink_commit && descriptor->sink_close);
    return !descriptor->check || (!reads && !writes) || (reads && !can_read) ||
           (writes && !can_write);
}

static bool check_descriptor(const struct sqlflow_connector *descriptor, const char *name,
                             const char *path, GError **error)
{
    if (!descriptor)
        error_set(error, ERROR_USAGE, "%s: it can't work with this version (%s)", path,
                  SQLFLOW_VERSION);
    else if (descriptor->abi != SQLFLOW_CONNECTOR_ABI)
        error_set(error, ERROR_USAGE,
                  "%s was built for version %u of the connector interface, this is %d: build it "
                  "again with the header of this version",
                  path, descriptor->abi, SQLFLOW_CONNECTOR_ABI);
    else if (descriptor->size < CONNECTOR_LEAST_BYTES ||
             descriptor->option_size < OPTION_LEAST_BYTES)
        error_set(error, ERROR_USAGE, "%s: its descriptor is too short", path);
    else if (!descriptor->name || strcmp(descriptor->name, name) != 0)
        error_set(error, ERROR_USAGE, "%s: its connector is called '%s': name the file after it",
                  path, descriptor->name ? descriptor->name : "");
    else if (lacks_functions(descriptor) || !descriptor->summary)
        error_set(error, ERROR_USAGE, "%s: its descriptor lacks a function that it must have",
                  path);
    else if (outside_format(descriptor) && !format_find(outside_format(descriptor)))
        error_set(error, ERROR_USAGE, "%s: there is no format '%s'", path,
                  outside_format(descriptor));
    else if (!names_files(descriptor))
        error_set(error, ERROR_USAGE,
                  "%s: it relates no files, so it must have the option 'path' and no other", path);
    else
        return true;
    return false;
}

struct connector *plugin_wrap(const struct sqlflow_connector *descriptor, const char *name,
                              const char *path, const char *origin, GError **error)
{
    g_autoptr(GArray) options = g_array_new(TRUE, TRUE, sizeof(struct option));
    if (!check_descriptor(descriptor, name, path, error) ||
        !read_options(descriptor, path, options, error))
        return NULL;
    const char *format = outside_format(descriptor);
    struct connector *connector = g_new0(struct connector, 1);
    connector->name = descriptor->name;
    connector->summary = descriptor->summary;
    connector->abilities = (descriptor->abilities & SQLFLOW_SOURCE ? CONNECTOR_SOURCE : 0u) |
                           (descriptor->abilities & SQLFLOW_EXPORT ? CONNECTOR_EXPORT : 0u);
    connector->own_options =
        (struct option *)(gpointer)g_array_free(g_steal_pointer(&options), FALSE);
    connector->format = format ? format_find(format) : NULL;
    connector->relates = outside_relates(descriptor);
    connector->options = connector->format && !connector->relates ? connector->format->options
                                                                  : connector->own_options;
    connector->origin = g_strdup(origin);
    connector->descriptor = descriptor;
    return connector;
}

void plugin_free(struct connector *connector)
{
    if (!connector)
        return;
    g_free(connector->own_options);
    g_free((gpointer)(guintptr)connector->origin);
    g_free(connector);
}

static sqlflow_connector_function find_function(const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        error_set(error, ERROR_USAGE, "%s can't be loaded: it is no file", path);
        return NULL;
    }
    GModule *module = g_module_open(path, G_MODULE_BIND_LOCAL);
    sqlflow_connector_function function = NULL;
    if (!module) {
        error_set(error, ERROR_USAGE, "%s can't be loaded: %s", path, g_module_error());
        return NULL;
    }
    if (!g_module_symbol(module, SQLFLOW_CONNECTOR_SYMBOL, (gpointer *)&function)) {
        error_set(error, ERROR_USAGE,
                  "%s is no connector: it has no function " SQLFLOW_CONNECTOR_SYMBOL, path);
        g_module_close(module);
        return NULL;
    }
    g_module_make_resident(module);
    return function;
}

struct connector *plugin_load(const char *name, const char *path, const char *origin,
                              GError **error)
{
    const sqlflow_connector_function function = find_function(path, error);
    return function ? plugin_wrap(function(host_table()), name, path, origin, error) : NULL;
}
