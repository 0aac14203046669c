/* SPDX-License-Identifier: Apache-2.0
 *
 * min and max by Spark's order (NaN is the largest number, -0.0 equals 0.0, the first of equals
 * stays), and the aggregates that are these on booleans: bool_and, bool_or and their synonyms. */
#include "expr/agg_value.h"
#include "expr/bind.h"
#include "expr/buffer_column.h"
#include "expr/kernel_compare.h"

/* --- numbers of common types, in loops of their own --- */

#define IS_LESS(a, b) ((a) < (b))
#define IS_REAL_LESS(a, b) ((a) < (b) || ((b) != (b) && (a) == (a)))

/* The least or largest values of a type so far; the first of equals stays. */
#define DEFINE_KEEP(name, type, is_less)                                                          \
    static void name(fb_column *best, const uint32_t *groups, const fb_column *arg,               \
                     size_t row_count, bool largest)                                              \
    {                                                                                             \
        type *kept = best->values;                                                                \
        const type *values = arg->values;                                                         \
        const size_t step = !arg->is_constant;                                                    \
        for (size_t i = 0; i < row_count; i++) {                                                  \
            if (arg->validity && fb_column_is_null(arg, i)) continue;                             \
            uint32_t group = groups[i];                                                           \
            type value = values[i * step];                                                        \
            bool is_null = !fb_bits_get(best->validity, group);                                   \
            bool is_better = largest ? is_less(kept[group], value) : is_less(value, kept[group]); \
            if (!is_null && !is_better) continue;                                                 \
            kept[group] = value;                                                                  \
            if (is_null) fb_bits_set(best->validity, group);                                      \
        }                                                                                         \
    }

DEFINE_KEEP(keep_ints, int32_t, IS_LESS)
DEFINE_KEEP(keep_longs, int64_t, IS_LESS)
DEFINE_KEEP(keep_doubles, double, IS_REAL_LESS)

/* False: the type has no loop of its own. */
static bool keep_numbers(fb_column *best, const uint32_t *groups, const fb_column *arg,
                         size_t row_count, bool largest)
{
    switch (best->type->id) {
    case FB_TYPE_INT:
    case FB_TYPE_DATE:
        keep_ints(best, groups, arg, row_count, largest);
        return true;
    case FB_TYPE_BIGINT:
    case FB_TYPE_TIMESTAMP:
    case FB_TYPE_TIMESTAMP_NTZ:
        keep_longs(best, groups, arg, row_count, largest);
        return true;
    case FB_TYPE_DOUBLE:
        keep_doubles(best, groups, arg, row_count, largest);
        return true;
    default:
        return false;
    }
}

/* --- any type --- */

static fb_status extremum_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                                 fb_column *fields, const uint32_t *groups, const fb_column *args,
                                 size_t row_count, int sign)
{
    (void)call;
    fb_column *best = &fields[0];
    if (keep_numbers(best, groups, args, row_count, sign > 0)) return FB_OK;
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(args, i)) continue;
        uint32_t group = groups[i];
        if (!fb_buffer_is_null(best, group) && sign * fb_compare_rows(args, i, best, group) <= 0)
            continue;
        if (!fb_buffer_column_put(best, heap, group, args, i)) return fb_eval_nomem(eval);
    }
    return FB_OK;
}

static fb_status min_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                            fb_column *fields, const uint32_t *groups, const fb_column *args,
                            size_t row_count)
{
    return extremum_update(call, eval, heap, fields, groups, args, row_count, -1);
}

static fb_status max_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                            fb_column *fields, const uint32_t *groups, const fb_column *args,
                            size_t row_count)
{
    return extremum_update(call, eval, heap, fields, groups, args, row_count, 1);
}

static fb_status extremum_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                                   const fb_column *fields, size_t group_count, fb_column *out)
{
    (void)call;
    return fb_aggregate_copy_field(eval, &fields[0], group_count, out);
}

static fb_status bind_extremum(fb_binder *binder, fb_aggregate_call *call, const char *field,
                               fb_aggregate_update update)
{
    FB_TRY(fb_aggregate_check_value(binder, call, 0));
    FB_TRY(fb_aggregate_check_order(binder, call, 0));
    call->type = call->args[0]->type;
    call->nullable = true;
    call->fields[0] =
        (fb_buffer_field){.name = field, .type = call->type, .nullable = true, .starts_null = true};
    call->field_count = 1;
    call->update = call->merge = update;
    call->evaluate = extremum_evaluate;
    return FB_OK;
}

static fb_status bind_min(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_extremum(binder, call, "min", min_update);
}

static fb_status bind_max(fb_binder *binder, fb_aggregate_call *call)
{
    return bind_extremum(binder, call, "max", max_update);
}

static fb_status need_boolean(fb_binder *binder, const fb_aggregate_call *call)
{
    if (call->args[0]->type->id == FB_TYPE_BOOLEAN) return FB_OK;
    return fb_bind_fail_at(binder, call->position, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                           "The first parameter of `%s` requires the \"BOOLEAN\" type, however "
                           "the argument has the type \"%s\".",
                           call->function->name, fb_type_sql(call->args[0]->type, binder->arena));
}

static fb_status bind_every(fb_binder *binder, fb_aggregate_call *call)
{
    FB_TRY(need_boolean(binder, call));
    return bind_min(binder, call);
}

static fb_status bind_some(fb_binder *binder, fb_aggregate_call *call)
{
    FB_TRY(need_boolean(binder, call));
    return bind_max(binder, call);
}

static const fb_aggregate functions[] = {
    {"any", 1, 1, bind_some, "any(expr) - the same as bool_or"},
    {"bool_and", 1, 1, bind_every, "bool_and(expr) - true when all values are true"},
    {"bool_or", 1, 1, bind_some, "bool_or(expr) - true when some value is true"},
    {"every", 1, 1, bind_every, "every(expr) - the same as bool_and"},
    {"max", 1, 1, bind_max, "max(expr) - the largest value"},
    {"min", 1, 1, bind_min, "min(expr) - the smallest value"},
    {"some", 1, 1, bind_some, "some(expr) - the same as bool_or"},
};

const fb_aggregate_list fb_aggregates_extremum = {functions, sizeof functions / sizeof *functions};
