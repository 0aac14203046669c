/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/signature.h"
#include "test.h"

/* The bound call of `name` on null literals of these types. */
static fb_status bind(fb_arena *arena, fb_error *err, const char *name, const fb_type_id *ids,
                      uint32_t count, fb_expr **out)
{
    const fb_expr *args[4];
    *err = (fb_error){0};
    fb_binder binder = {.arena = arena, .ansi = true, .timezone = fb_timezone_utc(), .err = err};
    for (uint32_t i = 0; i < count; i++) {
        fb_expr *column = fb_expr_literal_null(arena, fb_type_of(ids[i]));
        assert_non_null(column);
        args[i] = column;
    }
    const fb_function *function = fb_function_find(fb_slice_of(name));
    assert_non_null(function);
    return fb_bind_call(&binder, function, args, count, (fb_position){0}, out);
}

static void bytes_stay_bytes_unless_there_is_text(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_error err;
    fb_expr *call;
    const fb_type_id bytes[] = {FB_TYPE_BINARY, FB_TYPE_INT, FB_TYPE_BINARY};
    assert_ok(bind(&arena, &err, "lpad", bytes, 3, &call), &err);
    assert_int_equal(call->type->id, FB_TYPE_BINARY);
    const fb_type_id mixed[] = {FB_TYPE_BINARY, FB_TYPE_INT, FB_TYPE_STRING};
    assert_ok(bind(&arena, &err, "lpad", mixed, 3, &call), &err);
    assert_int_equal(call->type->id, FB_TYPE_STRING);
    assert_int_equal(call->args[0]->type->id, FB_TYPE_STRING);
    fb_arena_deinit(&arena);
}

static void arguments_are_cast_or_refused(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_error err;
    fb_expr *call;
    const fb_type_id number[] = {FB_TYPE_BIGINT};
    assert_ok(bind(&arena, &err, "upper", number, 1, &call), &err);
    assert_int_equal(call->args[0]->type->id, FB_TYPE_STRING);
    assert_status(bind(&arena, &err, "year", number, 1, &call), FB_E_ANALYSIS);
    assert_string_equal(err.condition, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    const fb_type_id days[] = {FB_TYPE_DATE, FB_TYPE_BIGINT};
    assert_status(bind(&arena, &err, "date_add", days, 2, &call), FB_E_ANALYSIS);
    assert_contains(err.message, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")");
    fb_arena_deinit(&arena);
}

static void wall_clocks_are_not_moved_to_a_zone(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_error err;
    fb_expr *call;
    const fb_type_id wall[] = {FB_TYPE_TIMESTAMP_NTZ};
    assert_ok(bind(&arena, &err, "hour", wall, 1, &call), &err);
    assert_int_equal(call->args[0]->type->id, FB_TYPE_TIMESTAMP_NTZ);
    const fb_type_id date[] = {FB_TYPE_DATE};
    assert_ok(bind(&arena, &err, "hour", date, 1, &call), &err);
    assert_int_equal(call->args[0]->type->id, FB_TYPE_TIMESTAMP);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stay_bytes_unless_there_is_text),
        cmocka_unit_test(arguments_are_cast_or_refused),
        cmocka_unit_test(wall_clocks_are_not_moved_to_a_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
