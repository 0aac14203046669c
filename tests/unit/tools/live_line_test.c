/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/live_line.h"

#include "stream/progress.h"
#include "test.h"

enum { NOON_S = 1714564800 }; /* 2024-05-01 12:00:00 UTC */

static char line[512];

/* The line of batch 118, with `rows` in a second. */
static const char *told(uint64_t rows, const fb_operator_progress *operator_,
                        fb_event_time_progress event_time, bool is_short, int64_t late_groups)
{
    const fb_source_progress source = {.description = FB_SLICE("s"), .row_count = rows};
    event_time.timezone = fb_timezone_utc();
    const fb_progress_input input = {.id = FB_SLICE("i"),
                                     .run_id = FB_SLICE("r"),
                                     .batch_id = 118,
                                     .duration_us = 21000,
                                     .since_last_trigger_us = 1000000,
                                     .sources = &source,
                                     .source_count = 1,
                                     .event_time = event_time,
                                     .operators = operator_,
                                     .operator_count = operator_ ? 1 : 0,
                                     .sink_description = FB_SLICE("noop")};
    live_query live = {.name = "counts", .late_groups = (uint64_t)late_groups};
    fb_error err;
    assert_ok(fb_progress_create(&input, &live.progress, &err), &err);
    live_query_print(&live, is_short, NOON_S, line, sizeof line);
    fb_progress_release(live.progress);
    return line;
}

static const char *told_rate(uint64_t rows)
{
    return told(rows, NULL, (fb_event_time_progress){.has_watermark = false}, false, 0);
}

static const char *told_state(uint64_t rows, uint64_t bytes)
{
    const fb_operator_progress state = {
        .name = FB_SLICE("stateStoreSave"), .rows_total = rows, .memory_bytes = bytes};
    return told(5, &state, (fb_event_time_progress){.has_watermark = false}, false, 0);
}

static const char *told_watermark(int64_t ms)
{
    return told(5, NULL, (fb_event_time_progress){.has_watermark = true, .watermark_ms = ms}, false,
                0);
}

static void rates_are_short(void **state)
{
    (void)state;
    assert_string_equal(told_rate(5), "counts  batch 118 · 5 rows/s in · 21 ms/batch");
    assert_contains(told_rate(999), " 999 rows/s in ");
    assert_contains(told_rate(90000), " 90,000 rows/s in ");
    assert_contains(told_rate(999999), " 999,999 rows/s in ");
    assert_contains(told_rate(2400000), " 2.4 M rows/s in ");
    assert_contains(told_rate(1500000000), " 1.5 G rows/s in ");
}

static void state_is_told_in_rows_and_bytes(void **state)
{
    (void)state;
    assert_string_equal(told_state(1204332, 58000000),
                        "counts  batch 118 · 5 rows/s in · state 1,204,332 rows, 58 MB · "
                        "21 ms/batch");
    assert_contains(told_state(1, 999), " state 1 row, 999 bytes ");
    assert_contains(told_state(0, 1000), " state 0 rows, 1 kB ");
    assert_contains(told_state(12, 999600), " state 12 rows, 1 MB ");
    assert_contains(told_state(1234567890, 2340000000), " state 1,234,567,890 rows, 2.3 GB ");
}

static void watermarks_near_the_clock_are_told_with_their_distance(void **state)
{
    (void)state;
    assert_contains(told_watermark(0), " in · no watermark yet · 21 ms");
    assert_contains(told_watermark((NOON_S - 8) * 1000LL + 600),
                    " · watermark 11:59:52 (8 s behind) · ");
    assert_contains(told_watermark((NOON_S - 119) * 1000LL), " (119 s behind) ");
    assert_contains(told_watermark((NOON_S - 120) * 1000LL), " (2 min behind) ");
    assert_contains(told_watermark((NOON_S - 7200) * 1000LL), " 10:00:00 (2 h behind) ");
    assert_contains(told_watermark((NOON_S - 86399) * 1000LL), " (23 h behind) ");
    assert_contains(told_watermark((NOON_S - 86400) * 1000LL),
                    " · watermark 2024-04-30 12:00:00 · ");
    assert_contains(told_watermark((NOON_S + 2) * 1000LL), " · watermark 2024-05-01 12:00:02 · ");
}

static void late_rows_are_told_once_there_are_any(void **state)
{
    (void)state;
    const fb_event_time_progress none = {.has_watermark = false};
    assert_contains(told(5, NULL, none, false, 1017), " in · late 1,017 · 21 ms");
    assert_string_equal(told(5, NULL, none, true, 17), "counts 118 · 5 rows/s");
}

static void a_query_without_progress_waits(void **state)
{
    (void)state;
    const live_query live = {.name = "counts"};
    live_query_print(&live, false, NOON_S, line, sizeof line);
    assert_string_equal(line, "counts  waiting for data");
    live_query_print(&live, true, NOON_S, line, sizeof line);
    assert_string_equal(line, "counts waiting");
}

static void lines_are_cut_by_characters_and_leave_the_last_column_free(void **state)
{
    (void)state;
    char text[] = "a · b · c";
    cut_line(text, 10);
    assert_string_equal(text, "a · b · c");
    cut_line(text, 9);
    assert_string_equal(text, "a · b · ");
    cut_line(text, 4);
    assert_string_equal(text, "a ·");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_short),
        cmocka_unit_test(state_is_told_in_rows_and_bytes),
        cmocka_unit_test(watermarks_near_the_clock_are_told_with_their_distance),
        cmocka_unit_test(late_rows_are_told_once_there_are_any),
        cmocka_unit_test(a_query_without_progress_waits),
        cmocka_unit_test(lines_are_cut_by_characters_and_leave_the_last_column_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
