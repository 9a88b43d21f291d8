/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diff.h"

#include <stdbool.h>
#include <string.h>

enum { CONTEXT = 3, DEPTH_MAX = 64 };

/* One text. */
struct side {
    char **lines; /* without their ends */
    guint count;
    bool ends_open; /* the last line has no end */
    guint *ids;     /* the same for the same line, in both texts; from 0 */
    bool *changed;  /* for each line: the other text doesn't have it */
};

/* Lines [from, end) of a side. */
struct range {
    guint from, end;
};

/* How often a line is in the two ranges compared, and where last in the second. */
struct seen {
    guint before, after;
    guint last;
};

struct comparison {
    struct side before, after;
    struct seen *seen; /* per id */
};

/* A line that stands once in each of two ranges. */
struct anchor {
    guint before, after;
    guint previous; /* index + 1 of the anchor before it in the longest chain that ends here */
};

static void side_init(struct side *side, const char *text, GHashTable *ids)
{
    const gsize length = strlen(text);
    side->lines = g_strsplit(text, "\n", -1);
    side->count = g_strv_length(side->lines);
    side->ends_open = length > 0 && text[length - 1] != '\n';
    /* Behind the last line's end stands nothing. */
    if (!side->ends_open && side->count > 0)
        side->count--;
    side->ids = g_new0(guint, side->count + 1);
    side->changed = g_new0(bool, side->count + 1);
    for (guint i = 0; i < side->count; i++) {
        /* A last line without an end is another line. */
        char *key =
            g_strconcat(side->lines[i], side->ends_open && i + 1 == side->count ? "" : "\n", NULL);
        const guint next = g_hash_table_size(ids) + 1;
        const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(ids, key));
        side->ids[i] = (known ? known : next) - 1;
        if (known)
            g_free(key);
        else
            g_hash_table_insert(ids, key, GUINT_TO_POINTER(next));
    }
}

static void side_clear(struct side *side)
{
    g_strfreev(side->lines);
    g_free(side->ids);
    g_free(side->changed);
}

static void mark(struct side *side, struct range range)
{
    for (guint i = range.from; i < range.end; i++)
        side->changed[i] = true;
}

static void count_lines(struct comparison *comparison, struct range before, struct range after)
{
    const guint *old = comparison->before.ids;
    const guint *new = comparison->after.ids;
    for (guint i = before.from; i < before.end; i++)
        comparison->seen[old[i]] = (struct seen){0};
    for (guint i = after.from; i < after.end; i++)
        comparison->seen[new[i]] = (struct seen){0};
    for (guint i = before.from; i < before.end; i++)
        comparison->seen[old[i]].before++;
    for (guint i = after.from; i < after.end; i++) {
        comparison->seen[new[i]].after++;
        comparison->seen[new[i]].last = i;
    }
}

/* Lines that stand once in each range, in the order of the first. */
static GArray *find_anchors(struct comparison *comparison, struct range before, struct range after)
{
    GArray *anchors = g_array_new(FALSE, FALSE, sizeof(struct anchor));
    count_lines(comparison, before, after);
    for (guint i = before.from; i < before.end; i++) {
        const struct seen *seen = &comparison->seen[comparison->before.ids[i]];
        const struct anchor anchor = {.before = i, .after = seen->last};
        if (seen->before == 1 && seen->after == 1)
            g_array_append_val(anchors, anchor);
    }
    return anchors;
}

/* Keeps of the anchors the longest chain that ascends in both texts. */
static void keep_chain(GArray *anchors)
{
    struct anchor *all = (struct anchor *)(void *)anchors->data;
    g_autofree guint *last = g_new(guint, anchors->len + 1); /* per length the best chain's end */
    guint longest = 0;
    for (guint i = 0; i < anchors->len; i++) {
        guint low = 0;
        guint high = longest;
        while (low < high) {
            const guint middle = (low + high) / 2;
            if (all[last[middle]].after < all[i].after)
                low = middle + 1;
            else
                high = middle;
        }
        all[i].previous = low > 0 ? last[low - 1] + 1 : 0;
        last[low] = i;
        longest = MAX(longest, low + 1);
    }
    g_autofree struct anchor *chain = g_new(struct anchor, longest + 1);
    guint at = longest > 0 ? last[longest - 1] + 1 : 0;
    for (guint i = longest; at > 0; at = all[at - 1].previous)
        chain[--i] = all[at - 1];
    g_array_set_size(anchors, 0);
    g_array_append_vals(anchors, chain, longest);
}

/* Leaves out the lines that are the same at the start and at the end. */
static void trim(const struct comparison *comparison, struct range *before, struct range *after)
{
    const guint *old = comparison->before.ids;
    const guint *new = comparison->after.ids;
    while (before->from < before->end && after->from < after->end &&
           old[before->from] == new[after->from]) {
        before->from++;
        after->from++;
    }
    while (before->from < before->end && after->from < after->end &&
           old[before->end - 1] == new[after->end - 1]) {
        before->end--;
        after->end--;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): DEPTH_MAX bounds it */
static void compare(struct comparison *comparison, struct range before, struct range after,
                    guint depth)
{
    trim(comparison, &before, &after);
    g_autoptr(GArray) anchors = find_anchors(comparison, before, after);
    if (anchors->len == 0 || depth == DEPTH_MAX) {
        mark(&comparison->before, before);
        mark(&comparison->after, after);
        return;
    }
    keep_chain(anchors);
    const struct anchor end = {.before = before.end, .after = after.end};
    g_array_append_val(anchors, end);
    for (guint i = 0; i < anchors->len; i++) {
        const struct anchor *anchor = &g_array_index(anchors, struct anchor, i);
        const struct range left = {before.from, anchor->before};
        const struct range right = {after.from, anchor->after};
        compare(comparison, left, right, depth + 1);
        before.from = left.end + 1;
        after.from = right.end + 1;
    }
}

static void append_line(GString *out, char sign, const struct side *side, guint line)
{
    g_string_append_printf(out, "%c%s\n", sign, side->lines[line]);
    if (side->ends_open && line + 1 == side->count)
        g_string_append(out, "\\ No newline at end of file\n");
}

static bool is_changed(const struct side *side, guint line)
{
    return line < side->count && side->changed[line];
}

/* Passes over changed lines of both sides, and then over the same ones, at most so many; the count
 * of these. */
static guint pass(const struct comparison *comparison, guint *before, guint *after, guint most)
{
    while (is_changed(&comparison->before, *before))
        ++*before;
    while (is_changed(&comparison->after, *after))
        ++*after;
    guint same = 0;
    while (same < most && *before < comparison->before.count &&
           !is_changed(&comparison->before, *before) && !is_changed(&comparison->after, *after)) {
        ++*before;
        ++*after;
        same++;
    }
    return same;
}

/* The end of the hunk that begins with a change: changes with at most 2 * CONTEXT same lines
 * between belong together. */
static void find_hunk_end(const struct comparison *comparison, guint *before, guint *after)
{
    for (;;) {
        const guint same = pass(comparison, before, after, 2 * CONTEXT + 1);
        const bool goes_on =
            is_changed(&comparison->before, *before) || is_changed(&comparison->after, *after);
        if (goes_on && same <= 2 * CONTEXT)
            continue;
        const guint too_many = same > CONTEXT ? same - CONTEXT : 0;
        *before -= too_many;
        *after -= too_many;
        return;
    }
}

/* "3,2": a line number from 1; with no lines the one before. */
static void append_range(GString *out, struct range range)
{
    const guint count = range.end - range.from;
    g_string_append_printf(out, count == 1 ? "%u" : "%u,%u", range.from + (count > 0), count);
}

static void append_hunk(GString *out, const struct comparison *comparison, struct range before,
                        struct range after)
{
    g_string_append(out, "@@ -");
    append_range(out, before);
    g_string_append(out, " +");
    append_range(out, after);
    g_string_append(out, " @@\n");
    while (before.from < before.end || after.from < after.end) {
        if (is_changed(&comparison->before, before.from)) {
            append_line(out, '-', &comparison->before, before.from++);
        } else if (is_changed(&comparison->after, after.from)) {
            append_line(out, '+', &comparison->after, after.from++);
        } else {
            append_line(out, ' ', &comparison->before, before.from++);
            after.from++;
        }
    }
}

static void append_hunks(GString *out, const struct comparison *comparison)
{
    guint before = 0;
    guint after = 0;
    while (before < comparison->before.count || after < comparison->after.count) {
        if (!is_changed(&comparison->before, before) && !is_changed(&comparison->after, after)) {
            before++;
            after++;
            continue;
        }
        const guint lead = MIN(CONTEXT, MIN(before, after));
        struct range old = {.from = before - lead};
        struct range new = {.from = after - lead};
        find_hunk_end(comparison, &before, &after);
        old.end = before;
        new.end = after;
        append_hunk(out, comparison, old, new);
    }
}

void diff_append(GString *out, const char *before_name, const char *before, const char *after_name,
                 const char *after)
{
    if (strcmp(before, after) == 0)
        return;
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct comparison comparison = {0};
    side_init(&comparison.before, before, ids);
    side_init(&comparison.after, after, ids);
    comparison.seen = g_new0(struct seen, g_hash_table_size(ids) + 1);
    compare(&comparison, (struct range){0, comparison.before.count},
            (struct range){0, comparison.after.count}, 0);
    g_string_append_printf(out, "--- %s\n+++ %s\n", before_name, after_name);
    append_hunks(out, &comparison);
    side_clear(&comparison.before);
    side_clear(&comparison.after);
    g_free(comparison.seen);
}
