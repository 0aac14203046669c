/* SPDX-License-Identifier: Apache-2.0 */
#include "base/divider.h"

#include "test.h"

static const uint64_t edges[] = {
    0,
    1,
    2,
    3,
    5,
    7,
    10,
    1000,
    600000000,
    0x7fffffff,
    0x80000000,
    0xffffffff,
    0x100000001,
    0x7fffffffffffffff,
    0x8000000000000000,
    0x8000000000000001,
    0xfffffffffffffffe,
    0xffffffffffffffff,
};
enum { EDGES = sizeof edges / sizeof edges[0] };

static void check(uint64_t dividend, uint64_t divisor)
{
    fb_divider divider = fb_divider_make(divisor);
    if (fb_divider_quotient(&divider, dividend) != dividend / divisor)
        fail_msg("%llu / %llu", (unsigned long long)dividend, (unsigned long long)divisor);
    assert_int_equal(fb_divider_remainder(&divider, dividend), dividend % divisor);
}

static void quotients_are_exact_around_every_edge(void **state)
{
    (void)state;
    for (size_t i = 0; i < EDGES; i++)
        for (size_t k = 1; k < EDGES; k++)
            for (uint64_t near = 0; near < 5; near++)
                check(edges[i] + near - 2, edges[k]);
}

static void quotients_are_exact_around_multiples_of_any_divisor(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t divisor = seed >> (seed % 61);
        if (divisor == 0) continue;
        uint64_t multiple = seed * 0x9e3779b97f4a7c15u / divisor * divisor;
        check(multiple, divisor);
        check(multiple - 1, divisor);
        check(multiple + 1, divisor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotients_are_exact_around_every_edge),
        cmocka_unit_test(quotients_are_exact_around_multiples_of_any_divisor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
