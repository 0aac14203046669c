/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs one cast for a test: a text becomes a value of the source type, that the target type, and
 * that a text again, as show() prints it. */
#ifndef FB_TEST_CAST_SUPPORT_H
#define FB_TEST_CAST_SUPPORT_H

#include "data/value_text.h"
#include "expr/cast.h"
#include "test.h"

#include <stdio.h>

typedef struct cast_test {
    fb_arena arena;
    fb_error err;
    fb_eval_context context;
    char text[FB_ERROR_CONDITION_SIZE + FB_ERROR_MESSAGE_SIZE +
              2]; /* the result, or "condition: message" of what went wrong */
} cast_test;

static inline void cast_test_init(cast_test *test, const char *zone)
{
    *test = (cast_test){.context.batch_timestamp_us = INT64_C(1704164645678000)};
    fb_arena_init(&test->arena, 0);
    assert_ok(fb_timezone_find(fb_slice_of(zone), &test->context.timezone, &test->err), &test->err);
}

static inline void cast_test_deinit(cast_test *test)
{
    fb_arena_deinit(&test->arena);
}

/* "bigint" or "decimal(10,2)". */
static inline const fb_type *cast_test_type(cast_test *test, const char *name)
{
    int precision, scale, end = 0;
    if (sscanf(name, "decimal(%d,%d)%n", &precision, &scale, &end) == 2 && name[end] == '\0')
        return fb_type_decimal(&test->arena, precision, scale);
    for (int id = FB_TYPE_VOID; id <= FB_TYPE_TIMESTAMP_NTZ; id++) {
        if (id == FB_TYPE_DECIMAL) continue;
        fb_buf text;
        fb_buf_init(&text, 0);
        fb_type_print_simple(fb_type_of((fb_type_id)id), &text);
        bool found = strcmp(fb_buf_text(&text), name) == 0;
        fb_buf_deinit(&text);
        if (found) return fb_type_of((fb_type_id)id);
    }
    fail_msg("no type %s", name);
    return NULL;
}

static inline const char *cast_test_failure(cast_test *test)
{
    (void)snprintf(test->text, sizeof test->text, "%s: %s", test->err.condition, test->err.message);
    return test->text;
}

/* The value of an expression without columns, as text. */
static inline const char *cast_test_eval(cast_test *test, const fb_expr *expr)
{
    fb_eval eval = {.context = &test->context, .arena = &test->arena, .err = &test->err};
    fb_chunk one_row = {.row_count = 1};
    fb_column column;
    if (fb_expr_eval(expr, &eval, &one_row, &column) != FB_OK) return cast_test_failure(test);
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_value_text_show(&column, 0, test->context.timezone, &text);
    (void)snprintf(test->text, sizeof test->text, "%s", fb_buf_text(&text));
    fb_buf_deinit(&text);
    return test->text;
}

/* CAST(CAST('text' AS from) AS to); `text` NULL is a null. */
static inline const char *cast_test_run(cast_test *test, const char *text, const fb_type *from,
                                        const fb_type *to, fb_cast_mode mode)
{
    fb_binder binder = {
        .arena = &test->arena,
        .ansi = true,
        .timezone = test->context.timezone,
        .err = &test->err,
    };
    const fb_expr *source = text ? fb_expr_literal_string(&test->arena, fb_slice_of(text))
                                 : fb_expr_literal_null(&test->arena, from);
    const fb_expr *value, *result;
    fb_position nowhere = {0};
    if (fb_bind_cast(&binder, source, from, false, nowhere, &value) != FB_OK)
        return cast_test_failure(test);
    binder.ansi = mode != FB_CAST_LEGACY;
    bool is_try = mode == FB_CAST_TRY;
    if (fb_bind_cast(&binder, value, to, is_try, nowhere, &result) != FB_OK)
        return cast_test_failure(test);
    return cast_test_eval(test, result);
}

/* One line of a table of tests. `expected` is the text, or for an error the start of
 * "CONDITION: message". */
typedef struct cast_golden {
    const char *text, *from, *to;
    fb_cast_mode mode;
    const char *expected;
} cast_golden;

static inline void cast_test_check(const cast_golden *goldens, size_t count, const char *zone)
{
    for (size_t i = 0; i < count; i++) {
        cast_test test;
        cast_test_init(&test, zone);
        const cast_golden *g = &goldens[i];
        const char *got = cast_test_run(&test, g->text, cast_test_type(&test, g->from),
                                        cast_test_type(&test, g->to), g->mode);
        size_t compared = strstr(g->expected, ": ") ? strlen(g->expected) : sizeof test.text;
        if (strncmp(got, g->expected, compared) != 0)
            fail_msg("%s '%s' to %s (mode %d): got \"%s\", expected \"%s\"", g->from,
                     g->text ? g->text : "NULL", g->to, g->mode, got, g->expected);
        cast_test_deinit(&test);
    }
}

#endif
