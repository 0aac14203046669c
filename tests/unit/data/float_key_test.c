/* SPDX-License-Identifier: Apache-2.0 */
#include "data/float_key.h"

#include "test.h"

#include <math.h>

static double bits_of_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void nan_and_zero_become_canonical_however_deep(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *list = fb_type_array(&arena, fb_type_of(FB_TYPE_DOUBLE), true);
    fb_field fields[] = {{.name = FB_SLICE("f"), .type = fb_type_of(FB_TYPE_FLOAT)},
                         {.name = FB_SLICE("a"), .type = list}};
    fb_column in, out;
    assert_true(fb_column_init(&in, &arena, fb_type_struct(&arena, fields, 2), 1));
    in.children[0].floats[0] = -NAN;
    in.children[1].spans[0] = (fb_span){0, 4};
    in.children[1].child_rows = 4;
    assert_true(fb_column_init(&in.children[1].children[0], &arena, fb_type_of(FB_TYPE_DOUBLE), 4));
    double *values = in.children[1].children[0].doubles;
    values[0] = -0.0;
    values[1] = bits_of_double(0xfff8000000000123);
    values[2] = -1.5;
    values[3] = -INFINITY;
    assert_true(fb_column_canonical_floats(&out, &arena, &in, 1));
    assert_int_equal(out.children[0].int32s[0], 0x7fc00000);
    const int64_t *bits = out.children[1].children[0].int64s;
    assert_int_equal(bits[0], 0);
    assert_int_equal(bits[1], 0x7ff8000000000000);
    assert_true(out.children[1].children[0].doubles[2] == -1.5);
    assert_true(out.children[1].children[0].doubles[3] == -INFINITY);
    assert_true(signbit(values[0])); /* the input is left as it was */
    fb_arena_deinit(&arena);
}

static void columns_without_floats_are_shared(void **state)
{
    (void)state;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_column in, out;
    assert_true(fb_column_init_zero(&in, &arena, fb_type_of(FB_TYPE_BIGINT), 3));
    assert_true(fb_column_canonical_floats(&out, &arena, &in, 3));
    assert_ptr_equal(out.values, in.values);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nan_and_zero_become_canonical_however_deep),
        cmocka_unit_test(columns_without_floats_are_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
