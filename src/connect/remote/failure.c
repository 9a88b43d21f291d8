/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/remote/failure.h"

#include "connect/remote/answer.h"

#include <string.h>

enum { MISSING = 404, FIRST_UNWANTED = 300 };

/* docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
static const struct {
    const char *code;
    enum error_kind kind;
    const char *suggestion;
} codes[] = {
    {"SlowDown", ERROR_TRANSIENT, NULL},
    {"ServiceUnavailable", ERROR_TRANSIENT, NULL},
    {"InternalError", ERROR_TRANSIENT, NULL},
    {"RequestTimeout", ERROR_TRANSIENT, NULL},
    {"Throttling", ERROR_TRANSIENT, NULL},
    {"ThrottlingException", ERROR_TRANSIENT, NULL},
    {"TooManyRequests", ERROR_TRANSIENT, NULL},
    {"OperationAborted", ERROR_TRANSIENT, NULL},
    {"AccessDenied", ERROR_PERMISSION, NULL},
    {"AllAccessDisabled", ERROR_PERMISSION, NULL},
    {"ExpiredToken", ERROR_PERMISSION, "the session has ended: get new credentials"},
    {"InvalidToken", ERROR_PERMISSION, NULL},
    {"InvalidAccessKeyId", ERROR_PERMISSION, "is the access key of this endpoint?"},
    {"SignatureDoesNotMatch", ERROR_PERMISSION, "is the secret access key right?"},
    {"RequestTimeTooSkewed", ERROR_SYSTEM, "set this machine's clock"},
    {"NoSuchBucket", ERROR_USAGE, NULL},
    {"NoSuchKey", ERROR_USAGE, NULL},
    {"NoSuchUpload", ERROR_USAGE, NULL},
    {"InvalidBucketName", ERROR_USAGE, NULL},
    {"KeyTooLongError", ERROR_USAGE, "a key has at most 1,024 bytes"},
    {"PermanentRedirect", ERROR_USAGE, "give the option \"region\" or \"endpoint\""},
    {"TemporaryRedirect", ERROR_TRANSIENT, NULL},
    {"AuthorizationHeaderMalformed", ERROR_USAGE, "give the option \"region\""},
    {"PreconditionFailed", ERROR_DATA, NULL},
    {"XAmzContentSHA256Mismatch", ERROR_TRANSIENT, NULL},
    {"BadDigest", ERROR_TRANSIENT, NULL},
    {"IncompleteBody", ERROR_TRANSIENT, NULL},
};

/* For answers to HEAD, which have no body. */
static const struct {
    guint status;
    const char *words;
    enum error_kind kind;
} statuses[] = {
    {301, "Moved Permanently", ERROR_USAGE},
    {304, "Not Modified", ERROR_DATA},
    {307, "Temporary Redirect", ERROR_USAGE},
    {400, "Bad Request", ERROR_USAGE},
    {401, "Unauthorized", ERROR_PERMISSION},
    {403, "Forbidden", ERROR_PERMISSION},
    {404, "Not Found", ERROR_USAGE},
    {408, "Request Timeout", ERROR_TRANSIENT},
    {409, "Conflict", ERROR_TRANSIENT},
    {412, "Precondition Failed", ERROR_DATA},
    {416, "Range Not Satisfiable", ERROR_DATA},
    {429, "Too Many Requests", ERROR_TRANSIENT},
    {500, "Internal Error", ERROR_TRANSIENT},
    {502, "Bad Gateway", ERROR_TRANSIENT},
    {503, "Service Unavailable", ERROR_TRANSIENT},
    {504, "Gateway Timeout", ERROR_TRANSIENT},
};

static enum error_kind status_kind(guint status, const char **out_words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        if (statuses[i].status == status) {
            *out_words = statuses[i].words;
            return statuses[i].kind;
        }
    }
    *out_words = "an unexpected status";
    return status >= 500 ? ERROR_TRANSIENT : ERROR_DATA;
}

/* Kind and way out. A part of an object that became another one was asked for by its ETag. */
static enum error_kind code_kind(const char *code, enum error_kind by_status,
                                 const char **out_suggestion)
{
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (g_strcmp0(codes[i].code, code) == 0) {
            *out_suggestion = codes[i].suggestion;
            return codes[i].kind;
        }
    }
    return by_status;
}

static char *place_of(const struct s3_request *request)
{
    if (!request->bucket)
        return g_strdup("s3://");
    return request->key ? s3_address(request->bucket, request->key)
                        : g_strconcat("s3://", request->bucket, NULL);
}

/* "the server's clock says .., ours .." and the region where the bucket is. */
static char *more_of(const struct http_response *response, const struct s3_error *inside)
{
    const char *region = inside->region
                             ? inside->region
                             : http_headers_get(response->headers, "x-amz-bucket-region");
    const char *date = http_headers_get(response->headers, "Date");
    if (g_strcmp0(inside->code, "RequestTimeTooSkewed") == 0) {
        g_autoptr(GDateTime) now = g_date_time_new_now_utc();
        g_autofree char *ours = g_date_time_format(now, "%Y-%m-%d %H:%M:%S");
        return g_strdup_printf("; this machine's clock says %s UTC, the server's %s", ours,
                               date ? date : "another time");
    }
    return region && response->status != 403 && response->status != MISSING
               ? g_strdup_printf("; the bucket is in region '%s'", region)
               : g_strdup("");
}

static void fail(const struct s3_request *request, const struct http_response *response,
                 const struct s3_error *inside, GError **error)
{
    const char *words = NULL;
    const char *suggestion = NULL;
    const enum error_kind by_status = status_kind(response->status, &words);
    g_autofree char *status = g_strdup_printf("%u", response->status);
    struct error_details details = {
        .code = inside->code ? inside->code : status,
        .position = -1,
        .retry_after_us = http_retry_after_us(response->headers),
    };
    const enum error_kind kind = code_kind(inside->code, by_status, &suggestion);
    details.suggestion = (char *)(guintptr)suggestion;
    g_autofree char *place = place_of(request);
    g_autofree char *more = more_of(response, inside);
    const bool has_message = inside->message && *inside->message;
    g_autofree char *message = g_strdup_printf(
        "%s: %u %s%s%s%s", place, response->status, inside->code ? inside->code : words,
        has_message ? ": " : "", has_message ? inside->message : "", more);
    error_set_full(error, kind, &details, message);
}

static bool is_wanted(const struct s3_request *request, const struct http_response *response)
{
    if (response->status == MISSING && request->may_be_missing)
        return true;
    return request->wanted_status ? response->status == request->wanted_status
                                  : response->status >= 200 && response->status < FIRST_UNWANTED;
}

bool failure_check(const struct s3_request *request, const struct http_response *response,
                   GError **error)
{
    const bool wanted = is_wanted(request, response);
    struct s3_error inside = {.code = NULL};
    if (response->body && response->body->len > 0 && (!wanted || request->may_fail_inside))
        s3_error_read(response->body, &inside);
    const bool is_fine = wanted && !inside.code;
    if (!is_fine)
        fail(request, response, &inside, error);
    s3_error_clear(&inside);
    return is_fine;
}
