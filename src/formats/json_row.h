/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as JSON objects, as Spark's to_json prints them with ignoreNullFields=false: timestamps as
 * 2024-01-01T00:00:00.000-08:00 in the session's zone, binary as base64, NaN and infinities as
 * strings, map keys by their stored value (dates as days, timestamps as microseconds). */
#ifndef FB_FORMATS_JSON_ROW_H
#define FB_FORMATS_JSON_ROW_H

#include "data/chunk.h"
#include "data/datetime.h"
#include "formats/json_writer.h"

/* Remembers between rows what makes timestamps cheap. Plain storage; one thread at a time. */
typedef struct fb_json_row_printer {
    const fb_type *schema; /* STRUCT; borrowed */
    fb_timestamp_printer zoned;
    fb_timestamp_printer wall; /* TIMESTAMP_NTZ */
    int64_t from_s, until_s;   /* instants at which the zone's offset is `offset_s` */
    int32_t offset_s;
} fb_json_row_printer;

void fb_json_row_printer_init(fb_json_row_printer *printer, const fb_type *schema,
                              const fb_timezone *zone);

/* Writes the fields of row `row` as members of the object that was begun. Running out of memory
 * shows in the writer's buffer. */
void fb_json_row_printer_members(fb_json_row_printer *printer, fb_json_writer *json,
                                 const fb_chunk *chunk, size_t row);

#endif
