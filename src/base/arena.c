/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_BLOCK_BYTES = 64 * 1024, BLOCK_ALIGNMENT = 64, LARGE_BYTES = 1024 };

struct fb_arena_block {
    struct fb_arena_block *next;
    size_t size; /* of `bytes` */
    size_t used;
    _Alignas(BLOCK_ALIGNMENT) char bytes[];
};

void fb_arena_init(fb_arena *arena, size_t block_bytes)
{
    *arena = (fb_arena){.block_bytes = block_bytes ? block_bytes : DEFAULT_BLOCK_BYTES};
}

void fb_arena_deinit(fb_arena *arena)
{
    for (fb_arena_block *block = arena->first; block;) {
        fb_arena_block *next = block->next;
        fb_free(block);
        block = next;
    }
    *arena = (fb_arena){.block_bytes = arena->block_bytes};
}

void fb_arena_reset(fb_arena *arena)
{
    for (fb_arena_block *block = arena->first; block; block = block->next)
        block->used = 0;
    arena->current = arena->first;
}

static fb_arena_block *add_block(fb_arena *arena, size_t least_bytes)
{
    size_t size = least_bytes > arena->block_bytes ? least_bytes : arena->block_bytes;
    if (size > SIZE_MAX - sizeof(fb_arena_block) - BLOCK_ALIGNMENT) return NULL;
    fb_arena_block *block = fb_alloc_aligned(BLOCK_ALIGNMENT, sizeof(fb_arena_block) + size);
    if (!block) return NULL;
    *block = (fb_arena_block){.size = size};
    if (arena->current) {
        block->next = arena->current->next;
        arena->current->next = block;
    } else {
        arena->first = block;
    }
    arena->current = block;
    arena->total_bytes += size;
    return block;
}

void *fb_arena_alloc(fb_arena *arena, size_t size_bytes)
{
    size_t alignment = size_bytes >= LARGE_BYTES ? BLOCK_ALIGNMENT : 16;
    if (size_bytes > SIZE_MAX / 2) return NULL;
    for (fb_arena_block *block = arena->current; block; block = block->next) {
        size_t start = (block->used + alignment - 1) / alignment * alignment;
        if (start <= block->size && size_bytes <= block->size - start) {
            block->used = start + size_bytes;
            arena->current = block;
            return block->bytes + start;
        }
    }
    fb_arena_block *block = add_block(arena, size_bytes);
    if (!block) return NULL;
    block->used = size_bytes;
    return block->bytes;
}

void *fb_arena_alloc_zero(fb_arena *arena, size_t size_bytes)
{
    void *memory = fb_arena_alloc(arena, size_bytes);
    if (memory) memset(memory, 0, size_bytes);
    return memory;
}

void *fb_arena_array(fb_arena *arena, size_t count, size_t size_bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, size_bytes, &total)) return NULL;
    return fb_arena_alloc(arena, total);
}

void *fb_arena_copy(fb_arena *arena, const void *bytes, size_t size_bytes)
{
    void *memory = fb_arena_alloc(arena, size_bytes);
    if (memory && size_bytes) memcpy(memory, bytes, size_bytes);
    return memory;
}

char *fb_arena_strdup(fb_arena *arena, fb_slice text)
{
    char *copy = fb_arena_alloc(arena, text.size + 1);
    if (!copy) return NULL;
    if (text.size) memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

char *fb_arena_printf(fb_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : fb_arena_alloc(arena, (size_t)length + 1);
    if (text) (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
