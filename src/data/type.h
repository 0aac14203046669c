/* SPDX-License-Identifier: Apache-2.0
 *
 * Logical types as immutable trees. Types without parameters are static; the others are allocated
 * in an arena that the caller names and live as long as it. Any thread. */
#ifndef FB_DATA_TYPE_H
#define FB_DATA_TYPE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"

#include <forebay/types.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    FB_DECIMAL_MAX_PRECISION = 38,
    FB_DECIMAL_MAX_LONG_PRECISION = 18, /* up to here an unscaled value is an int64 */
};

typedef struct fb_field {
    fb_slice name;
    const fb_type *type;
    bool nullable;
    fb_slice metadata; /* a JSON object, or empty for {} */
} fb_field;

struct fb_type {
    fb_type_id id;
    uint8_t precision; /* DECIMAL */
    uint8_t scale;
    uint32_t field_count;   /* STRUCT: its fields. ARRAY: 1, `element`. MAP: 2, `key`, `value` */
    const fb_field *fields; /* a field's `nullable` is containsNull / valueContainsNull there */
};

/* The static type of a kind that needs no parameters; asserts on DECIMAL, STRUCT, ARRAY, MAP. */
const fb_type *fb_type_of(fb_type_id id);
const fb_type *fb_type_decimal(fb_arena *arena, int precision, int scale); /* NULL: no memory */
const fb_type *fb_type_struct(fb_arena *arena, const fb_field *fields, uint32_t count);
const fb_type *fb_type_array(fb_arena *arena, const fb_type *element, bool contains_null);
const fb_type *fb_type_map(fb_arena *arena, const fb_type *key, const fb_type *value,
                           bool value_contains_null);
/* A deep copy into another arena. */
const fb_type *fb_type_copy(fb_arena *arena, const fb_type *type);

/* Same shape; names of struct fields compare exactly, nullability is ignored. */
bool fb_type_equal(const fb_type *a, const fb_type *b);

static inline bool fb_type_is_integral(const fb_type *type)
{
    return type->id >= FB_TYPE_TINYINT && type->id <= FB_TYPE_BIGINT;
}
static inline bool fb_type_is_fractional(const fb_type *type)
{
    return type->id == FB_TYPE_FLOAT || type->id == FB_TYPE_DOUBLE;
}
static inline bool fb_type_is_numeric(const fb_type *type)
{
    return type->id >= FB_TYPE_TINYINT && type->id <= FB_TYPE_DECIMAL;
}
static inline bool fb_type_is_nested(const fb_type *type)
{
    return type->id >= FB_TYPE_STRUCT;
}
/* A decimal whose values are int64 (precision up to 18) rather than __int128. */
static inline bool fb_type_is_long_decimal(const fb_type *type)
{
    return type->id == FB_TYPE_DECIMAL && type->precision <= FB_DECIMAL_MAX_LONG_PRECISION;
}

/* Bytes of one value in a column's `values`: 0 for VOID and STRUCT, 1 BOOLEAN and TINYINT, ...,
 * 8 or 16 DECIMAL, 16 STRING and BINARY (fb_string), 8 ARRAY and MAP (fb_span). */
size_t fb_type_width(const fb_type *type);

/* The name in SQL and error messages: BIGINT, DECIMAL(10,2), ARRAY<INT>,
 * STRUCT<a: INT, b: STRING NOT NULL>. Appends to `out`. */
void fb_type_print_sql(const fb_type *type, fb_buf *out);
/* Spark's catalogString: bigint, decimal(10,2), array<int>, struct<a:int,b:string>. */
void fb_type_print_simple(const fb_type *type, fb_buf *out);
/* An arena copy of the SQL name, for error messages; never NULL ("?" when memory is out). */
const char *fb_type_sql(const fb_type *type, fb_arena *arena);

#endif
