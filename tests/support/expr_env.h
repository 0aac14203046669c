/* SPDX-License-Identifier: Apache-2.0
 *
 * A small world for tests of expressions: columns by hand, calls by name, values by row. */
#ifndef FB_TEST_EXPR_ENV_H
#define FB_TEST_EXPR_ENV_H

#include "expr/function.h"
#include "test.h"

enum { EXPR_ENV_MAX_COLUMNS = 8, EXPR_ENV_MAX_ARGS = 16 };

typedef struct expr_env {
    fb_arena arena;
    fb_error err;
    fb_binder binder;
    fb_eval_context context;
    fb_eval eval;
    fb_column columns[EXPR_ENV_MAX_COLUMNS];
    fb_chunk chunk;
} expr_env;

/* ANSI mode; `row_count` rows and no columns yet. */
static inline void expr_env_init(expr_env *env, uint32_t row_count)
{
    *env = (expr_env){.chunk = {.row_count = row_count}};
    fb_arena_init(&env->arena, 0);
    env->binder = (fb_binder){.arena = &env->arena, .ansi = true, .err = &env->err};
    env->eval = (fb_eval){.context = &env->context, .arena = &env->arena, .err = &env->err};
    env->chunk.columns = env->columns;
}

static inline void expr_env_deinit(expr_env *env)
{
    fb_arena_deinit(&env->arena);
}

/* A new flat column of zeros; the test fills it. */
static inline fb_column *expr_env_column(expr_env *env, const fb_type *type)
{
    assert_true(env->chunk.column_count < EXPR_ENV_MAX_COLUMNS);
    fb_column *column = &env->columns[env->chunk.column_count++];
    assert_true(fb_column_init_zero(column, &env->arena, type, env->chunk.row_count));
    return column;
}

static inline void expr_env_set_null(expr_env *env, fb_column *column, size_t row)
{
    assert_true(fb_column_need_validity(column, &env->arena, env->chunk.row_count));
    fb_bits_clear(column->validity, row);
}

/* A reference to a column of the chunk: named a, b, c, ... */
static inline const fb_expr *expr_env_ref(expr_env *env, uint32_t ordinal)
{
    static const char names[] = "abcdefgh";
    assert_true(ordinal < env->chunk.column_count);
    fb_expr *expr = fb_arena_alloc_zero(&env->arena, sizeof *expr);
    assert_non_null(expr);
    expr->kind = FB_EXPR_COLUMN;
    expr->type = env->columns[ordinal].type;
    expr->nullable = true;
    expr->deterministic = true;
    expr->ordinal = ordinal;
    expr->attribute_id = ordinal;
    expr->name = fb_slice_make(&names[ordinal], 1);
    return expr;
}

/* A literal of a type: its values are set by the test. */
static inline fb_expr *expr_env_literal(expr_env *env, const fb_type *type)
{
    fb_expr *expr = fb_expr_literal_null(&env->arena, type);
    assert_non_null(expr);
    expr->literal.validity = NULL;
    expr->nullable = false;
    return expr;
}

static inline const fb_expr *expr_env_int(expr_env *env, int32_t value)
{
    return fb_expr_literal_int(&env->arena, value);
}

static inline const fb_expr *expr_env_long(expr_env *env, int64_t value)
{
    fb_expr *expr = expr_env_literal(env, fb_type_of(FB_TYPE_BIGINT));
    expr->literal.int64s[0] = value;
    return expr;
}

static inline const fb_expr *expr_env_double(expr_env *env, double value)
{
    fb_expr *expr = expr_env_literal(env, fb_type_of(FB_TYPE_DOUBLE));
    expr->literal.doubles[0] = value;
    return expr;
}

static inline const fb_expr *expr_env_bool(expr_env *env, bool value)
{
    fb_expr *expr = expr_env_literal(env, fb_type_of(FB_TYPE_BOOLEAN));
    expr->literal.bools[0] = value;
    return expr;
}

static inline const fb_expr *expr_env_string(expr_env *env, const char *text)
{
    return fb_expr_literal_string(&env->arena, fb_slice_of(text));
}

static inline const fb_expr *expr_env_null(expr_env *env, fb_type_id id)
{
    return fb_expr_literal_null(&env->arena, fb_type_of(id));
}

/* Binds name(args...); the arguments end with NULL. A failure is left in env->err. */
static inline fb_status expr_env_vbind(expr_env *env, fb_expr **out, const char *name,
                                       va_list arguments)
{
    const fb_expr *args[EXPR_ENV_MAX_ARGS];
    uint32_t count = 0;
    const fb_expr *arg;
    while ((arg = va_arg(arguments, const fb_expr *)))
        args[count++] = arg;
    const fb_function *function = fb_function_find(fb_slice_of(name));
    if (!function) fail_msg("no function \"%s\"", name);
    return fb_bind_call(&env->binder, function, args, count, (fb_position){1, 8, 1}, out);
}

static inline fb_status expr_env_bind(expr_env *env, fb_expr **out, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    fb_status status = expr_env_vbind(env, out, name, args);
    va_end(args);
    return status;
}

/* The same, where it must succeed. */
static inline const fb_expr *expr_env_call(expr_env *env, const char *name, ...)
{
    fb_expr *expr = NULL;
    va_list args;
    va_start(args, name);
    assert_ok(expr_env_vbind(env, &expr, name, args), &env->err);
    va_end(args);
    return expr;
}

/* The values of the expression, checked against the rules of columns. */
static inline fb_column expr_env_eval(expr_env *env, const fb_expr *expr)
{
    fb_column out;
    assert_ok(fb_expr_eval(expr, &env->eval, &env->chunk, &out), &env->err);
    const fb_field field = {.name = FB_SLICE("x"), .type = expr->type, .nullable = true};
    const fb_type *schema = fb_type_struct(&env->arena, &field, 1);
    const fb_chunk chunk = {.row_count = env->chunk.row_count, .column_count = 1, .columns = &out};
    fb_chunk_verify(&chunk, schema);
    return out;
}

/* The SQL text of an expression; lives in the arena. */
static inline const char *expr_env_print(expr_env *env, const fb_expr *expr)
{
    fb_buf buf;
    fb_buf_init(&buf, 0);
    fb_expr_print(expr, &buf);
    const char *text = fb_arena_strdup(&env->arena, fb_buf_slice(&buf));
    fb_buf_deinit(&buf);
    assert_non_null(text);
    return text;
}

static inline void expr_env_assert_longs(const fb_column *column, const int64_t *expected,
                                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fb_column_is_null(column, i)) fail_msg("row %zu is null", i);
        assert_int_equal(column->int64s[fb_column_index(column, i)], expected[i]);
    }
}

/* Rows as text: t, f, or ? for null. */
static inline void expr_env_assert_bools(const fb_column *column, const char *expected)
{
    char text[256];
    size_t count = strlen(expected);
    assert_true(count < sizeof text);
    for (size_t i = 0; i < count; i++)
        text[i] = fb_column_is_null(column, i)                ? '?'
                  : column->bools[fb_column_index(column, i)] ? 't'
                                                              : 'f';
    text[count] = '\0';
    assert_string_equal(text, expected);
}

#endif
