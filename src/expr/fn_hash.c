/* SPDX-License-Identifier: Apache-2.0
 *
 * hash and xxhash64 over any number of columns; never null. */
#include "base/hash.h"
#include "data/column_hash.h"
#include "expr/bind.h"
#include "expr/kernel.h"

static fb_status hash_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    uint32_t *hashes = (uint32_t *)out->int32s;
    for (size_t row = 0; row < row_count; row++)
        hashes[row] = FB_HASH_SEED;
    for (uint32_t i = 0; i < self->arg_count; i++)
        fb_column_murmur3(&args[i], row_count, hashes);
    return FB_OK;
}

static fb_status xxhash64_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    uint64_t *hashes = (uint64_t *)out->int64s;
    for (size_t row = 0; row < row_count; row++)
        hashes[row] = FB_HASH_SEED;
    for (uint32_t i = 0; i < self->arg_count; i++)
        fb_column_xxhash64(&args[i], row_count, hashes);
    return FB_OK;
}

static fb_status bind_any(fb_binder *binder, fb_expr *call, fb_type_id result, fb_kernel kernel)
{
    for (uint32_t i = 0; i < call->arg_count; i++) {
        if (fb_type_is_hashable(call->args[i]->type)) continue;
        return fb_bind_mismatch(binder, call, "HASH_MAP_TYPE",
                                "Input to the function `%s` cannot contain elements of the "
                                "\"MAP\" type. In Spark, same maps may have different hashcode, "
                                "thus hash expressions are prohibited on \"MAP\" elements.",
                                call->function->name);
    }
    call->type = fb_type_of(result);
    call->nullable = false;
    call->kernel = kernel;
    return FB_OK;
}

static fb_status bind_hash(fb_binder *binder, fb_expr *call)
{
    return bind_any(binder, call, FB_TYPE_INT, hash_kernel);
}

static fb_status bind_xxhash64(fb_binder *binder, fb_expr *call)
{
    return bind_any(binder, call, FB_TYPE_BIGINT, xxhash64_kernel);
}

static const fb_function functions[] = {
    {"hash", 1, FB_ARGS_ANY, bind_hash, .usage = "hash(x, ...) - Murmur3, 32 bits",
     .null_order = FB_NULLS_EVALUATED},
    {"xxhash64", 1, FB_ARGS_ANY, bind_xxhash64, .usage = "xxhash64(x, ...) - XXH64, 64 bits",
     .null_order = FB_NULLS_EVALUATED},
};

const fb_function_list fb_functions_hash = {functions, sizeof functions / sizeof *functions};
