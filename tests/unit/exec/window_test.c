/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows against Spark's formula in exact arithmetic, and against what Spark 4.2.0 answered. */
#include "exec/event_time.h"

#include "base/int128.h"
#include "expr_env.h"
#include "random_columns.h"
#include "test.h"

enum { MAX_OUT = 300000 };

typedef struct out_row {
    int64_t id, start_us, end_us;
} out_row;

typedef struct collected {
    out_row *rows;
    uint32_t count, chunks;
    bool is_constant; /* the windows of the last chunk */
} collected;

static expr_env env;
static collected got;
static atomic_bool cancelled;

/* Chunks are [time, id, window]. */
static fb_status collect(void *user, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    (void)user;
    (void)split;
    (void)err;
    got.chunks++;
    got.is_constant = chunk->columns[2].is_constant;
    assert_int_equal(chunk->column_count, 3);
    assert_int_equal(chunk->columns[2].type->id, FB_TYPE_STRUCT);
    for (uint32_t i = 0; i < chunk->row_count; i++) {
        assert_true(got.count < MAX_OUT);
        assert_false(fb_column_is_null(&chunk->columns[2], i));
        size_t at = fb_column_index(&chunk->columns[2], i);
        got.rows[got.count++] = (out_row){
            chunk->columns[1].int64s[fb_column_index(&chunk->columns[1], i)],
            chunk->columns[2].children[0].int64s[at], chunk->columns[2].children[1].int64s[at]};
    }
    return FB_OK;
}

static int set_up_rows(uint32_t row_count)
{
    expr_env_init(&env, row_count);
    expr_env_column(&env, fb_type_of(FB_TYPE_TIMESTAMP));
    fb_column *ids = expr_env_column(&env, fb_type_of(FB_TYPE_BIGINT));
    for (uint32_t i = 0; i < row_count; i++)
        ids->int64s[i] = i;
    got = (collected){.rows = fb_arena_array(&env.arena, MAX_OUT, sizeof *got.rows)};
    assert_non_null(got.rows);
    atomic_store(&cancelled, false);
    return 0;
}

static fb_status run(int64_t width_us, int64_t slide_us, int64_t start_us)
{
    const fb_time_window window = {.time = expr_env_ref(&env, 0),
                                   .width_us = width_us,
                                   .slide_us = slide_us,
                                   .start_us = start_us};
    const fb_field fields[] = {
        {.name = FB_SLICE("start"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true},
        {.name = FB_SLICE("end"), .type = fb_type_of(FB_TYPE_TIMESTAMP), .nullable = true}};
    const fb_type *type = fb_type_struct(&env.arena, fields, 2);
    fb_operator *last, *chain;
    got.count = got.chunks = 0;
    assert_ok(fb_output_create(collect, NULL, 0, &last, &env.err), &env.err);
    assert_ok(fb_window_create(&window, type, &env.context, &cancelled, last, &chain, &env.err),
              &env.err);
    fb_status status = fb_operator_push(chain, &env.chunk, &env.err);
    if (status == FB_OK) status = fb_operator_finish(chain, &env.err);
    fb_operator_close_chain(chain);
    return status;
}

/* Spark's: all candidates, those kept that reach the time. */
static void check_against_formula(int64_t width_us, int64_t slide_us, int64_t start_us)
{
    const fb_column *times = &env.columns[0];
    uint32_t at = 0;
    assert_ok(run(width_us, slide_us, start_us), &env.err);
    for (uint32_t i = 0; i < env.chunk.row_count; i++) {
        if (fb_column_is_null(times, i)) continue;
        fb_int128 time = times->int64s[i];
        fb_int128 rest = (time - start_us) % slide_us;
        fb_int128 start = time - (rest < 0 ? rest + slide_us : rest);
        for (int64_t k = 0; k < (width_us - 1) / slide_us + 1; k++, start -= slide_us) {
            if (time >= start + width_us) continue;
            assert_true(at < got.count);
            assert_int_equal(got.rows[at].id, i);
            assert_true(got.rows[at].start_us == start);
            assert_true(got.rows[at].end_us == start + width_us);
            at++;
        }
    }
    assert_int_equal(at, got.count);
}

static void windows_are_those_of_the_formula(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {
        {10, 10, 0},
        {1, 1, 0},
        {10, 10, 3},
        {10, 10, -7},
        {10, 5, 3},
        {12, 5, 2},
        {7, 2, -1},
        {600000000, 600000000, 0},
        {3600000000, 60000000, 1},
        {86400000000, 86400000000, 3600000000},
        {1000, 999, -998},
        {1 << 20, 1 << 20, 5},
    };
    uint64_t seed = 3;
    set_up_rows(1500);
    fb_column *times = &env.columns[0];
    for (uint32_t i = 0; i < 1500; i++)
        times->int64s[i] = i < 500    ? (int64_t)i - 250
                           : i < 1000 ? (int64_t)(random_word(&seed) % 4000000000000000)
                                      : -(int64_t)(random_word(&seed) % 4000000000000000);
    for (uint32_t i = 0; i < 1500; i += 7)
        expr_env_set_null(&env, times, i);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        check_against_formula(shapes[i][0], shapes[i][1], shapes[i][2]);
    expr_env_deinit(&env);
}

static void tumbling_windows_share_the_chunk_and_sliding_ones_are_cut_into_chunks(void **state)
{
    (void)state;
    set_up_rows(4096);
    for (uint32_t i = 0; i < 4096; i++)
        env.columns[0].int64s[i] = i;
    check_against_formula(100, 100, 0);
    assert_int_equal(got.chunks, 1);
    assert_false(got.is_constant);
    check_against_formula(4096, 4096, 0);
    assert_true(got.is_constant);
    check_against_formula(4095, 4095, 0);
    assert_false(got.is_constant);
    check_against_formula(50, 1, 0);
    assert_int_equal(got.chunks, 50);
    expr_env_deinit(&env);
}

static void a_constant_time_has_the_same_windows_in_every_row(void **state)
{
    (void)state;
    set_up_rows(3);
    env.columns[0].int64s[0] = 25;
    fb_column_make_constant(&env.columns[0]);
    assert_ok(run(10, 10, 0), &env.err);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.rows[2].start_us, 20);
    expr_env_set_null(&env, &env.columns[0], 0);
    assert_ok(run(10, 10, 0), &env.err);
    assert_int_equal(got.count, 0);
    assert_int_equal(got.chunks, 0);
    expr_env_deinit(&env);
}

/* What Spark 4.2.0 answers in ANSI mode for window() near the ends of its time. */
static void windows_beyond_the_ends_of_time_are_an_error_as_in_spark(void **state)
{
    (void)state;
    const int64_t minute = 60000000;
    static const struct {
        int64_t time, slide_minutes, start_minutes;
        const char *hint;
    } cases[] = {
        {INT64_MAX, 10, 0, "try_add"},       {INT64_MIN, 10, 0, "try_subtract"},
        {INT64_MAX, 3, 0, "try_add"},        {INT64_MIN, 3, 0, "try_subtract"},
        {INT64_MAX, 10, -3, "try_subtract"}, {INT64_MIN, 10, 3, "try_subtract"},
    };
    set_up_rows(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        env.columns[0].int64s[0] = cases[i].time;
        assert_status(
            run(10 * minute, cases[i].slide_minutes * minute, cases[i].start_minutes * minute),
            FB_E_COMPUTE);
        assert_string_equal(env.err.condition, "ARITHMETIC_OVERFLOW");
        assert_contains(env.err.message, cases[i].hint);
    }
    env.columns[0].int64s[0] = INT64_MAX - 10 * minute;
    check_against_formula(10 * minute, 10 * minute, 0);
    assert_int_equal(got.rows[0].start_us, 9223372036200000000);
    env.columns[0].int64s[0] = INT64_MIN + 10 * minute;
    check_against_formula(10 * minute, 10 * minute, 0);
    check_against_formula(10 * minute, 5 * minute, 0);
    assert_int_equal(got.count, 2);
    /* Where the slide does not divide the width, Spark also computes a window that ends before the
     * time: the earliest of three starts up to 12 minutes before it. */
    env.columns[0].int64s[0] = INT64_MIN + 11 * minute;
    uint32_t failures = 0;
    for (int64_t start = 0; start < 4; start++)
        failures += run(10 * minute, 4 * minute, start * minute) == FB_E_COMPUTE;
    assert_int_equal(failures, 1);
    expr_env_deinit(&env);
}

static void the_widest_windows_do_not_overflow(void **state)
{
    (void)state;
    set_up_rows(1);
    env.columns[0].int64s[0] = 5;
    check_against_formula(INT64_MAX, INT64_MAX, 0);
    env.columns[0].int64s[0] = -5;
    check_against_formula((int64_t)1 << 62, (int64_t)1 << 61, -9);
    assert_status(run(INT64_MAX, ((int64_t)1 << 62) + 1, 0), FB_E_COMPUTE);
    expr_env_deinit(&env);
}

static void a_stopped_query_makes_no_further_windows(void **state)
{
    (void)state;
    set_up_rows(1000);
    atomic_store(&cancelled, true);
    assert_status(run(1000000, 1, 0), FB_E_CANCELLED);
    assert_int_equal(got.count, 0);
    expr_env_deinit(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_those_of_the_formula),
        cmocka_unit_test(tumbling_windows_share_the_chunk_and_sliding_ones_are_cut_into_chunks),
        cmocka_unit_test(a_constant_time_has_the_same_windows_in_every_row),
        cmocka_unit_test(windows_beyond_the_ends_of_time_are_an_error_as_in_spark),
        cmocka_unit_test(the_widest_windows_do_not_overflow),
        cmocka_unit_test(a_stopped_query_makes_no_further_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
