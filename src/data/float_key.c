/* SPDX-License-Identifier: Apache-2.0 */
#include "data/float_key.h"

#include "base/hash.h"

static bool has_floats(const fb_type *type)
{
    if (fb_type_is_fractional(type)) return true;
    for (uint32_t i = 0; fb_type_is_nested(type) && i < type->field_count; i++)
        if (has_floats(type->fields[i].type)) return true;
    return false;
}

static bool canonical_values(fb_column *out, fb_arena *arena, const fb_column *in, size_t count)
{
    out->values = fb_arena_array(arena, count, fb_type_width(in->type));
    if (!out->values) return false;
    if (in->type->id == FB_TYPE_FLOAT)
        for (size_t i = 0; i < count; i++)
            out->int32s[i] = fb_hash_float_bits(in->floats[i]);
    else
        for (size_t i = 0; i < count; i++)
            out->int64s[i] = fb_hash_double_bits(in->doubles[i]);
    return true;
}

bool fb_column_canonical_floats(fb_column *out, fb_arena *arena, const fb_column *in,
                                size_t row_count)
{
    *out = *in;
    if (!has_floats(in->type)) return true;
    size_t count = in->is_constant ? 1 : row_count;
    if (fb_type_is_fractional(in->type)) return canonical_values(out, arena, in, count);
    out->children = fb_arena_array(arena, in->type->field_count, sizeof *out->children);
    if (!out->children) return false;
    size_t child_rows = in->type->id == FB_TYPE_STRUCT ? count : in->child_rows;
    for (uint32_t i = 0; i < in->type->field_count; i++)
        if (!fb_column_canonical_floats(&out->children[i], arena, &in->children[i], child_rows))
            return false;
    return true;
}
