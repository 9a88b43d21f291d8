/* SPDX-License-Identifier: Apache-2.0 */
/* What S3 answers, and AWS's files. */
#include "base/error.h"
#include "connect/remote/answer.h"
#include "connect/remote/awsfile.h"
#include "connect/remote/fetch.h"

#include <string.h>

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/s3/error", an_error_is_told_by_its_root_alone);
    g_test_add_func("/s3/page", a_page_of_keys_is_read_and_decoded);
    g_test_add_func("/s3/uploads", a_page_of_uploads_has_only_uploads);
    g_test_add_func("/s3/cut", a_page_that_is_cut_is_an_error);
    g_test_add_func("/s3/files", sections_and_settings_of_aws_files_are_found);
    g_test_add_func("/s3/ranges", ranges_that_touch_are_asked_for_at_once);
    return g_test_run();
}
