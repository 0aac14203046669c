/* SPDX-License-Identifier: Apache-2.0
 *
 * The datetime pattern of each row of a column, compiled anew only when it is another one. */
#ifndef FB_EXPR_PATTERN_READER_H
#define FB_EXPR_PATTERN_READER_H

#include "data/datetime_pattern.h"
#include "expr/expr.h"

typedef struct fb_pattern_reader {
    const fb_column *column; /* NULL: always the default pattern, yyyy-MM-dd HH:mm:ss */
    bool for_parsing;
    const fb_pattern *pattern; /* of the last row asked for */
} fb_pattern_reader;

/* Sets reader->pattern to that of row `row`, which is not null; errors have the place of `self`. */
fb_status fb_pattern_reader_seek(fb_pattern_reader *reader, const fb_expr *self, fb_eval *eval,
                                 size_t row) FB_CHECKED;

#endif
