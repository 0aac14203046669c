/* SPDX-License-Identifier: Apache-2.0 */
#include "data/decimal.h"
#include "env/random.h"
#include "test.h"

#include <stdio.h>

/* "-1.50" with its scale. */
static fb_decimal decimal(const char *text)
{
    int precision, scale;
    fb_int128 unscaled;
    if (!fb_decimal_parse_literal(fb_slice_of(text), &unscaled, &precision, &scale))
        fail_msg("\"%s\" is no decimal", text);
    return (fb_decimal){unscaled, scale};
}

static void assert_decimal(fb_decimal value, const char *expected)
{
    char text[FB_DECIMAL_TEXT_MAX];
    assert_slice_equal(fb_slice_make(text, fb_decimal_print(value, text)), expected);
}

/* Short names, so that a golden is a line. */
#define NINES "99999999999999999999999999999999999999"
#define TINY "0.00000000000000000000000000000000000001"
#define LONG "12345678901234567890.123456789012345678"
enum {
    ADD = FB_DECIMAL_ADD,
    SUBTRACT = FB_DECIMAL_SUBTRACT,
    MULTIPLY = FB_DECIMAL_MULTIPLY,
    DIVIDE = FB_DECIMAL_DIVIDE,
    REMAINDER = FB_DECIMAL_REMAINDER,
};

static void arithmetic_is_that_of_spark(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        int op;
        const char *b;
        int precision, scale;
        bool fits;
        const char *text;
    } goldens[] = {
#include "decimal_goldens.h"
    };
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        fb_decimal a = decimal(goldens[i].a), b = decimal(goldens[i].b);
        int precision = goldens[i].precision, scale = goldens[i].scale;
        fb_int128 unscaled;
        bool fits =
            fb_decimal_compute((fb_decimal_op)goldens[i].op, a, b, precision, scale, &unscaled);
        if (fits != goldens[i].fits)
            fail_msg("%s op %d %s: fits %d", goldens[i].a, goldens[i].op, goldens[i].b, fits);
        if (fits) {
            assert_decimal((fb_decimal){unscaled, scale}, goldens[i].text);
        } else {
            char text[FB_DECIMAL_EXACT_TEXT_MAX];
            size_t size = fb_decimal_print_exact((fb_decimal_op)goldens[i].op, a, b, text);
            assert_slice_equal(fb_slice_make(text, size), goldens[i].text);
        }
    }
}

static void quotients_are_cut_toward_zero(void **state)
{
    (void)state;
    fb_int128 q;
    assert_true(
        fb_decimal_compute(FB_DECIMAL_QUOTIENT, decimal("-4.567"), decimal("1.23"), 38, 0, &q));
    assert_int_equal(q, -3);
    assert_true(fb_decimal_compute(FB_DECIMAL_QUOTIENT,
                                   decimal("99999999999999999999999999999999999999"),
                                   decimal("1.23"), 38, 0, &q));
    assert_decimal((fb_decimal){q, 0}, "81300813008130081300813008130081300812");
}

/* Random operands through both ways, 128 bits and 512, must agree: the wide way is taken by
 * printing. */
static void narrow_and_wide_arithmetic_agree(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_random_seeded_init(&random, 5);
    for (int i = 0; i < 50000; i++) {
        uint64_t r = fb_random_seeded_next(&random);
        fb_decimal a = {(int64_t)fb_random_seeded_next(&random) >> r % 64, (int32_t)(r >> 8) & 15};
        fb_decimal b = {(int64_t)fb_random_seeded_next(&random) >> r / 64 % 64,
                        (int32_t)(r >> 16) & 15};
        fb_decimal_op op = (fb_decimal_op)(r >> 32) % 6;
        if (b.unscaled == 0) continue;
        fb_int128 narrow;
        /* Scales at which nothing has to be rounded, and 38 digits suffice. */
        int scale = op == FB_DECIMAL_MULTIPLY   ? a.scale + b.scale
                    : op == FB_DECIMAL_QUOTIENT ? 0
                    : a.scale > b.scale         ? a.scale
                                                : b.scale;
        if (op == FB_DECIMAL_DIVIDE) scale = 6;
        if (!fb_decimal_compute(op, a, b, 38, scale, &narrow)) continue;
        char text[FB_DECIMAL_EXACT_TEXT_MAX], expected[FB_DECIMAL_TEXT_MAX + 1];
        fb_slice wide = fb_slice_make(text, fb_decimal_print_exact(op, a, b, text));
        fb_decimal_digits digits;
        fb_int128 fitted;
        assert_true(fb_decimal_digits_parse(wide, &digits));
        assert_true(fb_decimal_digits_fit(&digits, 38, scale, &fitted));
        expected[fb_decimal_print((fb_decimal){fitted, scale}, expected)] = '\0';
        assert_decimal((fb_decimal){narrow, scale}, expected);
    }
}

static void rescaling_rounds_half_up(void **state)
{
    (void)state;
    fb_int128 out;
    const struct {
        const char *from;
        int precision, scale;
        const char *to; /* NULL: does not fit */
    } cases[] = {
        {"1.50", 3, 0, "2"},
        {"-0.5", 3, 0, "-1"},
        {"2.5", 3, 0, "3"},
        {"127.9", 3, 0, "128"},
        {"127.9", 3, 1, NULL},
        {"-1.5", 38, 2, "-1.50"},
        {"0.49", 1, 0, "0"},
        {"9.995", 3, 2, NULL},
        {"9.995", 4, 2, "10.00"},
        {"1", 38, 37, "1.0000000000000000000000000000000000000"},
        {"99999999999999999999999999999999999999", 38, 2, NULL},
        {"12", 38, 37, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool ok =
            fb_decimal_rescale(decimal(cases[i].from), cases[i].precision, cases[i].scale, &out);
        assert_int_equal(ok, cases[i].to != NULL);
        if (ok) assert_decimal((fb_decimal){out, cases[i].scale}, cases[i].to);
    }
    assert_int_equal(fb_decimal_truncate(decimal("-1.99")), -1);
}

static void comparison_looks_through_scales(void **state)
{
    (void)state;
    const char *const ascending[] = {
        "-99999999999999999999999999999999999999",  "-1.1", "-1",
        "0.00000000000000000000000000000000000001", "1",    "1.00000000000000000000000000001",
        "99999999999999999999999999999999999999"};
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < 7; k++)
            assert_int_equal(fb_decimal_compare(decimal(ascending[i]), decimal(ascending[k])),
                             (i > k) - (i < k));
    assert_int_equal(fb_decimal_compare(decimal("1.50"), decimal("1.5")), 0);
}

static void texts_are_those_of_big_decimal(void **state)
{
    (void)state;
    const struct {
        fb_decimal value;
        const char *plain, *scientific;
    } cases[] = {
        {{0, 0}, "0", "0"},
        {{0, 2}, "0.00", "0.00"},
        {{0, 18}, "0.000000000000000000", "0E-18"},
        {{1, 7}, "0.0000001", "1E-7"},
        {{-123, 10}, "-0.0000000123", "-1.23E-8"},
        {{1, 6}, "0.000001", "0.000001"},
        {{-5, 1}, "-0.5", "-0.5"},
        {{123, 2}, "1.23", "1.23"},
        {{(fb_int128)INT64_MAX * INT64_MAX, 5},
         "850705917302346158473969077842325.01249",
         "850705917302346158473969077842325.01249"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[FB_DECIMAL_TEXT_MAX];
        assert_decimal(cases[i].value, cases[i].plain);
        size_t size = fb_decimal_print_scientific(cases[i].value, text);
        assert_slice_equal(fb_slice_make(text, size), cases[i].scientific);
    }
}

static void every_length_of_number_prints_all_its_digits(void **state)
{
    (void)state;
    char expected[FB_DECIMAL_TEXT_MAX + 1];
    for (int digits = 1; digits <= 38; digits++) {
        fb_int128 power = fb_decimal_pow10(digits - 1);
        (void)snprintf(expected, sizeof expected, "1%.*s", digits - 1,
                       "00000000000000000000000000000000000000");
        assert_decimal((fb_decimal){power, 0}, expected);
        (void)snprintf(expected, sizeof expected, "-%.*s", digits,
                       "99999999999999999999999999999999999999");
        assert_decimal((fb_decimal){-(power * 9 + (power - 1)), 0}, expected);
    }
}

static void floating_point_values_are_the_nearest(void **state)
{
    (void)state;
    assert_true(fb_decimal_to_double(decimal("0.1")) == 0.1);
    assert_true(fb_decimal_to_double(decimal("99999999999999999999999999999999999999")) == 1e38);
    assert_true(fb_decimal_to_float(decimal("123456789012345678901234567890.12345678")) ==
                1.2345679e29f);
    assert_true(fb_decimal_to_double(decimal("-9007199254740993")) == -9007199254740992.0);
}

static void a_sum_of_38_digits_may_pass_the_range_of_128_bits(void **state)
{
    (void)state;
    const fb_int128 most = fb_decimal_pow10(38) - 1;
    fb_int128 sum;
    assert_false(fb_decimal_add_unscaled(most, most, 38, &sum));
    assert_false(fb_decimal_add_unscaled(-most, -most, 38, &sum));
    assert_false(fb_decimal_add_unscaled(most, 1, 38, &sum));
    assert_true(fb_decimal_add_unscaled(most - 1, 1, 38, &sum));
    assert_true(sum == most);
    assert_true(fb_decimal_add_unscaled(most, -most, 38, &sum));
    assert_true(sum == 0);
    assert_false(fb_decimal_add_unscaled(99, 1, 2, &sum));
    assert_true(fb_decimal_add_unscaled(98, 1, 2, &sum));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_is_that_of_spark),
        cmocka_unit_test(quotients_are_cut_toward_zero),
        cmocka_unit_test(narrow_and_wide_arithmetic_agree),
        cmocka_unit_test(rescaling_rounds_half_up),
        cmocka_unit_test(a_sum_of_38_digits_may_pass_the_range_of_128_bits),
        cmocka_unit_test(comparison_looks_through_scales),
        cmocka_unit_test(texts_are_those_of_big_decimal),
        cmocka_unit_test(every_length_of_number_prints_all_its_digits),
        cmocka_unit_test(floating_point_values_are_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
