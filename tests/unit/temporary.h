/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for one test, gone afterwards. */
#pragma once

#include "base/file.h"

#include <glib/gstdio.h>

static inline char *temporary_new(void)
{
    char *folder = g_dir_make_tmp("sqlflow-test-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

static inline void temporary_clear(char **folder)
{
    g_assert_true(path_remove(*folder, NULL));
    g_clear_pointer(folder, g_free);
}

/* Makes `name` below the folder, with its folders. Returns its path. */
static inline char *temporary_write(const char *folder, const char *name, const char *data,
                                    gssize length)
{
    char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, data, length, NULL));
    return path;
}

#define TEMPORARY __attribute__((cleanup(temporary_clear))) char *
