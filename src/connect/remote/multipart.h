/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One object that is written at once or in parts. Parts may be put by several threads at the same
 * time, each number once; all else by one when no part is under way.
 */
#pragma once

#include "connect/remote/s3.h"

struct multipart {
    struct s3 *s3;
    struct s3_place place;
    char *address;
    char *id;             /* NULL: none was begun */
    pthread_mutex_t lock; /* guards the two below */
    GPtrArray *etags;     /* char *: of part i + 1; NULL: not sent */
    gint64 sent;          /* bytes */
};

bool multipart_init(struct multipart *parts, struct s3 *s3, const char *address,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What was begun and not completed is aborted. */
void multipart_clear(struct multipart *parts);

/* Ends an upload that isn't completed; one that isn't there is ended. `is_closing`: also after a
 * cancel, which ends all other requests. */
bool multipart_abort(struct s3 *s3, const struct s3_place *place, const char *id, bool is_closing,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole object in one request. */
bool multipart_put_whole(struct multipart *parts, const char *data, gsize length,
                         struct file_identity **out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

bool multipart_begin(struct multipart *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Part `index`, from 0. */
bool multipart_put(struct multipart *parts, guint index, const char *data, gsize length,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All parts are there: makes them the object, and looks whether that is what was sent. */
bool multipart_complete(struct multipart *parts, struct file_identity **out,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How long part `index` is when it is full: they grow, since there may be 10,000 of them only. */
gint64 multipart_size(const struct s3 *s3, guint index);
