/* SPDX-License-Identifier: Apache-2.0
 *
 * What a state table is told about its rows. Keys and values are opaque bytes (UnsafeRows), with
 * three exceptions that the schema gives: sizes that never change, the place of the event time,
 * and the prefix of a key. Immutable; any thread. */
#ifndef FB_STATE_LAYOUT_H
#define FB_STATE_LAYOUT_H

#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { FB_STATE_VARIABLE = -1 }; /* rows of different sizes */

/* A list of rows: row i is bytes[offsets[i] .. offsets[i + 1]), or, when `offsets` is NULL,
 * bytes[i * width .. (i + 1) * width). */
typedef struct fb_state_rows {
    const char *bytes;
    const uint64_t *offsets;
    uint64_t width;
    uint32_t count;
} fb_state_rows;

static inline fb_slice fb_state_row(const fb_state_rows *rows, uint32_t index)
{
    if (!rows->offsets) return (fb_slice){rows->bytes + index * rows->width, rows->width};
    return (fb_slice){rows->bytes + rows->offsets[index],
                      rows->offsets[index + 1] - rows->offsets[index]};
}

/* Where the event time lies: a 64-bit field of the key or value, or of a struct in it (a window's
 * end). Rows whose time is null, or that are too short to have it, are never evicted. */
typedef struct fb_state_time {
    bool present;
    bool in_value;
    bool nested;
    uint16_t field_count; /* fields of the row */
    uint16_t field;
    uint16_t nested_count; /* fields of the struct, when nested */
    uint16_t nested_field;
} fb_state_time;

/* How a column of a key takes part in a prefix. */
typedef enum fb_state_column {
    FB_STATE_COLUMN_FIXED,    /* its value is its slot */
    FB_STATE_COLUMN_VARIABLE, /* its slot is offset << 32 | size */
} fb_state_column;

typedef struct fb_state_layout {
    const char *name;    /* of the store, for messages: "state/0/3/default"; copied */
    int64_t key_bytes;   /* FB_STATE_VARIABLE or the size of every key */
    int64_t value_bytes; /* FB_STATE_VARIABLE or the size of every value */
    fb_state_time time;
    uint32_t prefix_count;                 /* leading columns that are scanned by; 0: none */
    uint32_t column_count;                 /* of the key; used with a prefix */
    const fb_state_column *prefix_columns; /* `prefix_count` of them; borrowed */
} fb_state_layout;

/* The event time of a row; false when it has none. */
bool fb_state_time_of(const fb_state_time *time, fb_slice key, fb_slice value, int64_t *out);

/* Hash of the first `prefix_count` columns of an UnsafeRow of `column_count` columns: of a key, or
 * of a prefix alone. Bytes that are no such row hash to anything. */
uint64_t fb_state_prefix_hash(const fb_state_layout *layout, fb_slice row, uint32_t column_count);
/* Whether `key` begins with the columns of `prefix`, an UnsafeRow of `prefix_count` columns. */
bool fb_state_prefix_matches(const fb_state_layout *layout, fb_slice key, fb_slice prefix);

/* The hash by which rows are placed: fixed, so that the order of rows depends on the data only. */
uint64_t fb_state_hash(fb_slice bytes, uint64_t seed);

/* FB_E_INVALID when the layout contradicts itself. */
fb_status fb_state_layout_check(const fb_state_layout *layout, fb_error *err) FB_CHECKED;

#endif
