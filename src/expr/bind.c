/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding of calls: what every binder has in common. */
#include "expr/bind.h"

#include "base/status.h"
#include "expr/coerce.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_SQL_BYTES = 1024, MAX_TYPES_BYTES = 512 };

static fb_status nomem(fb_binder *binder)
{
    return fb_fail_nomem(binder->err, "an expression");
}

/* --- errors --- */

fb_status fb_bind_fail_at(fb_binder *binder, fb_position position, const char *condition,
                          const char *format, ...)
{
    char message[FB_ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fb_status status = fb_fail_condition(binder->err, FB_E_ANALYSIS, condition, "%s", message);
    if (!binder->err) return status;
    if (length < 0 || (size_t)length >= sizeof message) binder->err->truncated = true;
    binder->err->line = position.line;
    binder->err->column = position.column;
    return status;
}

/* The SQL of the call as it was before its binder replaced anything. */
static void print_short(const fb_expr *expr, char text[MAX_SQL_BYTES])
{
    fb_buf buf;
    fb_buf_init(&buf, 64 * MAX_SQL_BYTES);
    fb_expr_print(expr, &buf);
    int length = snprintf(text, MAX_SQL_BYTES, "%s", fb_buf_text(&buf));
    if (length >= MAX_SQL_BYTES) memcpy(text + MAX_SQL_BYTES - 4, "...", 4);
    fb_buf_deinit(&buf);
}

fb_status fb_bind_mismatch(fb_binder *binder, const fb_expr *call, const char *condition,
                           const char *format, ...)
{
    char reason[FB_ERROR_MESSAGE_SIZE], sql[MAX_SQL_BYTES], full[FB_ERROR_CONDITION_SIZE];
    va_list args;
    va_start(args, format);
    if (vsnprintf(reason, sizeof reason, format, args) < 0) reason[0] = '\0';
    va_end(args);
    print_short(call, sql);
    if (snprintf(full, sizeof full, "DATATYPE_MISMATCH.%s", condition) < 0) full[0] = '\0';
    return fb_bind_fail_at(binder, call->position, full,
                           "Cannot resolve \"%s\" due to data type mismatch: %s", sql, reason);
}

static const char *ordinal_word(uint32_t index, char number[16])
{
    static const char *const words[] = {"first", "second", "third"};
    if (index < 3) return words[index];
    (void)snprintf(number, 16, "%uth", index + 1);
    return number;
}

fb_status fb_bind_type_error(fb_binder *binder, const fb_expr *call, uint32_t arg_index,
                             const char *required_type)
{
    char number[16], sql[MAX_SQL_BYTES];
    const fb_expr *arg = call->args[arg_index];
    print_short(arg, sql);
    const char *quote = required_type[0] == '"' || required_type[0] == '(' ? "" : "\"";
    return fb_bind_mismatch(binder, call, "UNEXPECTED_INPUT_TYPE",
                            "The %s parameter requires the %s%s%s type, however \"%s\" has the "
                            "type \"%s\".",
                            ordinal_word(arg_index, number), quote, required_type, quote, sql,
                            fb_type_sql(arg->type, binder->arena));
}

fb_status fb_bind_arg_count_error(fb_binder *binder, const fb_expr *call, const char *expected)
{
    return fb_bind_fail_at(binder, call->position, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                           "The `%s` requires %s parameters but the actual number is %u. Please, "
                           "refer to 'https://spark.apache.org/docs/latest/sql-ref-functions.html' "
                           "for a fix.",
                           call->function->name, expected, call->arg_count);
}

/* --- calls --- */

static fb_status check_arg_count(fb_binder *binder, const fb_expr *call)
{
    const fb_function *function = call->function;
    uint32_t least = function->min_args, most = function->max_args;
    if (call->arg_count >= least && (most == FB_ARGS_ANY || call->arg_count <= most)) return FB_OK;
    char expected[64];
    int length;
    if (most == FB_ARGS_ANY)
        length = snprintf(expected, sizeof expected, "> %u", least - 1);
    else if (least == most)
        length = snprintf(expected, sizeof expected, "%u", least);
    else if (most == least + 1)
        length = snprintf(expected, sizeof expected, "[%u, %u]", least, most);
    else
        length = snprintf(expected, sizeof expected, "[%u..%u]", least, most);
    if (length < 0) expected[0] = '\0';
    return fb_bind_arg_count_error(binder, call, expected);
}

fb_status fb_bind_call(fb_binder *binder, const fb_function *function, const fb_expr *const *args,
                       uint32_t arg_count, fb_position position, fb_expr **out)
{
    *out = NULL;
    fb_expr *call = fb_arena_alloc_zero(binder->arena, sizeof *call);
    const fb_expr **own_args = fb_arena_array(binder->arena, arg_count, sizeof *own_args);
    if (!call || !own_args) return nomem(binder);
    *call = (fb_expr){.kind = FB_EXPR_CALL,
                      .deterministic = !function->volatile_,
                      .can_fail = false,
                      .position = position,
                      .function = function,
                      .args = own_args,
                      .arg_count = arg_count};
    for (uint32_t i = 0; i < arg_count; i++) {
        own_args[i] = args[i];
        call->nullable |= args[i]->nullable;
        call->deterministic &= args[i]->deterministic;
        call->can_fail |= args[i]->can_fail;
    }
    FB_TRY(check_arg_count(binder, call));
    FB_TRY(function->bind(binder, call));
    /* A binder may have turned the call into something else: int(x) of an INT is x. */
    FB_ASSERT(call->type && (call->kind != FB_EXPR_CALL || !call->kernel != !call->lazy_kernel));
    *out = call;
    return FB_OK;
}

fb_status fb_bind_named(fb_binder *binder, const char *name, const fb_expr *const *args,
                        uint32_t arg_count, fb_position position, fb_expr **out)
{
    const fb_function *function = fb_function_find(fb_slice_of(name));
    FB_ASSERT(function);
    return fb_bind_call(binder, function, args, arg_count, position, out);
}

void fb_bind_set_arg(fb_expr *call, uint32_t index, const fb_expr *arg)
{
    /* The array was made by fb_bind_call for this call, which nobody else sees yet. */
    ((const fb_expr **)call->args)[index] = arg;
    call->can_fail |= arg->can_fail;
    call->nullable |= arg->nullable;
}

/* --- casts of arguments --- */

fb_status fb_bind_implicit_cast(fb_binder *binder, const fb_expr *expr, const fb_type *type,
                                const fb_expr **out)
{
    FB_TRY(fb_bind_cast(binder, expr, type, false, expr->position, out));
    /* A cast that nobody wrote is not printed. The node is new, so it may still change. */
    if (*out != expr && (*out)->kind == FB_EXPR_CALL) ((fb_expr *)*out)->is_implicit = true;
    return FB_OK;
}

fb_status fb_bind_cast_arg(fb_binder *binder, fb_expr *call, uint32_t index, const fb_type *type)
{
    const fb_expr *cast;
    FB_TRY(fb_bind_implicit_cast(binder, call->args[index], type, &cast));
    fb_bind_set_arg(call, index, cast);
    return FB_OK;
}

fb_status fb_bind_coerce(fb_binder *binder, fb_expr *call, uint32_t index, const fb_type *type)
{
    if (fb_implicit_cast_allowed(binder->ansi, call->args[index]->type, type))
        return fb_bind_cast_arg(binder, call, index, type);
    return fb_bind_type_error(binder, call, index, fb_type_sql(type, binder->arena));
}

/* --- common types of arguments --- */

/* Strings go first without ANSI mode, because they then swallow every other type. */
static const fb_type *common_type_of(fb_binder *binder, const fb_expr *const *exprs, uint32_t count,
                                     fb_common_rules rules)
{
    const fb_type *type = fb_type_of(FB_TYPE_VOID);
    for (uint32_t i = 0; rules == FB_COMMON_LEGACY && i < count; i++)
        if (exprs[i]->type->id == FB_TYPE_STRING) type = exprs[i]->type;
    for (uint32_t i = 0; type && i < count; i++)
        type = fb_common_type_by(binder->arena, rules, type, exprs[i]->type);
    return type;
}

static fb_status different_types(fb_binder *binder, const fb_expr *call,
                                 const fb_expr *const *exprs, uint32_t count, const char *name)
{
    /* Spark words it in two ways. */
    bool with_or = !strcmp(name, "coalesce") || !strcmp(name, "array") || !strcmp(name, "concat") ||
                   !strcmp(name, "map");
    char types[MAX_TYPES_BYTES];
    size_t used = 0;
    for (uint32_t i = 0; i < count && used < sizeof types; i++) {
        int length = snprintf(types + used, sizeof types - used, "%s\"%s\"",
                              i == 0 ? "" : (with_or ? " or " : ", "),
                              fb_type_sql(exprs[i]->type, binder->arena));
        used += length > 0 ? (size_t)length : 0;
    }
    return fb_bind_mismatch(binder, call, "DATA_DIFF_TYPES",
                            "Input to `%s` should all be the same type, but it's %s%s%s.", name,
                            with_or ? "(" : "[", types, with_or ? ")" : "]");
}

fb_status fb_bind_common_exprs(fb_binder *binder, const fb_expr *call, const fb_expr **exprs,
                               uint32_t count, fb_common_rules rules, const char *name,
                               const fb_type **type)
{
    *type = common_type_of(binder, exprs, count, rules);
    if (!*type) return different_types(binder, call, exprs, count, name);
    for (uint32_t i = 0; i < count; i++)
        FB_TRY(fb_bind_implicit_cast(binder, exprs[i], *type, &exprs[i]));
    return FB_OK;
}

fb_status fb_bind_common_range(fb_binder *binder, fb_expr *call, uint32_t first, uint32_t last,
                               fb_common_rules rules, const char *name, const fb_type **type)
{
    uint32_t count = last - first;
    const fb_expr **exprs = fb_arena_copy(binder->arena, call->args + first, count * sizeof *exprs);
    if (!exprs) return nomem(binder);
    FB_TRY(fb_bind_common_exprs(binder, call, exprs, count, rules, name, type));
    for (uint32_t i = 0; i < count; i++)
        fb_bind_set_arg(call, first + i, exprs[i]);
    return FB_OK;
}

fb_status fb_bind_common_args(fb_binder *binder, fb_expr *call, uint32_t first,
                              const fb_type **type)
{
    fb_common_rules rules = binder->ansi ? FB_COMMON_ANSI : FB_COMMON_LEGACY;
    return fb_bind_common_range(binder, call, first, call->arg_count, rules, call->function->name,
                                type);
}
