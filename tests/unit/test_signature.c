/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and signatures of AWS's published suite for Signature Version 4, and of the examples for
 * S3 ("Signature Calculations for the Authorization Header"). */
#include "connect/http/sha256.h"
#include "connect/remote/encode.h"
#include "connect/remote/signature.h"

#include <string.h>

#define SUITE_KEY "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_KEY "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

enum { MOST_HEADERS = 6, MOST_ITEMS = 4 };

struct vector {
    const char *name;
    const char *method;
    const char *path;                      /* not encoded */
    struct query_item query[MOST_ITEMS];   /* not sorted */
    const char *headers[2 * MOST_HEADERS]; /* besides Host and X-Amz-Date */
    const char *payload;                   /* NULL: nothing */
    const char *signature;
};

static void add_headers(struct http_headers *headers, const struct vector *vector)
{
    for (guint i = 0; i < MOST_HEADERS && vector->headers[2 * i]; i++)
        http_headers_add(headers, vector->headers[2 * i], vector->headers[2 * i + 1]);
}

static guint count_items(const struct vector *vector)
{
    guint count = 0;
    while (count < MOST_ITEMS && vector->query[count].name)
        count++;
    return count;
}

static void check_signature(const struct vector *vector, const struct signer *signer,
                            const struct http_headers *headers, const char *time)
{
    g_autofree char *path = uri_encode(vector->path, true);
    g_autofree char *query = query_encode(vector->query, count_items(vector));
    const struct signature_request request = {
        .method = vector->method,
        .path = path,
        .query = query,
        .headers = headers,
        .payload = vector->payload ? vector->payload : SIGNATURE_EMPTY,
        .time = time,
    };
    g_autofree char *authorization = signature_authorization(signer, &request);
    g_autofree char *end = g_strconcat("Signature=", vector->signature, NULL);
    if (!g_str_has_suffix(authorization, end))
        g_error("%s: %s", vector->name, authorization);
}

static const struct vector suite[] = {
    {"get-vanilla",
     "GET",
     "/",
     {{0}},
     {0},
     NULL,
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-vanilla-empty-query-key",
     "GET",
     "/",
     {{"Param1", "value1"}},
     {0},
     NULL,
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/",
     {{"Param2", "value2"}, {"Param1", "value1"}},
     {0},
     NULL,
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-order-value",
     "GET",
     "/",
     {{"Param1", "value2"}, {"Param1", "value1"}},
     {0},
     NULL,
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {"get-vanilla-query-unreserved",
     "GET",
     "/",
     {{"-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
       "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}},
     {0},
     NULL,
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"get-vanilla-utf8-query",
     "GET",
     "/",
     {{"\xe1\x88\xb4", "bar"}},
     {0},
     NULL,
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-utf8",
     "GET",
     "/\xe1\x88\xb4",
     {{0}},
     {0},
     NULL,
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space",
     "GET",
     "/example space/",
     {{0}},
     {0},
     NULL,
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-unreserved",
     "GET",
     "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     {{0}},
     {0},
     NULL,
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-header-key-duplicate",
     "GET",
     "/",
     {{0}},
     {"My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1"},
     NULL,
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-header-value-order",
     "GET",
     "/",
     {{0}},
     {"My-Header1", "value4", "My-Header1", "value1", "My-Header1", "value3", "My-Header1",
      "value2"},
     NULL,
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"get-header-value-trim",
     "GET",
     "/",
     {{0}},
     {"My-Header1", " value1", "My-Header2", " \"a   b   c\""},
     NULL,
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"post-vanilla",
     "POST",
     "/",
     {{0}},
     {0},
     NULL,
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-vanilla-query",
     "POST",
     "/",
     {{"Param1", "value1"}},
     {0},
     NULL,
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-header-key-sort",
     "POST",
     "/",
     {{0}},
     {"My-Header1", "value1"},
     NULL,
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-header-value-case",
     "POST",
     "/",
     {{0}},
     {"My-Header1", "VALUE1"},
     NULL,
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     {{0}},
     {"Content-Type", "application/x-www-form-urlencoded"},
     "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
};

static void the_published_suite_is_signed_as_published(void)
{
    static const struct signer signer = {"AKIDEXAMPLE", SUITE_KEY, "us-east-1", "service"};
    for (gsize i = 0; i < G_N_ELEMENTS(suite); i++) {
        AUTO(http_headers) headers = http_headers_new();
        http_headers_add(headers, "Host", "example.amazonaws.com");
        http_headers_add(headers, "X-Amz-Date", "20150830T123600Z");
        add_headers(headers, &suite[i]);
        check_signature(&suite[i], &signer, headers, "20150830T123600Z");
    }
}

static const struct vector s3_examples[] = {
    {"GET object",
     "GET",
     "/test.txt",
     {{0}},
     {"Range", "bytes=0-9"},
     NULL,
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT object",
     "PUT",
     "/test$file.text",
     {{0}},
     {"Date", "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class", "REDUCED_REDUNDANCY"},
     "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET lifecycle",
     "GET",
     "/",
     {{"lifecycle", ""}},
     {0},
     NULL,
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"GET list",
     "GET",
     "/",
     {{"prefix", "J"}, {"max-keys", "2"}},
     {0},
     NULL,
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

static void the_examples_of_s3_are_signed_as_published(void)
{
    static const struct signer signer = {"AKIAIOSFODNN7EXAMPLE", S3_KEY, "us-east-1", "s3"};
    for (gsize i = 0; i < G_N_ELEMENTS(s3_examples); i++) {
        const struct vector *vector = &s3_examples[i];
        AUTO(http_headers) headers = http_headers_new();
        http_headers_add(headers, "Host", "examplebucket.s3.amazonaws.com");
        http_headers_add(headers, "x-amz-content-sha256",
                         vector->payload ? vector->payload : SIGNATURE_EMPTY);
        http_headers_add(headers, "x-amz-date", "20130524T000000Z");
        add_headers(headers, vector);
        check_signature(vector, &signer, headers, "20130524T000000Z");
    }
}

/* What S3 gives back byte by byte as the key. */
static void a_path_is_encoded_once_and_never_normalised(void)
{
    static const char *const cases[][2] = {
        {"/a b+c=d", "/a%20b%2Bc%3Dd"},
        {"/a//b/./../c", "/a//b/./../c"},
        {"/\xc3\xa4/100%", "/%C3%A4/100%25"},
        {"/~-._", "/~-._"},
        {"/a%20b", "/a%2520b"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *encoded = uri_encode(cases[i][0], true);
        g_assert_cmpstr(encoded, ==, cases[i][1]);
    }
    g_autofree char *slash = uri_encode("a/b", false);
    g_assert_cmpstr(slash, ==, "a%2Fb");
}

static void a_query_is_sorted_by_whole_names(void)
{
    const struct query_item items[] = {{"a-b", "2"}, {"a", "3"}, {"a", "1"}, {"B", "\xc3\xa4 /"}};
    g_autofree char *query = query_encode(items, G_N_ELEMENTS(items));
    g_assert_cmpstr(query, ==, "B=%C3%A4%20%2F&a=1&a=3&a-b=2");
}

static void the_digest_is_sha256(void)
{
    static const char text[] = "abc\0def";
    g_autofree char *ours = sha256_hex(text, sizeof text);
    g_autofree char *glibs =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, sizeof text);
    g_autofree char *nothing = sha256_hex("", 0);
    g_assert_cmpstr(ours, ==, glibs);
    g_assert_cmpstr(nothing, ==, SIGNATURE_EMPTY);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signature/suite", the_published_suite_is_signed_as_published);
    g_test_add_func("/signature/s3", the_examples_of_s3_are_signed_as_published);
    g_test_add_func("/signature/path", a_path_is_encoded_once_and_never_normalised);
    g_test_add_func("/signature/digest", the_digest_is_sha256);
    g_test_add_func("/signature/query", a_query_is_sorted_by_whole_names);
    return g_test_run();
}
