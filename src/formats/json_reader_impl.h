/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the JSON reader share. */
#ifndef FB_FORMATS_JSON_READER_IMPL_H
#define FB_FORMATS_JSON_READER_IMPL_H

#include "formats/json_reader.h"
#include "formats/json_scan.h"

/* A column that grows. Every row that was not written is null, also below a null struct. */
typedef struct fb_json_column {
    const fb_type *type;
    uint32_t capacity; /* rows; children of structs have as many */
    uint32_t used;     /* rows taken in a child of an array or map */
    bool is_wanted;    /* of a field of the root; others have no memory */
    bool is_hidden;    /* the column for corrupt lines: no member of theirs */
    uint32_t next;     /* STRUCT: the field that is likely to come next */
    uint64_t *validity;
    union {
        void *values;
        uint8_t *bools;
        int8_t *int8s;
        int16_t *int16s;
        int32_t *int32s;
        int64_t *int64s;
        float *floats;
        double *doubles;
        fb_int128 *int128s;
        fb_string *strings;
        fb_span *spans;
    };
    struct fb_json_column *children;
} fb_json_column;

struct fb_json_rows {
    fb_json_reader reader;
    fb_arena *arena;
    fb_json_column root;     /* STRUCT */
    fb_json_column *corrupt; /* NULL: none, or not wanted */
    uint32_t row_count;
    fb_json_scan scan;
    bool is_bad; /* a value of the line at hand did not fit its type */
};

/* json_column.c. False: no memory. */
bool fb_json_column_init(fb_json_column *column, fb_arena *arena, const fb_type *type);
bool fb_json_column_grow(fb_json_column *column, fb_arena *arena, uint32_t row_count);
void fb_json_column_clear(fb_json_column *column, uint32_t row); /* back to null */
bool fb_json_column_finish(const fb_json_column *column, fb_arena *arena, uint32_t first,
                           uint32_t row_count, fb_column *out);

static inline void fb_json_column_set(fb_json_column *column, uint32_t row)
{
    fb_bits_set(column->validity, row);
}

/* json_scalar.c: a number, word or string into a row of a column of neither STRUCT, ARRAY nor MAP
 * type; not null. `text` is the unescaped text of a string. */
fb_json_result fb_json_scalar(fb_json_rows *rows, fb_json_column *column, uint32_t row,
                              fb_json_kind kind, fb_slice text);

/* json_nested.c: the next value into the row. FB_JSON_BAD: the row was not written, and
 * rows->is_bad is set. */
fb_json_result fb_json_read(fb_json_rows *rows, fb_json_column *column, uint32_t row);

#endif
