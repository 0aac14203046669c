/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static atomic_uint_fast64_t allocation_count;
static atomic_uint_fast64_t fail_at; /* absolute number of the allocation that fails; 0: none */

static bool must_fail(void)
{
    uint64_t number = atomic_fetch_add_explicit(&allocation_count, 1, memory_order_relaxed) + 1;
    return atomic_load_explicit(&fail_at, memory_order_relaxed) == number;
}

void *fb_alloc(size_t size_bytes)
{
    if (must_fail()) return NULL;
    return malloc(size_bytes ? size_bytes : 1);
}

void *fb_alloc_zero(size_t count, size_t size_bytes)
{
    if (must_fail()) return NULL;
    return calloc(count ? count : 1, size_bytes ? size_bytes : 1);
}

void *fb_realloc(void *old, size_t size_bytes)
{
    if (must_fail()) return NULL;
    return realloc(old, size_bytes ? size_bytes : 1);
}

void *fb_alloc_aligned(size_t alignment, size_t size_bytes)
{
    if (must_fail()) return NULL;
    size_t rounded = (size_bytes + alignment - 1) / alignment * alignment;
    return rounded < size_bytes ? NULL : aligned_alloc(alignment, rounded ? rounded : alignment);
}

void *fb_alloc_huge(size_t size_bytes)
{
    const size_t huge_bytes = (size_t)2 << 20;
    if (size_bytes < huge_bytes) return fb_alloc(size_bytes);
    void *memory = fb_alloc_aligned(huge_bytes, size_bytes);
    if (memory) fb_memory_prefer_huge(memory, size_bytes);
    return memory;
}

void fb_memory_prefer_huge(void *memory, size_t size_bytes)
{
    const size_t huge_bytes = (size_t)2 << 20;
    size_t whole_bytes = size_bytes / huge_bytes * huge_bytes;
    /* Only advice: without it the memory is as good, but slower. */
    if ((uintptr_t)memory % huge_bytes == 0 && whole_bytes)
        (void)madvise(memory, whole_bytes, MADV_HUGEPAGE);
}

char *fb_strdup(const char *text)
{
    size_t size_bytes = strlen(text) + 1;
    char *copy = fb_alloc(size_bytes);
    if (copy) memcpy(copy, text, size_bytes);
    return copy;
}

void fb_free(void *memory)
{
    free(memory);
}

void fb_memory_fail_at(uint64_t countdown)
{
    uint64_t number = countdown ? atomic_load(&allocation_count) + countdown : 0;
    atomic_store(&fail_at, number);
}

uint64_t fb_memory_allocations(void)
{
    return atomic_load(&allocation_count);
}
