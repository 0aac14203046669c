/* SPDX-License-Identifier: Apache-2.0 */
#include "session/plan_memory.h"

#include "base/memory.h"

enum { BLOCK_BYTES = 8 * 1024 };

fb_status fb_plan_memory_create(fb_plan_memory **out, fb_error *err)
{
    *out = fb_alloc_zero(1, sizeof **out);
    if (!*out) return fb_fail_nomem(err, "a plan");
    atomic_init(&(*out)->references, 1);
    fb_arena_init(&(*out)->arena, BLOCK_BYTES);
    return FB_OK;
}

fb_plan_memory *fb_plan_memory_acquire(fb_plan_memory *memory)
{
    atomic_fetch_add_explicit(&memory->references, 1, memory_order_relaxed);
    return memory;
}

void fb_plan_memory_release(fb_plan_memory *memory)
{
    if (!memory) return;
    if (atomic_fetch_sub_explicit(&memory->references, 1, memory_order_acq_rel) != 1) return;
    for (uint32_t i = 0; i < memory->need_count; i++)
        fb_plan_memory_release(memory->needs[i]);
    fb_free(memory->needs);
    fb_arena_deinit(&memory->arena);
    fb_free(memory);
}

fb_status fb_plan_memory_need(fb_plan_memory *memory, fb_plan_memory *needed, fb_error *err)
{
    if (memory == needed) return FB_OK;
    for (uint32_t i = 0; i < memory->need_count; i++)
        if (memory->needs[i] == needed) return FB_OK;
    if (memory->need_count == memory->need_capacity) {
        uint32_t capacity = memory->need_capacity ? memory->need_capacity * 2 : 4;
        fb_plan_memory **needs = fb_realloc(memory->needs, capacity * sizeof(fb_plan_memory *));
        if (!needs) return fb_fail_nomem(err, "a plan");
        memory->needs = needs;
        memory->need_capacity = capacity;
    }
    memory->needs[memory->need_count++] = fb_plan_memory_acquire(needed);
    return FB_OK;
}
