/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions as the SQL that Spark shows in messages and plans: operators in parentheses,
 * strings without quotes, casts only where somebody wrote them. */
#include "data/value_text.h"
#include "expr/function.h"

static bool is_infix(fb_slice name)
{
    static const char *const symbols[] = {"+",  "-", "*",  "/", "%", "div", "=",   "<=>", "<",
                                          "<=", ">", ">=", "&", "|", "^",   "and", "or"};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (fb_slice_is(name, symbols[i])) return true;
    return false;
}

static void print_hex(fb_slice bytes, fb_buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    fb_buf_add_text(out, "X'");
    for (size_t i = 0; i < bytes.size; i++) {
        fb_buf_add_char(out, digits[(unsigned char)bytes.data[i] >> 4]);
        fb_buf_add_char(out, digits[(unsigned char)bytes.data[i] & 15]);
    }
    fb_buf_add_char(out, '\'');
}

/* DATE '2024-01-31'. Timestamps are shown in UTC: an expression knows no session. */
static void print_moment(const char *type, const fb_column *value, fb_buf *out)
{
    fb_buf_printf(out, "%s '", type);
    fb_value_text_cast(value, 0, fb_timezone_utc(), out);
    fb_buf_add_char(out, '\'');
}

static void print_literal(const fb_column *value, fb_buf *out)
{
    if (fb_column_is_null(value, 0)) {
        fb_buf_add_text(out, "NULL");
        return;
    }
    switch (value->type->id) {
    case FB_TYPE_DECIMAL:
        fb_value_text_cast_legacy(value, 0, fb_timezone_utc(), out); /* as Java: 1E-7 */
        break;
    case FB_TYPE_BINARY:
        print_hex(fb_column_string(value, 0), out);
        break;
    case FB_TYPE_DATE:
        print_moment("DATE", value, out);
        break;
    case FB_TYPE_TIMESTAMP:
        print_moment("TIMESTAMP", value, out);
        break;
    case FB_TYPE_TIMESTAMP_NTZ:
        print_moment("TIMESTAMP_NTZ", value, out);
        break;
    default:
        fb_value_text_cast(value, 0, fb_timezone_utc(), out);
        break;
    }
}

static void print_list(const fb_expr *call, uint32_t first, const char *separator, fb_buf *out)
{
    for (uint32_t i = first; i < call->arg_count; i++) {
        if (i > first) fb_buf_add_text(out, separator);
        fb_expr_print(call->args[i], out);
    }
}

static void print_infix(const fb_expr *call, fb_slice name, fb_buf *out)
{
    fb_buf_add_char(out, '(');
    fb_expr_print(call->args[0], out);
    fb_buf_add_char(out, ' ');
    if (fb_slice_is(name, "and") || fb_slice_is(name, "or"))
        fb_buf_add_text(out, fb_slice_is(name, "and") ? "AND" : "OR");
    else
        fb_buf_add_slice(out, name);
    fb_buf_add_char(out, ' ');
    fb_expr_print(call->args[1], out);
    fb_buf_add_char(out, ')');
}

static void print_case(const fb_expr *call, fb_buf *out)
{
    fb_buf_add_text(out, "CASE");
    uint32_t i = 0;
    for (; i + 1 < call->arg_count; i += 2) {
        fb_buf_add_text(out, " WHEN ");
        fb_expr_print(call->args[i], out);
        fb_buf_add_text(out, " THEN ");
        fb_expr_print(call->args[i + 1], out);
    }
    if (i < call->arg_count) {
        fb_buf_add_text(out, " ELSE ");
        fb_expr_print(call->args[i], out);
    }
    fb_buf_add_text(out, " END");
}

/* `before` first `after` */
static void print_around(const fb_expr *call, const char *before, const char *after, fb_buf *out)
{
    fb_buf_add_text(out, before);
    fb_expr_print(call->args[0], out);
    fb_buf_add_text(out, after);
}

/* Operators that are written in a way of their own; false: as a function. */
static bool print_special(const fb_expr *call, fb_slice name, fb_buf *out)
{
    if (fb_slice_is(name, "case_when")) {
        print_case(call, out);
    } else if (fb_slice_is(name, "if")) {
        fb_buf_add_text(out, "(IF(");
        print_list(call, 0, ", ", out);
        fb_buf_add_text(out, "))");
    } else if (fb_slice_is(name, "in")) {
        print_around(call, "(", " IN (", out);
        print_list(call, 1, ", ", out);
        fb_buf_add_text(out, "))");
    } else if (fb_slice_is(name, "<>") || fb_slice_is(name, "!=")) {
        print_around(call, "(NOT (", " = ", out);
        fb_expr_print(call->args[1], out);
        fb_buf_add_text(out, "))");
    } else if (fb_slice_is(name, "not")) {
        print_around(call, "(NOT ", ")", out);
    } else if (fb_slice_is(name, "negative")) {
        print_around(call, "(- ", ")", out);
    } else if (fb_slice_is(name, "positive")) {
        print_around(call, "(+ ", ")", out);
    } else if (fb_slice_is(name, "~")) {
        print_around(call, "~", "", out);
    } else if (fb_slice_is(name, "isnull")) {
        print_around(call, "(", " IS NULL)", out);
    } else if (fb_slice_is(name, "isnotnull")) {
        print_around(call, "(", " IS NOT NULL)", out);
    } else if (fb_slice_is(name, "get_field")) {
        print_around(call, "", ".", out);
        fb_buf_add_slice(out, call->name);
    } else if (fb_slice_is(name, "get_item")) {
        print_around(call, "", "[", out);
        fb_expr_print(call->args[1], out);
        fb_buf_add_char(out, ']');
    } else {
        return false;
    }
    return true;
}

static bool print_cast(const fb_expr *call, fb_slice name, fb_buf *out)
{
    bool is_try = fb_slice_is(name, "try_cast");
    if (!is_try && !fb_slice_is(name, "cast")) return false;
    /* Of casts to nested types Spark shows the operand only. */
    if (call->is_implicit || fb_type_is_nested(call->type)) {
        fb_expr_print(call->args[0], out);
        return true;
    }
    print_around(call, is_try ? "TRY_CAST(" : "CAST(", " AS ", out);
    fb_type_print_sql(call->type, out);
    fb_buf_add_char(out, ')');
    return true;
}

static void print_call(const fb_expr *call, fb_buf *out)
{
    fb_slice name = fb_slice_of(call->function->name);
    if (call->arg_count == 2 && is_infix(name)) {
        print_infix(call, name, out);
        return;
    }
    if (print_cast(call, name, out) || print_special(call, name, out)) return;
    fb_buf_add_slice(out, name);
    fb_buf_add_char(out, '(');
    print_list(call, 0, ", ", out);
    fb_buf_add_char(out, ')');
}

void fb_expr_print(const fb_expr *expr, fb_buf *out)
{
    switch (expr->kind) {
    case FB_EXPR_COLUMN:
        fb_buf_add_slice(out, expr->name);
        break;
    case FB_EXPR_LITERAL:
        print_literal(&expr->literal, out);
        break;
    case FB_EXPR_CALL:
        print_call(expr, out);
        break;
    }
}
