/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/awsfile.h"

#include "base/secret.h"

#include <string.h>

static void free_secret(gpointer text)
{
    secret_free(text);
}

static GHashTable *section_of(const struct aws_file *file, const char *name)
{
    GHashTable *section = g_hash_table_lookup(file->sections, name);
    if (!section) {
        section = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret);
        g_hash_table_insert(file->sections, g_strdup(name), section);
    }
    return section;
}

/* "[profile x]" -> "profile x"; NULL: no section begins here. The caller's. */
static char *section_name(const char *line)
{
    const char *end = *line == '[' ? strchr(line, ']') : NULL;
    return end ? g_strstrip(g_strndup(line + 1, (gsize)(end - line) - 1)) : NULL;
}

static void add_setting(GHashTable *section, const char *line)
{
    const char *equals = strchr(line, '=');
    if (!equals)
        return;
    g_autofree char *name = g_strstrip(g_strndup(line, (gsize)(equals - line)));
    g_hash_table_replace(section, g_ascii_strdown(name, -1), g_strstrip(g_strdup(equals + 1)));
}

void aws_file_parse(struct aws_file *file, const char *text)
{
    file->sections =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    GHashTable *section = NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *name = section_name(*line);
        if (name)
            section = section_of(file, name);
        else if (section && !g_ascii_isspace(**line) && **line != '#' && **line != ';')
            add_setting(section, *line);
    }
}

void aws_file_read(struct aws_file *file, const char *path)
{
    char *text = NULL;
    const bool is_read = g_file_get_contents(path, &text, NULL, NULL);
    aws_file_parse(file, is_read ? text : "");
    secret_free(text);
}

void aws_file_clear(struct aws_file *file)
{
    g_clear_pointer(&file->sections, g_hash_table_unref);
}

bool aws_file_has(const struct aws_file *file, const char *section)
{
    return g_hash_table_contains(file->sections, section);
}

const char *aws_file_get(const struct aws_file *file, const char *section, const char *name)
{
    GHashTable *settings = g_hash_table_lookup(file->sections, section);
    const char *value = settings ? g_hash_table_lookup(settings, name) : NULL;
    return value && *value ? value : NULL;
}
