/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/kernel_arithmetic.h"

/* Calls the inlined `loop` with constant selectors, so that each combination becomes a loop of its
 * own. */
#define DISPATCH_SHAPE(loop, op, a, a_constant, b, b_constant, out, row_count) \
    if (a_constant) return loop(op, a, true, b, false, out, row_count);        \
    if (b_constant) return loop(op, a, false, b, true, out, row_count);        \
    return loop(op, a, false, b, false, out, row_count);

#define DISPATCH_ARITHMETIC(loop, op, a, a_constant, b, b_constant, out, row_count)     \
    switch (op) {                                                                       \
    case FB_ADD:                                                                        \
        DISPATCH_SHAPE(loop, FB_ADD, a, a_constant, b, b_constant, out, row_count)      \
    case FB_SUBTRACT:                                                                   \
        DISPATCH_SHAPE(loop, FB_SUBTRACT, a, a_constant, b, b_constant, out, row_count) \
    case FB_MULTIPLY:                                                                   \
        DISPATCH_SHAPE(loop, FB_MULTIPLY, a, a_constant, b, b_constant, out, row_count) \
    }                                                                                   \
    FB_UNREACHABLE();

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#define T int8_t
#define W int32_t
#define NAME(suffix) int8##suffix
#include "expr/kernel_arithmetic.inc"

#define T int16_t
#define W int32_t
#define NAME(suffix) int16##suffix
#include "expr/kernel_arithmetic.inc"

#define T int32_t
#define W int64_t
#define NAME(suffix) int32##suffix
#include "expr/kernel_arithmetic.inc"

/* Nothing is wider that is also fast. Sums overflow when the operands agree in sign and the
 * result does not (differences: when they disagree, and the result's is not the left one's):
 * the sign bits of all rows are collected. */
ALWAYS_INLINE bool int64_loop(fb_arithmetic op, const int64_t *a, bool a_constant, const int64_t *b,
                              bool b_constant, int64_t *restrict out, size_t row_count)
{
    if (op == FB_MULTIPLY) {
        bool overflow = false;
        for (size_t i = 0; i < row_count; i++)
            overflow |=
                __builtin_mul_overflow(a[a_constant ? 0 : i], b[b_constant ? 0 : i], &out[i]);
        return overflow;
    }
    uint64_t signs = 0;
    for (size_t i = 0; i < row_count; i++) {
        uint64_t x = (uint64_t)a[a_constant ? 0 : i], y = (uint64_t)b[b_constant ? 0 : i];
        uint64_t result = op == FB_ADD ? x + y : x - y;
        out[i] = (int64_t)result;
        signs |= op == FB_ADD ? (x ^ result) & (y ^ result) : (x ^ y) & (x ^ result);
    }
    return signs >> 63;
}

static bool int64(fb_arithmetic op, const int64_t *a, bool a_constant, const int64_t *b,
                  bool b_constant, int64_t *restrict out, size_t row_count)
{
    DISPATCH_ARITHMETIC(int64_loop, op, a, a_constant, b, b_constant, out, row_count)
}

bool fb_arithmetic_integers(fb_arithmetic op, fb_type_id id, const void *a, bool a_constant,
                            const void *b, bool b_constant, void *out, size_t row_count)
{
    switch (id) {
    case FB_TYPE_TINYINT:
        return int8(op, a, a_constant, b, b_constant, out, row_count);
    case FB_TYPE_SMALLINT:
        return int16(op, a, a_constant, b, b_constant, out, row_count);
    case FB_TYPE_INT:
        return int32(op, a, a_constant, b, b_constant, out, row_count);
    case FB_TYPE_BIGINT:
        return int64(op, a, a_constant, b, b_constant, out, row_count);
    default:
        FB_UNREACHABLE();
    }
}

/* --- floating point --- */

ALWAYS_INLINE bool double_loop(fb_arithmetic op, const double *a, bool a_constant, const double *b,
                               bool b_constant, double *restrict out, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        double x = a[a_constant ? 0 : i], y = b[b_constant ? 0 : i];
        out[i] = op == FB_ADD ? x + y : op == FB_SUBTRACT ? x - y : x * y;
    }
    return false;
}

ALWAYS_INLINE bool float_loop(fb_arithmetic op, const float *a, bool a_constant, const float *b,
                              bool b_constant, float *restrict out, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        float x = a[a_constant ? 0 : i], y = b[b_constant ? 0 : i];
        out[i] = op == FB_ADD ? x + y : op == FB_SUBTRACT ? x - y : x * y;
    }
    return false;
}

static bool doubles(fb_arithmetic op, const double *a, bool a_constant, const double *b,
                    bool b_constant, double *restrict out, size_t row_count)
{
    DISPATCH_ARITHMETIC(double_loop, op, a, a_constant, b, b_constant, out, row_count)
}

static bool floats(fb_arithmetic op, const float *a, bool a_constant, const float *b,
                   bool b_constant, float *restrict out, size_t row_count)
{
    DISPATCH_ARITHMETIC(float_loop, op, a, a_constant, b, b_constant, out, row_count)
}

void fb_arithmetic_floats(fb_arithmetic op, fb_type_id id, const void *a, bool a_constant,
                          const void *b, bool b_constant, void *out, size_t row_count)
{
    if (id == FB_TYPE_DOUBLE)
        (void)doubles(op, a, a_constant, b, b_constant, out, row_count);
    else
        (void)floats(op, a, a_constant, b, b_constant, out, row_count);
}

ALWAYS_INLINE bool divide_loop(const double *a, bool a_constant, const double *b, bool b_constant,
                               double *restrict out, size_t row_count)
{
    uint64_t zeros = 0;
    for (size_t i = 0; i < row_count; i++) {
        double y = b[b_constant ? 0 : i];
        out[i] = a[a_constant ? 0 : i] / y;
        zeros |= y == 0.0;
    }
    return zeros;
}

bool fb_divide_doubles(const double *a, bool a_constant, const double *b, bool b_constant,
                       double *out, size_t row_count)
{
    if (a_constant) return divide_loop(a, true, b, false, out, row_count);
    if (b_constant) return divide_loop(a, false, b, true, out, row_count);
    return divide_loop(a, false, b, false, out, row_count);
}

bool fb_remainder_integers(fb_type_id id, const void *a, bool a_constant, const void *b,
                           bool b_constant, void *out, size_t row_count)
{
    switch (id) {
    case FB_TYPE_TINYINT:
        return int8_remainder(a, a_constant, b, b_constant, out, row_count);
    case FB_TYPE_SMALLINT:
        return int16_remainder(a, a_constant, b, b_constant, out, row_count);
    case FB_TYPE_INT:
        return int32_remainder(a, a_constant, b, b_constant, out, row_count);
    default:
        FB_UNREACHABLE();
    }
}

/* --- signs --- */

static bool int64_negate(bool absolute, const int64_t *a, int64_t *restrict out, size_t row_count)
{
    uint64_t signs = 0;
    for (size_t i = 0; i < row_count; i++) {
        uint64_t x = (uint64_t)a[i];
        uint64_t result = absolute && a[i] >= 0 ? x : 0 - x;
        out[i] = (int64_t)result;
        signs |= x & result; /* only the least value keeps its sign when negated */
    }
    return signs >> 63;
}

bool fb_negate_integers(fb_type_id id, bool absolute, const void *a, void *out, size_t row_count)
{
    switch (id) {
    case FB_TYPE_TINYINT:
        return int8_negate(absolute, a, out, row_count);
    case FB_TYPE_SMALLINT:
        return int16_negate(absolute, a, out, row_count);
    case FB_TYPE_INT:
        return int32_negate(absolute, a, out, row_count);
    case FB_TYPE_BIGINT:
        return int64_negate(absolute, a, out, row_count);
    default:
        FB_UNREACHABLE();
    }
}
