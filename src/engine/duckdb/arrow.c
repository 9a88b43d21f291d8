/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/arrow.h"

#include <string.h>

struct arrow_held {
    struct ArrowArray array;
};

static void held_free(struct arrow_held *held)
{
    if (held && held->array.release)
        held->array.release(&held->array);
    g_free(held);
}

/* DuckDB takes "not counted" (-1) for "none" in a dictionary's indexes. Any number above 0 makes it
 * look. */
static gint64 null_count(const struct ArrowArray *array)
{
    const bool may_have = array->null_count != 0 && array->n_buffers > 0 && array->buffers[0];
    return may_have ? MAX(array->null_count, 1) : 0;
}

/* The array's mask, from the bit `from` on. Where bits don't begin with a byte DuckDB reads one
 * byte too many. */
static void show_mask(struct arena *arena, struct ArrowArray *array, gint64 from)
{
    const gsize size = ((gsize)(array->offset + array->length) + 7) / 8;
    const guint8 *bits = (const guint8 *)array->buffers[0] + from / 8;
    const gsize left = ((gsize)(from % 8 + array->offset + array->length) + 7) / 8;
    const guint shift = (guint)(from % 8);
    const void **buffers =
        arena_copy(arena, array->buffers, (gsize)array->n_buffers * sizeof *buffers);
    guint8 *mask = arena_take(arena, size + 1);
    for (gsize i = 0; i < size; i++) {
        const guint next = i + 1 < left ? bits[i + 1] : 0;
        mask[i] = (guint8)((bits[i] | next << 8) >> shift);
    }
    buffers[0] = mask;
    array->buffers = buffers;
}

static void keep(struct ArrowArray *array)
{
    array->release = NULL;
}

/* A slice of an array as DuckDB takes it: the records and masks are the arena's, all other memory
 * the array's. Of structs in others DuckDB loses the offset: those begin at 0. */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema, which has been checked */
static void show(struct arena *arena, const struct ArrowSchema *schema,
                 const struct ArrowArray *array, struct ArrowArray *out)
{
    const bool is_struct = strcmp(schema->format, "+s") == 0;
    const gint64 from = is_struct ? out->offset : 0;
    out->offset -= from;
    out->null_count = null_count(array);
    out->release = keep;
    if (out->null_count > 0)
        show_mask(arena, out, from);
    if (array->n_children > 0)
        out->children = arena_take(arena, (gsize)array->n_children * sizeof(struct ArrowArray *));
    for (gint64 i = 0; i < array->n_children; i++) {
        struct ArrowArray *child = ARENA_NEW(arena, struct ArrowArray);
        *child = *array->children[i];
        child->offset += from;
        child->length = is_struct ? out->length : child->length;
        show(arena, schema->children[i], array->children[i], child);
        out->children[i] = child;
    }
    if (!array->dictionary)
        return;
    out->dictionary = ARENA_NEW(arena, struct ArrowArray);
    *out->dictionary = *array->dictionary;
    show(arena, schema->dictionary, array->dictionary, out->dictionary);
}

void arrow_reader_take(struct arrow_reader *reader, const struct ArrowArray *array)
{
    held_free(reader->former);
    reader->former = reader->held;
    reader->held = g_new0(struct arrow_held, 1);
    reader->held->array = *array;
    reader->done = 0;
}

void arrow_reader_clear(struct arrow_reader *reader)
{
    held_free(reader->former);
    held_free(reader->held);
    arena_free(reader->arena);
    *reader = (struct arrow_reader){0};
}

bool arrow_reader_is_empty(const struct arrow_reader *reader)
{
    return !reader->held || reader->done == reader->held->array.length;
}

/* The next `length` rows of the array that the reader holds. */
static struct ArrowArray slice_of(struct arrow_reader *reader, const struct ArrowSchema *schema,
                                  gint64 length)
{
    const struct ArrowArray *array = &reader->held->array;
    struct ArrowArray **children =
        arena_take(reader->arena, (gsize)array->n_children * sizeof *children);
    for (gint64 i = 0; i < array->n_children; i++) {
        children[i] = ARENA_NEW(reader->arena, struct ArrowArray);
        *children[i] = *array->children[i];
        children[i]->offset += array->offset + reader->done;
        children[i]->length = length;
        show(reader->arena, schema->children[i], array->children[i], children[i]);
    }
    return (struct ArrowArray){
        .length = length,
        .n_buffers = 1,
        .buffers = arena_take(reader->arena, sizeof(void *)),
        .n_children = array->n_children,
        .children = children,
        .release = keep,
    };
}

static void reference(duckdb_data_chunk chunk, duckdb_data_chunk output, idx_t count)
{
    for (idx_t i = 0; i < count; i++)
        duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(output, i),
                                       duckdb_data_chunk_get_vector(chunk, i));
}

duckdb_error_data arrow_reader_next(struct arrow_reader *reader, const struct arrow_target *target,
                                    duckdb_data_chunk output)
{
    const struct ArrowArray *array = &reader->held->array;
    const gint64 left = array->length - reader->done;
    const gint64 length = MIN(left, (gint64)duckdb_vector_size());
    const idx_t columns = (idx_t)array->n_children;
    duckdb_data_chunk chunk = NULL;
    duckdb_error_data failed = NULL;
    arena_free(reader->arena);
    reader->arena = arena_new();
    if (columns > 0) { /* else rows are only counted */
        struct ArrowArray slice = slice_of(reader, target->schema, length);
        failed =
            duckdb_data_chunk_from_arrow(target->connection, &slice, target->converted, &chunk);
    }
    if (!duckdb_error_data_has_error(failed)) {
        if (chunk)
            reference(chunk, output, columns);
        duckdb_data_chunk_set_size(output, (idx_t)length);
        reader->done += length;
    }
    duckdb_destroy_data_chunk(&chunk);
    return failed;
}

/* Arrays without rows, for what a schema is to DuckDB: the only way to ask for its types. */
struct empty {
    GPtrArray *blocks; /* to be freed */
    const void *buffers[3];
    guint64 zeros[8];
};

static gpointer empty_alloc(struct empty *empty, gsize size)
{
    gpointer block = g_malloc0(MAX(size, 1));
    g_ptr_array_add(empty->blocks, block);
    return block;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema, which has been checked */
static struct ArrowArray *empty_array(struct empty *empty, const struct ArrowSchema *schema)
{
    const gsize count = (gsize)schema->n_children;
    struct ArrowArray *array = empty_alloc(empty, sizeof *array);
    *array = (struct ArrowArray){
        .n_buffers = G_N_ELEMENTS(empty->buffers),
        .buffers = empty->buffers,
        .n_children = schema->n_children,
        .children = empty_alloc(empty, count * sizeof(struct ArrowArray *)),
        .release = keep,
    };
    for (gsize i = 0; i < count; i++)
        array->children[i] = empty_array(empty, schema->children[i]);
    if (schema->dictionary)
        array->dictionary = empty_array(empty, schema->dictionary);
    return array;
}

static duckdb_logical_type *types_of(duckdb_data_chunk chunk)
{
    const idx_t count = duckdb_data_chunk_get_column_count(chunk);
    duckdb_logical_type *types = g_new0(duckdb_logical_type, count);
    for (idx_t i = 0; i < count; i++)
        types[i] = duckdb_vector_get_column_type(duckdb_data_chunk_get_vector(chunk, i));
    return types;
}

duckdb_logical_type *arrow_types(duckdb_connection connection, struct ArrowSchema *schema,
                                 duckdb_error_data *out_failure)
{
    struct empty empty = {.blocks = g_ptr_array_new_with_free_func(g_free)};
    for (gsize i = 0; i < G_N_ELEMENTS(empty.buffers); i++)
        empty.buffers[i] = empty.zeros;
    duckdb_arrow_converted_schema converted = NULL;
    duckdb_data_chunk chunk = NULL;
    duckdb_logical_type *types = NULL;
    duckdb_error_data failed = duckdb_schema_from_arrow(connection, schema, &converted);
    if (!duckdb_error_data_has_error(failed)) {
        struct ArrowArray *array = empty_array(&empty, schema);
        duckdb_destroy_error_data(&failed);
        failed = duckdb_data_chunk_from_arrow(connection, array, converted, &chunk);
    }
    if (duckdb_error_data_has_error(failed))
        *out_failure = failed;
    else
        duckdb_destroy_error_data(&failed);
    if (chunk)
        types = types_of(chunk);
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_arrow_converted_schema(&converted);
    g_ptr_array_unref(empty.blocks);
    return types;
}

void arrow_types_free(duckdb_logical_type *types, gint64 count)
{
    for (gint64 i = 0; types && i < count; i++)
        duckdb_destroy_logical_type(&types[i]);
    g_free(types);
}
