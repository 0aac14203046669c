/* SPDX-License-Identifier: Apache-2.0
 *
 * Buffers that hold a value of the argument's own type: min, max, first, last. */
#ifndef FB_EXPR_AGG_VALUE_H
#define FB_EXPR_AGG_VALUE_H

#include "expr/aggregate.h"

/* Scalars and strings; nested types are refused with FB_E_UNSUPPORTED by name. */
fb_status fb_aggregate_check_scalar(fb_binder *binder, const fb_aggregate_call *call) FB_CHECKED;

/* Row `row` of `from` becomes the value of `group`: bytes of long strings are copied to `heap`,
 * NULL stays NULL. False: no memory. */
bool fb_aggregate_put(fb_column *field, fb_arena *heap, uint32_t group, const fb_column *from,
                      size_t row);

/* The field as a result column. */
fb_status fb_aggregate_copy_field(fb_eval *eval, const fb_column *field, size_t group_count,
                                  fb_column *out) FB_CHECKED;

#endif
