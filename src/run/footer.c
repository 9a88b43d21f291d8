/* SPDX-License-Identifier: Apache-2.0 */
/* github.com/apache/thrift, doc/specs/thrift-compact-protocol.md;
 * github.com/apache/parquet-format, src/main/thrift/parquet.thrift. */
#include "run/footer.h"

enum {
    DEEPEST = 32,
    VARINT_BYTES = 10,
    LONG_LIST = 15, /* in a list's first byte: its length follows */
    DOUBLE_BYTES = 8,
};

enum type {
    TYPE_TRUE = 1,
    TYPE_FALSE,
    TYPE_BYTE,
    TYPE_I16,
    TYPE_I32,
    TYPE_I64,
    TYPE_DOUBLE,
    TYPE_BINARY,
    TYPE_LIST,
    TYPE_SET,
    TYPE_MAP,
    TYPE_STRUCT,
};

enum { FILE_ROWS = 3, FILE_GROUPS = 4, FILE_ENCRYPTION = 8, GROUP_ROWS = 3 };

/* Behind the end, or at what is no value, it is broken and gives zeros. */
struct reader {
    const guint8 *at;
    const guint8 *end;
    bool is_broken;
};

static guint8 read_byte(struct reader *reader)
{
    reader->is_broken |= reader->at == reader->end;
    return reader->is_broken ? 0 : *reader->at++;
}

static guint64 read_number(struct reader *reader)
{
    guint64 number = 0;
    for (guint i = 0; i < VARINT_BYTES; i++) {
        const guint8 byte = read_byte(reader);
        number |= (guint64)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80))
            return number;
    }
    reader->is_broken = true;
    return 0;
}

/* Zigzag: 0, -1, 1, -2, .. */
static gint64 read_signed(struct reader *reader)
{
    const guint64 number = read_number(reader);
    return (gint64)(number >> 1) ^ -(gint64)(number & 1);
}

static void skip_bytes(struct reader *reader, guint64 count)
{
    reader->is_broken |= count > (guint64)(reader->end - reader->at);
    if (!reader->is_broken)
        reader->at += count;
}

/* The next field of a struct; `id` is that of the one before, 0 at first. False: there is none. */
static bool next_field(struct reader *reader, gint64 *id, guint *out_type)
{
    const guint8 head = read_byte(reader);
    if (head == 0)
        return false;
    *id = head >> 4 ? *id + (head >> 4) : read_signed(reader);
    *out_type = head & 0x0f;
    return !reader->is_broken;
}

static guint64 read_list(struct reader *reader, guint *out_type)
{
    const guint8 head = read_byte(reader);
    *out_type = head & 0x0f;
    return head >> 4 == LONG_LIST ? read_number(reader) : head >> 4;
}

static void skip_value(struct reader *reader, guint type, guint depth);

/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEEPEST */
static void skip_items(struct reader *reader, guint64 count, guint type, guint depth)
{
    const bool is_boolean = type == TYPE_TRUE || type == TYPE_FALSE;
    for (; count > 0 && !reader->is_broken; count--)
        skip_value(reader, is_boolean ? TYPE_BYTE : type, depth);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEEPEST */
static void skip_list(struct reader *reader, guint depth)
{
    guint type = 0;
    const guint64 count = read_list(reader, &type);
    skip_items(reader, count, type, depth);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEEPEST */
static void skip_map(struct reader *reader, guint depth)
{
    const guint64 count = read_number(reader);
    const guint8 types = count ? read_byte(reader) : 0;
    for (guint64 i = 0; i < count && !reader->is_broken; i++) {
        skip_items(reader, 1, types >> 4, depth);
        skip_items(reader, 1, types & 0x0f, depth);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEEPEST */
static void skip_struct(struct reader *reader, guint depth)
{
    gint64 id = 0;
    guint type = 0;
    while (next_field(reader, &id, &type))
        skip_value(reader, type, depth);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as DEEPEST */
static void skip_value(struct reader *reader, guint type, guint depth)
{
    reader->is_broken |= depth == DEEPEST;
    if (reader->is_broken || type == TYPE_TRUE || type == TYPE_FALSE)
        return;
    if (type == TYPE_BYTE || type == TYPE_DOUBLE)
        skip_bytes(reader, type == TYPE_BYTE ? 1 : DOUBLE_BYTES);
    else if (type == TYPE_I16 || type == TYPE_I32 || type == TYPE_I64)
        (void)read_number(reader);
    else if (type == TYPE_BINARY)
        skip_bytes(reader, read_number(reader));
    else if (type == TYPE_LIST || type == TYPE_SET)
        skip_list(reader, depth + 1);
    else if (type == TYPE_MAP)
        skip_map(reader, depth + 1);
    else if (type == TYPE_STRUCT)
        skip_struct(reader, depth + 1);
    else
        reader->is_broken = true;
}

static void append_number(GByteArray *out, guint64 number)
{
    for (; number >= 0x80; number >>= 7)
        g_byte_array_append(out, (const guint8[]){(guint8)(number | 0x80)}, 1);
    g_byte_array_append(out, (const guint8[]){(guint8)number}, 1);
}

/* A row group, and how many rows it has. */
static gint64 read_group(struct reader *reader)
{
    gint64 id = 0;
    gint64 rows = 0;
    guint type = 0;
    while (next_field(reader, &id, &type)) {
        if (id == GROUP_ROWS && type == TYPE_I64)
            rows = read_signed(reader);
        else
            skip_value(reader, type, 1);
    }
    return rows;
}

/* What is written anew, and where the old stands. */
struct part {
    const guint8 *from;
    const guint8 *to;
    GByteArray *bytes;
};

static void keep_groups(struct reader *reader, const guint8 *is_kept, guint count,
                        struct part *groups, gint64 *out_rows)
{
    guint type = 0;
    guint kept = 0;
    groups->from = reader->at;
    reader->is_broken |= read_list(reader, &type) != count || type != TYPE_STRUCT;
    g_autoptr(GByteArray) list = g_byte_array_new();
    for (guint i = 0; i < count && !reader->is_broken; i++) {
        const guint8 *from = reader->at;
        const gint64 rows = read_group(reader);
        if (!is_kept[i])
            continue;
        g_byte_array_append(list, from, (guint)(reader->at - from));
        *out_rows += rows;
        kept++;
    }
    groups->to = reader->at;
    g_byte_array_append(groups->bytes, (const guint8[]){LONG_LIST << 4 | TYPE_STRUCT}, 1);
    append_number(groups->bytes, kept);
    g_byte_array_append(groups->bytes, list->data, list->len);
}

static void read_file(struct reader *reader, const guint8 *is_kept, guint count, struct part *rows,
                      struct part *groups)
{
    gint64 id = 0;
    gint64 kept_rows = 0;
    guint type = 0;
    while (next_field(reader, &id, &type)) {
        const guint8 *from = reader->at;
        reader->is_broken |= id == FILE_ENCRYPTION;
        if (id == FILE_GROUPS && type == TYPE_LIST && !groups->from) {
            keep_groups(reader, is_kept, count, groups, &kept_rows);
            continue;
        }
        skip_value(reader, type, 0);
        if (id == FILE_ROWS && type == TYPE_I64)
            *rows = (struct part){from, reader->at, rows->bytes};
    }
    append_number(rows->bytes, (guint64)kept_rows << 1);
}

bool footer_keep(const guint8 *footer, gsize length, const guint8 *is_kept, guint count,
                 GByteArray *out)
{
    struct reader reader = {.at = footer, .end = footer + length};
    g_autoptr(GByteArray) row_bytes = g_byte_array_new();
    g_autoptr(GByteArray) group_bytes = g_byte_array_new();
    struct part rows = {.bytes = row_bytes};
    struct part groups = {.bytes = group_bytes};
    read_file(&reader, is_kept, count, &rows, &groups);
    if (reader.is_broken || reader.at != reader.end || !rows.from || groups.from < rows.to)
        return false;
    g_byte_array_append(out, footer, (guint)(rows.from - footer));
    g_byte_array_append(out, row_bytes->data, row_bytes->len);
    g_byte_array_append(out, rows.to, (guint)(groups.from - rows.to));
    g_byte_array_append(out, group_bytes->data, group_bytes->len);
    g_byte_array_append(out, groups.to, (guint)(reader.end - groups.to));
    return true;
}
