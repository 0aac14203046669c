/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/stripes.h"

static uint32_t splits_of(uint64_t row_count, uint64_t split_rows)
{
    return (uint32_t)(row_count / split_rows + (row_count % split_rows != 0));
}

void fb_stripes_init(fb_stripes *stripes, uint64_t row_count, uint32_t stripe_count)
{
    FB_ASSERT(stripe_count >= 1 && stripe_count <= FB_STRIPES_MAX);
    uint64_t short_rows = row_count / stripe_count;
    uint64_t split_rows = FB_STRIPES_SPLIT_ROWS;
    while (row_count / split_rows > FB_STRIPES_MAX_SPLITS)
        split_rows *= 2;
    *stripes = (fb_stripes){
        .row_count = row_count,
        .step = stripe_count,
        .split_rows = split_rows,
        .long_stripes = (uint32_t)(row_count % stripe_count),
        .long_splits = splits_of(short_rows + 1, split_rows),
        .short_splits = splits_of(short_rows, split_rows),
    };
    stripes->split_count = stripes->long_stripes * stripes->long_splits +
                           (stripe_count - stripes->long_stripes) * stripes->short_splits;
}

uint32_t fb_stripes_next(const fb_stripes *stripes, uint32_t split, uint64_t *cursor,
                         uint64_t *first)
{
    FB_ASSERT(split < stripes->split_count);
    uint32_t in_long = stripes->long_stripes * stripes->long_splits;
    bool is_long = split < in_long;
    uint32_t splits = is_long ? stripes->long_splits : stripes->short_splits;
    uint32_t index = is_long ? split : split - in_long;
    uint64_t stripe = (is_long ? 0 : stripes->long_stripes) + index / splits;
    uint64_t stripe_rows = stripes->row_count / stripes->step + is_long;
    uint64_t start = index % splits * stripes->split_rows;
    uint64_t rows = stripe_rows - start;
    if (rows > stripes->split_rows) rows = stripes->split_rows;
    uint64_t left = rows - *cursor;
    uint32_t count = left < FB_CHUNK_ROWS ? (uint32_t)left : FB_CHUNK_ROWS;
    *first = stripe + (start + *cursor) * stripes->step;
    *cursor += count;
    return count;
}

fb_status fb_stripes_schema(fb_arena *arena, const fb_type **out, fb_error *err)
{
    const fb_field fields[] = {
        {.name = FB_SLICE("timestamp"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true},
        {.name = FB_SLICE("value"), .type = fb_type_of(FB_TYPE_BIGINT), .nullable = true},
    };
    *out = fb_type_struct(arena, fields, 2);
    return *out ? FB_OK : fb_fail_nomem(err, "a schema");
}

bool fb_stripes_chunk(fb_chunk *out, fb_arena *arena, uint32_t row_count)
{
    size_t room = (size_t)row_count + FB_STRIPES_BLOCK - 1;
    fb_column *columns = fb_arena_array(arena, 2, sizeof *columns);
    if (!columns || !fb_column_init(&columns[0], arena, fb_type_of(FB_TYPE_TIMESTAMP), room) ||
        !fb_column_init(&columns[1], arena, fb_type_of(FB_TYPE_BIGINT), room))
        return false;
    *out = (fb_chunk){.row_count = row_count, .column_count = 2, .columns = columns};
    return true;
}

void fb_stripes_fill(int64_t *values, uint32_t count, int64_t first, uint64_t step)
{
    /* Written in vectors: gcc 12 leaves the plain loop scalar at -O2 and gets it wrong at -O3.
     * Unsigned, since the values past the last row may wrap. */
    typedef uint64_t pair __attribute__((vector_size(16)));
    static_assert(FB_STRIPES_BLOCK == 4 * sizeof(pair) / sizeof(uint64_t), "four pairs a turn");
    pair a = {(uint64_t)first, (uint64_t)first + step}, b = a + 2 * step, c = b + 2 * step,
         d = c + 2 * step;
    for (const int64_t *end = values + count; values < end; values += FB_STRIPES_BLOCK) {
        memcpy(values, &a, sizeof a);
        memcpy(values + 2, &b, sizeof b);
        memcpy(values + 4, &c, sizeof c);
        memcpy(values + 6, &d, sizeof d);
        a += FB_STRIPES_BLOCK * step;
        b += FB_STRIPES_BLOCK * step;
        c += FB_STRIPES_BLOCK * step;
        d += FB_STRIPES_BLOCK * step;
    }
}
