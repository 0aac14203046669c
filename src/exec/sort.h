/* SPDX-License-Identifier: Apache-2.0
 *
 * ORDER BY: keeps copies of all rows until the end, then pushes them on in order. Equal rows stay
 * in the order in which they came. Nulls first when ascending, by default; NaN is the largest
 * number; strings by their bytes. */
#ifndef FB_EXEC_SORT_H
#define FB_EXEC_SORT_H

#include "base/budget.h"
#include "exec/operator.h"
#include "plan/plan.h"

/* `plan` is the SORT node. Several chains may collect into one sort, one after the other. */
fb_status fb_sort_create(const fb_plan *plan, const fb_eval_context *context, fb_budget *budget,
                         fb_operator *next, fb_operator **out, fb_error *err) FB_CHECKED;

#endif
