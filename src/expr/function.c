/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/function.h"

#include "base/options.h"
#include "expr/aggregate.h"
#include "expr/function_lists.h"

enum { MAX_NAMES = 1024 };

/* One list per line. */
/* clang-format off */
static const fb_function_list *const lists[] = {
    &fb_functions_arithmetic,
    &fb_functions_bitwise,
    &fb_functions_cast,
    &fb_functions_compare,
    &fb_functions_conditional,
    &fb_functions_datetime,
    &fb_functions_datetime_field,
    &fb_functions_datetime_format,
    &fb_functions_datetime_parse,
    &fb_functions_datetime_trunc,
    &fb_functions_divide,
    &fb_functions_hash,
    &fb_functions_in,
    &fb_functions_logic,
    &fb_functions_math,
    &fb_functions_pmod,
    &fb_functions_round,
    &fb_functions_string,
    &fb_functions_string_code,
    &fb_functions_string_like,
    &fb_functions_string_part,
    &fb_functions_string_search,
    &fb_functions_struct,
    &fb_functions_window,
};
/* clang-format on */

enum { LIST_COUNT = sizeof lists / sizeof *lists };

const fb_function_list *const *fb_function_lists(uint32_t *count)
{
    *count = LIST_COUNT;
    return lists;
}

const fb_function *fb_function_find(fb_slice name)
{
    for (uint32_t i = 0; i < LIST_COUNT; i++)
        for (uint32_t k = 0; k < lists[i]->count; k++)
            if (fb_slice_equal_nocase(name, fb_slice_of(lists[i]->functions[k].name)))
                return &lists[i]->functions[k];
    return NULL;
}

const char *fb_function_nearest(fb_slice name)
{
    const char *names[MAX_NAMES] = {"window"}; /* analysis makes a node of the plan of that one */
    uint32_t count = 1;
    for (uint32_t i = 0; i < LIST_COUNT; i++)
        for (uint32_t k = 0; k < lists[i]->count && count < MAX_NAMES; k++)
            names[count++] = lists[i]->functions[k].name;
    uint32_t aggregate_lists;
    const fb_aggregate_list *const *aggregates = fb_aggregate_lists(&aggregate_lists);
    for (uint32_t i = 0; i < aggregate_lists; i++)
        for (uint32_t k = 0; k < aggregates[i]->count && count < MAX_NAMES; k++)
            names[count++] = aggregates[i]->functions[k].name;
    return fb_nearest_name(name, names, count);
}
