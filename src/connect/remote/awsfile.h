/* SPDX-License-Identifier: Apache-2.0 */
/* The files ~/.aws/config and ~/.aws/credentials: `[section]`, `name = value`, # and ; begin
 * comments; settings below a setting (indented) are not looked at. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct aws_file {
    GHashTable *sections; /* char * -> GHashTable of char * -> char * */
};

/* Of a file that can't be read: no sections. */
void aws_file_read(struct aws_file *file, const char *path);
void aws_file_parse(struct aws_file *file, const char *text);
void aws_file_clear(struct aws_file *file);

bool aws_file_has(const struct aws_file *file, const char *section);
/* NULL: not there. */
const char *aws_file_get(const struct aws_file *file, const char *section, const char *name);
