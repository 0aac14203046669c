/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/agg_value.h"

#include "expr/bind.h"

fb_status fb_aggregate_check_scalar(fb_binder *binder, const fb_aggregate_call *call)
{
    const fb_type *type = call->args[0]->type;
    if (!fb_type_is_nested(type) && type->id != FB_TYPE_VOID) return FB_OK;
    fb_status status =
        fb_fail(binder->err, FB_E_UNSUPPORTED, 0, "%s of %s is not supported in this version",
                call->function->name, fb_type_sql(type, binder->arena));
    if (binder->err) {
        binder->err->line = call->position.line;
        binder->err->column = call->position.column;
    }
    return status;
}

bool fb_aggregate_put(fb_column *field, fb_arena *heap, uint32_t group, const fb_column *from,
                      size_t row)
{
    if (fb_column_is_null(from, row)) {
        fb_bits_clear(field->validity, group);
        return true;
    }
    size_t width = fb_type_width(field->type), index = fb_column_index(from, row);
    fb_bits_set(field->validity, group);
    memcpy((char *)field->values + group * width, (const char *)from->values + index * width,
           width);
    if (field->type->id != FB_TYPE_STRING && field->type->id != FB_TYPE_BINARY) return true;
    fb_string *kept = &field->strings[group];
    if (kept->size <= FB_STRING_INLINE) return true;
    char *bytes = fb_arena_copy(heap, kept->far, kept->size);
    if (!bytes) {
        *kept = (fb_string){.size = 0};
        return false;
    }
    kept->far = bytes;
    return true;
}

fb_status fb_aggregate_copy_field(fb_eval *eval, const fb_column *field, size_t group_count,
                                  fb_column *out)
{
    return fb_column_copy(out, eval->arena, field, group_count) ? FB_OK : fb_eval_nomem(eval);
}
