/* SPDX-License-Identifier: Apache-2.0
 *
 * Chunks of (id BIGINT, name STRING) for tests of what moves rows. */
#ifndef FB_TEST_ROWS_H
#define FB_TEST_ROWS_H

#include "data/chunk.h"
#include "test.h"

#include <stdio.h>

static inline const fb_type *rows_schema(fb_arena *arena)
{
    const fb_field fields[] = {
        {.name = FB_SLICE("id"), .type = fb_type_of(FB_TYPE_BIGINT), .nullable = true},
        {.name = FB_SLICE("name"), .type = fb_type_of(FB_TYPE_STRING), .nullable = true},
    };
    const fb_type *schema = fb_type_struct(arena, fields, 2);
    assert_non_null(schema);
    return schema;
}

/* The ids `first` .. `first` + `count` - 1; names "row number <id>", NULL where it divides by 5. */
static inline fb_chunk rows_make(fb_arena *arena, int64_t first, uint32_t count)
{
    fb_chunk chunk;
    assert_true(fb_chunk_init(&chunk, arena, rows_schema(arena), count));
    assert_true(fb_column_need_validity(&chunk.columns[1], arena, count));
    for (uint32_t i = 0; i < count; i++) {
        int64_t id = first + i;
        chunk.columns[0].int64s[i] = id;
        const char *name = fb_arena_printf(arena, "row number %lld", (long long)id);
        assert_non_null(name);
        chunk.columns[1].strings[i] = fb_string_view(fb_slice_of(name));
        fb_bits_put(chunk.columns[1].validity, i, id % 5 != 0);
    }
    return chunk;
}

/* The chunk holds exactly the rows of rows_make(first, its row count). */
static inline void rows_check(const fb_chunk *chunk, int64_t first)
{
    assert_int_equal(chunk->column_count, 2);
    for (uint32_t i = 0; i < chunk->row_count; i++) {
        int64_t id = first + i;
        assert_int_equal(chunk->columns[0].int64s[fb_column_index(&chunk->columns[0], i)], id);
        assert_int_equal(fb_column_is_null(&chunk->columns[1], i), id % 5 == 0);
        if (id % 5 == 0) continue;
        char name[40];
        assert_true(snprintf(name, sizeof name, "row number %lld", (long long)id) > 0);
        assert_slice_equal(fb_column_string(&chunk->columns[1], i), name);
    }
}

#endif
