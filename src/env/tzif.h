/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoding of TZif files (RFC 8536, versions 2 and up): the offset of a region at every instant. */
#ifndef FB_ENV_TZIF_H
#define FB_ENV_TZIF_H

#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* When, within a year, a rule changes the offset. */
typedef struct fb_tz_change {
    enum {
        FB_TZ_MONTH_WEEK_DAY, /* "M3.5.0": the week-th (5: last) weekday (0: Sunday) of a month */
        FB_TZ_JULIAN,         /* "J60": day 1..365, 29 February never counted */
        FB_TZ_DAY_OF_YEAR,    /* "59": day 0..365 */
    } kind;
    int32_t month, week, day;
    int32_t second; /* of the local day, -167 to 167 hours */
} fb_tz_change;

/* What holds after the last transition: the file's footer, a POSIX TZ string. */
typedef struct fb_tz_rule {
    int32_t standard_offset; /* seconds to add to UTC */
    int32_t daylight_offset;
    bool has_daylight;
    fb_tz_change daylight_from, standard_from;
} fb_tz_rule;

typedef struct fb_tzif {
    uint32_t count;
    int64_t *times;   /* UTC seconds at which the offset changes, ascending */
    int32_t *offsets; /* count + 1: before times[0], from times[0] on, ... */
    bool has_rule;    /* otherwise the last offset stays */
    fb_tz_rule rule;
} fb_tzif;

/* `name` is for messages. FB_E_CORRUPT tells what is wrong. */
fb_status fb_tzif_decode(fb_slice bytes, const char *name, fb_tzif *out, fb_error *err) FB_CHECKED;
void fb_tzif_deinit(fb_tzif *tzif);

/* A footer or TZ variable: "CET-1CEST,M3.5.0,M10.5.0/3". */
bool fb_tz_rule_parse(fb_slice text, fb_tz_rule *out);

/* The half-open range of UTC seconds around `utc` with one offset. */
void fb_tz_rule_range(const fb_tz_rule *rule, int64_t utc, int64_t *from, int64_t *until,
                      int32_t *offset);
void fb_tzif_range(const fb_tzif *tzif, int64_t utc, int64_t *from, int64_t *until,
                   int32_t *offset);

#endif
