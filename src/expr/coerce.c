/* SPDX-License-Identifier: Apache-2.0
 *
 * Which types meet where: Spark's implicit casts, least common types and the types that two sides
 * of a comparison are brought to, in ANSI mode and without. */
#include "expr/coerce.h"

#include "expr/function.h"

#define BIT(id) (1u << (id))

enum {
    DATETIME_TYPES = BIT(FB_TYPE_DATE) | BIT(FB_TYPE_TIMESTAMP) | BIT(FB_TYPE_TIMESTAMP_NTZ),
};

static bool is_one_of(const fb_type *type, unsigned set)
{
    return (BIT(type->id) & set) != 0;
}

static bool is_atomic(const fb_type *type)
{
    return type->id != FB_TYPE_VOID && !fb_type_is_nested(type);
}

/* --- decimals --- */

const fb_type *fb_decimal_for(fb_arena *arena, const fb_type *type)
{
    switch (type->id) {
    case FB_TYPE_TINYINT:
        return fb_type_decimal(arena, 3, 0);
    case FB_TYPE_SMALLINT:
        return fb_type_decimal(arena, 5, 0);
    case FB_TYPE_INT:
        return fb_type_decimal(arena, 10, 0);
    case FB_TYPE_BIGINT:
        return fb_type_decimal(arena, 20, 0);
    case FB_TYPE_FLOAT:
        return fb_type_decimal(arena, 14, 7);
    case FB_TYPE_DOUBLE:
        return fb_type_decimal(arena, 30, 15);
    case FB_TYPE_DECIMAL:
        return type;
    default:
        FB_UNREACHABLE();
    }
}

const fb_type *fb_decimal_wider(fb_arena *arena, const fb_type *a, const fb_type *b)
{
    int scale = a->scale > b->scale ? a->scale : b->scale;
    int digits_a = a->precision - a->scale, digits_b = b->precision - b->scale;
    int precision = (digits_a > digits_b ? digits_a : digits_b) + scale;
    if (precision > FB_DECIMAL_MAX_PRECISION) { /* digits before the point are worth more */
        int lost = precision - FB_DECIMAL_MAX_PRECISION;
        scale = scale > lost ? scale - lost : 0;
        precision = FB_DECIMAL_MAX_PRECISION;
    }
    return fb_type_decimal(arena, precision, scale);
}

/* All values of the integral type `a` fit the decimal `b`. */
static bool decimal_holds(const fb_type *b, const fb_type *a)
{
    static const int digits[] = {
        [FB_TYPE_TINYINT] = 3, [FB_TYPE_SMALLINT] = 5, [FB_TYPE_INT] = 10, [FB_TYPE_BIGINT] = 20};
    return b->precision - b->scale >= digits[a->id];
}

/* --- common types --- */

static const fb_type *common_datetime(const fb_type *a, const fb_type *b)
{
    bool zoned = a->id == FB_TYPE_TIMESTAMP || b->id == FB_TYPE_TIMESTAMP;
    return fb_type_of(zoned ? FB_TYPE_TIMESTAMP : FB_TYPE_TIMESTAMP_NTZ);
}

static const fb_type *common_numeric(fb_arena *arena, fb_common_rules rules, const fb_type *a,
                                     const fb_type *b)
{
    if (a->id == FB_TYPE_DECIMAL || b->id == FB_TYPE_DECIMAL) {
        if (fb_type_is_fractional(a) || fb_type_is_fractional(b)) return fb_type_of(FB_TYPE_DOUBLE);
        if (fb_type_is_integral(a) && decimal_holds(b, a)) return b;
        if (fb_type_is_integral(b) && decimal_holds(a, b)) return a;
        const fb_type *decimal_a = fb_decimal_for(arena, a), *decimal_b = fb_decimal_for(arena, b);
        return decimal_a && decimal_b ? fb_decimal_wider(arena, decimal_a, decimal_b) : NULL;
    }
    const fb_type *wider = a->id > b->id ? a : b; /* the ids are in the order of precedence */
    const fb_type *other = a->id > b->id ? b : a;
    /* A float holds few integers exactly, hence ANSI mode's double. */
    if (wider->id == FB_TYPE_FLOAT && other->id != FB_TYPE_FLOAT && rules != FB_COMMON_LEGACY &&
        rules != FB_COMMON_LEGACY_NO_STRINGS)
        return fb_type_of(FB_TYPE_DOUBLE);
    return wider;
}

static const fb_type *common_with_string(fb_common_rules rules, const fb_type *string,
                                         const fb_type *other)
{
    if (!is_atomic(other)) return NULL;
    switch (rules) {
    case FB_COMMON_ANSI:
        if (fb_type_is_integral(other)) return fb_type_of(FB_TYPE_BIGINT);
        if (fb_type_is_numeric(other)) return fb_type_of(FB_TYPE_DOUBLE);
        return other;
    case FB_COMMON_LEGACY:
        return other->id == FB_TYPE_BINARY || other->id == FB_TYPE_BOOLEAN ? NULL : string;
    case FB_COMMON_ANSI_NO_STRINGS:
    case FB_COMMON_LEGACY_NO_STRINGS:
        return NULL;
    }
    FB_UNREACHABLE();
}

static const fb_type *common_nested(fb_arena *arena, fb_common_rules rules, const fb_type *a,
                                    const fb_type *b)
{
    if (a->id != b->id || a->field_count != b->field_count) return NULL;
    fb_field *fields = fb_arena_array(arena, a->field_count, sizeof *fields);
    if (!fields) return NULL;
    for (uint32_t i = 0; i < a->field_count; i++) {
        const fb_field *left = &a->fields[i], *right = &b->fields[i];
        if (a->id == FB_TYPE_STRUCT && !fb_slice_equal_nocase(left->name, right->name)) return NULL;
        const fb_type *type = fb_common_type_by(arena, rules, left->type, right->type);
        if (!type) return NULL;
        fields[i] = (fb_field){
            .name = left->name, .type = type, .nullable = left->nullable || right->nullable};
    }
    switch (a->id) {
    case FB_TYPE_STRUCT:
        return fb_type_struct(arena, fields, a->field_count);
    case FB_TYPE_ARRAY:
        return fb_type_array(arena, fields[0].type, fields[0].nullable);
    default:
        return fb_type_map(arena, fields[0].type, fields[1].type, fields[1].nullable);
    }
}

const fb_type *fb_common_type_by(fb_arena *arena, fb_common_rules rules, const fb_type *a,
                                 const fb_type *b)
{
    if (fb_type_is_nested(a) && fb_type_is_nested(b)) return common_nested(arena, rules, a, b);
    if (fb_type_equal(a, b)) return a;
    if (a->id == FB_TYPE_VOID) return b;
    if (b->id == FB_TYPE_VOID) return a;
    if (fb_type_is_numeric(a) && fb_type_is_numeric(b)) return common_numeric(arena, rules, a, b);
    if (is_one_of(a, DATETIME_TYPES) && is_one_of(b, DATETIME_TYPES)) return common_datetime(a, b);
    if (a->id == FB_TYPE_STRING) return common_with_string(rules, a, b);
    if (b->id == FB_TYPE_STRING) return common_with_string(rules, b, a);
    return NULL;
}

const fb_type *fb_common_type(fb_arena *arena, const fb_type *a, const fb_type *b)
{
    return fb_common_type_by(arena, FB_COMMON_ANSI, a, b);
}

/* Without ANSI mode a string meets the other side as that side's type, not as text. */
static const fb_type *legacy_comparison_type(fb_arena *arena, const fb_type *a, const fb_type *b)
{
    const fb_type *other = a->id == FB_TYPE_STRING ? b : a;
    if (other->id == FB_TYPE_STRING || other->id == FB_TYPE_VOID) return fb_type_of(FB_TYPE_STRING);
    if (other->id == FB_TYPE_DECIMAL) return fb_type_of(FB_TYPE_DOUBLE);
    (void)arena;
    return is_atomic(other) ? other : NULL;
}

const fb_type *fb_comparison_type(fb_arena *arena, bool ansi, const fb_type *a, const fb_type *b)
{
    bool has_string = a->id == FB_TYPE_STRING || b->id == FB_TYPE_STRING;
    if (!ansi && has_string) return legacy_comparison_type(arena, a, b);
    fb_common_rules rules = ansi ? FB_COMMON_ANSI : FB_COMMON_LEGACY;
    if (fb_type_is_nested(a)) /* elements do not take part in the casting of strings */
        rules = ansi ? FB_COMMON_ANSI_NO_STRINGS : FB_COMMON_LEGACY_NO_STRINGS;
    return fb_common_type_by(arena, rules, a, b);
}

bool fb_type_same_shape(const fb_type *a, const fb_type *b)
{
    if (!fb_type_is_nested(a) || !fb_type_is_nested(b)) return fb_type_equal(a, b);
    if (a->id != b->id || a->field_count != b->field_count) return false;
    for (uint32_t i = 0; i < a->field_count; i++)
        if (!fb_type_same_shape(a->fields[i].type, b->fields[i].type)) return false;
    return true;
}

bool fb_type_has_map(const fb_type *type)
{
    if (type->id == FB_TYPE_MAP) return true;
    for (uint32_t i = 0; fb_type_is_nested(type) && i < type->field_count; i++)
        if (fb_type_has_map(type->fields[i].type)) return true;
    return false;
}

/* --- implicit casts of arguments --- */

bool fb_implicit_cast_allowed(bool ansi, const fb_type *from, const fb_type *to)
{
    if (fb_type_equal(from, to) || from->id == FB_TYPE_VOID) return true;
    if (fb_type_is_nested(from) || fb_type_is_nested(to)) {
        if (from->id != to->id || from->id == FB_TYPE_STRUCT) return false;
        for (uint32_t i = 0; i < from->field_count; i++)
            if (!fb_implicit_cast_allowed(ansi, from->fields[i].type, to->fields[i].type))
                return false;
        return true;
    }
    if (to->id == FB_TYPE_VOID) return false;
    if (to->id == FB_TYPE_STRING) return true;
    if (from->id == FB_TYPE_STRING) return ansi || to->id != FB_TYPE_BOOLEAN;
    return (fb_type_is_numeric(from) && fb_type_is_numeric(to)) ||
           (is_one_of(from, DATETIME_TYPES) && is_one_of(to, DATETIME_TYPES));
}
