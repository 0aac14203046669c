/* SPDX-License-Identifier: Apache-2.0
 *
 * One column of a chunk: values, validity, nested children.
 *
 * Memory belongs to an arena (usually the evaluation's, reset after each chunk); a column is
 * borrowed downstream for one call, and whoever keeps rows copies them. Values in null rows are
 * unspecified but initialised; strings there are safe to read. Kernels must not fail on them. */
#ifndef FB_DATA_COLUMN_H
#define FB_DATA_COLUMN_H

#include "base/arena.h"
#include "base/assert.h"
#include "base/bits.h"
#include "base/int128.h"
#include "data/type.h"

#include <stdbool.h>
#include <stdint.h>

/* A string or binary value: up to 12 bytes lie inline, longer ones at `far`. The unused inline
 * bytes are zero, so that two short strings are equal when their 16 bytes are. */
typedef struct fb_string {
    uint32_t size;
    char prefix[4]; /* the first bytes; the inline text goes on in `near` */
    union {
        char near[8];
        const char *far; /* all `size` bytes, the first four again */
    };
} fb_string;

enum { FB_STRING_INLINE = 12 };
static_assert(sizeof(fb_string) == 16, "strings are 16-byte views");

/* The entries of an array or map row among the rows of the children. */
typedef struct fb_span {
    uint32_t start;
    uint32_t count;
} fb_span;

typedef struct fb_column {
    const fb_type *type;
    /* Row 0 stands for every row. Struct children are then constant too; those of arrays and maps
     * hold that row's entries. The children of a flat column are flat. */
    bool is_constant;
    uint64_t *validity; /* bit set: not null; NULL: no row is null. VOID: all rows are null */
    union {
        void *values;
        uint8_t *bools; /* 0 or 1, in null rows too */
        int8_t *int8s;
        int16_t *int16s;
        int32_t *int32s; /* INT, DATE */
        int64_t *int64s; /* BIGINT, TIMESTAMP, TIMESTAMP_NTZ, DECIMAL up to 18 digits */
        float *floats;
        double *doubles;
        fb_int128 *int128s; /* DECIMAL above 18 digits */
        fb_string *strings; /* STRING, BINARY */
        fb_span *spans;     /* ARRAY, MAP */
    };
    struct fb_column *children; /* STRUCT: one per field, as many rows. ARRAY: 1. MAP: 2 */
    uint32_t child_rows;        /* ARRAY, MAP: rows of the children */
} fb_column;

/* The bytes of a string; for an inline one they lie inside `*string`, which must outlive them. */
static inline fb_slice fb_string_slice(const fb_string *string)
{
    const char *data = string->size <= FB_STRING_INLINE ? string->prefix : string->far;
    return (fb_slice){data, string->size};
}

/* A view of `slice`, whose bytes must outlive it when there are more than 12. */
static inline fb_string fb_string_view(fb_slice slice)
{
    fb_string string = {.size = (uint32_t)slice.size};
    if (slice.size <= FB_STRING_INLINE) {
        if (slice.size) memcpy(string.prefix, slice.data, slice.size);
    } else {
        memcpy(string.prefix, slice.data, sizeof string.prefix);
        string.far = slice.data;
    }
    return string;
}

/* The index at which row `row` of the column lies: 0 in a constant column. */
static inline size_t fb_column_index(const fb_column *column, size_t row)
{
    return column->is_constant ? 0 : row;
}

static inline bool fb_column_is_null(const fb_column *column, size_t row)
{
    if (column->type->id == FB_TYPE_VOID) return true;
    return column->validity && !fb_bits_get(column->validity, fb_column_index(column, row));
}

static inline fb_slice fb_column_string(const fb_column *column, size_t row)
{
    return fb_string_slice(&column->strings[fb_column_index(column, row)]);
}

/* Fills `*out` with room for `row_count` rows of `type`: values uninitialised (strings and spans
 * zeroed), no validity, struct children allocated likewise, array and map children empty (the
 * producer allocates them when it knows their number). False: no memory. */
bool fb_column_init(fb_column *out, fb_arena *arena, const fb_type *type, size_t row_count);

/* The same with all values zero, for producers that do not write every row. */
bool fb_column_init_zero(fb_column *out, fb_arena *arena, const fb_type *type, size_t row_count);

/* Gives the column a validity bitmap for `row_count` rows, all valid, unless it has one. */
bool fb_column_need_validity(fb_column *column, fb_arena *arena, size_t row_count);

/* A constant column without value. */
bool fb_column_init_null(fb_column *out, fb_arena *arena, const fb_type *type);

/* Lets the only row of a flat column stand for every row. */
void fb_column_make_constant(fb_column *column);

/* Rows `rows[0..row_count)` of `in`, in that order, as a flat column; string bytes are shared.
 * A constant column stays constant. */
bool fb_column_gather(fb_column *out, fb_arena *arena, const fb_column *in, const uint32_t *rows,
                      size_t row_count);

/* Rows first .. first + row_count - 1 of `in`, whose memory is shared; `first` is a multiple of 64.
 * There is no validity where none of them is null. A constant column stays constant. */
bool fb_column_slice(fb_column *out, fb_arena *arena, const fb_column *in, size_t first,
                     size_t row_count);

/* A flat column of `row_count` rows with the same content; shares memory when already flat. */
bool fb_column_flatten(fb_column *out, fb_arena *arena, const fb_column *in, size_t row_count);

/* Deep copy of the first `row_count` rows, string bytes included. */
bool fb_column_copy(fb_column *out, fb_arena *arena, const fb_column *in, size_t row_count);

/* Writes row i of `from` over row rows[i] of the flat column `to` of the same type, for each of
 * the `count` rows. Bytes of strings are shared; the entries of arrays and maps are appended to
 * the children of `to`, which need not be fresh: they are replaced, never written to. */
bool fb_column_scatter(fb_column *to, fb_arena *arena, size_t to_row_count, const uint32_t *rows,
                       size_t count, const fb_column *from);

/* Writes row `from_row` of `from` over row `to_row` of the flat column `to` of the same type.
 * Shares and appends like fb_column_scatter. */
bool fb_column_put(fb_column *to, fb_arena *arena, size_t to_row, size_t to_row_count,
                   const fb_column *from, size_t from_row);

#endif
