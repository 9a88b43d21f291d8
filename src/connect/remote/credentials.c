/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/credentials.h"

#include "base/error.h"
#include "base/secret.h"
#include "connect/remote/awsfile.h"
#include "connect/remote/role.h"

#include <string.h>

#define STALE_BEFORE_US (5 * 60 * G_USEC_PER_SEC)

void credentials_clear(struct credentials *credentials)
{
    g_clear_pointer(&credentials->access_key, g_free);
    secret_free(credentials->secret_key);
    secret_free(credentials->token);
    *credentials = (struct credentials){.access_key = NULL};
}

bool credentials_are_stale(const struct credentials *credentials)
{
    return !credentials->access_key ||
           (credentials->expires_us &&
            credentials->expires_us - STALE_BEFORE_US <= g_get_real_time());
}

static void set(struct credentials *out, const char *access, const char *secret, const char *token)
{
    *out = (struct credentials){
        .access_key = g_strdup(access),
        .secret_key = g_strdup(secret),
        .token = token && *token ? g_strdup(token) : NULL,
    };
}

/* Of a pair both are there, or neither is. */
static bool take_pair(struct credentials *out, const char *const texts[3], const char *where,
                      GError **error)
{
    const bool has_access = texts[0] && *texts[0];
    const bool has_secret = texts[1] && *texts[1];
    if (has_access && has_secret)
        set(out, texts[0], texts[1], texts[2]);
    else if (has_access || has_secret)
        error_set(error, ERROR_USAGE, "%s: the %s is missing", where,
                  has_access ? "secret access key" : "access key id");
    return has_access == has_secret;
}

static bool from_options(const struct storage_context *context, struct credentials *out,
                         GError **error)
{
    const char *const texts[] = {
        context->option(context, "access_key_id"),
        context->option(context, "secret_access_key"),
        context->option(context, "session_token"),
    };
    if (texts[2] && !texts[0] && !texts[1]) {
        error_set(error, ERROR_USAGE,
                  "the option session_token of S3 needs access_key_id and secret_access_key");
        return false;
    }
    return take_pair(out, texts, "the options of S3", error);
}

static bool from_environment(const struct storage_context *context, struct credentials *out,
                             GError **error)
{
    if (context->option(context, "profile"))
        return true;
    const char *const texts[] = {
        context->environment(context, "AWS_ACCESS_KEY_ID"),
        context->environment(context, "AWS_SECRET_ACCESS_KEY"),
        context->environment(context, "AWS_SESSION_TOKEN"),
    };
    return take_pair(out, texts, "the environment's AWS_ACCESS_KEY_ID", error);
}

/* Both files, and the section that is meant in each. */
struct files {
    struct aws_file credentials;
    struct aws_file config;
    const char *profile;
    char *section; /* of the config file: "profile x" */
};

static void open_file(const struct storage_context *context, const char *variable, const char *name,
                      struct aws_file *out)
{
    const char *given = context->environment(context, variable);
    const char *home = context->environment(context, "HOME");
    g_autofree char *usual = g_build_filename(home ? home : g_get_home_dir(), ".aws", name, NULL);
    aws_file_read(out, given && *given ? given : usual);
}

static const char *profile_of(const struct storage_context *context)
{
    const char *option = context->option(context, "profile");
    const char *variable = context->environment(context, "AWS_PROFILE");
    return option ? option : variable && *variable ? variable : "default";
}

static void files_open(const struct storage_context *context, struct files *files)
{
    open_file(context, "AWS_SHARED_CREDENTIALS_FILE", "credentials", &files->credentials);
    open_file(context, "AWS_CONFIG_FILE", "config", &files->config);
    files->profile = profile_of(context);
    files->section = strcmp(files->profile, "default") == 0
                         ? g_strdup("default")
                         : g_strconcat("profile ", files->profile, NULL);
}

static void files_clear(struct files *files)
{
    aws_file_clear(&files->credentials);
    aws_file_clear(&files->config);
    g_free(files->section);
}

static const char *file_setting(const struct files *files, const char *name)
{
    const char *text = aws_file_get(&files->credentials, files->profile, name);
    return text ? text : aws_file_get(&files->config, files->section, name);
}

/* What a profile may ask for and we can't do: said, and not passed over. */
static bool check_profile(const struct files *files, bool is_named, GError **error)
{
    static const char *const others[] = {"role_arn", "credential_process", "sso_session",
                                         "sso_start_url"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        if (!file_setting(files, others[i]))
            continue;
        error_set(error, ERROR_USAGE,
                  "the AWS profile '%s' asks for '%s', which is not supported: put keys into the "
                  "environment or the options",
                  files->profile, others[i]);
        return false;
    }
    if (!is_named || aws_file_has(&files->credentials, files->profile) ||
        aws_file_has(&files->config, files->section))
        return true;
    error_set(error, ERROR_USAGE, "there is no AWS profile '%s'", files->profile);
    return false;
}

static bool from_files(const struct storage_context *context, struct credentials *out,
                       GError **error)
{
    struct files files;
    files_open(context, &files);
    const char *const texts[] = {
        file_setting(&files, "aws_access_key_id"),
        file_setting(&files, "aws_secret_access_key"),
        file_setting(&files, "aws_session_token"),
    };
    g_autofree char *where = g_strdup_printf("the AWS profile '%s'", files.profile);
    const bool is_named = strcmp(files.profile, "default") != 0;
    const bool fine = take_pair(out, texts, where, error) &&
                      (out->access_key || check_profile(&files, is_named, error));
    files_clear(&files);
    return fine;
}

bool credentials_find(const struct storage_context *context, struct credentials *out,
                      GError **error)
{
    static bool (*const places[])(const struct storage_context *, struct credentials *,
                                  GError **) = {
        from_options,           from_environment,    from_files,
        role_from_web_identity, role_from_container, role_from_instance,
    };
    *out = (struct credentials){.access_key = NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        if (!places[i](context, out, error))
            return false;
        if (!out->access_key)
            continue;
        secret_hold();
        return true;
    }
    error_set(error, ERROR_PERMISSION,
              "there are no credentials for S3: give access_key_id and secret_access_key (as "
              "{\"env\": ..}), set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or make an AWS "
              "profile; what everybody may read has an https:// address, too");
    return false;
}

char *credentials_region(const struct storage_context *context)
{
    static const char *const variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        const char *text = context->environment(context, variables[i]);
        if (text && *text)
            return g_strdup(text);
    }
    struct files files;
    files_open(context, &files);
    char *region = g_strdup(file_setting(&files, "region"));
    files_clear(&files);
    return region;
}
