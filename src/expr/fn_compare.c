/* SPDX-License-Identifier: Apache-2.0
 *
 * = <> < <= > >= <=> of all types that have an order. */
#include "base/status.h"
#include "expr/fn_arithmetic.h"
#include "expr/function_lists.h"
#include "expr/kernel_compare.h"

static bool holds(fb_comparison op, int order)
{
    switch (op) {
    case FB_EQUAL:
        return order == 0;
    case FB_NOT_EQUAL:
        return order != 0;
    case FB_LESS:
        return order < 0;
    case FB_LESS_OR_EQUAL:
        return order <= 0;
    case FB_GREATER:
        return order > 0;
    case FB_GREATER_OR_EQUAL:
        return order >= 0;
    }
    FB_UNREACHABLE();
}

/* The comparison of all rows, nulls or not. */
static fb_status compare(fb_comparison op, fb_eval *eval, const fb_column *args, size_t row_count,
                         fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    const fb_column *a = &args[0], *b = &args[1];
    if (fb_type_is_nested(a->type)) {
        for (size_t i = 0; i < row_count; i++)
            out->bools[i] = holds(op, fb_compare_rows(a, i, b, i));
        return FB_OK;
    }
    if (a->is_constant && row_count > 1) {
        op = fb_comparison_mirror(op);
        a = &args[1], b = &args[0];
    }
    bool b_constant = b->is_constant && row_count > 1;
    fb_compare_values(op, a->type, a->values, b->values, b_constant, out->bools, row_count);
    return FB_OK;
}

static fb_comparison op_of(const fb_expr *self)
{
    return *(const fb_comparison *)self->state;
}

static fb_status eval_compare(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    FB_TRY(compare(op_of(self), eval, args, row_count, out));
    return fb_eval_merge_validity(eval, args, 2, row_count, out);
}

/* Like =, but two nulls are equal and a null differs from every value. */
static fb_status eval_null_safe(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                size_t row_count, fb_column *out)
{
    (void)self;
    FB_TRY(compare(FB_EQUAL, eval, args, row_count, out));
    bool has_nulls = args[0].validity || args[1].validity;
    for (size_t i = 0; has_nulls && i < row_count; i++) {
        bool a = fb_column_is_null(&args[0], i), b = fb_column_is_null(&args[1], i);
        out->bools[i] = (out->bools[i] & !a & !b) | (a & b);
    }
    return FB_OK;
}

/* --- binding --- */

static const struct {
    const char *name;
    fb_comparison op;
} operators[] = {
    {"=", FB_EQUAL},   {"==", FB_EQUAL},         {"<>", FB_NOT_EQUAL}, {"!=", FB_NOT_EQUAL},
    {"<", FB_LESS},    {"<=", FB_LESS_OR_EQUAL}, {">", FB_GREATER},    {">=", FB_GREATER_OR_EQUAL},
    {"<=>", FB_EQUAL}, {"equal_null", FB_EQUAL},
};

static const fb_comparison *find_operator(const char *name)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (!strcmp(operators[i].name, name)) return &operators[i].op;
    FB_UNREACHABLE();
}

/* Without ANSI mode a boolean equals the number 0 or 1. */
static const fb_type *boolean_as_number(const fb_binder *binder, const fb_expr *call)
{
    const fb_type *a = call->args[0]->type, *b = call->args[1]->type;
    if (binder->ansi || *(const fb_comparison *)call->state != FB_EQUAL) return NULL;
    if (a->id == FB_TYPE_BOOLEAN && fb_type_is_numeric(b)) return b;
    return b->id == FB_TYPE_BOOLEAN && fb_type_is_numeric(a) ? a : NULL;
}

static fb_status bind_compare(fb_binder *binder, fb_expr *call)
{
    const char *name = call->function->name;
    call->state = find_operator(name);
    FB_TRY(fb_bind_literals_to_decimal(binder, call));
    const fb_type *a = call->args[0]->type, *b = call->args[1]->type;
    const fb_type *type = fb_comparison_type(binder->arena, binder->ansi, a, b);
    if (!type) type = boolean_as_number(binder, call);
    /* Numbers always have a common type. */
    if (!type && fb_type_is_numeric(a) && fb_type_is_numeric(b))
        return fb_fail_nomem(binder->err, "an expression");
    if (!type && !fb_type_same_shape(a, b)) return fb_bind_operands_differ(binder, call);
    if (type && type->id == FB_TYPE_VOID) type = fb_type_of(FB_TYPE_BOOLEAN); /* NULL = NULL */
    if (fb_type_has_map(type ? type : a))
        return fb_bind_mismatch(binder, call, "INVALID_ORDERING_TYPE",
                                "The `%s` does not support ordering on type \"%s\".", name,
                                fb_type_sql(a, binder->arena));
    for (uint32_t i = 0; type && i < 2; i++)
        FB_TRY(fb_bind_cast_arg(binder, call, i, type));
    bool null_safe = !strcmp(name, "<=>") || !strcmp(name, "equal_null");
    call->type = fb_type_of(FB_TYPE_BOOLEAN);
    call->kernel = null_safe ? eval_null_safe : eval_compare;
    if (null_safe) call->nullable = false;
    return FB_OK;
}

#define COMPARISON(symbol, order, text)                                                    \
    {                                                                                      \
        .name = symbol, .min_args = 2, .max_args = 2, .bind = bind_compare, .usage = text, \
        .null_order = order                                                                \
    }

static const fb_function functions[] = {
    COMPARISON("=", FB_NULLS_SKIP, "a = b - true when equal"),
    COMPARISON("==", FB_NULLS_SKIP, "a == b - true when equal"),
    COMPARISON("<>", FB_NULLS_SKIP, "a <> b - true when not equal"),
    COMPARISON("!=", FB_NULLS_SKIP, "a != b - true when not equal"),
    COMPARISON("<", FB_NULLS_SKIP, "a < b - true when a is less"),
    COMPARISON("<=", FB_NULLS_SKIP, "a <= b - true when a is less or equal"),
    COMPARISON(">", FB_NULLS_SKIP, "a > b - true when a is greater"),
    COMPARISON(">=", FB_NULLS_SKIP, "a >= b - true when a is greater or equal"),
    COMPARISON("<=>", FB_NULLS_EVALUATED, "a <=> b - like =, but NULL equals NULL"),
    COMPARISON("equal_null", FB_NULLS_EVALUATED, "equal_null(a, b) - the same as a <=> b"),
};

const fb_function_list fb_functions_compare = {functions, sizeof functions / sizeof *functions};
