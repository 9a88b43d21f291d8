/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the outcome of a step hangs on, as a hash: its tokens, its options less secrets, and the
 * hashes of what it reads. Sessions and definitions above count, too, and the profile's time zone;
 * where a step may read anything, all above it does.
 */
#include "plan/planner.h"

#include "plan/secret.h"

#include <string.h>

static void append_field(GString *out, const char *text, gsize length)
{
    g_string_append_len(out, text, (gssize)length);
    g_string_append_c(out, '\0');
}

static void append_fragment(GString *out, const struct fragment *fragment)
{
    if (fragment_present(fragment))
        append_field(out, fragment->text, fragment->length);
    g_string_append_c(out, '\0');
}

static void append_options(GString *out, const struct operation *operation)
{
    const struct value *map = operation_map(operation);
    for (guint i = 0; map && i < map->members->len; i++) {
        const struct member *member = g_ptr_array_index(map->members, i);
        append_field(out, member->key, strlen(member->key));
        if (option_is_secret(operation->connector, member->key))
            continue;
        g_autofree char *json = value_to_json(member->value);
        append_field(out, json, strlen(json));
    }
    g_string_append_c(out, '\0');
}

/* Of APPEND, UPSERT, INCREMENTAL; the kind is among the marks. */
static void append_mode(GString *out, const struct mode *mode)
{
    if (mode->kind <= MODE_REPLACE)
        return;
    for (guint i = 0; mode->keys && i < mode->keys->len; i++)
        append_fragment(out, g_ptr_array_index(mode->keys, i));
    append_fragment(out, &mode->column);
    append_fragment(out, &mode->lookback);
}

static void append_statement(GString *out, const struct step *step)
{
    const struct operation *operation = step->operation;
    const struct statement *statement = operation->statement;
    const char marks[] = {(char)('0' + statement->kind), statement->is_view ? 'v' : 't',
                          (char)('0' + statement->mode.kind),
                          operation->keep_declaration ? 'k' : 'r'};
    append_field(out, marks, sizeof marks);
    append_field(out, operation->alias ? operation->alias : "",
                 operation->alias ? strlen(operation->alias) : 0);
    append_fragment(out, &statement->name);
    append_fragment(out, &statement->table);
    append_fragment(out, &statement->type);
    append_fragment(out, &statement->target);
    append_mode(out, &statement->mode);
    if (step->summary)
        append_field(out, step->summary->tokens, step->summary->tokens_length);
    append_options(out, operation);
}

/* UTC goes without saying. */
static void append_zone(GString *out, const struct planner *planner)
{
    const char *zone = planner->input->profile->timezone;
    if (zone && strcmp(zone, "UTC") != 0)
        append_field(out, zone, strlen(zone));
}

static gint compare_digests(gconstpointer left, gconstpointer right)
{
    return memcmp(*(const guchar *const *)left, *(const guchar *const *)right, DIGEST_BYTES);
}

/* Sorted by themselves: the order of the file is no part of it. */
static void append_inputs(GString *out, const struct planner *planner, guint index,
                          GPtrArray *digests)
{
    guint count = 0;
    const struct edge *edges = adjacency_of(&planner->waits, index, &count);
    g_ptr_array_set_size(digests, 0);
    for (guint i = 0; i < count; i++)
        if (edges[i].for_data)
            g_ptr_array_add(digests, planner_step(planner, edges[i].to)->digest);
    if (digests->len > 1)
        g_ptr_array_sort(digests, compare_digests);
    for (guint i = 0; i < digests->len; i++)
        g_string_append_len(out, g_ptr_array_index(digests, i), DIGEST_BYTES);
}

/* The first half of SHA-256. */
static void digest_end(const GChecksum *checksum, guchar digest[DIGEST_BYTES])
{
    g_autoptr(GChecksum) copy = g_checksum_copy(checksum);
    guchar whole[32];
    gsize size = sizeof whole;
    g_checksum_get_digest(copy, whole, &size);
    memcpy(digest, whole, DIGEST_BYTES);
}

static void digest_of(GChecksum *checksum, const GString *data, guchar digest[DIGEST_BYTES])
{
    guchar whole[32];
    gsize size = sizeof whole;
    g_checksum_reset(checksum);
    g_checksum_update(checksum, (const guchar *)data->str, (gssize)data->len);
    g_checksum_get_digest(checksum, whole, &size);
    memcpy(digest, whole, DIGEST_BYTES);
}

/* The digests of all steps above a barrier that may read anything. Barriers come in file order, so
 * each step is added once. */
struct above {
    GChecksum *checksum;
    guint next; /* step not added yet */
};

static void append_above(GString *out, struct above *above, const struct planner *planner,
                         guint index)
{
    for (; above->next < index; above->next++)
        if (planner_step(planner, above->next)->operation->type != OPERATION_SOURCE)
            g_checksum_update(above->checksum, planner_step(planner, above->next)->digest,
                              DIGEST_BYTES);
    guchar digest[DIGEST_BYTES];
    digest_end(above->checksum, digest);
    g_string_append_len(out, (const char *)digest, DIGEST_BYTES);
}

static bool changes_all_below(const struct operation *operation)
{
    return operation->class == SQL_SESSION || operation->class == SQL_DEFINITION;
}

/* For each step the session statement or definition above it that came last, + 1. */
static guint *find_surroundings(const struct planner *planner)
{
    guint *last = g_new0(guint, planner->steps->len + 1);
    for (guint i = 0; i < planner->steps->len; i++)
        last[i + 1] = changes_all_below(planner_step(planner, i)->operation) ? i + 1 : last[i];
    return last;
}

static char *to_hex(const guchar *bytes, gsize count)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = g_malloc(2 * count + 1);
    for (gsize i = 0; i < count; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * count] = '\0';
    return hex;
}

void planner_fingerprint(struct planner *planner, const GArray *order)
{
    g_autofree guint *surroundings = find_surroundings(planner);
    g_autoptr(GString) data = g_string_sized_new(1024);
    g_autoptr(GPtrArray) digests = g_ptr_array_new();
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    struct above above = {.checksum = g_checksum_new(G_CHECKSUM_SHA256)};
    for (guint i = 0; i < order->len; i++) {
        const guint index = g_array_index(order, guint, i);
        struct step *step = planner_step(planner, index);
        struct operation *operation = step->operation;
        const bool is_source = operation->type == OPERATION_SOURCE;
        g_string_truncate(data, 0);
        append_statement(data, step);
        append_zone(data, planner);
        append_inputs(data, planner, index, digests);
        if (!is_source && surroundings[index])
            g_string_append_len(
                data, (const char *)planner_step(planner, surroundings[index] - 1)->digest,
                DIGEST_BYTES);
        if (operation->is_barrier && operation->class != SQL_SESSION)
            append_above(data, &above, planner, index);
        digest_of(checksum, data, step->digest);
        operation->fingerprint = planner_keep(planner, to_hex(step->digest, DIGEST_BYTES));
    }
    g_checksum_free(above.checksum);
}
