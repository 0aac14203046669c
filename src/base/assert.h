/* SPDX-License-Identifier: Apache-2.0
 *
 * Assertions about the program itself; user input and stored bytes never reach them. FB_ASSERT
 * stays on in release builds, FB_DEBUG_ASSERT guards costly checks. */
#ifndef FB_BASE_ASSERT_H
#define FB_BASE_ASSERT_H

#include <assert.h> /* static_assert */

_Noreturn void fb_assert_fail(const char *condition, const char *file, int line);

#define FB_ASSERT(condition) \
    ((condition) ? (void)0 : fb_assert_fail(#condition, __FILE__, __LINE__))

#ifdef FB_DEBUG
#define FB_DEBUG_ASSERT(condition) FB_ASSERT(condition)
#else
#define FB_DEBUG_ASSERT(condition) ((void)0)
#endif

#define FB_UNREACHABLE() fb_assert_fail("unreachable", __FILE__, __LINE__)

#endif
