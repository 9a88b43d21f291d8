/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload FILE ADDRESS: sends a file as an EXPORT sends what the engine makes, without an engine.
 * How the store is reached stands in the environment.
 */
#include "connect/remote/upload.h"
#include "base/error.h"

#include <stdio.h>

static const char *option(const struct storage_context *context, const char *name)
{
    (void)context;
    return g_strcmp0(name, "max_concurrency") == 0 ? "8" : NULL; /* the default */
}

static const char *environment(const struct storage_context *context, const char *name)
{
    (void)context;
    return g_getenv(name);
}

static bool is_cancelled(gconstpointer context)
{
    (void)context;
    return false;
}

static void moved(const struct storage_context *context, gint64 bytes)
{
    (void)context;
    (void)bytes;
}

static bool send_file(struct s3 *s3, const char *path, const char *address, GError **error)
{
    struct s3_upload *upload = s3 ? s3_upload_open(s3, address, s3->concurrency, error) : NULL;
    struct file_identity *made = NULL;
    const bool sent =
        upload && s3_upload_file(upload, path, error) && s3_upload_commit(upload, &made, error);
    file_identity_free(made);
    s3_upload_close(upload);
    return sent;
}

int main(int argc, char **argv)
{
    const struct storage_context context = {option, environment, is_cancelled, moved};
    g_autoptr(GError) error = NULL;
    AUTO(s3) s3 = s3_new(&context, &error);
    if (argc == 3 && send_file(s3, argv[1], argv[2], &error))
        return 0;
    fprintf(stderr, "upload: %s\n", error ? error->message : "usage: upload FILE ADDRESS");
    return 1;
}
