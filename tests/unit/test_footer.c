/* SPDX-License-Identifier: Apache-2.0 */
/* Footers of Parquet files, of which row groups are left out; in Thrift's compact protocol. */
#include "run/footer.h"

#include <string.h>

enum { GROUPS = 3, CASES = 20000 };

static void add(GByteArray *out, const char *bytes, guint length)
{
    g_byte_array_append(out, (const guint8 *)bytes, length);
}

/* {1: list of no column chunk, 2: bytes, 3: rows} and a field that isn't known: a map of i32 to a
 * double, a list of booleans. Rows are less than 64, in one byte zigzag. */
static void add_group(GByteArray *out, guint rows)
{
    add(out, "\x19\x0c\x16\x02\x16", 5);
    g_byte_array_append(out, (const guint8[]){(guint8)(2 * rows)}, 1);
    add(out, "\x1b\x01\x57\x06\1\2\3\4\5\6\7\x08\x19\x21\x01\x02\x00", 17);
}

/* {1: i32, 2: list of one struct with a text, 3: rows, 4: groups, 6: text, 9: true} */
static GByteArray *footer_of(const guint *rows, guint count, bool is_written_by_us)
{
    GByteArray *out = g_byte_array_new();
    guint sum = 0;
    for (guint i = 0; i < count; i++)
        sum += rows[i];
    add(out, "\x15\x02\x19\x1c\x48\x01x\x00\x16", 9);
    g_byte_array_append(out, (const guint8[]){(guint8)(2 * sum)}, 1);
    const guint8 head = (guint8)(is_written_by_us ? 0xfc : count << 4 | 0x0c);
    g_byte_array_append(out, (const guint8[]){0x19, head, (guint8)count}, is_written_by_us ? 3 : 2);
    for (guint i = 0; i < count; i++)
        add_group(out, rows[i]);
    add(out, "\x28\x03us!\x31\x00", 7);
    return out;
}

static void row_groups_are_left_out_with_their_rows(void)
{
    static const guint rows[GROUPS] = {5, 7, 11};
    for (guint chosen = 0; chosen < 1U << GROUPS; chosen++) {
        guint8 is_kept[GROUPS];
        guint kept[GROUPS];
        guint count = 0;
        for (guint i = 0; i < GROUPS; i++) {
            is_kept[i] = chosen >> i & 1;
            if (is_kept[i])
                kept[count++] = rows[i];
        }
        g_autoptr(GByteArray) footer = footer_of(rows, GROUPS, false);
        g_autoptr(GByteArray) wanted = footer_of(kept, count, true);
        g_autoptr(GByteArray) out = g_byte_array_new();
        g_assert_true(footer_keep(footer->data, footer->len, is_kept, GROUPS, out));
        g_assert_cmpuint(out->len, ==, wanted->len);
        g_assert_true(memcmp(out->data, wanted->data, out->len) == 0);
    }
}

static void what_is_not_understood_stays(void)
{
    static const guint rows[GROUPS] = {5, 7, 11};
    static const guint8 is_kept[GROUPS + 1] = {1, 0, 1, 1};
    g_autoptr(GByteArray) footer = footer_of(rows, GROUPS, false);
    g_autoptr(GByteArray) out = g_byte_array_new();
    for (guint length = 0; length < footer->len; length++) {
        g_autofree guint8 *cut = g_memdup2(footer->data, length);
        g_assert_false(footer_keep(cut, length, is_kept, GROUPS, out));
    }
    g_assert_false(footer_keep(footer->data, footer->len, is_kept, GROUPS - 1, out));
    g_assert_false(footer_keep(footer->data, footer->len, is_kept, GROUPS + 1, out));
    add(footer, "signature", 9);
    g_assert_false(footer_keep(footer->data, footer->len, is_kept, GROUPS, out));
    static const char encrypted[] = "\x36\x02\x19\x0c\x4c\x00\x00";
    g_assert_false(footer_keep((const guint8 *)encrypted, sizeof encrypted - 1, NULL, 0, out));
    g_assert_cmpuint(out->len, ==, 0);
}

/* Under AddressSanitizer nothing is read behind the end. */
static void any_bytes_are_read_within_their_end(void)
{
    static const guint rows[GROUPS] = {5, 7, 11};
    static const guint8 is_kept[GROUPS] = {1, 0, 1};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    guint understood = 0;
    for (guint i = 0; i < CASES; i++) {
        g_autoptr(GByteArray) footer = footer_of(rows, GROUPS, false);
        g_autoptr(GByteArray) out = g_byte_array_new();
        for (gint k = g_rand_int_range(random, 1, 4); k > 0; k--)
            footer->data[g_rand_int_range(random, 0, (gint32)footer->len)] =
                (guint8)g_rand_int_range(random, 0, 256);
        understood += footer_keep(footer->data, footer->len, is_kept, GROUPS, out);
    }
    g_assert_cmpuint(understood, >, 0);
    g_assert_cmpuint(understood, <, CASES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/footer/kept", row_groups_are_left_out_with_their_rows);
    g_test_add_func("/footer/odd", what_is_not_understood_stays);
    g_test_add_func("/footer/any", any_bytes_are_read_within_their_end);
    return g_test_run();
}
