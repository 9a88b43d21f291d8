/* SPDX-License-Identifier: Apache-2.0 */
/* What S3 answers in XML, read with GLib's parser. Names that aren't known are passed over. */
#pragma once

#include "base/auto.h"

#include <glib.h>
#include <stdbool.h>

/* <Error>, also within a 200. All NULL: it is none. */
struct s3_error {
    char *code;
    char *message;
    char *region; /* where the bucket is */
};

void s3_error_read(const GByteArray *body, struct s3_error *out);
void s3_error_clear(struct s3_error *error);

/* One object, or one upload that is under way. */
struct s3_entry {
    char *key;
    char *etag; /* with its quotes */
    char *time; /* LastModified, Initiated: ISO 8601 */
    char *upload_id;
    gint64 size;
};

/* A page of ListObjectsV2 or ListMultipartUploads, or of ListAllMyBuckets (keys are names). */
struct s3_page {
    GPtrArray *entries; /* struct s3_entry */
    char *next;         /* NextContinuationToken, NextKeyMarker; NULL: the last page */
    char *next_upload;  /* NextUploadIdMarker */
    bool is_truncated;
};

/* ERROR_DATA: it is no XML, or cut short. Keys come with encoding-type=url. */
bool s3_page_read(const GByteArray *body, struct s3_page *out,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void s3_page_clear(struct s3_page *page);

/* The text of the first element of this name, or NULL. The caller's. */
char *s3_element_read(const GByteArray *body, const char *name);
