/* SPDX-License-Identifier: Apache-2.0
 *
 * Spark's UnsafeRow: the bytes of every key and value of state, in memory and on disk.
 *
 *     row    [null bits, 64 per word][an 8-byte slot per field][variable-width part]
 *     array  [count, 8 bytes][null bits][elements, padded to 8][variable-width part]
 *     map    [bytes of the key array, 8 bytes][key array][value array]
 *
 * A slot holds a value of up to 8 bytes in its low bytes, the others zero, or offset << 32 | size
 * of a piece of the variable-width part, counted from the start of the row or array. Pieces follow
 * one another in the order of the fields, padded with zeros to 8 bytes. All is little-endian. A
 * null has its bit set and a slot of zero, with one exception: a decimal of more than 18 digits
 * has 16 bytes of its own also as a null of a row, and its slot keeps their offset.
 *
 * Equal keys must have equal bytes, hence the zeros. Rows have any alignment when they are read.
 * Any thread. */
#ifndef FB_DATA_UNSAFE_ROW_H
#define FB_DATA_UNSAFE_ROW_H

#include "base/status.h"
#include "data/chunk.h"

/* Spark's limit, and so the largest size of a row, array or map. */
enum { FB_UNSAFE_ROW_MAX_BYTES = 2147483632 };

/* Rows one after another: row i is bytes[offsets[i] .. offsets[i + 1]), aligned to 8. */
typedef struct fb_unsafe_rows {
    const char *bytes;
    const uint64_t *offsets;
    size_t row_count;
} fb_unsafe_rows;

static inline fb_slice fb_unsafe_rows_get(const fb_unsafe_rows *rows, size_t row)
{
    return (fb_slice){rows->bytes + rows->offsets[row],
                      rows->offsets[row + 1] - rows->offsets[row]};
}

/* Bytes of a row's null bits. */
static inline size_t fb_unsafe_row_bits_bytes(size_t field_count)
{
    return fb_bits_words(field_count) * 8;
}

/* Bytes before the variable-width part. */
static inline size_t fb_unsafe_row_fixed_bytes(size_t field_count)
{
    return fb_unsafe_row_bits_bytes(field_count) + field_count * 8;
}

/* Bytes of an element in an array. */
size_t fb_unsafe_array_width(const fb_type *element);

/* True when all rows of the fields have the same size: then *size_bytes is it. Fields that are
 * structs count where they are not nullable; the caller who relies on it must check the sizes of
 * what was encoded if he does not trust the nullability of the schema. */
bool fb_unsafe_row_has_fixed_size(const fb_type *schema, size_t *size_bytes);

/* Encodes row_count rows of the columns. Result and scratch memory lie in `arena`. FB_E_LIMIT for
 * a row above FB_UNSAFE_ROW_MAX_BYTES; FB_E_NOMEM. */
fb_status fb_unsafe_row_encode(const fb_column *const *columns, uint32_t column_count,
                               size_t row_count, fb_arena *arena, fb_unsafe_rows *out,
                               fb_error *err) FB_CHECKED;

/* Decodes rows of the fields of `schema` (a STRUCT) into columns in `arena`. Long strings point
 * into the rows. Safe on any bytes: what does not fit is FB_E_CORRUPT, with the number of the row
 * among these, the field, and what was expected; for more, see fb_unsafe_row_check. */
fb_status fb_unsafe_row_decode(const fb_type *schema, const fb_slice *rows, size_t row_count,
                               fb_arena *arena, fb_chunk *out, fb_error *err) FB_CHECKED;

/* --- rows that stay where they are --- */

/* True when every row of the fields has a word of null bits and a slot per field, with any bytes in
 * it a value: 1 to 64 numbers up to BIGINT and DOUBLE, booleans, dates and timestamps. */
bool fb_unsafe_row_is_plain(const fb_type *schema);
/* Reads plain rows, at rows[i], into flat columns with room for them; nulls are seen where a column
 * has a validity bitmap, and are zero underneath. */
void fb_unsafe_row_load(char *const *rows, size_t row_count, fb_column *columns,
                        uint32_t column_count);
/* Writes all bytes of plain rows from flat columns. */
void fb_unsafe_row_store(const fb_column *columns, uint32_t column_count, size_t row_count,
                         char *const *rows);

/* Whether the row is exactly what fb_unsafe_row_encode writes for its values: sizes, order, zero
 * in null slots, unused bytes and padding, no null in a field that cannot be null. FB_E_CORRUPT
 * names the field and the offset. */
fb_status fb_unsafe_row_check(const fb_type *schema, fb_slice row, fb_error *err) FB_CHECKED;

#endif
