/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of DOUBLE. Results of elementary functions are the C library's, which differ from
 * Java's in the last digit for some arguments (docs/differences-from-spark.md). */
#include "base/status.h"
#include "expr/kernel.h"
#include "expr/signature.h"

#include <math.h>

#define TEMPLATE static inline __attribute__((always_inline))

typedef double unary_function(double x);
typedef double binary_function(double x, double y);

/* --- one argument --- */

TEMPLATE fb_status map_unary(const fb_expr *self, fb_eval *eval, const fb_column *args,
                             size_t row_count, unary_function *function, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    const double *in = args[0].doubles;
    if (args[0].is_constant) {
        double value = function(in[0]);
        for (size_t row = 0; row < row_count; row++)
            out->doubles[row] = value;
        return FB_OK;
    }
    for (size_t row = 0; row < row_count; row++)
        out->doubles[row] = function(in[row]);
    return FB_OK;
}

static double sign_of(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x; /* zeros and NaN are their own sign */
}

/* The C library's cbrt is wrong by one digit where that shows: cbrt(27). */
static double cube_root(double x)
{
    return (double)cbrtl((long double)x);
}

static double cotangent(double x)
{
    return 1 / tan(x);
}

static double secant(double x)
{
    return 1 / cos(x);
}

static double cosecant(double x)
{
    return 1 / sin(x);
}

/* Spark's formulas, which lose digits where the C library's functions do not. */
static double area_sine(double x)
{
    return x == -INFINITY ? x : log(x + sqrt(x * x + 1));
}

static double area_cosine(double x)
{
    return log(x + sqrt(x * x - 1));
}

static double area_tangent(double x)
{
    return 0.5 * (log1p(x) - log1p(-x));
}

static double to_degrees(double x)
{
    return x * 57.29577951308232;
}

static double to_radians(double x)
{
    return x * 0.017453292519943295;
}

#define UNARY(name, function)                                                                 \
    static fb_status name##_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args, \
                                   size_t row_count, fb_column *out)                          \
    {                                                                                         \
        return map_unary(self, eval, args, row_count, function, out);                         \
    }                                                                                         \
    static const fb_signature name##_signature = {.params = {FB_PARAM_DOUBLE},                \
                                                  .result = FB_TYPE_DOUBLE,                   \
                                                  .kernel = name##_kernel,                    \
                                                  .makes_nulls = true};

UNARY(sqrt, sqrt)
UNARY(cbrt, cube_root)
UNARY(exp, exp)
UNARY(expm1, expm1)
UNARY(sign, sign_of)
UNARY(rint, rint)
UNARY(sin, sin)
UNARY(cos, cos)
UNARY(tan, tan)
UNARY(cot, cotangent)
UNARY(sec, secant)
UNARY(csc, cosecant)
UNARY(asin, asin)
UNARY(acos, acos)
UNARY(atan, atan)
UNARY(sinh, sinh)
UNARY(cosh, cosh)
UNARY(tanh, tanh)
UNARY(asinh, area_sine)
UNARY(acosh, area_cosine)
UNARY(atanh, area_tangent)
UNARY(degrees, to_degrees)
UNARY(radians, to_radians)

/* --- logarithms: null at and below `least` --- */

TEMPLATE fb_status map_logarithm(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                 size_t row_count, double least, unary_function *function,
                                 fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        double x = args[0].doubles[fb_column_index(&args[0], row)];
        out->doubles[row] = 0;
        if (x <= least)
            fb_bits_clear(out->validity, row);
        else
            out->doubles[row] = function(x);
    }
    return FB_OK;
}

static double binary_logarithm(double x)
{
    return log(x) / log(2);
}

#define LOGARITHM(name, least, function)                                                      \
    static fb_status name##_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args, \
                                   size_t row_count, fb_column *out)                          \
    {                                                                                         \
        return map_logarithm(self, eval, args, row_count, least, function, out);              \
    }                                                                                         \
    static const fb_signature name##_signature = {.params = {FB_PARAM_DOUBLE},                \
                                                  .result = FB_TYPE_DOUBLE,                   \
                                                  .kernel = name##_kernel,                    \
                                                  .makes_nulls = true};

LOGARITHM(ln, 0, log)
LOGARITHM(log10, 0, log10)
LOGARITHM(log2, 0, binary_logarithm)
LOGARITHM(log1p, -1, log1p)

static fb_status log_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                            size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        double base = args[0].doubles[fb_column_index(&args[0], row)];
        double x = args[1].doubles[fb_column_index(&args[1], row)];
        out->doubles[row] = 0;
        if (base <= 0 || x <= 0)
            fb_bits_clear(out->validity, row);
        else
            out->doubles[row] = log(x) / log(base);
    }
    return FB_OK;
}

static const fb_signature log_signature = {.params = {FB_PARAM_DOUBLE},
                                           .result = FB_TYPE_DOUBLE,
                                           .kernel = log_kernel,
                                           .makes_nulls = true};

static fb_status bind_log(fb_binder *binder, fb_expr *call)
{
    return fb_bind_with(binder, call, call->arg_count == 1 ? &ln_signature : &log_signature);
}

/* --- two arguments --- */

TEMPLATE fb_status map_binary(const fb_expr *self, fb_eval *eval, const fb_column *args,
                              size_t row_count, binary_function *function, fb_column *out)
{
    FB_TRY(fb_kernel_begin(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->doubles[row] = function(args[0].doubles[fb_column_index(&args[0], row)],
                                     args[1].doubles[fb_column_index(&args[1], row)]);
    return FB_OK;
}

/* Java's pow: what C calls 1 is NaN there for the bases 1 and -1. */
static double power_of(double x, double y)
{
    if (isnan(y) || (isinf(y) && fabs(x) == 1)) return NAN;
    return pow(x, y);
}

/* Negative zeros count as zeros. */
static double angle_of(double y, double x)
{
    return atan2(y + 0.0, x + 0.0);
}

#define BINARY(name, function)                                                                \
    static fb_status name##_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args, \
                                   size_t row_count, fb_column *out)                          \
    {                                                                                         \
        return map_binary(self, eval, args, row_count, function, out);                        \
    }                                                                                         \
    static const fb_signature name##_signature = {                                            \
        .params = {FB_PARAM_DOUBLE}, .result = FB_TYPE_DOUBLE, .kernel = name##_kernel};

BINARY(pow, power_of)
BINARY(atan2, angle_of)
BINARY(hypot, hypot)

/* --- none --- */

static fb_status fill(fb_eval *eval, size_t row_count, double value, fb_column *out)
{
    FB_TRY(fb_eval_output(eval, row_count, out));
    for (size_t row = 0; row < row_count; row++)
        out->doubles[row] = value;
    return FB_OK;
}

static fb_status e_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                          size_t row_count, fb_column *out)
{
    (void)self, (void)args;
    return fill(eval, row_count, M_E, out);
}

static fb_status pi_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                           size_t row_count, fb_column *out)
{
    (void)self, (void)args;
    return fill(eval, row_count, M_PI, out);
}

static const fb_signature e_signature = {.result = FB_TYPE_DOUBLE, .kernel = e_kernel};
static const fb_signature pi_signature = {.result = FB_TYPE_DOUBLE, .kernel = pi_kernel};

/* --- factorial --- */

static fb_status factorial_kernel(const fb_expr *self, fb_eval *eval, const fb_column *args,
                                  size_t row_count, fb_column *out)
{
    FB_TRY(fb_kernel_begin_nullable(self, eval, args, row_count, out));
    for (size_t row = 0; row < row_count; row++) {
        int32_t n = args[0].int32s[fb_column_index(&args[0], row)];
        out->int64s[row] = 1;
        if (n < 0 || n > 20) { /* 21! is no BIGINT */
            fb_bits_clear(out->validity, row);
            continue;
        }
        for (int32_t i = 2; i <= n; i++)
            out->int64s[row] *= i;
    }
    return FB_OK;
}

static const fb_signature factorial_signature = {.params = {FB_PARAM_INT},
                                                 .result = FB_TYPE_BIGINT,
                                                 .kernel = factorial_kernel,
                                                 .makes_nulls = true};

/* --- the table --- */

static const fb_function functions[] = {
    {"sqrt", 1, 1, fb_bind_signature, "sqrt(x) - square root", .signature = &sqrt_signature},
    {"cbrt", 1, 1, fb_bind_signature, "cbrt(x) - cube root", .signature = &cbrt_signature},
    {"exp", 1, 1, fb_bind_signature, "exp(x) - e to the power of x", .signature = &exp_signature},
    {"expm1", 1, 1, fb_bind_signature, "expm1(x) - exp(x) - 1", .signature = &expm1_signature},
    {"ln", 1, 1, fb_bind_signature, "ln(x) - natural logarithm", .signature = &ln_signature},
    {"log", 1, 2, bind_log, .usage = "log([base, ]x) - logarithm, natural without a base"},
    {"log10", 1, 1, fb_bind_signature, "log10(x) - decimal logarithm",
     .signature = &log10_signature},
    {"log2", 1, 1, fb_bind_signature, "log2(x) - binary logarithm", .signature = &log2_signature},
    {"log1p", 1, 1, fb_bind_signature, "log1p(x) - ln(1 + x)", .signature = &log1p_signature},
    {"sign", 1, 1, fb_bind_signature, "sign(x) - -1, 0 or 1", .signature = &sign_signature},
    {"signum", 1, 1, fb_bind_signature, "signum(x) - same as sign", .signature = &sign_signature},
    {"rint", 1, 1, fb_bind_signature, "rint(x) - nearest integer, ties to even",
     .signature = &rint_signature},
    {"pow", 2, 2, fb_bind_signature, "pow(x, y) - x to the power of y",
     .signature = &pow_signature},
    {"power", 2, 2, fb_bind_signature, "power(x, y) - same as pow", .signature = &pow_signature},
    {"hypot", 2, 2, fb_bind_signature, "hypot(x, y) - sqrt(x*x + y*y)",
     .signature = &hypot_signature},
    {"atan2", 2, 2, fb_bind_signature, "atan2(y, x) - angle of the point (x, y)",
     .signature = &atan2_signature},
    {"sin", 1, 1, fb_bind_signature, "sin(x) - sine", .signature = &sin_signature},
    {"cos", 1, 1, fb_bind_signature, "cos(x) - cosine", .signature = &cos_signature},
    {"tan", 1, 1, fb_bind_signature, "tan(x) - tangent", .signature = &tan_signature},
    {"cot", 1, 1, fb_bind_signature, "cot(x) - cotangent", .signature = &cot_signature},
    {"sec", 1, 1, fb_bind_signature, "sec(x) - secant", .signature = &sec_signature},
    {"csc", 1, 1, fb_bind_signature, "csc(x) - cosecant", .signature = &csc_signature},
    {"asin", 1, 1, fb_bind_signature, "asin(x) - arc sine", .signature = &asin_signature},
    {"acos", 1, 1, fb_bind_signature, "acos(x) - arc cosine", .signature = &acos_signature},
    {"atan", 1, 1, fb_bind_signature, "atan(x) - arc tangent", .signature = &atan_signature},
    {"sinh", 1, 1, fb_bind_signature, "sinh(x) - hyperbolic sine", .signature = &sinh_signature},
    {"cosh", 1, 1, fb_bind_signature, "cosh(x) - hyperbolic cosine", .signature = &cosh_signature},
    {"tanh", 1, 1, fb_bind_signature, "tanh(x) - hyperbolic tangent", .signature = &tanh_signature},
    {"asinh", 1, 1, fb_bind_signature, "asinh(x) - inverse of sinh", .signature = &asinh_signature},
    {"acosh", 1, 1, fb_bind_signature, "acosh(x) - inverse of cosh", .signature = &acosh_signature},
    {"atanh", 1, 1, fb_bind_signature, "atanh(x) - inverse of tanh", .signature = &atanh_signature},
    {"degrees", 1, 1, fb_bind_signature, "degrees(x) - of radians",
     .signature = &degrees_signature},
    {"radians", 1, 1, fb_bind_signature, "radians(x) - of degrees",
     .signature = &radians_signature},
    {"e", 0, 0, fb_bind_signature, "e() - 2.718281828459045", .signature = &e_signature},
    {"pi", 0, 0, fb_bind_signature, "pi() - 3.141592653589793", .signature = &pi_signature},
    {"factorial", 1, 1, fb_bind_signature, "factorial(n) - n!, null outside of 0..20",
     .signature = &factorial_signature},
};

const fb_function_list fb_functions_math = {functions, sizeof functions / sizeof *functions};
