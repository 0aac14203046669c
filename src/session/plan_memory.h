/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory that plans lie in. Frames, views and queries that share plan nodes share one arena and
 * count references to it; a plan that refers to a view's nodes keeps the view's memory alive. The
 * count is atomic, since queries end in their own threads; the arena belongs to the session's. */
#ifndef FB_SESSION_PLAN_MEMORY_H
#define FB_SESSION_PLAN_MEMORY_H

#include "base/arena.h"
#include "base/status.h"

#include <stdatomic.h>

typedef struct fb_plan_memory fb_plan_memory;
struct fb_plan_memory {
    atomic_uint references;
    fb_arena arena;
    fb_plan_memory **needs; /* memories that nodes in `arena` refer to */
    uint32_t need_count, need_capacity;
};

fb_status fb_plan_memory_create(fb_plan_memory **out, fb_error *err) FB_CHECKED;
fb_plan_memory *fb_plan_memory_acquire(fb_plan_memory *memory);
void fb_plan_memory_release(fb_plan_memory *memory); /* NULL is fine */

/* From now on `needed` lives at least as long as `memory`. */
fb_status fb_plan_memory_need(fb_plan_memory *memory, fb_plan_memory *needed,
                              fb_error *err) FB_CHECKED;

#endif
