/* SPDX-License-Identifier: Apache-2.0
 *
 * Time zones with java.time's rules: region ids read from the system's TZif database (RFC 8536,
 * footer rule included), fixed offsets, UTC. Immutable once loaded; any thread. */
#ifndef FB_ENV_TIMEZONE_H
#define FB_ENV_TIMEZONE_H

#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fb_timezone fb_timezone;

/* `id`: "UTC", "Z", "GMT+1", "+01:00", "-3:30", "Europe/Berlin", "CET", Java's short ids (PST,
 * ...). FB_E_INVALID with condition INVALID_TIMEZONE for others. Loaded zones are cached for the
 * life of the process; the result needs no release. */
fb_status fb_timezone_find(fb_slice id, const fb_timezone **out, fb_error *err) FB_CHECKED;
/* The host's zone: TZ, else /etc/localtime, else UTC. */
const fb_timezone *fb_timezone_host(void);
const fb_timezone *fb_timezone_utc(void);
const char *fb_timezone_id(const fb_timezone *zone);

/* An offset as java.time.ZoneOffset and Spark accept it: Z, +h, +hh, +h:m, +hh:mm, +hhmm,
 * +hh:mm:ss, +hhmmss, up to 18 hours. */
bool fb_timezone_parse_offset(fb_slice text, int32_t *seconds);

/* Seconds to add to UTC to get local time at that instant (seconds since the epoch, UTC). */
int32_t fb_timezone_offset_at(const fb_timezone *zone, int64_t utc_seconds);
/* The instant of a local date-time: in a gap moved forward by the gap's length, in an overlap
 * the earlier offset (java.time.ZonedDateTime.ofLocal). */
int64_t fb_timezone_to_utc(const fb_timezone *zone, int64_t local_seconds);

/* The half-open range of UTC seconds around `utc_seconds` in which the offset is `*offset`: lets
 * loops over rows look the zone up once. */
void fb_timezone_range_at(const fb_timezone *zone, int64_t utc_seconds, int64_t *from,
                          int64_t *until, int32_t *offset);

#endif
