/* SPDX-License-Identifier: Apache-2.0
 *
 * Floats as keys: groups and joins see one NaN and one zero, because keys are compared by their
 * bytes. Spark does the same for GROUP BY and join keys (not for dropDuplicates). Any thread. */
#ifndef FB_DATA_FLOAT_KEY_H
#define FB_DATA_FLOAT_KEY_H

#include "data/column.h"

/* `in` with every NaN, however deep, replaced by the canonical one and -0.0 by 0.0. Shares memory
 * with `in` where nothing can change. False: no memory. */
bool fb_column_canonical_floats(fb_column *out, fb_arena *arena, const fb_column *in,
                                size_t row_count);

#endif
