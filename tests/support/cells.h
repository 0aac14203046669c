/* SPDX-License-Identifier: Apache-2.0
 *
 * Chunks written down value by value, for tests of what prints them. */
#ifndef FB_TEST_CELLS_H
#define FB_TEST_CELLS_H

#include "data/chunk.h"
#include "env/timezone.h"
#include "test.h"

enum { CELLS_MAX_COLUMNS = 16 };

typedef struct cells {
    fb_arena arena;
    fb_field fields[CELLS_MAX_COLUMNS];
    fb_column columns[CELLS_MAX_COLUMNS];
    const fb_type *schema; /* after cells_finish */
    fb_chunk chunk;
} cells;

static inline void cells_init(cells *made, uint32_t row_count)
{
    *made = (cells){.chunk = {.row_count = row_count}};
    fb_arena_init(&made->arena, 0);
}

static inline void cells_deinit(cells *made)
{
    fb_arena_deinit(&made->arena);
}

/* A new column; the test fills its values. */
static inline fb_column *cells_add(cells *made, const char *name, const fb_type *type)
{
    uint32_t i = made->chunk.column_count++;
    assert_true(i < CELLS_MAX_COLUMNS);
    made->fields[i] = (fb_field){.name = fb_slice_of(name), .type = type, .nullable = true};
    assert_true(fb_column_init(&made->columns[i], &made->arena, type, made->chunk.row_count));
    return &made->columns[i];
}

static inline void cells_null(cells *made, fb_column *column, size_t row)
{
    assert_true(fb_column_need_validity(column, &made->arena, made->chunk.row_count));
    fb_bits_clear(column->validity, row);
}

/* A column of texts; NULL: null. */
static inline void cells_texts(cells *made, const char *name, const char *const *texts)
{
    fb_column *column = cells_add(made, name, fb_type_of(FB_TYPE_STRING));
    for (uint32_t i = 0; i < made->chunk.row_count; i++) {
        column->strings[i] = fb_string_view(fb_slice_of(texts[i] ? texts[i] : ""));
        if (!texts[i]) cells_null(made, column, i);
    }
}

/* A column of first, first + 1, ... */
static inline void cells_numbers(cells *made, const char *name, int64_t first)
{
    fb_column *column = cells_add(made, name, fb_type_of(FB_TYPE_BIGINT));
    for (uint32_t i = 0; i < made->chunk.row_count; i++)
        column->int64s[i] = first + i;
}

/* After the last column. */
static inline void cells_finish(cells *made)
{
    made->chunk.columns = made->columns;
    made->schema = fb_type_struct(&made->arena, made->fields, made->chunk.column_count);
    assert_non_null(made->schema);
}

#endif
