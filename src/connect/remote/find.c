/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/glob.h"
#include "connect/remote/answer.h"
#include "connect/remote/object.h"

#include <string.h>

enum { PARTIAL = 206, MISSING = 404, MOST_ITEMS = 8 };

static gint64 time_ns(const char *text)
{
    g_autoptr(GDateTime) time = text ? g_date_time_new_from_iso8601(text, NULL) : NULL;
    return time ? g_date_time_to_unix(time) * G_GINT64_CONSTANT(1000000000) : 0;
}

static struct file_identity *identity_new(char *address, gint64 size, const char *version)
{
    struct file_identity *identity = g_new0(struct file_identity, 1);
    identity->path = address;
    identity->size = size;
    identity->version = g_strdup(version ? version : "");
    return identity;
}

static gint64 length_of(const struct http_headers *headers)
{
    const char *text = http_headers_get(headers, "Content-Length");
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* 404 of an object may be that of its bucket: HEAD has no body that would say so. */
static bool check_bucket(struct s3 *s3, const char *bucket, GError **error)
{
    const struct query_item query[] = {{"list-type", "2"}, {"max-keys", "1"}};
    const struct s3_request request = {
        .method = "GET", .bucket = bucket, .query = query, .query_count = G_N_ELEMENTS(query)};
    struct http_response response = {0};
    const bool fine = s3_send(s3, &request, &response, error);
    http_response_clear(&response);
    return fine;
}

static bool is_refusal(const GError *error)
{
    return error_kind(error) == ERROR_PERMISSION || error_kind(error) == ERROR_USAGE;
}

/* Nor why it was refused: a GET of the first byte says so. */
static void ask_why(struct s3 *s3, const struct s3_place *place, GError **error)
{
    AUTO(http_headers) headers = http_headers_new();
    const struct s3_request request = {.method = "GET",
                                       .bucket = place->bucket,
                                       .key = place->key,
                                       .headers = headers,
                                       .wanted_status = PARTIAL};
    struct http_response response = {0};
    g_autoptr(GError) why = NULL;
    http_headers_add(headers, "Range", "bytes=0-0");
    if (!s3_send(s3, &request, &response, &why) && is_refusal(why)) {
        g_clear_error(error);
        g_propagate_error(error, g_steal_pointer(&why));
    }
    http_response_clear(&response);
}

struct file_identity *s3_head(struct s3 *s3, const struct s3_place *place, const char *address,
                              GError **error)
{
    const struct s3_request request = {
        .method = "HEAD", .bucket = place->bucket, .key = place->key, .may_be_missing = true};
    struct http_response response = {0};
    struct file_identity *identity = NULL;
    GError *failure = NULL;
    if (s3_send(s3, &request, &response, &failure)) {
        const bool is_missing = response.status == MISSING;
        identity = identity_new(g_strdup(address), is_missing ? -1 : length_of(response.headers),
                                is_missing ? NULL : http_headers_get(response.headers, "ETag"));
    }
    http_response_clear(&response);
    if (failure && is_refusal(failure))
        ask_why(s3, place, &failure);
    if (failure)
        g_propagate_error(error, failure);
    return identity;
}

/* A listing of all keys with a prefix, page by page. */
struct listing {
    struct s3 *s3;
    const char *bucket;
    char *prefix;
    char *next; /* where the next page begins */
};

static bool list_page(struct listing *listing, struct s3_page *out, GError **error)
{
    struct query_item query[MOST_ITEMS] = {
        {"encoding-type", "url"}, {"list-type", "2"}, {"prefix", listing->prefix}};
    guint count = 3;
    if (listing->next)
        query[count++] = (struct query_item){"continuation-token", listing->next};
    const struct s3_request request = {
        .method = "GET", .bucket = listing->bucket, .query = query, .query_count = count};
    struct http_response response = {0};
    const bool listed =
        s3_send(listing->s3, &request, &response, error) && s3_page_read(response.body, out, error);
    http_response_clear(&response);
    return listed;
}

static bool add_entry(const struct listing *listing, const struct s3_entry *entry,
                      const char *pattern, GPtrArray *identities, GError **error)
{
    if (strcmp(entry->key, pattern) != 0 &&
        (!glob_matches(pattern, entry->key) || g_str_has_suffix(entry->key, "/")))
        return true;
    struct file_identity *identity =
        identity_new(s3_address(listing->bucket, entry->key), entry->size, entry->etag);
    identity->mtime_ns = time_ns(entry->time);
    g_ptr_array_add(identities, identity);
    if (identities->len <= GLOB_MAX_FILES)
        return true;
    error_set(error, ERROR_USAGE, "'s3://%s/%s' fits more than %d objects", listing->bucket,
              pattern, GLOB_MAX_FILES);
    return false;
}

/* *out_more: there is another page. */
static bool add_page(struct listing *listing, const char *pattern, GPtrArray *identities,
                     bool *out_more, GError **error)
{
    struct s3_page page;
    if (!list_page(listing, &page, error))
        return false;
    bool fine = true;
    for (guint i = 0; fine && i < page.entries->len; i++)
        fine = add_entry(listing, g_ptr_array_index(page.entries, i), pattern, identities, error);
    g_free(listing->next);
    listing->next = page.is_truncated ? g_steal_pointer(&page.next) : NULL;
    *out_more = listing->next != NULL;
    s3_page_clear(&page);
    return fine;
}

/* An object of exactly that name wins over the pattern. */
static void keep_exact(GPtrArray *identities, guint first, const char *address)
{
    for (guint i = first; i < identities->len; i++) {
        const struct file_identity *identity = g_ptr_array_index(identities, i);
        if (strcmp(identity->path, address) != 0)
            continue;
        g_ptr_array_add(identities, file_identity_copy(identity));
        g_ptr_array_remove_range(identities, first, identities->len - first - 1);
        return;
    }
}

static bool find_pattern(struct s3 *s3, const struct s3_place *place, GPtrArray *identities,
                         GError **error)
{
    struct listing listing = {
        .s3 = s3,
        .bucket = place->bucket,
        .prefix = g_strndup(place->key, strcspn(place->key, "*?[")),
    };
    const guint first = identities->len;
    bool more = true;
    bool fine = true;
    while (fine && more)
        fine = add_page(&listing, place->key, identities, &more, error);
    g_free(listing.prefix);
    g_free(listing.next);
    g_autofree char *address = s3_address(place->bucket, place->key);
    if (fine)
        keep_exact(identities, first, address);
    return fine;
}

/* s3://bucket and s3://bucket/folder/, of which some tools make an object of no bytes. */
static bool check_object(const char *address, const struct file_identity *identity, GError **error)
{
    if (identity->size > 0 || !g_str_has_suffix(address, "/"))
        return true;
    error_set(error, ERROR_USAGE, "'%s' is no object: write a key, or a pattern such as %s*.csv",
              address, address);
    return false;
}

static bool find_one(struct s3 *s3, const struct s3_place *place, GPtrArray *identities,
                     GError **error)
{
    g_autofree char *address = s3_address(place->bucket, place->key);
    struct file_identity *identity = s3_head(s3, place, address, error);
    if (!identity)
        return false;
    const bool is_missing = identity->size < 0;
    g_ptr_array_add(identities, identity);
    if (!check_object(address, identity, error))
        return false;
    return !is_missing || check_bucket(s3, place->bucket, error);
}

bool s3_find(struct s3 *s3, const char *pattern, GPtrArray *identities, GError **error)
{
    struct s3_place place;
    if (!s3_place_init(&place, pattern, error))
        return false;
    const bool found = glob_is_pattern(place.key) ? find_pattern(s3, &place, identities, error)
                                                  : find_one(s3, &place, identities, error);
    s3_place_clear(&place);
    return found;
}

bool s3_buckets(struct s3 *s3, GPtrArray *names, GError **error)
{
    const struct s3_request request = {.method = "GET"};
    struct http_response response = {0};
    struct s3_page page;
    const bool listed =
        s3_send(s3, &request, &response, error) && s3_page_read(response.body, &page, error);
    http_response_clear(&response);
    for (guint i = 0; listed && i < page.entries->len; i++) {
        struct s3_entry *entry = g_ptr_array_index(page.entries, i);
        g_ptr_array_add(names, g_steal_pointer(&entry->key));
    }
    if (listed)
        s3_page_clear(&page);
    return listed;
}

bool s3_check(struct s3 *s3, const char *address, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (strcmp(address, "s3://") == 0)
        return s3_buckets(s3, names, error);
    struct s3_place place;
    if (!s3_place_init(&place, address, error))
        return false;
    const bool fine = check_bucket(s3, place.bucket, error);
    s3_place_clear(&place);
    return fine;
}
