/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/glob.h"

#include "base/compare.h"
#include "base/error.h"
#include "base/file.h"
#include "base/nearest.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool glob_is_pattern(const char *path)
{
    return strpbrk(path, "*?[") != NULL;
}

static const char *next_character(const char *at)
{
    return at + g_utf8_skip[(guchar)*at];
}

/* The end of `[..]` at its bracket, or NULL when it isn't closed: then `[` is itself. */
static const char *class_end(const char *open)
{
    const char *at = open + 1;
    if (*at == '!' || *at == '^')
        at++;
    if (*at == ']')
        at++;
    return strchr(at, ']');
}

static bool class_has(const char *open, const char *end, gunichar character)
{
    const char *at = open + 1;
    const bool negated = *at == '!' || *at == '^';
    bool found = false;
    at += negated;
    while (at < end) {
        const gunichar low = g_utf8_get_char(at);
        gunichar high = low;
        at = next_character(at);
        if (*at == '-' && at + 1 < end) {
            high = g_utf8_get_char(at + 1);
            at = next_character(at + 1);
        }
        found |= character >= low && character <= high;
    }
    return found != negated;
}

/* The pattern's first element fits the name's first character; *out_next is behind the element. */
static bool fits_character(const char *pattern, const char *name, const char **out_next)
{
    const gunichar character = g_utf8_get_char(name);
    *out_next = next_character(pattern);
    if (*pattern == '?')
        return true;
    const char *end = *pattern == '[' ? class_end(pattern) : NULL;
    if (!end)
        return g_utf8_get_char(pattern) == character;
    *out_next = end + 1;
    return class_has(pattern, end, character);
}

/* One part between slashes. Only the last star is ever tried again, so time is at most the product
 * of the lengths. */
static bool part_fits(const char *pattern, const char *name)
{
    if (*name == '.' && *pattern != '.')
        return false;
    const char *star = NULL;
    const char *retry = NULL;
    while (*name) {
        const char *next = NULL;
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (*pattern && fits_character(pattern, name, &next)) {
            pattern = next;
            name = next_character(name);
        } else if (star) {
            pattern = star;
            name = retry = next_character(retry);
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* Patterns and names not in UTF-8 fit only when they are the same bytes. */
static bool part_matches(const char *pattern, const char *name)
{
    if (!g_utf8_validate(name, -1, NULL) || !g_utf8_validate(pattern, -1, NULL))
        return strcmp(pattern, name) == 0;
    return part_fits(pattern, name);
}

static bool parts_match(char **patterns, char **parts)
{
    char **star = NULL;
    char **retry = NULL;
    while (*parts) {
        if (*patterns && strcmp(*patterns, "**") == 0) {
            star = ++patterns;
            retry = parts;
        } else if (*patterns && part_matches(*patterns, *parts)) {
            patterns++;
            parts++;
        } else if (star && **retry != '.') {
            patterns = star;
            parts = ++retry;
        } else {
            return false;
        }
    }
    while (*patterns && strcmp(*patterns, "**") == 0)
        patterns++;
    return *patterns == NULL;
}

bool glob_matches(const char *pattern, const char *path)
{
    g_auto(GStrv) patterns = g_strsplit(pattern, "/", -1);
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    return parts_match(patterns, parts);
}

bool glob_covers(const char *read, const char *written)
{
    const gsize length = strlen(written);
    return (strncmp(read, written, length) == 0 && read[length] == '/') ||
           glob_matches(read, written);
}

struct walk {
    GHashTable *found; /* char *: `**` can reach a file by two ways */
    GError **error;
    const char *pattern;
};

static bool walk_parts(struct walk *walk, const char *folder, char **parts, guint depth);

static char *join(const char *folder, const char *name)
{
    return *folder ? g_build_filename(folder, name, NULL) : g_strdup(name);
}

/* A name that fits the first part: the end of the way, or a folder on it. */
static bool walk_entry(struct walk *walk, const char *path, char **parts, guint depth)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return true;
    if (parts[1])
        return !S_ISDIR(status.st_mode) || walk_parts(walk, path, parts + 1, depth + 1);
    if (S_ISDIR(status.st_mode))
        return true;
    if (!g_utf8_validate(path, -1, NULL)) {
        g_autofree char *shown = g_utf8_make_valid(path, -1);
        error_set(walk->error, ERROR_USAGE,
                  "the name of the file '%s' fits '%s' and isn't UTF-8: rename it", shown,
                  walk->pattern);
        return false;
    }
    g_hash_table_add(walk->found, g_strdup(path));
    if (g_hash_table_size(walk->found) <= GLOB_MAX_FILES)
        return true;
    error_set(walk->error, ERROR_USAGE, "'%s' fits more than %d files", walk->pattern,
              GLOB_MAX_FILES);
    return false;
}

/* All names of a folder against the first part; for `**` also each folder with the same parts. */
static bool walk_folder(struct walk *walk, const char *folder, char **parts, guint depth)
{
    g_autoptr(GDir) dir = g_dir_open(*folder ? folder : ".", 0, NULL);
    const bool any_depth = strcmp(*parts, "**") == 0;
    const char *name = NULL;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = join(folder, name);
        if (any_depth) {
            if (*name != '.' && path_is_folder(path) && !walk_parts(walk, path, parts, depth + 1))
                return false;
            continue;
        }
        g_autofree char *valid = g_utf8_make_valid(name, -1);
        if (part_matches(*parts, valid) && !walk_entry(walk, path, parts, depth))
            return false;
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): GLOB_MAX_DEPTH bounds it */
static bool walk_parts(struct walk *walk, const char *folder, char **parts, guint depth)
{
    static char any_name[] = "*";
    char *last[] = {any_name, NULL};
    if (depth > GLOB_MAX_DEPTH) {
        error_set(walk->error, ERROR_USAGE, "'%s' leads more than %d folders deep", walk->pattern,
                  GLOB_MAX_DEPTH);
        return false;
    }
    if (strcmp(*parts, "**") == 0) {
        char **rest = parts[1] ? parts + 1 : last;
        return walk_parts(walk, folder, rest, depth + 1) && walk_folder(walk, folder, parts, depth);
    }
    if (glob_is_pattern(*parts))
        return walk_folder(walk, folder, parts, depth);
    g_autofree char *path = join(folder, *parts);
    return walk_entry(walk, path, parts, depth);
}

/* The pattern's parts without empty ones, as `a//b` has. */
static char **pattern_parts(const char *pattern)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "/", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (char **part = parts; *part; part++)
        if (**part)
            g_strv_builder_add(builder, *part);
    return g_strv_builder_end(builder);
}

bool glob_find(const char *pattern, GPtrArray *paths, GError **error)
{
    g_auto(GStrv) parts = pattern_parts(pattern);
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct walk walk = {.found = found, .error = error, .pattern = pattern};
    if (*parts && !walk_parts(&walk, *pattern == '/' ? "/" : "", parts, 0))
        return false;
    const guint first = paths->len;
    GHashTableIter iter;
    gpointer path = NULL;
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        g_ptr_array_add(paths, g_strdup(path));
    if (paths->len > first)
        qsort(paths->pdata + first, paths->len - first, sizeof *paths->pdata, compare_texts);
    return true;
}

bool glob_expand(const char *pattern, GPtrArray *paths, GError **error)
{
    const guint count = paths->len;
    if (!glob_find(pattern, paths, error))
        return false;
    if (paths->len == count)
        error_set(error, ERROR_USAGE, "no file fits '%s'", pattern);
    return paths->len > count;
}

static char *nearest_file(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *entry = NULL;
    while (dir && names->len < 10000 && (entry = g_dir_read_name(dir)))
        g_ptr_array_add(names, g_strdup(entry));
    g_ptr_array_sort(names, compare_texts);
    g_ptr_array_add(names, NULL);
    const char *nearest = nearest_name(name, (const char *const *)names->pdata);
    if (!nearest)
        return NULL;
    return strcmp(folder, ".") == 0 ? g_strdup(nearest) : g_build_filename(folder, nearest, NULL);
}

static bool missing_file(const char *path, GError **error)
{
    g_autofree char *nearest = nearest_file(path);
    if (nearest)
        error_set(error, ERROR_USAGE, "no file '%s'; did you mean '%s'?", path, nearest);
    else
        error_set(error, ERROR_USAGE, "no file '%s'", path);
    return false;
}

bool path_expand(const char *path, GPtrArray *paths, GError **error)
{
    struct stat status;
    if (strcmp(path, "-") == 0) {
        error_set(error, ERROR_USAGE, "reading standard input ('-') is not supported yet");
        return false;
    }
    if (strstr(path, "://")) {
        error_set(error, ERROR_USAGE, "'%s' can't be read here: only local files can", path);
        return false;
    }
    if (stat(path, &status) == 0) {
        if (S_ISREG(status.st_mode))
            g_ptr_array_add(paths, g_strdup(path));
        else if (S_ISDIR(status.st_mode))
            error_set(error, ERROR_USAGE, "'%s' is a folder: name its files, such as '%s%s*'", path,
                      path, g_str_has_suffix(path, "/") ? "" : "/");
        else
            error_set(error, ERROR_USAGE,
                      "'%s' is not a regular file; sources are read more than once: write it to a "
                      "file first",
                      path);
        return S_ISREG(status.st_mode);
    }
    if (errno != ENOENT && errno != ENOTDIR) {
        error_set_errno(error, errno, "%s", path);
        return false;
    }
    return glob_is_pattern(path) ? glob_expand(path, paths, error) : missing_file(path, error);
}

bool paths_expand(const GPtrArray *wanted, GPtrArray *paths, GError **error)
{
    for (guint i = 0; i < wanted->len; i++)
        if (!path_expand(wanted->pdata[i], paths, error))
            return false;
    return true;
}
