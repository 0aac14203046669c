/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes as Spark 4.2.0 wrote them; its whole files are in tests/golden/state. */
#include "checkpoint/state_schema.h"

#include "test.h"

#define KEY                                                                                    \
    "{\"type\":\"struct\",\"fields\":[{\"name\":\"k\",\"type\":\"integer\",\"nullable\":true," \
    "\"metadata\":{}}]}"
#define VALUE                                                                                    \
    "{\"type\":\"struct\",\"fields\":[{\"name\":\"count\",\"type\":\"long\",\"nullable\":false," \
    "\"metadata\":{}}]}"
#define VERSION_2 "\0\2v2\0\0\0\1\0\x58" KEY "\0\0\0\1\0\x5a" VALUE

typedef struct fixture {
    fb_arena arena;
    fb_error err;
    fb_state_schema schema;
} fixture;

static int set_up(void **state)
{
    static fixture made;
    made = (fixture){.err = {0}};
    fb_arena_init(&made.arena, 0);
    *state = &made;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    fb_arena_deinit(&f->arena);
    return 0;
}

static fb_status decode(fixture *f, fb_slice content)
{
    return fb_state_schema_decode("schema", content, &f->arena, &f->schema, &f->err);
}

static void version_2_is_read_and_written(void **state)
{
    fixture *f = *state;
    assert_int_equal(FB_SLICE(VERSION_2).size, 194);
    assert_ok(decode(f, FB_SLICE(VERSION_2)), &f->err);
    assert_int_equal(f->schema.version, 2);
    assert_int_equal(f->schema.family_count, 1);
    const fb_state_family *family = &f->schema.families[0];
    assert_slice_equal(family->name, "default");
    assert_int_equal(family->key->fields[0].type->id, FB_TYPE_INT);
    assert_slice_equal(family->value->fields[0].name, "count");
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_state_schema_encode(family->key, family->value, &out);
    assert_true(fb_slice_equal(fb_buf_slice(&out), FB_SLICE(VERSION_2)));
    fb_buf_deinit(&out);
}

static void version_1_and_3_are_read(void **state)
{
    fixture *f = *state;
    assert_ok(decode(f, FB_SLICE("\0\2v1\0\x58" KEY "\0\x5a" VALUE)), &f->err);
    assert_int_equal(f->schema.version, 1);
    assert_slice_equal(f->schema.families[0].key->fields[0].name, "k");

    assert_ok(
        decode(f, FB_SLICE("\0\2v3\0\0\0\1\0\3cnt\0\0\0\0\0\1\0\x58" KEY "\0\7\0\0\0\1\0\x5a" VALUE
                           "\0\0\0\1\0\x35{\"keyStateEncoderType\":"
                           "\"NoPrefixKeyStateEncoderSpec\"}\0\0\0\1\0\6{    }")),
        &f->err);
    const fb_state_family *family = &f->schema.families[0];
    assert_slice_equal(family->name, "cnt");
    assert_int_equal(family->value_schema_id, 7);
    assert_slice_equal(family->key_encoder,
                       "{\"keyStateEncoderType\":\"NoPrefixKeyStateEncoderSpec\"}");
    assert_null(family->user_key);
}

/* A schema of many pieces, with characters that Java writes in its own way at all places. */
static void long_schemas_are_cut_into_pieces(void **state)
{
    fixture *f = *state;
    fb_buf name, out;
    fb_buf_init(&name, 0);
    fb_buf_init(&out, 0);
    for (int i = 0; i < 30000; i++)
        fb_buf_add_text(&name, i % 3 ? "\xf0\x9f\x98\x80x" : "\xc3\xa9");
    fb_field field = {.name = fb_buf_slice(&name), .type = fb_type_of(FB_TYPE_BIGINT)};
    const fb_type *schema = fb_type_struct(&f->arena, &field, 1);
    fb_state_schema_encode(schema, schema, &out);
    assert_false(out.failed);
    assert_int_equal(out.data[7], 3); /* pieces */
    assert_ok(decode(f, fb_buf_slice(&out)), &f->err);
    assert_true(fb_slice_equal(f->schema.families[0].key->fields[0].name, field.name));
    fb_buf_deinit(&name);
    fb_buf_deinit(&out);
}

static void cut_and_damaged_files_are_named(void **state)
{
    fixture *f = *state;
    char copy[sizeof VERSION_2 - 1];
    for (size_t size = 0; size < sizeof copy; size++) {
        memcpy(copy, VERSION_2, sizeof copy);
        assert_status(decode(f, (fb_slice){copy, size}), FB_E_CORRUPT);
        assert_contains(f->err.message, "schema: ");
    }
    for (size_t bit = 0; bit < sizeof copy * 8; bit++) {
        memcpy(copy, VERSION_2, sizeof copy);
        copy[bit / 8] ^= (char)(1 << (bit % 8));
        if (decode(f, (fb_slice){copy, sizeof copy}) != FB_OK)
            assert_contains(f->err.message, "schema: ");
        fb_arena_reset(&f->arena);
    }
    assert_status(decode(f, FB_SLICE(VERSION_2 "x")), FB_E_CORRUPT);
    assert_string_equal(f->err.message, "schema: offset 194: expected the end of the file");
    assert_status(decode(f, FB_SLICE("\0\2v4")), FB_E_CORRUPT);
    assert_contains(f->err.message, "expected the version of a state schema, v1 to v3");
    assert_status(decode(f, FB_SLICE("\0\2v3\x7f\xff\xff\xff")), FB_E_CORRUPT);
    assert_contains(f->err.message, "expected as many column families");
    assert_status(decode(f, FB_SLICE("\0\2v3\0\0\0\0")), FB_E_CORRUPT);
    assert_string_equal(f->err.message, "schema: offset 8: expected column families");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(version_2_is_read_and_written),
        TEST(version_1_and_3_are_read),
        TEST(long_schemas_are_cut_into_pieces),
        TEST(cut_and_damaged_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
