/* SPDX-License-Identifier: Apache-2.0
 *
 * Which casts Spark allows, and how it refuses the others. */
#include "base/status.h"
#include "expr/bind.h"
#include "expr/cast.h"

static bool is_time(const fb_type *type)
{
    return type->id == FB_TYPE_DATE || type->id == FB_TYPE_TIMESTAMP ||
           type->id == FB_TYPE_TIMESTAMP_NTZ;
}

/* Between different scalar types. `strict`: ANSI and TRY. */
static bool scalar_is_allowed(const fb_type *from, const fb_type *to, bool strict)
{
    fb_type_id source = from->id;
    if (source == FB_TYPE_VOID) return true;
    bool from_number = fb_type_is_numeric(from);
    switch (to->id) {
    case FB_TYPE_STRING:
        return true;
    case FB_TYPE_BINARY:
        return source == FB_TYPE_STRING || (!strict && fb_type_is_integral(from));
    case FB_TYPE_BOOLEAN:
        return source == FB_TYPE_STRING || from_number ||
               (!strict && (source == FB_TYPE_DATE || source == FB_TYPE_TIMESTAMP));
    case FB_TYPE_TINYINT:
    case FB_TYPE_SMALLINT:
    case FB_TYPE_INT:
    case FB_TYPE_BIGINT:
    case FB_TYPE_FLOAT:
    case FB_TYPE_DOUBLE:
    case FB_TYPE_DECIMAL:
        return source == FB_TYPE_STRING || source == FB_TYPE_BOOLEAN || from_number ||
               source == FB_TYPE_TIMESTAMP || (!strict && source == FB_TYPE_DATE);
    case FB_TYPE_DATE:
    case FB_TYPE_TIMESTAMP_NTZ:
        return source == FB_TYPE_STRING || is_time(from);
    case FB_TYPE_TIMESTAMP:
        return source == FB_TYPE_STRING || is_time(from) || from_number ||
               (!strict && source == FB_TYPE_BOOLEAN);
    default:
        return false; /* VOID */
    }
}

bool fb_cast_is_allowed(const fb_type *from, const fb_type *to, fb_cast_mode mode)
{
    if (from->id == FB_TYPE_VOID || fb_type_equal(from, to)) return true;
    if (!fb_type_is_nested(to)) {
        bool strict = mode != FB_CAST_LEGACY;
        return fb_type_is_nested(from) ? to->id == FB_TYPE_STRING
                                       : scalar_is_allowed(from, to, strict);
    }
    if (from->id != to->id || from->field_count != to->field_count) return false;
    for (uint32_t i = 0; i < to->field_count; i++) {
        const fb_field *source = &from->fields[i], *target = &to->fields[i];
        if (!fb_cast_is_allowed(source->type, target->type, mode)) return false;
        bool nullable = source->nullable;
        if (mode != FB_CAST_ANSI)
            nullable = nullable || fb_cast_may_give_null(source->type, target->type);
        /* What may be null has to go where null is allowed: never into the key of a map. */
        if (nullable && !target->nullable) return false;
    }
    return true;
}

/* Spark's canNullSafeCastToDecimal. */
static bool always_fits_decimal(const fb_type *from, const fb_type *to)
{
    int whole = to->precision - to->scale;
    switch (from->id) {
    case FB_TYPE_BOOLEAN:
        return whole >= 1;
    case FB_TYPE_TINYINT:
        return whole >= 3;
    case FB_TYPE_SMALLINT:
        return whole >= 5;
    case FB_TYPE_INT:
        return whole >= 10;
    case FB_TYPE_BIGINT:
        return whole >= 20;
    case FB_TYPE_DECIMAL:
        return whole >= from->precision - from->scale && to->scale >= from->scale;
    default:
        return false;
    }
}

bool fb_cast_may_give_null(const fb_type *from, const fb_type *to)
{
    if (from->id == FB_TYPE_VOID || fb_type_equal(from, to)) return false;
    if (from->id == FB_TYPE_STRING) return to->id != FB_TYPE_BINARY;
    switch (to->id) {
    case FB_TYPE_STRING:
        return false;
    case FB_TYPE_TINYINT:
    case FB_TYPE_SMALLINT:
    case FB_TYPE_INT:
        if (from->id == FB_TYPE_TIMESTAMP) return true;
        return fb_type_is_fractional(from) || from->id == FB_TYPE_DECIMAL ||
               from->id == FB_TYPE_DATE;
    case FB_TYPE_BIGINT:
        return fb_type_is_fractional(from) || from->id == FB_TYPE_DECIMAL ||
               from->id == FB_TYPE_DATE;
    case FB_TYPE_TIMESTAMP:
        return fb_type_is_fractional(from);
    case FB_TYPE_DATE:
        return from->id != FB_TYPE_TIMESTAMP;
    case FB_TYPE_DECIMAL:
        return !always_fits_decimal(from, to);
    default:
        return from->id == FB_TYPE_DATE && to->id != FB_TYPE_TIMESTAMP;
    }
}

static bool is_nested_upcast(const fb_type *from, const fb_type *to)
{
    if (from->id != to->id || from->field_count != to->field_count) return false;
    for (uint32_t i = 0; i < from->field_count; i++) {
        if (from->fields[i].nullable && !to->fields[i].nullable) return false;
        if (!fb_cast_is_upcast(from->fields[i].type, to->fields[i].type)) return false;
    }
    return true;
}

bool fb_cast_is_upcast(const fb_type *from, const fb_type *to)
{
    if (from->id == FB_TYPE_VOID || fb_type_equal(from, to)) return true;
    if (fb_type_is_nested(from)) return is_nested_upcast(from, to);
    if (to->id == FB_TYPE_STRING) return true;
    if (is_time(from) && is_time(to)) return to->id != FB_TYPE_DATE;
    if (to->id == FB_TYPE_DECIMAL)
        return (fb_type_is_integral(from) || from->id == FB_TYPE_DECIMAL) &&
               always_fits_decimal(from, to);
    bool is_count = from->id == FB_TYPE_TIMESTAMP && to->id == FB_TYPE_BIGINT;
    bool is_instant = from->id == FB_TYPE_BIGINT && to->id == FB_TYPE_TIMESTAMP;
    bool is_wider = fb_type_is_numeric(from) && fb_type_is_numeric(to) &&
                    from->id != FB_TYPE_DECIMAL && from->id < to->id;
    return is_count || is_instant || is_wider;
}

bool fb_cast_can_fail(const fb_type *from, const fb_type *to, fb_cast_mode mode)
{
    if (from->id == FB_TYPE_VOID || to->id == FB_TYPE_STRING || fb_type_equal(from, to))
        return false;
    if (fb_type_is_nested(to)) {
        for (uint32_t i = 0; i < to->field_count; i++)
            if (fb_cast_can_fail(from->fields[i].type, to->fields[i].type, mode)) return true;
        return false;
    }
    /* Days and local times out of the range of microseconds are an error in every mode. */
    if (is_time(from) && is_time(to)) return mode != FB_CAST_TRY && to->id != FB_TYPE_DATE;
    if (mode != FB_CAST_ANSI) return false;
    if (from->id == FB_TYPE_STRING) return to->id != FB_TYPE_BINARY;
    switch (to->id) {
    case FB_TYPE_BOOLEAN:
    case FB_TYPE_FLOAT:
    case FB_TYPE_DOUBLE:
    case FB_TYPE_BINARY:
        return false;
    case FB_TYPE_DECIMAL:
        return !always_fits_decimal(from, to);
    case FB_TYPE_TIMESTAMP:
        return fb_type_is_fractional(from);
    case FB_TYPE_BIGINT:
        return fb_type_is_fractional(from) || from->id == FB_TYPE_DECIMAL;
    default:
        /* To smaller integers: harmless from a narrower one. */
        return from->id != FB_TYPE_BOOLEAN && !(fb_type_is_integral(from) && from->id < to->id);
    }
}

/* The functions that Spark names where only a cast is refused; NULL: none. */
static const char *suggested_function(const fb_type *from, const fb_type *to)
{
    if (fb_type_is_numeric(from) && to->id == FB_TYPE_DATE) return "DATE_FROM_UNIX_DATE";
    if (from->id == FB_TYPE_DATE && fb_type_is_numeric(to)) return "UNIX_DATE";
    return NULL;
}

fb_status fb_cast_mismatch(fb_binder *binder, const fb_expr *call, fb_cast_mode mode)
{
    const fb_type *from = call->args[0]->type, *to = call->type;
    const char *from_name = fb_type_sql(from, binder->arena);
    const char *to_name = fb_type_sql(to, binder->arena);
    const char *function = mode == FB_CAST_LEGACY ? NULL : suggested_function(from, to);
    if (function)
        return fb_bind_mismatch(binder, call, "CAST_WITH_FUNC_SUGGESTION",
                                "cannot cast \"%s\" to \"%s\".\nTo convert values from \"%s\" to "
                                "\"%s\", you can use the functions `%s` instead.",
                                from_name, to_name, from_name, to_name, function);
    if (mode == FB_CAST_ANSI && fb_cast_is_allowed(from, to, FB_CAST_LEGACY))
        return fb_bind_mismatch(binder, call, "CAST_WITH_CONF_SUGGESTION",
                                "cannot cast \"%s\" to \"%s\" with ANSI mode on.\nIf you have to "
                                "cast \"%s\" to \"%s\", you can set \"spark.sql.ansi.enabled\" as "
                                "'false'.",
                                from_name, to_name, from_name, to_name);
    /* A cast to a nested type is printed as its operand. */
    const fb_expr *shown = fb_type_is_nested(to) ? call->args[0] : call;
    return fb_bind_mismatch(binder, shown, "CAST_WITHOUT_SUGGESTION",
                            "cannot cast \"%s\" to \"%s\".", from_name, to_name);
}
