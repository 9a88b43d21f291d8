/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/duckdb/arrow.h"

#include "base/arena.h"

#include <string.h>

/* An array, and as it is shown to DuckDB. */
struct arrow_held {
    struct ArrowArray array;
    struct ArrowArray shown; /* its records are ours, its memory is the array's */
    struct arena *arena;     /* of those records */
};

static void held_free(struct arrow_held *held)
{
    if (!held)
        return;
    if (held->array.release)
        held->array.release(&held->array);
    arena_free(held->arena);
    g_free(held);
}

/* DuckDB takes "not counted" (-1) for "none" in a dictionary's indexes. Any number above 0 makes it
 * look. */
static gint64 null_count(const struct ArrowArray *array)
{
    const bool may_have = array->null_count != 0 && array->n_buffers > 0 && array->buffers[0];
    return may_have ? MAX(array->null_count, 1) : 0;
}

/* Of a mask whose bits don't begin with a byte DuckDB reads one byte too many. */
static void pad_mask(struct arena *arena, struct ArrowArray *array)
{
    const gsize size = ((gsize)(array->offset + array->length) + 7) / 8;
    const void **buffers =
        arena_copy(arena, array->buffers, (gsize)array->n_buffers * sizeof *buffers);
    guint8 *mask = arena_take(arena, size + 1);
    memcpy(mask, buffers[0], size);
    buffers[0] = mask;
    array->buffers = buffers;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schema, which has been checked */
static void show(struct arena *arena, const struct ArrowArray *array, struct ArrowArray *out)
{
    *out = *array;
    out->null_count = null_count(array);
    if (out->null_count > 0)
        pad_mask(arena, out);
    if (array->n_children > 0)
        out->children = arena_take(arena, (gsize)array->n_children * sizeof(struct ArrowArray *));
    for (gint64 i = 0; i < array->n_children; i++) {
        out->children[i] = ARENA_NEW(arena, struct ArrowArray);
        show(arena, array->children[i], out->children[i]);
    }
    if (!array->dictionary)
        return;
    out->dictionary = ARENA_NEW(arena, struct ArrowArray);
    show(arena, array->dictionary, out->dictionary);
}

void arrow_reader_take(struct arrow_reader *reader, const struct ArrowArray *array)
{
    held_free(reader->former);
    reader->former = reader->held;
    reader->held = g_new0(struct arrow_held, 1);
    reader->held->array = *array;
    reader->held->arena = arena_new();
    reader->done = 0;
    show(reader->held->arena, array, &reader->held->shown);
}

void arrow_reader_clear(struct arrow_reader *reader)
{
    held_free(reader->former);
    held_free(reader->held);
    *reader = (struct arrow_reader){0};
}

bool arrow_reader_is_empty(const struct arrow_reader *reader)
{
    return !reader->held || reader->done == reader->held->array.length;
}

/* A slice of an array that the reader holds: its own records, the array's memory. */
struct slice {
    struct ArrowArray *children;
    struct ArrowArray **pointers;
    const void *buffers[1];
};

static void slice_release(struct ArrowArray *array)
{
    struct slice *slice = array->private_data;
    g_free(slice->children);
    g_free(slice->pointers);
    g_free(slice);
    array->release = NULL;
}

static void keep(struct ArrowArray *array)
{
    array->release = NULL;
}

static struct ArrowArray slice_of(const struct ArrowArray *array, gint64 from, gint64 length)
{
    const gsize count = (gsize)array->n_children;
    struct slice *slice = g_new0(struct slice, 1);
    slice->children = g_new0(struct ArrowArray, count);
    slice->pointers = g_new0(struct ArrowArray *, count);
    for (gsize i = 0; i < count; i++) {
        struct ArrowArray *child = &slice->children[i];
        *child = *array->children[i];
        child->offset += array->offset + from;
        child->length = length;
        child->release = keep;
        slice->pointers[i] = child;
    }
    return (struct ArrowArray){
        .length = length,
        .n_buffers = 1,
        .buffers = slice->buffers,
        .n_children = array->n_children,
        .children = slice->pointers,
        .release = slice_release,
        .private_data = slice,
    };
}

static void reference(duckdb_data_chunk chunk, duckdb_data_chunk output, idx_t count)
{
    for (idx_t i = 0; i < count; i++)
        duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(output, i),
                                       duckdb_data_chunk_get_vector(chunk, i));
}

duckdb_error_data arrow_reader_next(struct arrow_reader *reader, duckdb_connection connection,
                                    duckdb_arrow_converted_schema schema, duckdb_data_chunk output)
{
    const struct ArrowArray *array = &reader->held->shown;
    const gint64 left = array->length - reader->done;
    const gint64 length = MIN(left, (gint64)duckdb_vector_size());
    const idx_t columns = (idx_t)array->n_children;
    duckdb_data_chunk chunk = NULL;
    duckdb_error_data failed = NULL;
    if (columns > 0) { /* else rows are only counted */
        struct ArrowArray slice = slice_of(array, reader->done, length);
        failed = duckdb_data_chunk_from_arrow(connection, &slice, schema, &chunk);
        if (slice.release)
            slice.release(&slice);
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
