/* SPDX-License-Identifier: Apache-2.0
 *
 * A compiled pattern, shared by datetime_pattern.c (compile, print) and datetime_pattern_parse.c.
 */
#ifndef FB_DATA_DATETIME_PATTERN_IMPL_H
#define FB_DATA_DATETIME_PATTERN_IMPL_H

#include "data/datetime_pattern.h"

enum { PATTERN_ZONE_BYTES = 64 }; /* of a zone id that is printed or parsed */

typedef enum pattern_field {
    PATTERN_YEAR,        /* proleptic */
    PATTERN_YEAR_OF_ERA, /* in patterns with an era */
    PATTERN_ERA,         /* 0 BC, 1 AD */
    PATTERN_MONTH,
    PATTERN_QUARTER,
    PATTERN_DAY,
    PATTERN_DAY_OF_YEAR,
    PATTERN_WEEKDAY,         /* Monday 1 */
    PATTERN_ALIGNED_WEEKDAY, /* 1..7, counted from the first of the month */
    PATTERN_AMPM,
    PATTERN_HOUR,         /* 0..23 */
    PATTERN_CLOCK_HOUR,   /* 1..24 */
    PATTERN_HOUR12,       /* 0..11 */
    PATTERN_CLOCK_HOUR12, /* 1..12 */
    PATTERN_MINUTE,
    PATTERN_SECOND,
    PATTERN_NANO,
    PATTERN_FIELD_COUNT,
} pattern_field;

/* What java.time.format.SignStyle says about numbers that are parsed and printed. */
typedef enum pattern_sign {
    PATTERN_SIGN_NORMAL,      /* only minus */
    PATTERN_SIGN_NONE,        /* NOT_NEGATIVE */
    PATTERN_SIGN_EXCEEDS_PAD, /* plus when there are more digits than the least number */
} pattern_sign;

typedef enum pattern_kind {
    PATTERN_LITERAL,
    PATTERN_NUMBER,
    PATTERN_REDUCED, /* two digits of a year from 2000 on */
    PATTERN_FRACTION,
    PATTERN_NAME,
    PATTERN_OFFSET,
    PATTERN_GMT_OFFSET,
    PATTERN_ZONE_ID,
    PATTERN_OPTIONAL, /* until the element `end` */
} pattern_kind;

typedef struct pattern_element {
    pattern_kind kind;
    pattern_field field;
    pattern_sign sign;
    uint8_t least, most;      /* digits */
    int16_t following;        /* digits of adjacent numbers behind; -1: of fixed width itself */
    bool is_full;             /* NAME, GMT_OFFSET: the long form */
    bool with_colon;          /* OFFSET */
    uint8_t minutes, seconds; /* OFFSET: 0 never, 1 unless zero, 2 always */
    const char *zero;         /* OFFSET: text of UTC */
    fb_slice text;            /* LITERAL */
    uint32_t end;             /* OPTIONAL: the element behind */
} pattern_element;

struct fb_pattern {
    fb_slice text;
    pattern_element *elements;
    uint32_t count;
    size_t max_bytes;
};

/* Names in the order of the field's values, the first of which is `*first`. */
const char *const *fb_pattern_names(pattern_field field, bool is_full, int *count, int *first);

#endif
