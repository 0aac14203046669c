/* SPDX-License-Identifier: Apache-2.0 */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fb_assert_fail(const char *condition, const char *file, int line)
{
    /* The one place where the library prints: the process ends here. */
    (void)fprintf(stderr, "forebay: assertion failed: %s (%s:%d)\n", condition, file, line);
    abort();
}
