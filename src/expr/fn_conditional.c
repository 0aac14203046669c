/* SPDX-License-Identifier: Apache-2.0
 *
 * Choices between arguments: CASE, IF, COALESCE and what is made of them. A choice evaluates an
 * argument only for the rows that it is chosen for. */
#include "base/status.h"
#include "expr/bind.h"
#include "expr/function_lists.h"

enum { MAX_REPEATED_NODES = 5000 };

/* --- CASE and IF --- */

/* The rows that no branch was chosen for yet, in order. */
typedef struct open_rows {
    uint32_t *rows;
    uint32_t count;
} open_rows;

static fb_status list_all(fb_eval *eval, uint32_t row_count, open_rows *out)
{
    out->count = row_count;
    out->rows = fb_arena_array(eval->arena, row_count, sizeof *out->rows);
    if (!out->rows) return fb_eval_nomem(eval);
    for (uint32_t i = 0; i < row_count; i++)
        out->rows[i] = i;
    return FB_OK;
}

/* Moves the open rows for which the condition holds to `chosen`; no branch per row. */
static void split(open_rows *open, const fb_column *condition, open_rows *chosen)
{
    uint32_t kept = 0, taken = 0;
    for (uint32_t i = 0; i < open->count; i++) {
        uint32_t row = open->rows[i];
        bool is_true = condition->bools[fb_column_index(condition, i)];
        bool holds = is_true & !fb_column_is_null(condition, i);
        chosen->rows[taken] = row;
        taken += holds;
        open->rows[kept] = row;
        kept += !holds;
    }
    open->count = kept;
    chosen->count = taken;
}

/* Writes the value of `expr` (NULL: null) for some rows into `out`, which is made when first
 * needed: most often one branch takes all rows and its column is the result. */
static fb_status choose(const fb_expr *self, const fb_expr *expr, fb_eval *eval,
                        const fb_chunk *input, const open_rows *rows, fb_column *out)
{
    fb_column part;
    if (rows->count == 0) return FB_OK;
    if (expr)
        FB_TRY(fb_expr_eval_rows(expr, eval, input, rows->rows, rows->count, &part));
    else if (!fb_column_init_null(&part, eval->arena, self->type))
        return fb_eval_nomem(eval);
    if (rows->count == input->row_count) {
        *out = part;
        return FB_OK;
    }
    bool is_new = !out->values && !out->children;
    if (is_new && !fb_column_init_zero(out, eval->arena, self->type, input->row_count))
        return fb_eval_nomem(eval);
    return fb_column_scatter(out, eval->arena, input->row_count, rows->rows, rows->count, &part)
               ? FB_OK
               : fb_eval_nomem(eval);
}

/* Arguments: condition, value, condition, value, ..., [value otherwise]. */
static fb_status eval_case(const fb_expr *self, fb_eval *eval, const fb_chunk *input,
                           fb_column *out)
{
    open_rows open, chosen;
    *out = (fb_column){.type = self->type};
    FB_TRY(list_all(eval, input->row_count, &open));
    FB_TRY(list_all(eval, input->row_count, &chosen));
    uint32_t i = 0;
    for (; i + 1 < self->arg_count && open.count; i += 2) {
        fb_column condition;
        FB_TRY(fb_expr_eval_rows(self->args[i], eval, input, open.rows, open.count, &condition));
        split(&open, &condition, &chosen);
        FB_TRY(choose(self, self->args[i + 1], eval, input, &chosen, out));
    }
    const fb_expr *otherwise = self->arg_count % 2 ? self->args[self->arg_count - 1] : NULL;
    return choose(self, otherwise, eval, input, &open, out);
}

static fb_status check_condition(fb_binder *binder, fb_expr *call, uint32_t index)
{
    fb_type_id id = call->args[index]->type->id;
    if (id != FB_TYPE_BOOLEAN && id != FB_TYPE_VOID)
        return fb_bind_type_error(binder, call, index, "BOOLEAN");
    return fb_bind_cast_arg(binder, call, index, fb_type_of(FB_TYPE_BOOLEAN));
}

/* The common type of the values of CASE or IF. */
static fb_status bind_values(fb_binder *binder, fb_expr *call, const char *name)
{
    fb_common_rules rules = binder->ansi ? FB_COMMON_ANSI : FB_COMMON_LEGACY;
    uint32_t count = call->arg_count / 2 + call->arg_count % 2;
    const fb_expr **values = fb_arena_array(binder->arena, count, sizeof *values);
    if (!values) return fb_fail_nomem(binder->err, "an expression");
    for (uint32_t i = 0; i < call->arg_count / 2; i++)
        values[i] = call->args[2 * i + 1];
    if (call->arg_count % 2) values[count - 1] = call->args[call->arg_count - 1];
    FB_TRY(fb_bind_common_exprs(binder, call, values, count, rules, name, &call->type));
    for (uint32_t i = 0; i < count; i++) {
        bool is_else = call->arg_count % 2 && i == count - 1;
        fb_bind_set_arg(call, is_else ? call->arg_count - 1 : 2 * i + 1, values[i]);
    }
    return FB_OK;
}

static bool is_true(const fb_expr *condition)
{
    return condition->kind == FB_EXPR_LITERAL && !fb_column_is_null(&condition->literal, 0) &&
           condition->literal.bools[0];
}

/* Whether some value may be NULL, up to that of a condition that always holds. */
static bool values_may_be_null(const fb_expr *call)
{
    bool nullable = false;
    for (uint32_t i = 0; i + 1 < call->arg_count; i += 2) {
        nullable |= call->args[i + 1]->nullable;
        if (is_true(call->args[i])) return nullable;
    }
    return nullable || call->arg_count % 2 == 0 || call->args[call->arg_count - 1]->nullable;
}

static fb_status bind_case(fb_binder *binder, fb_expr *call)
{
    FB_TRY(bind_values(binder, call, "casewhen"));
    for (uint32_t i = 0; i + 1 < call->arg_count; i += 2) {
        /* Unlike IF, which takes NULL. */
        if (call->args[i]->type->id == FB_TYPE_VOID)
            return fb_bind_type_error(binder, call, i, "BOOLEAN");
        FB_TRY(check_condition(binder, call, i));
    }
    call->nullable = values_may_be_null(call);
    call->lazy_kernel = eval_case;
    return FB_OK;
}

static fb_status bind_if(fb_binder *binder, fb_expr *call)
{
    if (call->args[0]->type->id != FB_TYPE_BOOLEAN && call->args[0]->type->id != FB_TYPE_VOID)
        return fb_bind_type_error(binder, call, 0, "BOOLEAN");
    FB_TRY(bind_values(binder, call, "if"));
    FB_TRY(check_condition(binder, call, 0));
    call->nullable = call->args[1]->nullable || call->args[2]->nullable;
    call->lazy_kernel = eval_case;
    return FB_OK;
}

/* --- COALESCE --- */

/* A flat column that may be written to; all rows are still open. */
static bool own_rows(fb_column *out, fb_arena *arena, const fb_column *in, const open_rows *all)
{
    return in->is_constant ? fb_column_flatten(out, arena, in, all->count)
                           : fb_column_gather(out, arena, in, all->rows, all->count);
}

static fb_status eval_coalesce(const fb_expr *self, fb_eval *eval, const fb_chunk *input,
                               fb_column *out)
{
    open_rows open;
    *out = (fb_column){.type = self->type};
    FB_TRY(list_all(eval, input->row_count, &open));
    for (uint32_t i = 0; i < self->arg_count && open.count; i++) {
        fb_column part;
        FB_TRY(fb_expr_eval_rows(self->args[i], eval, input, open.rows, open.count, &part));
        bool has_nulls = part.validity || part.type->id == FB_TYPE_VOID;
        if (i == 0) {
            *out = part;
            if (!has_nulls) return FB_OK;
            if (!own_rows(out, eval->arena, &part, &open)) return fb_eval_nomem(eval);
        } else if (!fb_column_scatter(out, eval->arena, input->row_count, open.rows, open.count,
                                      &part)) {
            return fb_eval_nomem(eval);
        }
        uint32_t kept = 0;
        for (uint32_t k = 0; has_nulls && k < open.count; k++) {
            open.rows[kept] = open.rows[k];
            kept += fb_column_is_null(&part, k);
        }
        open.count = kept;
    }
    return FB_OK;
}

static fb_status bind_coalesce(fb_binder *binder, fb_expr *call)
{
    fb_common_rules rules = binder->ansi ? FB_COMMON_ANSI : FB_COMMON_LEGACY;
    FB_TRY(fb_bind_common_range(binder, call, 0, call->arg_count, rules, "coalesce", &call->type));
    call->nullable = true;
    for (uint32_t i = 0; i < call->arg_count; i++)
        call->nullable &= call->args[i]->nullable;
    call->lazy_kernel = eval_coalesce;
    return FB_OK;
}

/* --- rewritten to the above --- */

/* Turns the call into a bound call of `name`. */
static fb_status become(fb_binder *binder, fb_expr *call, const char *name,
                        const fb_expr *const *args, uint32_t arg_count)
{
    fb_expr *other;
    FB_TRY(fb_bind_named(binder, name, args, arg_count, call->position, &other));
    *call = *other;
    return FB_OK;
}

/* What is left of `budget` after the nodes of the tree; 0: it has more. */
static uint32_t count_nodes(const fb_expr *expr, uint32_t budget)
{
    if (budget) budget--;
    for (uint32_t i = 0; expr->kind == FB_EXPR_CALL && i < expr->arg_count && budget; i++)
        budget = count_nodes(expr->args[i], budget);
    return budget;
}

/* The first argument is put in twice, so that each nesting in one another doubles the work. */
static fb_status check_repeated(fb_binder *binder, const fb_expr *call)
{
    if (count_nodes(call->args[0], MAX_REPEATED_NODES)) return FB_OK;
    fb_status status = fb_fail(binder->err, FB_E_LIMIT, 0,
                               "the first operand of %s is evaluated twice and has more than %d "
                               "parts; compute it in a subquery",
                               call->function->name, MAX_REPEATED_NODES - 1);
    if (!binder->err) return status;
    binder->err->line = call->position.line;
    binder->err->column = call->position.column;
    return status;
}

static fb_status bind_nvl(fb_binder *binder, fb_expr *call)
{
    return become(binder, call, "coalesce", call->args, 2);
}

static fb_status bind_nvl2(fb_binder *binder, fb_expr *call)
{
    fb_expr *has_value;
    FB_TRY(fb_bind_named(binder, "isnotnull", call->args, 1, call->position, &has_value));
    const fb_expr *args[] = {has_value, call->args[1], call->args[2]};
    return become(binder, call, "if", args, 3);
}

static fb_status bind_nullif(fb_binder *binder, fb_expr *call)
{
    FB_TRY(check_repeated(binder, call));
    fb_expr *equal;
    FB_TRY(fb_bind_named(binder, "=", call->args, 2, call->position, &equal));
    const fb_expr *null = fb_expr_literal_null(binder->arena, call->args[0]->type);
    if (!null) return fb_fail_nomem(binder->err, "an expression");
    const fb_expr *args[] = {equal, null, call->args[0]};
    return become(binder, call, "if", args, 3);
}

static const fb_expr *make_zero(fb_binder *binder)
{
    fb_expr *zero = fb_expr_literal_null(binder->arena, fb_type_of(FB_TYPE_INT));
    if (!zero) return NULL;
    zero->literal.validity = NULL;
    zero->literal.int32s[0] = 0;
    zero->nullable = false;
    return zero;
}

static fb_status bind_zeroifnull(fb_binder *binder, fb_expr *call)
{
    const fb_expr *args[] = {call->args[0], make_zero(binder)};
    if (!args[1]) return fb_fail_nomem(binder->err, "an expression");
    return become(binder, call, "coalesce", args, 2);
}

static fb_status bind_nullifzero(fb_binder *binder, fb_expr *call)
{
    const fb_expr *args[] = {call->args[0], make_zero(binder)};
    if (!args[1]) return fb_fail_nomem(binder->err, "an expression");
    return become(binder, call, "nullif", args, 2);
}

static fb_status bind_between(fb_binder *binder, fb_expr *call)
{
    FB_TRY(check_repeated(binder, call));
    fb_expr *lower, *upper;
    const fb_expr *low[] = {call->args[0], call->args[1]};
    const fb_expr *high[] = {call->args[0], call->args[2]};
    FB_TRY(fb_bind_named(binder, ">=", low, 2, call->position, &lower));
    FB_TRY(fb_bind_named(binder, "<=", high, 2, call->position, &upper));
    const fb_expr *both[] = {lower, upper};
    return become(binder, call, "and", both, 2);
}

/* FLOAT and DOUBLE as they are, what casts to DOUBLE otherwise. */
static fb_status bind_floating(fb_binder *binder, fb_expr *call, uint32_t index)
{
    const fb_type *type = call->args[index]->type, *wide = fb_type_of(FB_TYPE_DOUBLE);
    if (fb_type_is_fractional(type)) return FB_OK;
    if (!fb_implicit_cast_allowed(binder->ansi, type, wide))
        return fb_bind_type_error(binder, call, index, "(\"DOUBLE\" or \"FLOAT\")");
    return fb_bind_cast_arg(binder, call, index, wide);
}

static fb_status bind_nanvl(fb_binder *binder, fb_expr *call)
{
    FB_TRY(check_repeated(binder, call));
    FB_TRY(bind_floating(binder, call, 0));
    if (call->args[1]->type->id == FB_TYPE_VOID)
        FB_TRY(fb_bind_cast_arg(binder, call, 1, call->args[0]->type));
    FB_TRY(bind_floating(binder, call, 1));
    fb_expr *is_nan;
    FB_TRY(fb_bind_named(binder, "isnan", call->args, 1, call->position, &is_nan));
    const fb_expr *args[] = {is_nan, call->args[1], call->args[0]};
    return become(binder, call, "if", args, 3);
}

/* --- tests for null and NaN --- */

static fb_status eval_is_null(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, fb_column *out)
{
    bool wanted = !strcmp(self->function->name, "isnull");
    FB_TRY(fb_eval_output(eval, row_count, out));
    for (size_t i = 0; i < row_count; i++)
        out->bools[i] = fb_column_is_null(&args[0], i) == wanted;
    return FB_OK;
}

static fb_status eval_is_nan(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, fb_column *out)
{
    (void)self;
    FB_TRY(fb_eval_output(eval, row_count, out));
    for (size_t i = 0; i < row_count; i++) {
        double value = args[0].type->id == FB_TYPE_FLOAT ? args[0].floats[i] : args[0].doubles[i];
        out->bools[i] = (value != value) & !fb_column_is_null(&args[0], i);
    }
    return FB_OK;
}

static fb_status bind_is_null(fb_binder *binder, fb_expr *call)
{
    (void)binder;
    call->type = fb_type_of(FB_TYPE_BOOLEAN);
    call->nullable = false;
    call->kernel = eval_is_null;
    return FB_OK;
}

static fb_status bind_is_nan(fb_binder *binder, fb_expr *call)
{
    FB_TRY(bind_floating(binder, call, 0));
    call->type = fb_type_of(FB_TYPE_BOOLEAN);
    call->nullable = false;
    call->kernel = eval_is_nan;
    return FB_OK;
}

#define FUNCTION(function_name, least, most, binding, text)                                        \
    {                                                                                              \
        .name = function_name, .min_args = least, .max_args = most, .bind = binding, .usage = text \
    }

static const fb_function functions[] = {
    FUNCTION("case_when", 2, FB_ARGS_ANY, bind_case, "CASE WHEN c THEN v ... [ELSE v] END"),
    FUNCTION("if", 3, 3, bind_if, "if(c, a, b) - a where c is true, otherwise b"),
    FUNCTION("coalesce", 1, FB_ARGS_ANY, bind_coalesce,
             "coalesce(a, ...) - the first that is not NULL"),
    FUNCTION("nvl", 2, 2, bind_nvl, "nvl(a, b) - a, or b where a is NULL"),
    FUNCTION("ifnull", 2, 2, bind_nvl, "ifnull(a, b) - a, or b where a is NULL"),
    FUNCTION("nvl2", 3, 3, bind_nvl2, "nvl2(a, b, c) - b where a is not NULL, otherwise c"),
    FUNCTION("nullif", 2, 2, bind_nullif, "nullif(a, b) - NULL where a = b, otherwise a"),
    FUNCTION("nullifzero", 1, 1, bind_nullifzero, "nullifzero(a) - NULL where a is 0, otherwise a"),
    FUNCTION("zeroifnull", 1, 1, bind_zeroifnull, "zeroifnull(a) - a, or 0 where a is NULL"),
    FUNCTION("nanvl", 2, 2, bind_nanvl, "nanvl(a, b) - a, or b where a is NaN"),
    FUNCTION("between", 3, 3, bind_between, "a BETWEEN b AND c - b <= a and a <= c"),
    FUNCTION("isnull", 1, 1, bind_is_null, "isnull(a), a IS NULL - true where a is NULL"),
    FUNCTION("isnotnull", 1, 1, bind_is_null, "isnotnull(a), a IS NOT NULL"),
    FUNCTION("isnan", 1, 1, bind_is_nan, "isnan(a) - true where a is NaN"),
};

const fb_function_list fb_functions_conditional = {functions, sizeof functions / sizeof *functions};
