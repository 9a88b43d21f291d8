/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed at once: the records and strings of something large that has one owner, such
 * as a plan. One thread at a time adds to it.
 */
#pragma once

#include "base/auto.h"

#include <glib.h>

struct arena;

struct arena *arena_new(void);

/* Frees all that was taken from it. */
void arena_free(struct arena *arena);
DEFINE_AUTO(arena, arena_free);

/* `size` bytes, all zero, aligned for any type. Never NULL. */
gpointer arena_take(struct arena *arena, gsize size);

#define ARENA_NEW(arena, type) ((type *)arena_take(arena, sizeof(type)))

/* Copies: of bytes, aligned for any type, and of a text, which gets a NUL behind it. */
gpointer arena_copy(struct arena *arena, gconstpointer data, gsize size);
char *arena_text(struct arena *arena, const char *text, gsize length);
