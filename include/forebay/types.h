/* SPDX-License-Identifier: Apache-2.0
 *
 * Data types, named as in Spark SQL. An fb_type is immutable; it lives as long as the schema,
 * frame or session that it was asked of, the basic ones for ever. */
#ifndef FOREBAY_TYPES_H
#define FOREBAY_TYPES_H

#include <forebay/status.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Values are pinned. Append only. */
typedef enum fb_type_id {
    FB_TYPE_VOID = 0, /* only NULL; Spark's NullType */
    FB_TYPE_BOOLEAN = 1,
    FB_TYPE_TINYINT = 2,        /* 8-bit signed */
    FB_TYPE_SMALLINT = 3,       /* 16-bit signed */
    FB_TYPE_INT = 4,            /* 32-bit signed */
    FB_TYPE_BIGINT = 5,         /* 64-bit signed */
    FB_TYPE_FLOAT = 6,          /* IEEE 754 binary32 */
    FB_TYPE_DOUBLE = 7,         /* IEEE 754 binary64 */
    FB_TYPE_DECIMAL = 8,        /* exact, precision 1..38, scale 0..precision */
    FB_TYPE_STRING = 9,         /* UTF-8 */
    FB_TYPE_BINARY = 10,        /* bytes */
    FB_TYPE_DATE = 11,          /* days since 1970-01-01, proleptic Gregorian */
    FB_TYPE_TIMESTAMP = 12,     /* microseconds since 1970-01-01 00:00:00 UTC */
    FB_TYPE_TIMESTAMP_NTZ = 13, /* microseconds of a wall clock without time zone */
    FB_TYPE_STRUCT = 14,
    FB_TYPE_ARRAY = 15,
    FB_TYPE_MAP = 16
} fb_type_id;

typedef struct fb_type fb_type;

/* Any thread. */
FB_API fb_type_id fb_type_get_id(const fb_type *type);
/* DECIMAL only; 0 for the others. Any thread. */
FB_API int fb_type_precision(const fb_type *type);
FB_API int fb_type_scale(const fb_type *type);

#ifdef __cplusplus
}
#endif

#endif
