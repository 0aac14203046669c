/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in sinks. A new one is a file and a line here. */
#include "sinks/sink.h"

static const fb_sink_ops *const sinks[] = {
    &fb_sink_console,
    &fb_sink_memory,
    &fb_sink_noop,
};

const fb_sink_ops *const *fb_sink_registry(uint32_t *count)
{
    *count = sizeof sinks / sizeof *sinks;
    return sinks;
}

const fb_sink_ops *fb_sink_find(fb_slice name)
{
    for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(sinks[i]->name))) return sinks[i];
    return NULL;
}
