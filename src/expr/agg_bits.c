/* SPDX-License-Identifier: Apache-2.0
 *
 * bit_and, bit_or, bit_xor of integers. The buffer has the type of the argument. */
#include "expr/agg_value.h"
#include "expr/aggregate.h"
#include "expr/bind.h"

typedef enum operation { AND, OR, XOR } operation; /* variants */

static int64_t combine(operation op, int64_t a, int64_t b)
{
    switch (op) {
    case AND:
        return a & b;
    case OR:
        return a | b;
    case XOR:
        return a ^ b;
    }
    return 0;
}

static int64_t read(const fb_column *column, size_t index, size_t width)
{
    int64_t value = 0;
    memcpy(&value, (const char *)column->values + index * width, width);
    return value;
}

/* The upper bits, which the type has not, are zero on both sides and not written. */
static fb_status bits_update(const fb_aggregate_call *call, fb_eval *eval, fb_arena *heap,
                             fb_column *fields, const uint32_t *groups, const fb_column *args,
                             size_t row_count)
{
    (void)eval;
    (void)heap;
    size_t width = fb_type_width(fields->type);
    for (size_t i = 0; i < row_count; i++) {
        if (fb_column_is_null(args, i)) continue;
        uint32_t group = groups[i];
        int64_t value = read(args, fb_column_index(args, i), width);
        if (!fb_buffer_is_null(fields, group))
            value = combine((operation)call->variant, read(fields, group, width), value);
        memcpy((char *)fields->values + group * width, &value, width);
        fb_bits_set(fields->validity, group);
    }
    return FB_OK;
}

static fb_status bits_evaluate(const fb_aggregate_call *call, fb_eval *eval,
                               const fb_column *fields, size_t group_count, fb_column *out)
{
    (void)call;
    return fb_aggregate_copy_field(eval, fields, group_count, out);
}

static fb_status bind_bits(fb_binder *binder, fb_aggregate_call *call)
{
    static const char *const names[] = {[AND] = "bit_and", [OR] = "bit_or", [XOR] = "bit_xor"};
    const fb_type *type = call->args[0]->type;
    if (!fb_type_is_integral(type))
        return fb_bind_fail_at(binder, call->position, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                               "The first parameter of `%s` requires the \"INTEGRAL\" type, "
                               "however the argument has the type \"%s\".",
                               call->function->name, fb_type_sql(type, binder->arena));
    for (unsigned op = AND; op <= XOR; op++)
        if (strcmp(call->function->name, names[op]) == 0) call->variant = op;
    call->type = type;
    call->nullable = true;
    call->fields[0] = (fb_buffer_field){
        .name = names[call->variant], .type = type, .nullable = true, .starts_null = true};
    call->field_count = 1;
    call->update = call->merge = bits_update;
    call->evaluate = bits_evaluate;
    return FB_OK;
}

static const fb_aggregate functions[] = {
    {"bit_and", 1, 1, bind_bits, "bit_and(expr) - all values joined by &"},
    {"bit_or", 1, 1, bind_bits, "bit_or(expr) - all values joined by |"},
    {"bit_xor", 1, 1, bind_bits, "bit_xor(expr) - all values joined by ^"},
};

const fb_aggregate_list fb_aggregates_bits = {functions, sizeof functions / sizeof *functions};
