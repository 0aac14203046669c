/* SPDX-License-Identifier: Apache-2.0
 *
 * When two expressions are the same for GROUP BY and for aggregates that share a buffer: the same
 * tree, but for the order of operands where it does not matter. */
#include "plan/analyzer.h"

#include <string.h>

/* Operands that may change places make the comparison of large trees quadratic; those that take
 * longer than this count as different. */
enum { MAX_STEPS = 1 << 16 };

static bool is_same(const fb_expr *x, const fb_expr *y, uint32_t *budget);

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static bool is_commutative(const fb_expr *call)
{
    static const char *const names[] = {"+", "*", "&", "|", "^", "and", "or", "=", "<=>", "<>"};
    return call->arg_count == 2 &&
           is_one_of(call->function->name, names, sizeof names / sizeof *names);
}

/* The comparison that says the same with its operands exchanged. */
static const char *mirrored(const char *name)
{
    static const char *const pairs[][2] = {{"<", ">"}, {">", "<"}, {"<=", ">="}, {">=", "<="}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(name, pairs[i][0]) == 0) return pairs[i][1];
    return NULL;
}

static bool is_same_literal(const fb_expr *x, const fb_expr *y)
{
    if (!fb_type_equal(x->type, y->type)) return false;
    bool is_null = fb_column_is_null(&x->literal, 0);
    if (is_null != fb_column_is_null(&y->literal, 0)) return false;
    if (is_null) return true;
    if (fb_type_is_nested(x->type)) return x == y;
    if (x->type->id == FB_TYPE_STRING || x->type->id == FB_TYPE_BINARY)
        return fb_slice_equal(fb_column_string(&x->literal, 0), fb_column_string(&y->literal, 0));
    return memcmp(x->literal.values, y->literal.values, fb_type_width(x->type)) == 0;
}

/* The field that get_field takes, whose name is no argument any more. */
static uint32_t field_of(const fb_expr *call)
{
    const fb_type *type = call->args[0]->type;
    uint32_t found = type->field_count;
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (fb_slice_equal(type->fields[i].name, call->name)) return i;
        if (fb_slice_equal_nocase(type->fields[i].name, call->name)) found = i;
    }
    return found;
}

static bool is_same_field(const fb_expr *x, const fb_expr *y, uint32_t *budget)
{
    return is_same(x->args[0], y->args[0], budget) && field_of(x) == field_of(y);
}

static bool is_same_call(const fb_expr *x, const fb_expr *y, uint32_t *budget)
{
    if (x->arg_count != y->arg_count || !fb_type_equal(x->type, y->type) ||
        x->is_implicit != y->is_implicit || x->kernel != y->kernel ||
        x->lazy_kernel != y->lazy_kernel)
        return false;
    if (x->function == y->function) {
        if (strcmp(x->function->name, "get_field") == 0) return is_same_field(x, y, budget);
        bool all_same = true;
        for (uint32_t i = 0; i < x->arg_count && all_same; i++)
            all_same = is_same(x->args[i], y->args[i], budget);
        if (all_same || !is_commutative(x)) return all_same;
    } else {
        const char *mirror = x->arg_count == 2 ? mirrored(x->function->name) : NULL;
        if (!mirror || strcmp(mirror, y->function->name) != 0) return false;
    }
    return is_same(x->args[0], y->args[1], budget) && is_same(x->args[1], y->args[0], budget);
}

static bool is_same(const fb_expr *x, const fb_expr *y, uint32_t *budget)
{
    if (!*budget) return false;
    --*budget;
    if (x->kind != y->kind || !x->deterministic || !y->deterministic) return false;
    switch (x->kind) {
    case FB_EXPR_COLUMN:
        return x->attribute_id == y->attribute_id;
    case FB_EXPR_LITERAL:
        return is_same_literal(x, y);
    case FB_EXPR_CALL:
        return is_same_call(x, y, budget);
    }
    return false;
}

bool fb_expr_same(const fb_expr *x, const fb_expr *y)
{
    uint32_t budget = MAX_STEPS;
    return is_same(x, y, &budget);
}
