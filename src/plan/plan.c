/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <stdatomic.h>

uint64_t fb_attribute_new_id(void)
{
    static atomic_uint_fast64_t last_id;
    return atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1;
}

const fb_type *fb_plan_schema(const fb_plan *plan, fb_arena *arena)
{
    fb_field *fields = fb_arena_array(arena, plan->output_count, sizeof *fields);
    if (!fields) return NULL;
    for (uint32_t i = 0; i < plan->output_count; i++) {
        const fb_attribute *attribute = &plan->output[i];
        fields[i] = (fb_field){.name = attribute->name,
                               .type = attribute->type,
                               .nullable = attribute->nullable,
                               .metadata = attribute->metadata};
    }
    return fb_type_struct(arena, fields, plan->output_count);
}
