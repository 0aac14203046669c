/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/lines.h"

bool fb_lines_next(fb_lines *lines, fb_slice *line)
{
    const char *at = lines->at, *end = lines->end;
    if (at == end) return false;
    if (!lines->lf || lines->lf < at) {
        lines->lf = memchr(at, '\n', (size_t)(end - at));
        if (!lines->lf) lines->lf = end;
    }
    const char *stop = memchr(at, '\r', (size_t)(lines->lf - at));
    if (!stop) stop = lines->lf;
    if (stop == end && !lines->is_last) return false;
    *line = (fb_slice){at, (size_t)(stop - at)};
    lines->at = stop == end ? end : stop + 1;
    return true;
}
