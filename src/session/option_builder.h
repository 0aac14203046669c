/* SPDX-License-Identifier: Apache-2.0
 *
 * The options that a reader or writer collects, call by call. */
#ifndef FB_SESSION_OPTION_BUILDER_H
#define FB_SESSION_OPTION_BUILDER_H

#include "plan/raw.h"

typedef struct fb_option_builder {
    fb_option *items;
    uint32_t count, capacity;
} fb_option_builder;

/* Copies key and value into `arena`; FB_E_INVALID when one is NULL. */
fb_status fb_option_builder_add(fb_option_builder *options, fb_arena *arena, const char *key,
                                const char *value, fb_error *err) FB_CHECKED;
void fb_option_builder_deinit(fb_option_builder *options);

#endif
