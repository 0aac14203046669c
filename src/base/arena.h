/* SPDX-License-Identifier: Apache-2.0
 *
 * Bump allocator: many small allocations, freed or rewound as a whole. One thread at a time. */
#ifndef FB_BASE_ARENA_H
#define FB_BASE_ARENA_H

#include "base/slice.h"

#include <stddef.h>
#include <stdint.h>

typedef struct fb_arena_block fb_arena_block;

typedef struct fb_arena {
    fb_arena_block *first;   /* blocks in the order of use; kept by fb_arena_reset */
    fb_arena_block *current; /* the one that is being filled */
    size_t block_bytes;      /* least size of a new block */
    size_t total_bytes;      /* held in all blocks */
} fb_arena;

/* Allocates nothing yet. `block_bytes` 0 means 64 KiB. */
void fb_arena_init(fb_arena *arena, size_t block_bytes);
void fb_arena_deinit(fb_arena *arena);
/* Everything given out becomes invalid; the blocks stay for the next use, so that a loop over
 * chunks works in the same, cached memory. */
void fb_arena_reset(fb_arena *arena);

/* Aligned to 16 bytes (to 64 from 1 KiB on, for vector loops); NULL when memory is out. The bytes
 * are not cleared. */
void *fb_arena_alloc(fb_arena *arena, size_t size_bytes);
void *fb_arena_alloc_zero(fb_arena *arena, size_t size_bytes);
/* An array; NULL also when the product overflows. */
void *fb_arena_array(fb_arena *arena, size_t count, size_t size_bytes);
void *fb_arena_copy(fb_arena *arena, const void *bytes, size_t size_bytes);
/* A NUL-terminated copy. */
char *fb_arena_strdup(fb_arena *arena, fb_slice text);
char *fb_arena_printf(fb_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
