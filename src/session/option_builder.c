/* SPDX-License-Identifier: Apache-2.0 */
#include "session/option_builder.h"

#include "base/memory.h"

enum { FIRST_CAPACITY = 8 };

fb_status fb_option_builder_add(fb_option_builder *options, fb_arena *arena, const char *key,
                                const char *value, fb_error *err)
{
    if (!key || !value) return fb_fail(err, FB_E_INVALID, 0, "an option needs a key and a value");
    if (options->count == options->capacity) {
        uint32_t capacity = options->capacity ? options->capacity * 2 : FIRST_CAPACITY;
        fb_option *items = fb_realloc(options->items, capacity * sizeof *items);
        if (!items) return fb_fail_nomem(err, "an option");
        options->items = items;
        options->capacity = capacity;
    }
    fb_option option = {.key = fb_slice_of(fb_arena_strdup(arena, fb_slice_of(key))),
                        .value = fb_slice_of(fb_arena_strdup(arena, fb_slice_of(value)))};
    if (!option.key.data || !option.value.data) return fb_fail_nomem(err, "an option");
    options->items[options->count++] = option;
    return FB_OK;
}

void fb_option_builder_deinit(fb_option_builder *options)
{
    fb_free(options->items);
    *options = (fb_option_builder){0};
}
