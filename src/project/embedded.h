/* SPDX-License-Identifier: Apache-2.0 */
/* The files of src/project/template, built into the program by tools/embed. */
#pragma once

#include <glib.h>

struct embedded_file {
    const char *name; /* below template/: "pipelines/shop.sf" */
    const char *data; /* NUL-terminated */
    gsize length;
};

/* Ended by an entry without name. */
extern const struct embedded_file embedded_files[];
