/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/storage/storage.h"

static const char *const endpoint_aliases[] = {"endpoint_url", NULL};
static const char *const access_aliases[] = {"access_key", "aws_access_key_id", NULL};
static const char *const secret_aliases[] = {"secret_key", "aws_secret_access_key", NULL};
static const char *const token_aliases[] = {"aws_session_token", NULL};
static const char *const region_aliases[] = {"region_name", NULL};
static const char *const style_words[] = {"auto", "path", "vhost", NULL};

enum {
    BOTH = OPTION_FOR_SOURCE | OPTION_FOR_EXPORT,
    WRITING = OPTION_FOR_EXPORT,
    MOST_REQUESTS = 64,
};

static const struct option table[] = {
    {.name = "endpoint",
     .aliases = endpoint_aliases,
     .type = OPTION_STRING,
     .flags = BOTH,
     .help = "the address of a store that speaks S3, such as http://127.0.0.1:9000; AWS when not "
             "given"},
    {.name = "region",
     .aliases = region_aliases,
     .type = OPTION_STRING,
     .flags = BOTH,
     .help = "of the bucket; else AWS_REGION, the AWS profile's, us-east-1"},
    {.name = "url_style",
     .type = OPTION_ENUM,
     .flags = BOTH,
     .default_text = "auto",
     .words = style_words,
     .help = "where the bucket stands: in the path or the host; auto: in the host at AWS, unless "
             "its name has a dot"},
    {.name = "use_ssl",
     .type = OPTION_BOOLEAN,
     .flags = BOTH,
     .default_text = "true",
     .help = "https, where the endpoint doesn't say"},
    {.name = "ca_bundle",
     .type = OPTION_STRING,
     .flags = BOTH,
     .help = "a file of certificates that are trusted instead of the system's"},
    {.name = "access_key_id",
     .aliases = access_aliases,
     .type = OPTION_STRING,
     .flags = BOTH | OPTION_SECRET,
     .help = "who asks; else as AWS's tools find it: environment, profile, container, instance"},
    {.name = "secret_access_key",
     .aliases = secret_aliases,
     .type = OPTION_STRING,
     .flags = BOTH | OPTION_SECRET,
     .help = "the key's secret; better {\"env\": ..} or {\"file\": ..}"},
    {.name = "session_token",
     .aliases = token_aliases,
     .type = OPTION_STRING,
     .flags = BOTH | OPTION_SECRET,
     .help = "of temporary keys"},
    {.name = "profile",
     .type = OPTION_STRING,
     .flags = BOTH,
     .help = "of ~/.aws/credentials and ~/.aws/config; else AWS_PROFILE"},
    {.name = "max_concurrency",
     .type = OPTION_INTEGER,
     .flags = BOTH,
     .minimum = 1,
     .maximum = MOST_REQUESTS,
     .help = "how many requests run at the same time (8, of small objects 64)"},
    {.name = "part_size",
     .type = OPTION_SIZE,
     .flags = WRITING,
     .minimum = G_GINT64_CONSTANT(5) * 1024 * 1024,
     .maximum = G_GINT64_CONSTANT(1024) * 1024 * 1024,
     .help = "how much is sent at once (5MiB); max_concurrency times that is the memory it takes"},
    {.name = "content_type",
     .type = OPTION_STRING,
     .flags = WRITING,
     .help = "of the object, such as text/csv"},
    {.name = "storage_class",
     .type = OPTION_STRING,
     .flags = WRITING,
     .help = "such as STANDARD_IA"},
    {.name = "server_side_encryption",
     .type = OPTION_STRING,
     .flags = WRITING,
     .help = "AES256 or aws:kms"},
    {.name = "kms_key_id", .type = OPTION_STRING, .flags = WRITING, .help = "with aws:kms"},
    {.name = "acl", .type = OPTION_STRING, .flags = WRITING, .help = "such as private"},
    {.name = "metadata",
     .type = OPTION_TYPES,
     .flags = WRITING,
     .help = "of the object: {\"name\": \"value\"}"},
    {.name = NULL},
};

const struct option *storage_options(void)
{
    return table;
}
