/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the optimizer share. */
#ifndef FB_PLAN_OPTIMIZER_H
#define FB_PLAN_OPTIMIZER_H

#include "plan/plan.h"

/* used[i] for each column i of the input that the expression refers to. */
void fb_expr_mark_columns(const fb_expr *expr, bool *used);

/* Takes away the aggregations that another one above or below makes redundant (redundant.c).
 * *out is `plan` itself when there are none. */
fb_status fb_plan_drop_redundant(fb_arena *arena, const fb_plan *plan, const fb_plan **out,
                                 fb_error *err) FB_CHECKED;

#endif
