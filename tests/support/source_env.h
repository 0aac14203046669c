/* SPDX-License-Identifier: Apache-2.0
 *
 * A source opened from option texts, and its rows as arrays. */
#ifndef FB_TEST_SOURCE_ENV_H
#define FB_TEST_SOURCE_ENV_H

#include "sources/source.h"
#include "test.h"

enum { SOURCE_ENV_MAX_OPTIONS = 16, SOURCE_ENV_MAX_ROWS = 1 << 20 };

typedef struct source_env {
    fb_arena arena; /* the schema; chunks of the latest read */
    fb_error err;
    fb_option_value values[SOURCE_ENV_MAX_OPTIONS];
    fb_source_config config;
    fb_source *source;
    fb_buf offset;
} source_env;

/* `options` is a list of name, value, ..., NULL. Fails the test when they are wrong. */
static inline void source_env_init(source_env *env, const fb_source_ops *ops,
                                   const char *const *options)
{
    *env = (source_env){0};
    fb_arena_init(&env->arena, 0);
    fb_buf_init(&env->offset, 0);
    fb_option_input inputs[SOURCE_ENV_MAX_OPTIONS];
    uint32_t count = 0;
    for (; options && options[2 * count]; count++) {
        assert_true(count < SOURCE_ENV_MAX_OPTIONS);
        inputs[count] =
            (fb_option_input){fb_slice_of(options[2 * count]), fb_slice_of(options[2 * count + 1])};
    }
    assert_true(ops->option_count <= SOURCE_ENV_MAX_OPTIONS);
    assert_ok(fb_options_parse(ops->options, ops->option_count, ops->name, inputs, count,
                               env->values, NULL, &env->err),
              &env->err);
    env->config.options = env->values;
}

static inline void source_env_open(source_env *env, const fb_source_ops *ops)
{
    assert_null(env->source);
    assert_ok(fb_source_open(ops, &env->config, &env->source, &env->err), &env->err);
}

static inline void source_env_close(source_env *env)
{
    fb_source_close(env->source);
    env->source = NULL;
}

static inline void source_env_deinit(source_env *env)
{
    source_env_close(env);
    fb_buf_deinit(&env->offset);
    fb_arena_deinit(&env->arena);
}

/* The newest offset after `start` (NULL: the initial one). Borrowed until the next call. */
static inline const char *source_env_latest(source_env *env, const char *start)
{
    bool has_offset;
    assert_ok(fb_source_latest_offset(env->source, fb_slice_of(start), FB_READ_DEFAULT,
                                      &env->offset, &has_offset, &env->err),
              &env->err);
    return has_offset ? fb_buf_text(&env->offset) : NULL;
}

static inline uint32_t source_env_plan(source_env *env, const char *start, const char *end)
{
    uint32_t splits;
    assert_ok(fb_source_plan(env->source, fb_slice_of(start), fb_slice_of(end), &splits, &env->err),
              &env->err);
    return splits;
}

/* Reads the splits first .. last - 1 of two BIGINT-like columns; either array may be NULL, its
 * column is then not asked for. Returns the number of rows; ends early, within a chunk of
 * SOURCE_ENV_MAX_ROWS, when there are more. */
static inline size_t source_env_read(source_env *env, uint32_t first, uint32_t last, int64_t *a,
                                     int64_t *b)
{
    bool columns[2] = {a != NULL, b != NULL};
    size_t rows = 0;
    for (uint32_t split = first; split < last; split++) {
        uint64_t cursor = 0;
        while (rows + FB_CHUNK_ROWS <= SOURCE_ENV_MAX_ROWS) {
            fb_chunk chunk;
            fb_arena_reset(&env->arena);
            assert_ok(fb_source_read(env->source, split, &cursor, columns, &env->arena, &chunk,
                                     &env->err),
                      &env->err);
            if (!chunk.row_count) break;
            assert_int_equal(chunk.column_count, 2);
            for (uint32_t i = 0; i < chunk.row_count; i++) {
                if (a) a[rows + i] = chunk.columns[0].int64s[fb_column_index(chunk.columns, i)];
                if (b) b[rows + i] = chunk.columns[1].int64s[fb_column_index(&chunk.columns[1], i)];
            }
            rows += chunk.row_count;
        }
    }
    return rows;
}

#endif
