/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of a text of which a block is in memory, ended by LF, CR or CR LF as Hadoop reads them;
 * the empty line between CR and LF is given too. A plain value. */
#ifndef FB_FORMATS_LINES_H
#define FB_FORMATS_LINES_H

#include "base/slice.h"

typedef struct fb_lines {
    const char *at, *end; /* what is left of the block */
    const char *lf;       /* the next LF, or `end`, once looked for */
    bool is_last;         /* the text ends with the block */
} fb_lines;

static inline fb_lines fb_lines_make(fb_slice block, bool is_last)
{
    return (fb_lines){.at = block.data, .end = block.data + block.size, .is_last = is_last};
}

/* False when the block has no whole line any more; `at` is then where the cut one begins. */
bool fb_lines_next(fb_lines *lines, fb_slice *line);

#endif
