/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks S3, found as AWS's own tools find it, in this order: the options; the profile that the
 * option `profile` names; AWS_ACCESS_KEY_ID and its kin; the profile AWS_PROFILE (default) of
 * ~/.aws/credentials and ~/.aws/config; a web identity (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN);
 * the container's (AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI); the instance's metadata
 * (version 2 alone).
 */
#pragma once

#include "connect/storage/class.h"

struct credentials {
    char *access_key;
    char *secret_key;
    char *token;       /* of a session, or NULL */
    gint64 expires_us; /* since 1970; 0: they don't */
};

/* ERROR_PERMISSION: there are none; ERROR_USAGE: half of them, a profile that isn't there or asks
 * for what we can't (role_arn, sso, credential_process); ERROR_TRANSIENT: who has them doesn't
 * answer. */
bool credentials_find(const struct storage_context *context, struct credentials *out,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void credentials_clear(struct credentials *credentials);

/* They end within minutes. */
bool credentials_are_stale(const struct credentials *credentials);

/* The region that the environment or the profile names; NULL: none. The caller's. */
char *credentials_region(const struct storage_context *context);
