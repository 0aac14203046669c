/* SPDX-License-Identifier: Apache-2.0 */
#include "session/session_state.h"
#include "test.h"

static fb_arena arena;

static fb_option option(const char *key, const char *value, uint32_t line)
{
    return (fb_option){.key = fb_slice_of(key),
                       .value = fb_slice_of(value),
                       .key_position = {line, 1, 3},
                       .value_position = {line, 50, 4}};
}

static fb_status parse(const char *sink, const fb_option *options, uint32_t count,
                       fb_query_plan *out, uint32_t *length, fb_error *err)
{
    const fb_option_list list = {options, count};
    return fb_query_plan_parse(&arena, fb_slice_of(sink), (fb_position){9, 9, 9}, &list, out,
                               length, err);
}

static void common_options_and_those_of_the_sink_are_parsed_together(void **state)
{
    (void)state;
    fb_error err = {0};
    fb_query_plan plan;
    uint32_t length;
    const fb_option options[] = {option("CheckpointLocation", "/ck", 1), option("numRows", "3", 2),
                                 option("trigger", "5 seconds", 3),
                                 option("outputMode", "Update", 4), option("queryname", "q", 5)};
    assert_ok(parse("CONSOLE", options, 5, &plan, &length, &err), &err);
    assert_ptr_equal(plan.sink, &fb_sink_console);
    assert_slice_equal(plan.checkpoint, "/ck");
    assert_slice_equal(plan.name, "q");
    assert_int_equal(plan.mode, FB_OUTPUT_UPDATE);
    assert_int_equal(plan.trigger.kind, FB_TRIGGER_INTERVAL);
    assert_int_equal(plan.trigger.interval_ms, 5000);
    bool found = false;
    for (uint32_t i = 0; i < plan.sink->option_count; i++)
        if (!strcmp(plan.sink->options[i].name, "numRows"))
            found = plan.sink_options[i].number == 3 && plan.sink_options[i].is_given;
    assert_true(found);
}

static void triggers_have_spark_names(void **state)
{
    (void)state;
    fb_error err = {0};
    fb_query_plan plan;
    uint32_t length;
    static const struct {
        const char *text;
        fb_trigger_kind kind;
        int64_t interval_ms;
    } cases[] = {{"availableNow", FB_TRIGGER_AVAILABLE_NOW, 0},
                 {"ONCE", FB_TRIGGER_ONCE, 0},
                 {"0", FB_TRIGGER_INTERVAL, 0},
                 {"250 milliseconds", FB_TRIGGER_INTERVAL, 250},
                 {"1 minute 30 seconds", FB_TRIGGER_INTERVAL, 90000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const fb_option given = option("trigger", cases[i].text, 1);
        assert_ok(parse("noop", &given, 1, &plan, &length, &err), &err);
        assert_int_equal(plan.trigger.kind, cases[i].kind);
        assert_int_equal(plan.trigger.interval_ms, cases[i].interval_ms);
    }
    assert_ok(parse("noop", NULL, 0, &plan, &length, &err), &err);
    assert_int_equal(plan.trigger.kind, FB_TRIGGER_INTERVAL);
    assert_int_equal(plan.trigger.interval_ms, 0);
}

static void expect_error(const char *sink, fb_option given, const char *message, uint32_t line,
                         uint32_t column)
{
    fb_error err = {0};
    fb_query_plan plan;
    uint32_t length;
    assert_true(parse(sink, &given, 1, &plan, &length, &err) != FB_OK);
    assert_contains(err.message, message);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
}

static void errors_name_the_option_and_its_place(void **state)
{
    (void)state;
    expect_error("console", option("numRow", "3", 7), "did you mean 'numRows'?", 7, 1);
    expect_error("console", option("numRows", "three", 7), "numRows", 7, 50);
    expect_error("noop", option("trigger", "sometimes", 4),
                 "trigger is 'sometimes'; expected availableNow, once, or an interval", 4, 50);
    expect_error("noop", option("outputMode", "replace", 4),
                 "unknown output mode 'replace'; expected append, update or complete", 4, 50);
    expect_error("consle", option("numRows", "3", 7),
                 "unknown sink 'consle'; did you mean "
                 "'console'?",
                 9, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_options_and_those_of_the_sink_are_parsed_together),
        cmocka_unit_test(triggers_have_spark_names),
        cmocka_unit_test(errors_name_the_option_and_its_place),
    };
    fb_arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fb_arena_deinit(&arena);
    return failed;
}
