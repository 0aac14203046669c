/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns as keys of groups: rows that repeat, zeros of both signs, NaNs of several bits; and the
 * naive model of grouping: a list of the UnsafeRows of all keys. */
#ifndef FB_TEST_RANDOM_KEYS_H
#define FB_TEST_RANDOM_KEYS_H

#include "data/float_key.h"
#include "data/unsafe_row.h"
#include "random_columns.h"

#include <math.h>

/* Every third number becomes a zero or a NaN. */
static inline void make_special(fb_column *column, size_t count, uint64_t *seed)
{
    static const uint64_t doubles[] = {0, 0x8000000000000000u, 0x7ff8000000000000u,
                                       0xfff8000000000001u, 0x7ff0000000000001u};
    static const uint32_t floats[] = {0, 0x80000000u, 0x7fc00000u, 0xffc00001u, 0x7f800001u};
    for (size_t i = 0; i < count; i++) {
        uint64_t word = random_word(seed);
        if (word % 3) continue;
        if (column->type->id == FB_TYPE_DOUBLE) column->int64s[i] = (int64_t)doubles[word % 5];
        if (column->type->id == FB_TYPE_FLOAT) column->int32s[i] = (int32_t)floats[word % 5];
    }
    bool is_struct = column->type->id == FB_TYPE_STRUCT;
    for (uint32_t i = 0; fb_type_is_nested(column->type) && i < column->type->field_count; i++)
        make_special(&column->children[i], is_struct ? count : column->child_rows, seed);
}

/* `count` rows drawn from `pool_count` different ones. */
static inline void random_keys(fb_column *out, fb_arena *arena, const fb_type *type,
                               size_t pool_count, size_t count, uint64_t *seed)
{
    fb_column pool;
    uint32_t *rows = fb_arena_array(arena, count, sizeof *rows);
    assert_non_null(rows);
    random_column(&pool, arena, type, true, pool_count, seed);
    make_special(&pool, pool_count, seed);
    for (size_t i = 0; i < count; i++)
        rows[i] = (uint32_t)(random_word(seed) % pool_count);
    assert_true(fb_column_gather(out, arena, &pool, rows, count));
}

/* --- the model --- */

enum { KEY_MODEL_MAX_GROUPS = 4096 };

typedef struct key_model {
    fb_arena arena;
    fb_slice keys[KEY_MODEL_MAX_GROUPS];
    uint32_t count;
} key_model;

static inline fb_unsafe_rows key_model_rows(const fb_column *keys, uint32_t key_count,
                                            size_t row_count, fb_arena *arena)
{
    fb_error err;
    fb_unsafe_rows rows;
    fb_column *canonical = fb_arena_array(arena, key_count, sizeof *canonical);
    const fb_column **columns = fb_arena_array(arena, key_count, sizeof *columns);
    assert_true(canonical && columns);
    for (uint32_t i = 0; i < key_count; i++) {
        assert_true(fb_column_canonical_floats(&canonical[i], arena, &keys[i], row_count));
        columns[i] = &canonical[i];
    }
    assert_ok(fb_unsafe_row_encode(columns, key_count, row_count, arena, &rows, &err), &err);
    return rows;
}

/* Numbers in the order of first occurrence. */
static inline void key_model_find(key_model *model, const fb_column *keys, uint32_t key_count,
                                  size_t row_count, uint32_t *groups)
{
    fb_unsafe_rows rows = key_model_rows(keys, key_count, row_count, &model->arena);
    for (size_t i = 0; i < row_count; i++) {
        fb_slice key = fb_unsafe_rows_get(&rows, i);
        uint32_t group = 0;
        while (group < model->count && !fb_slice_equal(model->keys[group], key))
            group++;
        if (group == model->count) {
            assert_true(model->count < KEY_MODEL_MAX_GROUPS);
            model->keys[model->count++] = key;
        }
        groups[i] = group;
    }
}

/* `keys` are those of the groups from `first` on, in order. */
static inline void key_model_check(key_model *model, const fb_column *keys, uint32_t key_count,
                                   uint32_t first, uint32_t count)
{
    assert_true(first + count <= model->count);
    fb_unsafe_rows rows = key_model_rows(keys, key_count, count, &model->arena);
    for (uint32_t i = 0; i < count; i++)
        assert_true(fb_slice_equal(fb_unsafe_rows_get(&rows, i), model->keys[first + i]));
}

#endif
