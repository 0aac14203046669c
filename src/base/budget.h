/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes counted against a limit that several owners share: what a query's state, groups and
 * buffers may hold together. Who takes counts what it holds and gives back the same. Any thread. */
#ifndef FB_BASE_BUDGET_H
#define FB_BASE_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fb_budget {
    atomic_uint_fast64_t used_bytes;
    atomic_uint_fast64_t refused_bytes; /* see fb_budget_refused */
    uint64_t limit_bytes;               /* 0: none; constant while in use */
} fb_budget;

void fb_budget_init(fb_budget *budget, uint64_t limit_bytes);
/* False, and nothing taken, when the limit would be passed. A NULL budget has no limit. */
bool fb_budget_take(fb_budget *budget, uint64_t size_bytes);
void fb_budget_give(fb_budget *budget, uint64_t size_bytes);
uint64_t fb_budget_used(const fb_budget *budget);
/* What would have been in use, had the newest request that passed the limit been granted; 0: none
 * was refused since fb_budget_forget_refusal. What is in use may be given back by then. */
uint64_t fb_budget_refused(const fb_budget *budget);
void fb_budget_forget_refusal(fb_budget *budget);

#endif
