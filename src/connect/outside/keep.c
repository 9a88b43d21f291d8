/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/outside/keep.h"

#include "base/error.h"
#include "base/secret.h"

#include <string.h>
#include <sys/wait.h>

static char *read_environment(const char *name, const struct project *project, GError **error)
{
    const char *text =
        project ? project_environment(name, (void *)(guintptr)project) : g_getenv(name);
    if (!text)
        error_set(error, ERROR_USAGE, "the environment has no variable '%s'", name);
    return g_strdup(text);
}

static char *read_file(const char *path, const struct project *project, GError **error)
{
    g_autofree char *absolute = g_canonicalize_filename(path, project ? project->root : NULL);
    g_autoptr(GError) failure = NULL;
    char *text = NULL;
    if (!g_file_get_contents(absolute, &text, NULL, &failure))
        error_set(error, ERROR_USAGE, "the secret can't be read: %s", failure->message);
    return text;
}

/* Its standard error is the user's. */
static char *read_command(const char *command, const struct project *project, GError **error)
{
    char shell[] = "/bin/sh", flag[] = "-c";
    g_autofree char *line = g_strdup(command);
    char *arguments[] = {shell, flag, line, NULL};
    g_autoptr(GError) failure = NULL;
    char *text = NULL;
    int status = 0;
    if (!g_spawn_sync(project ? project->root : NULL, arguments, NULL, G_SPAWN_CHILD_INHERITS_STDIN,
                      NULL, NULL, &text, NULL, &status, &failure)) {
        error_set(error, ERROR_USAGE, "the command '%s' can't be run: %s", command,
                  failure->message);
        return NULL;
    }
    if (g_spawn_check_wait_status(status, &failure))
        return text;
    secret_free(text);
    error_set(error, ERROR_USAGE, "the command '%s' gives no secret: %s", command,
              failure->message);
    return NULL;
}

static void drop_line_end(char *text)
{
    gsize length = strlen(text);
    if (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    if (length > 0 && text[length - 1] == '\r')
        text[length - 1] = '\0';
}

char *secret_read(const struct secret_place *place, const struct project *project, GError **error)
{
    static char *(*const readers[])(const char *, const struct project *, GError **) = {
        [SECRET_ENVIRONMENT] = read_environment,
        [SECRET_FILE] = read_file,
        [SECRET_COMMAND] = read_command,
    };
    char *text = readers[place->kind](place->text, project, error);
    if (!text)
        return NULL;
    drop_line_end(text);
    if (*text)
        return text;
    g_free(text);
    error_set(error, ERROR_USAGE, "the secret of '%s' is empty", place->text);
    return NULL;
}
