/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/message.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum { LINE_BYTES = 1000 };

/* The rest of the line after the first `mark`; NULL when it isn't there. */
static char *line_after(const char *text, const char *mark)
{
    const char *found = strstr(text, mark);
    if (!found)
        return NULL;
    found += strlen(mark);
    return g_strndup(found, strcspn(found, "\n"));
}

/* What may follow the original line in a message about one line of a CSV file. */
static const char *const csv_details[] = {
    "\nExpected Number of Columns:",
    "\nError when converting column",
    "\nValue with unterminated",
    "\nMaximum line size",
    "\nInvalid unicode",
    "\nThe CSV Parser state",
};

static const char *find_detail(const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(csv_details); i++) {
        const char *found = strstr(text, csv_details[i]);
        if (found)
            return found;
    }
    return NULL;
}

/* `Expected Number of Columns: 2 Found: 3` -> "2 fields expected, 3 found". */
static char *detail_text(const char *detail)
{
    g_autofree char *expected = line_after(detail, "Expected Number of Columns: ");
    const char *found = expected ? strstr(expected, " Found: ") : NULL;
    if (!found)
        return g_strndup(detail + 1, strcspn(detail + 1, "\n"));
    return g_strdup_printf("%.*s fields expected, %s found", (int)(found - expected), expected,
                           found + strlen(" Found: "));
}

/* About one line of a CSV file: file, line, what is wrong, the line itself. */
static char *csv_line(const char *message)
{
    static const char original[] = "\nOriginal Line: ";
    g_autofree char *line = line_after(message, "CSV Error on Line: ");
    g_autofree char *file = line_after(message, "\n  file = ");
    const char *text = strstr(message, original);
    const char *detail = text ? find_detail(text) : NULL;
    if (!line || !file || !detail)
        return NULL;
    text += strlen(original);
    g_autofree char *about = detail_text(detail);
    return g_strdup_printf("%s, line %s: %s\n%.*s", file, line, about, (int)(detail - text), text);
}

static char *csv_file(const char *message)
{
    g_autofree char *file = line_after(message, "\n  file = ");
    if (!file || !g_str_has_prefix(message, "The CSV Parser state machine"))
        return NULL;
    return g_strdup_printf("%s is not valid CSV with its delimiter, quote and line ends: quotes "
                           "that don't match, or \\n and \\r\\n mixed",
                           file);
}

static char *csv_sniff(const char *message)
{
    g_autofree char *file = line_after(message, "Error when sniffing file \"");
    if (!file)
        return NULL;
    *(strrchr(file, '"') ? strrchr(file, '"') : file + strlen(file)) = '\0';
    g_autofree char *delimiter = line_after(message, "Delimiter Candidates: ");
    return g_strdup_printf("%s " MESSAGE_NOT_CSV " %s: rows with different "
                           "numbers of fields, or quotes that don't match",
                           file, delimiter ? delimiter : "','");
}

/* `File https://.. requires the extension httpfs` and its kin. */
static char *url_refused(const char *message)
{
    g_autofree char *url = line_after(message, "File ");
    char *end = url ? strstr(url, " requires the extension ") : NULL;
    if (!end || !g_str_has_prefix(message, "File "))
        return NULL;
    *end = '\0';
    if (!strstr(url, "://"))
        return NULL;
    return g_strdup_printf("'%s' is not read or written by SQL: declare a SOURCE for it, or EXPORT "
                           "to it",
                           url);
}

/* Advice that can't be followed here. */
static char *extension_refused(const char *message)
{
    static const char *const advices[] = {"\n\nPlease try installing", "\n\nTry installing",
                                          "\n\nInstall it first"};
    for (gsize i = 0; i < G_N_ELEMENTS(advices); i++) {
        const char *advice = strstr(message, advices[i]);
        if (advice)
            return g_strdup_printf("%.*s (nothing is installed while a pipeline runs)",
                                   (int)(advice - message), message);
    }
    return NULL;
}

typedef char *(*message_rule)(const char *message);
static const message_rule message_rules[] = {csv_line, csv_file, csv_sniff, url_refused,
                                             extension_refused};

static char *clear_by_rule(const char *message)
{
    for (gsize i = 0; i < G_N_ELEMENTS(message_rules); i++) {
        char *text = message_rules[i](message);
        if (text)
            return text;
    }
    const char *excerpt = strstr(message, "\n\nLINE ");
    char *text = excerpt ? g_strndup(message, (gsize)(excerpt - message)) : g_strdup(message);
    return g_strchomp(text);
}

/* Data in a message can be megabytes long. */
static char *cut_lines(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *line = text; *line;) {
        gsize length = strcspn(line, "\n");
        gsize kept = MIN(length, LINE_BYTES);
        while (kept < length && kept > 0 && ((guchar)line[kept] & 0xc0) == 0x80)
            kept--; /* not inside of a character */
        g_string_append_len(out, line, (gssize)kept);
        g_string_append(out, kept < length ? "..." : "");
        line += length;
        if (*line == '\n')
            g_string_append_c(out, *line++);
    }
    return g_string_free(out, FALSE);
}

char *message_clear(const char *message)
{
    g_autofree char *text = clear_by_rule(message);
    return cut_lines(text);
}
