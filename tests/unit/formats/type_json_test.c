/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/type_json.h"

#include "test.h"

static const char *const everything =
    "{\"type\":\"struct\",\"fields\":["
    "{\"name\":\"window\",\"type\":{\"type\":\"struct\",\"fields\":["
    "{\"name\":\"start\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}},"
    "{\"name\":\"end\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}}]},"
    "\"nullable\":false,\"metadata\":{\"spark.timeWindow\":true,\"spark.watermarkDelayMs\":300000}}"
    ","
    "{\"name\":\"q\\\"\xc3\xa9\",\"type\":\"decimal(38,10)\",\"nullable\":true,\"metadata\":{\"x\":"
    "1."
    "5}},"
    "{\"name\":\"a\",\"type\":{\"type\":\"array\",\"elementType\":\"byte\",\"containsNull\":false},"
    "\"nullable\":true,\"metadata\":{}},"
    "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"keyType\":\"string\",\"valueType\":{\"type\":"
    "\"array\",\"elementType\":\"void\",\"containsNull\":true},\"valueContainsNull\":true},"
    "\"nullable\":true,\"metadata\":{}}]}";

static void a_type_comes_back_with_names_nullability_and_metadata(void **state)
{
    (void)state;
    fb_arena arena;
    fb_error err;
    fb_buf out;
    fb_arena_init(&arena, 0);
    fb_buf_init(&out, 0);
    const fb_type *type;
    assert_ok(fb_type_json_parse_struct("schema", fb_slice_of(everything), &arena, &type, &err),
              &err);
    assert_int_equal(type->field_count, 4);
    assert_slice_equal(type->fields[0].metadata,
                       "{\"spark.timeWindow\":true,\"spark.watermarkDelayMs\":300000}");
    assert_false(type->fields[0].nullable);
    assert_int_equal(type->fields[1].metadata.size, strlen("{\"x\":1.5}"));
    assert_int_equal(type->fields[2].metadata.size, 0);
    assert_false(type->fields[2].type->fields[0].nullable);
    fb_json_writer json = fb_json_writer_make(&out);
    fb_type_json_write(type, &json);
    assert_string_equal(fb_buf_text(&out), everything);
    fb_buf_deinit(&out);
    fb_arena_deinit(&arena);
}

static void every_scalar_has_sparks_name(void **state)
{
    (void)state;
    static const char *const names[] = {
        "\"void\"",   "\"boolean\"", "\"byte\"",      "\"short\"",         "\"integer\"",
        "\"long\"",   "\"float\"",   "\"double\"",    "\"decimal(18,0)\"", "\"string\"",
        "\"binary\"", "\"date\"",    "\"timestamp\"", "\"timestamp_ntz\""};
    fb_arena arena;
    fb_error err;
    fb_arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const fb_type *type;
        fb_buf out;
        fb_buf_init(&out, 0);
        assert_ok(fb_type_json_parse("t", fb_slice_of(names[i]), &arena, &type, &err), &err);
        assert_int_equal(type->id, i); /* in the order of fb_type_id */
        fb_json_writer json = fb_json_writer_make(&out);
        fb_type_json_write(type, &json);
        assert_string_equal(fb_buf_text(&out), names[i]);
        fb_buf_deinit(&out);
    }
    fb_arena_deinit(&arena);
}

static void what_is_no_type_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        fb_status status;
        const char *message;
    } cases[] = {
        {"", FB_E_CORRUPT, "t: expected a type as JSON"},
        {"3", FB_E_CORRUPT, "t: expected a type, as its name or an object"},
        {"\"interval day to second\"", FB_E_UNSUPPORTED,
         "t: values of type 'interval day to second' are not supported"},
        {"\"decimal(39,0)\"", FB_E_CORRUPT, "t: expected a decimal of 1 to 38 digits"},
        {"\"decimal(3,4)\"", FB_E_CORRUPT, "t: expected a decimal of 1 to 38 digits"},
        {"{\"type\":\"udt\"}", FB_E_UNSUPPORTED, "t: values of type 'udt' are not supported"},
        {"{\"type\":\"struct\"}", FB_E_CORRUPT, "t: expected a struct with 'fields'"},
        {"{\"type\":\"struct\",\"fields\":[{\"name\":\"a\"}]}", FB_E_CORRUPT,
         "t: expected a field"},
        {"{\"type\":\"array\",\"elementType\":\"long\"}", FB_E_CORRUPT, "t: expected an array"},
        {"{\"type\":\"map\",\"valueContainsNull\":true}", FB_E_CORRUPT, "t: expected a type"},
    };
    fb_arena arena;
    fb_error err;
    fb_arena_init(&arena, 0);
    const fb_type *type;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_status(fb_type_json_parse("t", fb_slice_of(cases[i].text), &arena, &type, &err),
                      cases[i].status);
        assert_contains(err.message, cases[i].message);
        assert_null(type);
    }
    assert_status(fb_type_json_parse_struct("t", FB_SLICE("\"long\""), &arena, &type, &err),
                  FB_E_CORRUPT);
    fb_arena_deinit(&arena);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    fb_arena arena;
    fb_error err;
    fb_buf text;
    fb_arena_init(&arena, 0);
    fb_buf_init(&text, 0);
    for (int i = 0; i < 1000; i++)
        fb_buf_add_text(&text, "{\"type\":\"array\",\"containsNull\":true,\"elementType\":");
    fb_buf_add_text(&text, "\"long\"");
    fb_buf_add_repeat(&text, '}', 1000);
    const fb_type *type;
    assert_status(fb_type_json_parse("t", fb_buf_slice(&text), &arena, &type, &err),
                  FB_E_UNSUPPORTED);
    assert_contains(err.message, "nested more than 64 deep");
    fb_buf_deinit(&text);
    fb_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_comes_back_with_names_nullability_and_metadata),
        cmocka_unit_test(every_scalar_has_sparks_name),
        cmocka_unit_test(what_is_no_type_is_named),
        cmocka_unit_test(depth_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
