/* SPDX-License-Identifier: Apache-2.0 */
#include "base/budget.h"

#include "base/assert.h"

void fb_budget_init(fb_budget *budget, uint64_t limit_bytes)
{
    atomic_init(&budget->used_bytes, 0);
    atomic_init(&budget->refused_bytes, 0);
    budget->limit_bytes = limit_bytes;
}

static bool refuse(fb_budget *budget, uint64_t used, uint64_t size_bytes)
{
    uint64_t wanted = size_bytes > UINT64_MAX - used ? UINT64_MAX : used + size_bytes;
    atomic_store_explicit(&budget->refused_bytes, wanted, memory_order_relaxed);
    return false;
}

bool fb_budget_take(fb_budget *budget, uint64_t size_bytes)
{
    if (!budget) return true;
    uint64_t limit = budget->limit_bytes ? budget->limit_bytes : UINT64_MAX;
    uint64_t used = atomic_load_explicit(&budget->used_bytes, memory_order_relaxed);
    do {
        if (used > limit || size_bytes > limit - used) return refuse(budget, used, size_bytes);
    } while (!atomic_compare_exchange_weak_explicit(&budget->used_bytes, &used, used + size_bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

void fb_budget_give(fb_budget *budget, uint64_t size_bytes)
{
    if (!budget) return;
    uint64_t used =
        atomic_fetch_sub_explicit(&budget->used_bytes, size_bytes, memory_order_relaxed);
    FB_ASSERT(used >= size_bytes);
}

uint64_t fb_budget_used(const fb_budget *budget)
{
    return budget ? atomic_load_explicit(&budget->used_bytes, memory_order_relaxed) : 0;
}

uint64_t fb_budget_refused(const fb_budget *budget)
{
    return budget ? atomic_load_explicit(&budget->refused_bytes, memory_order_relaxed) : 0;
}

void fb_budget_forget_refusal(fb_budget *budget)
{
    atomic_store_explicit(&budget->refused_bytes, 0, memory_order_relaxed);
}
