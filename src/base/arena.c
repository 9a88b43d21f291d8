/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

/* Under a sanitizer each piece is a block of its own, so that one read past its end is seen. */
enum { BLOCK_BYTES = SQLFLOW_SANITIZED ? 0 : 64 * 1024 };

struct block {
    struct block *next;
    alignas(max_align_t) char data[];
};

struct arena {
    struct block *blocks; /* the one that is filled first */
    char *free;           /* in it */
    gsize left;
};

struct arena *arena_new(void)
{
    return g_new0(struct arena, 1);
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->blocks) {
        struct block *block = arena->blocks;
        arena->blocks = block->next;
        g_free(block);
    }
    g_free(arena);
}

static struct block *block_new(gsize size)
{
    return g_malloc0(offsetof(struct block, data) + size);
}

/* What is large gets a block of its own, behind the one that is being filled. */
static char *take_alone(struct arena *arena, gsize size)
{
    struct block *block = block_new(size);
    struct block **place = arena->blocks ? &arena->blocks->next : &arena->blocks;
    block->next = *place;
    *place = block;
    return block->data;
}

static char *take(struct arena *arena, gsize size, gsize alignment)
{
    gsize gap = -(gsize)(guintptr)arena->free & (alignment - 1);
    if (gap + size > arena->left) {
        if (size > BLOCK_BYTES / 4)
            return take_alone(arena, size);
        struct block *block = block_new(BLOCK_BYTES);
        block->next = arena->blocks;
        arena->blocks = block;
        arena->free = block->data;
        arena->left = BLOCK_BYTES;
        gap = 0;
    }
    char *taken = arena->free + gap;
    arena->free += gap + size;
    arena->left -= gap + size;
    return taken;
}

gpointer arena_take(struct arena *arena, gsize size)
{
    return take(arena, MAX(size, 1), alignof(max_align_t));
}

gpointer arena_copy(struct arena *arena, gconstpointer data, gsize size)
{
    gpointer copy = arena_take(arena, size);
    return size ? memcpy(copy, data, size) : copy;
}

char *arena_text(struct arena *arena, const char *text, gsize length)
{
    return memcpy(take(arena, length + 1, 1), text, length);
}
