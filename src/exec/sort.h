/* SPDX-License-Identifier: Apache-2.0
 *
 * ORDER BY: tasks collect their rows in lanes of an exchange of one partition; then one task puts
 * all of them in order. Equal rows stay in the order of the lanes. Nulls first when ascending, by
 * default; NaN is the largest number and -0.0 is 0.0; strings by their bytes; structs and arrays
 * by their first difference, where null is the smallest. */
#ifndef FB_EXEC_SORT_H
#define FB_EXEC_SORT_H

#include "base/budget.h"
#include "exec/exchange.h"
#include "exec/operator.h"
#include "plan/plan.h"

#include <stdatomic.h>

typedef struct fb_sort {
    const fb_plan *plan; /* SORT */
    const fb_eval_context *context;
    fb_exchange *exchange; /* all in partition 0 */
    fb_budget *budget;     /* may be NULL */
    const atomic_bool *cancelled;
} fb_sort;

/* The end of a chain: its rows go to a lane of the exchange. */
fb_status fb_collect_create(fb_exchange *exchange, uint32_t lane, fb_operator **out,
                            fb_error *err) FB_CHECKED;

/* Pushes the rows in order into `next` and finishes it. Releases the partition. */
fb_status fb_sort_run(const fb_sort *self, fb_operator *next, fb_error *err) FB_CHECKED;

#endif
