/* SPDX-License-Identifier: Apache-2.0
 *
 * Full Unicode case mapping of UTF-8 text, independent of the locale: one character may become
 * several, and a capital sigma at the end of a word becomes a final one. The tables are Spark's
 * answers (unicode_case_table.inc); malformed bytes become U+FFFD, as in Spark. */
#ifndef FB_BASE_UNICODE_CASE_H
#define FB_BASE_UNICODE_CASE_H

#include "base/slice.h"

/* A mapped text is at most this many times as long as its original. */
enum { FB_CASE_MAX_GROWTH = 3 };

/* Write to `out`, which has room for FB_CASE_MAX_GROWTH * text.size bytes and does not overlap
 * the text; return the length. */
size_t fb_case_upper(fb_slice text, char *out);
size_t fb_case_lower(fb_slice text, char *out);
/* Words, separated by spaces only, with their first character in title case. */
size_t fb_case_initcap(fb_slice text, char *out);

#endif
