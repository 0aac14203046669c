/* SPDX-License-Identifier: Apache-2.0
 *
 * The built-in sources. A new one is a file and a line here. */
#include "sources/source.h"

static const fb_source_ops *const sources[] = {
    &fb_source_json,
    &fb_source_memory,
    &fb_source_rate,
    &fb_source_rate_micro_batch,
};

const fb_source_ops *const *fb_source_registry(uint32_t *count)
{
    *count = sizeof sources / sizeof *sources;
    return sources;
}

const fb_source_ops *fb_source_find(fb_slice name)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (fb_slice_equal_nocase(name, fb_slice_of(sources[i]->name))) return sources[i];
    return NULL;
}
