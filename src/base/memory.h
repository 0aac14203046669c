/* SPDX-License-Identifier: Apache-2.0
 *
 * The library's only way to the heap. Calls return NULL when memory is out; tests make a chosen
 * allocation fail to prove that every caller survives it. Any thread. */
#ifndef FB_BASE_MEMORY_H
#define FB_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *fb_alloc(size_t size_bytes);
void *fb_alloc_zero(size_t count, size_t size_bytes); /* checks the product for overflow */
void *fb_realloc(void *old, size_t size_bytes);
void *fb_alloc_aligned(size_t alignment, size_t size_bytes); /* free with fb_free */
/* For large tables that are reached at random: asks the system for huge pages from 2 MiB on, which
 * spares most misses of the address cache. Free with fb_free. */
void *fb_alloc_huge(size_t size_bytes);
/* Advice that the system may put memory of fb_alloc_aligned into huge pages in the background: they
 * spare a large table that is reached at random most misses of the address cache. To be given when
 * the memory has been written to: before that, the first touch of each 2 MiB would wait until the
 * system has made room for a huge page, which takes up to 10 ms where memory is fragmented. */
void fb_memory_prefer_huge(void *memory, size_t size_bytes);
char *fb_strdup(const char *text);
void fb_free(void *memory); /* NULL is fine */

/* Test hook: the allocation number `countdown` from now fails, once; 0 switches it off. */
void fb_memory_fail_at(uint64_t countdown);
/* Allocations made since the program started. */
uint64_t fb_memory_allocations(void);

#endif
