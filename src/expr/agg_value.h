/* SPDX-License-Identifier: Apache-2.0
 *
 * Buffers that hold a value of the argument's own type: min, max, first, last. */
#ifndef FB_EXPR_AGG_VALUE_H
#define FB_EXPR_AGG_VALUE_H

#include "expr/aggregate.h"

/* FB_E_UNSUPPORTED at the call's place. */
fb_status fb_aggregate_unsupported(fb_binder *binder, const fb_aggregate_call *call,
                                   const char *what);
/* VOID, which has no value to keep, is refused with FB_E_UNSUPPORTED by name. */
fb_status fb_aggregate_check_value(fb_binder *binder, const fb_aggregate_call *call,
                                   uint32_t arg) FB_CHECKED;
/* Maps, and what has one inside, have no order. */
fb_status fb_aggregate_check_order(fb_binder *binder, const fb_aggregate_call *call,
                                   uint32_t arg) FB_CHECKED;

/* The field as a result column. */
fb_status fb_aggregate_copy_field(fb_eval *eval, const fb_column *field, size_t group_count,
                                  fb_column *out) FB_CHECKED;

#endif
