/* SPDX-License-Identifier: Apache-2.0 */
/* completion: what a shell needs, and the words that it then asks for. */
#include "base/embedded.h"
#include "cli/complete.h"
#include "cli/report.h"

#include <string.h>

static const struct embedded_file *find_shell(const char *name)
{
    for (const struct embedded_file *shell = embedded_shells; shell->name; shell++)
        if (strcmp(shell->name, name) == 0)
            return shell;
    return NULL;
}

enum exit_code command_completion(struct call *call)
{
    const char *name = call_argument(call, 0);
    g_autoptr(GString) out = g_string_new(NULL);
    if (strcmp(name, "words") == 0) {
        complete_words(call->arguments + 1, out);
        terminal_flush(&call->out, out);
        return EXIT_CODE_OK;
    }
    const struct embedded_file *shell = find_shell(name);
    if (!shell) {
        g_autoptr(GError) error = NULL;
        error_set(&error, ERROR_USAGE, "no completion for '%s'; there is bash, fish and zsh", name);
        report_error(call, error);
        return EXIT_CODE_USAGE;
    }
    g_string_append_len(out, shell->data, (gssize)shell->length);
    terminal_flush(&call->out, out);
    return EXIT_CODE_OK;
}
