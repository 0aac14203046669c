/* SPDX-License-Identifier: Apache-2.0 */
#include "base/calendar.h"
#include "env/timezone.h"
#include "test.h"

#include <stdlib.h>

static const fb_timezone *zone(const char *id)
{
    fb_error err;
    const fb_timezone *found;
    assert_ok(fb_timezone_find(fb_slice_of(id), &found, &err), &err);
    return found;
}

static int64_t at(int year, int month, int day, int hour, int minute)
{
    return fb_date_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60;
}

static void offsets_are_read_in_every_spelling(void **state)
{
    (void)state;
    const struct {
        const char *id;
        int32_t offset;
    } cases[] = {
        {"UTC", 0},          {"Z", 0},          {"GMT", 0},
        {"UT", 0},           {"GMT+1", 3600},   {"UTC-2:30", -9000},
        {"UT+01:00", 3600},  {"+1", 3600},      {"+01", 3600},
        {"+0130", 5400},     {"-3:30", -12600}, {"+01:3", 3780},
        {"+01:30:15", 5415}, {"+013015", 5415}, {"+18:00", 64800},
        {"-18", -64800},     {"EST", -18000},   {"MST", -25200},
        {"HST", -36000},     {"GMT0", 0},       {"Etc/GMT+5", -18000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(fb_timezone_offset_at(zone(cases[i].id), 0), cases[i].offset);
}

static void unknown_names_are_refused_by_name(void **state)
{
    (void)state;
    const char *const cases[] = {"",        "X",        "europe/berlin", "CEST",
                                 "+19",     "+18:01",   "+1:60",         "+130",
                                 "+1:30:5", "+01:",     "UTC+",          "GMT 1",
                                 "ROC",     "Factory",  "posixrules",    "../etc/passwd",
                                 "Europe",  "zone.tab", "posix/UTC",     "Europe/../UTC",
                                 "/UTC"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const fb_timezone *found;
        fb_error err;
        fb_status status = fb_timezone_find(fb_slice_of(cases[i]), &found, &err);
        if (status != FB_E_INVALID) fail_msg("\"%s\" was taken", cases[i]);
        assert_string_equal(err.condition, "INVALID_TIMEZONE");
        assert_contains(err.message, cases[i]);
        assert_null(found);
    }
}

static void regions_change_their_offset_with_the_seasons(void **state)
{
    (void)state;
    const fb_timezone *berlin = zone("Europe/Berlin");
    assert_ptr_equal(berlin, zone("Europe/Berlin"));
    assert_string_equal(fb_timezone_id(berlin), "Europe/Berlin");
    assert_int_equal(fb_timezone_offset_at(berlin, at(2024, 1, 1, 0, 0)), 3600);
    assert_int_equal(fb_timezone_offset_at(berlin, at(2024, 7, 1, 0, 0)), 7200);
    assert_int_equal(fb_timezone_offset_at(berlin, at(2500, 7, 1, 0, 0)), 7200);
    assert_int_equal(fb_timezone_offset_at(zone("PST"), at(1850, 1, 1, 0, 0)), -28378);
}

static void gaps_move_forward_and_overlaps_take_the_earlier_offset(void **state)
{
    (void)state;
    const fb_timezone *la = zone("America/Los_Angeles");
    const int years[] = {2024, 2300};
    const int gap_days[] = {10, 11}, overlap_days[] = {3, 4};
    for (int i = 0; i < 2; i++) {
        int64_t gap = at(years[i], 3, gap_days[i], 2, 30);
        assert_int_equal(fb_timezone_to_utc(la, gap), gap + 8 * 3600);
        assert_int_equal(fb_timezone_offset_at(la, gap + 8 * 3600), -7 * 3600);
        int64_t overlap = at(years[i], 11, overlap_days[i], 1, 30);
        assert_int_equal(fb_timezone_to_utc(la, overlap), overlap + 7 * 3600);
    }
    assert_int_equal(fb_timezone_to_utc(zone("+01:00"), 0), -3600);
    /* A whole day that never was: Samoa skipped 30 December 2011. */
    assert_int_equal(fb_timezone_to_utc(zone("Pacific/Apia"), at(2011, 12, 30, 12, 0)),
                     at(2011, 12, 30, 22, 0));
}

static void every_local_time_leads_back_to_itself(void **state)
{
    (void)state;
    const char *const ids[] = {"Europe/Dublin", "Africa/Casablanca",   "America/Caracas",
                               "Asia/Gaza",     "Australia/Lord_Howe", "Antarctica/Troll",
                               "-12:34:56"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const fb_timezone *z = zone(ids[i]);
        for (int64_t utc = at(1800, 1, 1, 0, 0); utc < at(2150, 1, 1, 0, 0);
             utc += 86400 * 3 + 997) {
            int64_t from, until;
            int32_t offset;
            fb_timezone_range_at(z, utc, &from, &until, &offset);
            assert_true(from <= utc && utc < until);
            int64_t back = fb_timezone_to_utc(z, utc + offset);
            /* Either the same instant, or the other reading of a time that came twice. */
            assert_int_equal(back + fb_timezone_offset_at(z, back), utc + offset);
            assert_true(back <= utc);
        }
    }
}

static void the_host_zone_obeys_the_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", ":America/New_York", 1), 0);
    assert_string_equal(fb_timezone_id(fb_timezone_host()), "America/New_York");
    assert_int_equal(setenv("TZ", "No/Such_Place", 1), 0);
    assert_ptr_equal(fb_timezone_host(), fb_timezone_utc());
    assert_int_equal(unsetenv("TZ"), 0);
    assert_non_null(fb_timezone_host());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_read_in_every_spelling),
        cmocka_unit_test(unknown_names_are_refused_by_name),
        cmocka_unit_test(regions_change_their_offset_with_the_seasons),
        cmocka_unit_test(gaps_move_forward_and_overlaps_take_the_earlier_offset),
        cmocka_unit_test(every_local_time_leads_back_to_itself),
        cmocka_unit_test(the_host_zone_obeys_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
