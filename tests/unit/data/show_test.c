/* SPDX-License-Identifier: Apache-2.0
 *
 * The expected tables were printed by Spark 4.2.0. */
#include "data/show.h"

#include "base/memory.h"
#include "cells.h"

static cells made;
static fb_show_format format;
static fb_buf out;

static int set_up(void **state)
{
    (void)state;
    fb_buf_init(&out, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_buf_deinit(&out);
    cells_deinit(&made);
    return 0;
}

/* Prints the chunk as one part. */
static const char *show(uint64_t row_limit, uint32_t cell_limit)
{
    cells_finish(&made);
    format = (fb_show_format){.schema = made.schema,
                              .timezone = fb_timezone_utc(),
                              .row_limit = row_limit,
                              .cell_limit = cell_limit};
    fb_show part;
    fb_show_init(&part, &format);
    fb_error err;
    assert_ok(fb_show_add(&part, &made.chunk, &err), &err);
    const fb_show *parts[] = {&part};
    fb_buf_clear(&out);
    fb_show_print(&format, parts, 1, &out);
    assert_false(out.failed);
    fb_show_deinit(&part);
    return fb_buf_text(&out);
}

/* One column x of one row. */
static const char *show_one(const char *text)
{
    cells_init(&made, 1);
    cells_texts(&made, "x", (const char *const[]){text});
    return show(20, 20);
}

static void cells_stand_to_the_right_and_null_is_upper_case(void **state)
{
    (void)state;
    cells_init(&made, 2);
    cells_texts(&made, "x", (const char *const[]){"a", NULL});
    cells_numbers(&made, "y", 1);
    assert_string_equal(show(20, 20), "+----+---+\n"
                                      "|   x|  y|\n"
                                      "+----+---+\n"
                                      "|   a|  1|\n"
                                      "|NULL|  2|\n"
                                      "+----+---+\n");
}

static void whole_cells_stand_to_the_left(void **state)
{
    (void)state;
    cells_init(&made, 1);
    cells_texts(&made, "x", (const char *const[]){"a"});
    cells_texts(&made, "y", (const char *const[]){"中文"});
    assert_string_equal(show(20, 0), "+---+----+\n"
                                     "|x  |y   |\n"
                                     "+---+----+\n"
                                     "|a  |中文|\n"
                                     "+---+----+\n");
}

static void long_cells_are_cut_names_are_not(void **state)
{
    (void)state;
    cells_init(&made, 1);
    cells_texts(&made, "a\nb\tvery long header name here it is",
                (const char *const[]){"abcdefghijklmnopqrstuvwxyz"});
    cells_texts(&made, "y", (const char *const[]){"abcdefghijklmnopqrst"});
    cells_texts(&made, "z", (const char *const[]){"é中文字"});
    assert_string_equal(show(20, 20),
                        "+--------------------------------------+--------------------+-------+\n"
                        "|a\\nb\\tvery long header name here it is|                   y|      z|\n"
                        "+--------------------------------------+--------------------+-------+\n"
                        "|                  abcdefghijklmnopq...|abcdefghijklmnopqrst|é中文字|\n"
                        "+--------------------------------------+--------------------+-------+\n");
}

static void a_cell_is_cut_by_utf16_units_and_may_lose_half_a_pair(void **state)
{
    (void)state;
    assert_string_equal(show_one("abcdefghijklmnop😀xyz"), "+--------------------+\n"
                                                          "|                   x|\n"
                                                          "+--------------------+\n"
                                                          "|abcdefghijklmnop?...|\n"
                                                          "+--------------------+\n");
    cells_deinit(&made);
    assert_string_equal(show_one("😀😀😀😀😀😀😀😀😀😀"), "+--------------------+\n"
                                                "|                   x|\n"
                                                "+--------------------+\n"
                                                "|😀😀😀😀😀😀😀😀😀😀|\n"
                                                "+--------------------+\n");
    cells_deinit(&made);
    assert_string_equal(show_one("中中中中中中中中中中中中中中中中中中中中中"),
                        "+-------------------------------------+\n"
                        "|                                    x|\n"
                        "+-------------------------------------+\n"
                        "|中中中中中中中中中中中中中中中中中...|\n"
                        "+-------------------------------------+\n");
}

static void a_cell_is_escaped_before_it_is_cut(void **state)
{
    (void)state;
    assert_string_equal(show_one("aaaaaaaaaaaaaaaaaa\nb"), "+--------------------+\n"
                                                           "|                   x|\n"
                                                           "+--------------------+\n"
                                                           "|aaaaaaaaaaaaaaaaa...|\n"
                                                           "+--------------------+\n");
}

static void some_control_characters_are_escaped_others_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cell;
        size_t width;
    } cases[] = {
        {"a\nb\tc\rd\be\ff", "a\\nb\\tc\\rd\\be\\ff", 16},
        {"\a\v\x1b\x7f\\", "\\a\\v\x1b\x7f\\", 7},
        {"\xe2\x80\x8b\xcc\x81", "\xe2\x80\x8b\xcc\x81", 2}, /* widths are units */
        {"ｱｲｳ", "ｱｲｳ", 3},
        {"ＡＢ", "ＡＢ", 4},
        {"a\xff\x62", "a\xef\xbf\xbd\x62", 3},
        {"", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_buf_clear(&out);
        assert_int_equal(fb_show_cell(fb_slice_of(cases[i].text), 0, &out), cases[i].width);
        assert_string_equal(fb_buf_text(&out), cases[i].cell);
    }
    cells_init(&made, 0);
}

static void limits_below_four_cut_without_dots(void **state)
{
    (void)state;
    fb_buf_clear(&out);
    assert_int_equal(fb_show_cell(FB_SLICE("abcdef"), 3, &out), 3);
    assert_string_equal(fb_buf_text(&out), "abc");
    cells_init(&made, 0);
}

static void rows_above_the_limit_are_announced_without_a_newline(void **state)
{
    (void)state;
    cells_init(&made, 3);
    cells_numbers(&made, "id", 0);
    assert_string_equal(show(2, 20), "+---+\n| id|\n+---+\n|  0|\n|  1|\n+---+\n"
                                     "only showing top 2 rows");
    assert_string_equal(show(1, 20), "+---+\n| id|\n+---+\n|  0|\n+---+\nonly showing top 1 row");
    assert_string_equal(show(0, 20), "+---+\n| id|\n+---+\n+---+\nonly showing top 0 rows");
    assert_string_equal(show(3, 20), "+---+\n| id|\n+---+\n|  0|\n|  1|\n|  2|\n+---+\n");
}

static void an_empty_table_is_its_header(void **state)
{
    (void)state;
    cells_init(&made, 0);
    cells_numbers(&made, "id", 0);
    assert_string_equal(show(20, 20), "+---+\n| id|\n+---+\n+---+\n");
}

static void a_table_without_columns_has_rows_still(void **state)
{
    (void)state;
    cells_init(&made, 2);
    assert_string_equal(show(20, 20), "++\n||\n++\n||\n||\n++\n");
}

static void parts_follow_each_other_within_one_limit(void **state)
{
    (void)state;
    cells_init(&made, 3);
    cells_numbers(&made, "id", 0);
    cells_finish(&made);
    format = (fb_show_format){
        .schema = made.schema, .timezone = fb_timezone_utc(), .row_limit = 5, .cell_limit = 20};
    fb_show first, second;
    fb_error err;
    fb_show_init(&first, &format);
    fb_show_init(&second, &format);
    assert_ok(fb_show_add(&first, &made.chunk, &err), &err);
    for (int i = 0; i < 3; i++)
        made.columns[0].int64s[i] = 1000 + i;
    assert_ok(fb_show_add(&second, &made.chunk, &err), &err);
    const fb_show *parts[] = {NULL, &first, NULL, &second};
    fb_show_print(&format, parts, 4, &out);
    assert_string_equal(fb_buf_text(&out), "+----+\n|  id|\n+----+\n|   0|\n|   1|\n|   2|\n"
                                           "|1000|\n|1001|\n+----+\nonly showing top 5 rows");
    fb_show_deinit(&first);
    fb_show_deinit(&second);
}

static void no_more_rows_are_kept_than_will_be_printed(void **state)
{
    (void)state;
    cells_init(&made, 4000);
    cells_numbers(&made, "id", 0);
    cells_finish(&made);
    format = (fb_show_format){
        .schema = made.schema, .timezone = fb_timezone_utc(), .row_limit = 20, .cell_limit = 20};
    fb_show part;
    fb_error err;
    fb_show_init(&part, &format);
    for (int i = 0; i < 100; i++)
        assert_ok(fb_show_add(&part, &made.chunk, &err), &err);
    assert_int_equal(part.row_count, 20);
    assert_true(part.has_more);
    assert_true(fb_show_bytes(&part) < 4096);
    fb_show_deinit(&part);
}

static void texts_above_the_limit_are_an_error(void **state)
{
    (void)state;
    cells_init(&made, 1000);
    cells_numbers(&made, "id", 0);
    cells_finish(&made);
    format = (fb_show_format){
        .schema = made.schema, .timezone = fb_timezone_utc(), .row_limit = 1000, .max_bytes = 1000};
    fb_show part;
    fb_error err;
    fb_show_init(&part, &format);
    assert_status(fb_show_add(&part, &made.chunk, &err), FB_E_LIMIT);
    assert_contains(err.message, "limit 1000 bytes");
    fb_show_deinit(&part);
}

int main(void)
{
#define SHOW_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SHOW_TEST(cells_stand_to_the_right_and_null_is_upper_case),
        SHOW_TEST(whole_cells_stand_to_the_left),
        SHOW_TEST(long_cells_are_cut_names_are_not),
        SHOW_TEST(a_cell_is_cut_by_utf16_units_and_may_lose_half_a_pair),
        SHOW_TEST(a_cell_is_escaped_before_it_is_cut),
        SHOW_TEST(some_control_characters_are_escaped_others_are_not),
        SHOW_TEST(limits_below_four_cut_without_dots),
        SHOW_TEST(rows_above_the_limit_are_announced_without_a_newline),
        SHOW_TEST(an_empty_table_is_its_header),
        SHOW_TEST(a_table_without_columns_has_rows_still),
        SHOW_TEST(parts_follow_each_other_within_one_limit),
        SHOW_TEST(no_more_rows_are_kept_than_will_be_printed),
        SHOW_TEST(texts_above_the_limit_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
