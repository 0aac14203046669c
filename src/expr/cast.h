/* SPDX-License-Identifier: Apache-2.0
 *
 * How casts are put together: a tree of fb_cast made once when the expression is bound, and one
 * convert function per kind of source that fills a whole column. */
#ifndef FB_EXPR_CAST_H
#define FB_EXPR_CAST_H

#include "expr/function.h"

typedef enum fb_cast_mode {
    FB_CAST_ANSI,   /* what cannot be converted is an error */
    FB_CAST_LEGACY, /* ANSI off: malformed texts give null, integers wrap around */
    FB_CAST_TRY,    /* what would be an error gives null */
} fb_cast_mode;

typedef struct fb_cast fb_cast;
typedef struct fb_cast_run fb_cast_run;

struct fb_cast {
    const fb_type *from, *to; /* not equal, unless inside of a nested type */
    fb_cast_mode mode;
    fb_status (*convert)(fb_cast_run *run);
    const fb_cast *children; /* of nested types, one per field */
};

/* One column being converted. */
struct fb_cast_run {
    const fb_expr *self;
    fb_eval *eval;
    const fb_cast *cast;
    const fb_column *in; /* flat (or the only row of a constant) */
    fb_column *out;      /* values allocated, validity that of `in` */
    size_t count;
    bool owns_validity; /* out->validity may be changed */
};

/* Converts `count` rows of the flat column `in`; `out` is written whole. */
fb_status fb_cast_column(const fb_expr *self, fb_eval *eval, const fb_cast *cast,
                         const fb_column *in, size_t count, fb_column *out) FB_CHECKED;

/* --- rules (cast_rules.c) --- */

/* Spark's Cast.canCast, canAnsiCast and canTryCast. */
bool fb_cast_is_allowed(const fb_type *from, const fb_type *to, fb_cast_mode mode);
/* A value that is not null may become null. */
bool fb_cast_may_give_null(const fb_type *from, const fb_type *to);
/* Spark's Cast.canUpCast: what TRY_CAST is said never to make NULL. */
bool fb_cast_is_upcast(const fb_type *from, const fb_type *to);
/* A value may raise an error. */
bool fb_cast_can_fail(const fb_type *from, const fb_type *to, fb_cast_mode mode);
/* DATATYPE_MISMATCH.CAST_...; `call` is the cast that is not allowed. */
fb_status fb_cast_mismatch(fb_binder *binder, const fb_expr *call, fb_cast_mode mode);

/* --- for convert functions (cast_run.c) --- */

static inline bool fb_cast_is_null(const fb_cast_run *run, size_t row)
{
    return run->in->validity && !fb_bits_get(run->in->validity, row);
}

/* The row becomes null. */
fb_status fb_cast_set_null(fb_cast_run *run, size_t row) FB_CHECKED;
/* The value in `row` (shown as SQL) is malformed: CAST_INVALID_INPUT, or null. */
fb_status fb_cast_malformed(fb_cast_run *run, size_t row) FB_CHECKED;
/* The value does not fit: CAST_OVERFLOW with the ANSI setting, else null. */
fb_status fb_cast_overflow(fb_cast_run *run, size_t row) FB_CHECKED;
/* The same for a value computed on the way, shown as `value` of `from` to `to`. */
fb_status fb_cast_overflow_of(fb_cast_run *run, size_t row, const char *value, const char *from,
                              const char *to) FB_CHECKED;
/* A decimal does not fit into run->cast->to: NUMERIC_VALUE_OUT_OF_RANGE, or null. */
fb_status fb_cast_out_of_range(fb_cast_run *run, size_t row, fb_slice plain) FB_CHECKED;
/* The unscaled value of `row` of a DECIMAL column. */
static inline fb_int128 fb_cast_unscaled(const fb_column *column, size_t row)
{
    return fb_type_is_long_decimal(column->type) ? column->int64s[row] : column->int128s[row];
}
static inline void fb_cast_put_unscaled(fb_column *column, size_t row, fb_int128 value)
{
    if (fb_type_is_long_decimal(column->type))
        column->int64s[row] = (int64_t)value;
    else
        column->int128s[row] = value;
}

/* --- convert functions, by source --- */

fb_status fb_cast_from_void(fb_cast_run *run) FB_CHECKED;
fb_status fb_cast_same(fb_cast_run *run) FB_CHECKED; /* shares the memory */

/* cast_number.c: BOOLEAN and integers, FLOAT and DOUBLE, DECIMAL to all but STRING */
fb_status fb_cast_from_integer(fb_cast_run *run) FB_CHECKED;
fb_status fb_cast_from_double(fb_cast_run *run) FB_CHECKED;
fb_status fb_cast_from_decimal(fb_cast_run *run) FB_CHECKED;
/* cast_time.c: DATE, TIMESTAMP, TIMESTAMP_NTZ to all but STRING */
fb_status fb_cast_from_date(fb_cast_run *run) FB_CHECKED;
fb_status fb_cast_from_timestamp(fb_cast_run *run) FB_CHECKED;
fb_status fb_cast_from_timestamp_ntz(fb_cast_run *run) FB_CHECKED;
/* cast_parse.c: STRING to all but BINARY */
fb_status fb_cast_from_string(fb_cast_run *run) FB_CHECKED;
/* cast_text.c: all to STRING, and integers to BINARY */
fb_status fb_cast_to_string(fb_cast_run *run) FB_CHECKED;
fb_status fb_cast_integer_to_binary(fb_cast_run *run) FB_CHECKED;
/* cast_nested.c: fields and elements */
fb_status fb_cast_struct(fb_cast_run *run) FB_CHECKED;
fb_status fb_cast_entries(fb_cast_run *run) FB_CHECKED;

/* cast_special.c: CAST('now' AS TIMESTAMP) and the like on a literal; sets call->kernel. False:
 * the text is no such word. */
bool fb_cast_bind_special(fb_expr *call);

#endif
