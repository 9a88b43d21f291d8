/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which page of an API comes next: the options pagination.*.
 *
 * Invariant: no page is asked for twice; a page of a counted pagination that has the records of an
 * earlier one is not taken again.
 */
#pragma once

#include "connect/rest/api.h"
#include "connect/rest/target.h"

struct pages;

/* NULL: ERROR_USAGE. */
struct pages *pages_new(struct api *api, GError **error);
void pages_free(struct pages *pages);
DEFINE_AUTO(pages, pages_free);

/* What the next page is asked for by; NULL: there is none. */
const struct target *pages_next(const struct pages *pages);
/* How many have come. */
gint64 pages_count(const struct pages *pages);

/* One that has come. */
struct page {
    const struct http_response *response;
    struct json_piece root; /* .text NULL: it was empty */
    struct json_piece data; /* where the records are; .text NULL: nowhere */
    gint64 records;
};

/* Is it new? Otherwise there is no next one, and the user is told. To be asked first. It is
 * ERROR_DATA when the API tells of more records than have come. */
bool pages_is_new(struct pages *pages, const struct page *page, bool *out_new,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Goes on behind it. ERROR_DATA: it says something that can't be followed, or there is no end. */
bool pages_advance(struct pages *pages, const struct page *page,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
