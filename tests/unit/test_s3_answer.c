/* SPDX-License-Identifier: Apache-2.0 */
/* What S3 answers, AWS's files, and where a bucket is asked for. */
#include "base/error.h"
#include "connect/remote/answer.h"
#include "connect/remote/awsfile.h"
#include "connect/remote/fetch.h"
#include "connect/remote/s3.h"

#include <string.h>
#include <sys/prctl.h>

static GByteArray *body_of(const char *text)
{
    GByteArray *body = g_byte_array_new();
    g_byte_array_append(body, (const guint8 *)text, (guint)strlen(text));
    return body;
}

static void an_error_is_told_by_its_root_alone(void)
{
    struct s3_error error;
    g_autoptr(GByteArray) failed =
        body_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SlowDown</Code>"
                "<Message>a &amp; b</Message><Region>eu-west-1</Region></Error>\n");
    s3_error_read(failed, &error);
    g_assert_cmpstr(error.code, ==, "SlowDown");
    g_assert_cmpstr(error.message, ==, "a & b");
    g_assert_cmpstr(error.region, ==, "eu-west-1");
    s3_error_clear(&error);
    static const char *const others[] = {
        "<DeleteResult><Error><Code>X</Code></Error></DeleteResult>", "", "<html>", "no markup",
        "<Error><Code>Cut</Code>"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(GByteArray) body = body_of(others[i]);
        s3_error_read(body, &error);
        g_assert_null(error.code);
        s3_error_clear(&error);
    }
}

static void a_page_of_keys_is_read_and_decoded(void)
{
    g_autoptr(GError) failure = NULL;
    struct s3_page page;
    g_autoptr(GByteArray) body = body_of(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
        "<Contents><Key>a+b%2Bc/%C3%A4</Key><Size>12</Size><ETag>&quot;e&quot;</ETag>"
        "<LastModified>2024-01-01T00:00:00.000Z</LastModified><Owner><ID>x</ID></Owner></Contents>"
        "<Contents><Key>d</Key><Size>0</Size></Contents>"
        "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>t+/=</NextContinuationToken></ListBucketResult>");
    g_assert_true(s3_page_read(body, &page, &failure));
    g_assert_cmpuint(page.entries->len, ==, 2);
    const struct s3_entry *first = g_ptr_array_index(page.entries, 0);
    g_assert_cmpstr(first->key, ==, "a b+c/\xc3\xa4");
    g_assert_cmpstr(first->etag, ==, "\"e\"");
    g_assert_cmpint(first->size, ==, 12);
    g_assert_true(page.is_truncated);
    g_assert_cmpstr(page.next, ==, "t+/=");
    s3_page_clear(&page);
}

/* Found by a crash: the bucket's name is no entry there. */
static void a_page_of_uploads_has_only_uploads(void)
{
    g_autoptr(GError) failure = NULL;
    struct s3_page page;
    g_autoptr(GByteArray) body = body_of(
        "<ListMultipartUploadsResult><Bucket>lake</Bucket><Prefix>k</Prefix><IsTruncated>true"
        "</IsTruncated><NextKeyMarker>a%20b</NextKeyMarker><NextUploadIdMarker>u</"
        "NextUploadIdMarker>"
        "<EncodingType>url</EncodingType><Upload><Key>k</Key><UploadId>2~x</UploadId>"
        "<Initiator><ID>i</ID></Initiator><Initiated>2024-01-01T00:00:00Z</Initiated></Upload>"
        "</ListMultipartUploadsResult>");
    g_assert_true(s3_page_read(body, &page, &failure));
    g_assert_cmpuint(page.entries->len, ==, 1);
    const struct s3_entry *upload = g_ptr_array_index(page.entries, 0);
    g_assert_cmpstr(upload->key, ==, "k");
    g_assert_cmpstr(upload->upload_id, ==, "2~x");
    g_assert_cmpstr(page.next, ==, "a b");
    g_assert_cmpstr(page.next_upload, ==, "u");
    s3_page_clear(&page);
}

static void a_page_that_is_cut_is_an_error(void)
{
    g_autoptr(GError) failure = NULL;
    struct s3_page page;
    g_autoptr(GByteArray) body = body_of("<ListBucketResult><Contents><Key>a</Key>");
    g_assert_false(s3_page_read(body, &page, &failure));
    g_assert_error(failure, SQLFLOW_ERROR, ERROR_DATA);
}

static void sections_and_settings_of_aws_files_are_found(void)
{
    struct aws_file file;
    aws_file_parse(&file, "# c\n[default]\naws_access_key_id = A\r\nregion=eu\n[ profile x ]\n"
                          "s3 =\n    max = 1\n;c\naws_secret_access_key = a=b\n[empty]\n");
    g_assert_cmpstr(aws_file_get(&file, "default", "aws_access_key_id"), ==, "A");
    g_assert_cmpstr(aws_file_get(&file, "default", "region"), ==, "eu");
    g_assert_cmpstr(aws_file_get(&file, "profile x", "aws_secret_access_key"), ==, "a=b");
    g_assert_null(aws_file_get(&file, "profile x", "max"));
    g_assert_null(aws_file_get(&file, "profile x", "s3"));
    g_assert_true(aws_file_has(&file, "empty"));
    g_assert_false(aws_file_has(&file, "other"));
    aws_file_clear(&file);
}

static void ranges_that_touch_are_asked_for_at_once(void)
{
    const struct byte_range ranges[] = {{100, 10}, {0, 4}, {4, 6}, {95, 10}, {50, 0}};
    g_autoptr(GArray) pieces = fetch_pieces(ranges, G_N_ELEMENTS(ranges), 8);
    static const struct piece wanted[] = {{0, 8}, {8, 2}, {95, 8}, {103, 7}};
    g_assert_cmpuint(pieces->len, ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < pieces->len; i++) {
        const struct piece *piece = &g_array_index(pieces, struct piece, i);
        g_assert_cmpint(piece->offset, ==, wanted[i].offset);
        g_assert_cmpint(piece->length, ==, wanted[i].length);
    }
    g_autofree char *range = fetch_range(&wanted[2]);
    g_assert_cmpstr(range, ==, "bytes=95-102");
}

/* A storage's context with options as "name=value", and no environment. */
struct told {
    struct storage_context context; /* first */
    const char *const *options;
};

static const char *told_option(const struct storage_context *context, const char *name)
{
    const gsize length = strlen(name);
    for (const char *const *pair = ((const struct told *)context)->options; *pair; pair++)
        if (strncmp(*pair, name, length) == 0 && (*pair)[length] == '=')
            return *pair + length + 1;
    return NULL;
}

static const char *told_environment(const struct storage_context *context, const char *name)
{
    (void)context;
    return strcmp(name, "HOME") == 0 ? "/nowhere" : NULL;
}

static bool told_cancel(gconstpointer context)
{
    (void)context;
    return false;
}

static void told_init(struct told *told, const char *const *options)
{
    *told = (struct told){.context = {.option = told_option,
                                      .environment = told_environment,
                                      .is_cancelled = told_cancel},
                          .options = options};
}

static struct s3 *s3_told(struct told *told, const char *const *options, GError **error)
{
    told_init(told, options);
    return s3_new(&told->context, error);
}

static void who_has_credentials_is_not_dumpable(void)
{
    static const char *const options[] = {"access_key_id=A", "secret_access_key=B", NULL};
    struct told told;
    struct credentials credentials;
    g_autoptr(GError) error = NULL;
    told_init(&told, options);
    g_assert_cmpint(prctl(PR_SET_DUMPABLE, 1), ==, 0);
    g_assert_true(credentials_find(&told.context, &credentials, &error));
    g_assert_cmpint(prctl(PR_GET_DUMPABLE), ==, 0);
    g_assert_cmpstr(credentials.secret_key, ==, "B");
    credentials_clear(&credentials);
}

static void a_bucket_stands_in_the_host_where_it_can(void)
{
    static const struct {
        const char *options[3];
        const char *bucket;
        const char *host;
    } cases[] = {
        {{NULL}, "lake", "lake.s3.us-east-1.amazonaws.com"},
        {{"region=eu-west-1"}, "lake-1", "lake-1.s3.eu-west-1.amazonaws.com"},
        {{NULL}, "my.lake", "s3.us-east-1.amazonaws.com"},
        {{NULL}, "Lake_2", "s3.us-east-1.amazonaws.com"},
        {{NULL}, NULL, "s3.us-east-1.amazonaws.com"},
        {{"url_style=path"}, "lake", "s3.us-east-1.amazonaws.com"},
        {{"url_style=vhost"}, "my.lake", "my.lake.s3.us-east-1.amazonaws.com"},
        {{"endpoint=http://127.0.0.1:9000"}, "lake", "127.0.0.1:9000"},
        {{"endpoint=https://store.example.com", "url_style=auto"}, "lake", "store.example.com"},
        {{"endpoint=http://store:9000/s3/", "url_style=vhost"}, "lake", "lake.store:9000"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct told told;
        g_autoptr(GError) error = NULL;
        AUTO(s3) s3 = s3_told(&told, cases[i].options, &error);
        g_assert_no_error(error);
        g_autofree char *host = s3_host(s3, cases[i].bucket);
        g_assert_cmpstr(host, ==, cases[i].host);
    }
}

static void an_endpoint_that_can_t_be_is_refused(void)
{
    static const struct {
        const char *options[3];
        const char *message;
    } cases[] = {
        {{"endpoint=ftp://store"}, "no address such as"},
        {{"endpoint=http://me:pw@store"}, "no address such as"},
        {{"endpoint=http://127.0.0.1:9000", "url_style=vhost"}, "can't be vhost"},
        {{"endpoint=http://[::1]:9000", "url_style=vhost"}, "can't be vhost"},
        {{"ca_bundle=/nowhere/ca.pem"}, "the CA bundle '/nowhere/ca.pem' can't be read"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct told told;
        g_autoptr(GError) error = NULL;
        g_assert_null(s3_told(&told, cases[i].options, &error));
        g_assert_error(error, SQLFLOW_ERROR, ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, cases[i].message));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/s3/error", an_error_is_told_by_its_root_alone);
    g_test_add_func("/s3/page", a_page_of_keys_is_read_and_decoded);
    g_test_add_func("/s3/uploads", a_page_of_uploads_has_only_uploads);
    g_test_add_func("/s3/cut", a_page_that_is_cut_is_an_error);
    g_test_add_func("/s3/files", sections_and_settings_of_aws_files_are_found);
    g_test_add_func("/s3/dumpable", who_has_credentials_is_not_dumpable);
    g_test_add_func("/s3/hosts", a_bucket_stands_in_the_host_where_it_can);
    g_test_add_func("/s3/endpoints", an_endpoint_that_can_t_be_is_refused);
    g_test_add_func("/s3/ranges", ranges_that_touch_are_asked_for_at_once);
    return g_test_run();
}
