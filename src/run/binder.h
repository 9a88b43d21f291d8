/* SPDX-License-Identifier: Apache-2.0 */
/* The scratch database that statements are bound in, for bind.c: the shapes of the project's
 * tables. */
#pragma once

#include "connect/storage/spool.h"
#include "run/bind.h"

struct binder {
    const struct engine_class *class;
    struct engine *engine;
    struct session *session;
    /* Absolute paths that the plans so far write -> GPtrArray of struct column. */
    GHashTable *written;
    guint names;         /* hidden names given so far */
    struct spool *spool; /* copies of objects; NULL: none was needed */
    bool traces;
    bool assumes; /* some source's columns are those of what is written there */
};
