/* SPDX-License-Identifier: Apache-2.0
 *
 * Files as Spark 4.2.0 wrote them. */
#include "checkpoint/operator_metadata.h"

#include "test.h"

#include <stdio.h>

#define VERSION_1                                                                   \
    "v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"stateStoreSave\"}," \
    "\"stateStoreInfo\":[{\"storeName\":\"default\",\"numColsPrefixKey\":0,\"numPartitions\":2}]}"
#define VERSION_2                                                                                \
    "v2\n{\"operatorInfo\":{\"operatorId\":3,\"operatorName\":\"symmetricHashJoin\"},"           \
    "\"stateStoreInfo\":[{\"storeName\":\"default\",\"numColsPrefixKey\":0,\"numPartitions\":2," \
    "\"stateSchemaFilePaths\":[\"file:/ck/state/0/_stateSchema/default/"                         \
    "0_x\"]}],\"operatorPropertiesJson\":\"{\\\"useVirtualColumnFamilies\\\":true}\"}"

typedef struct fixture {
    fb_arena arena;
    fb_error err;
    fb_operator_metadata metadata;
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
    return fb_operator_metadata_decode("metadata", content, &f->arena, &f->metadata, &f->err);
}

static void version_1_is_read_and_written(void **state)
{
    fixture *f = *state;
    assert_ok(decode(f, FB_SLICE(VERSION_1)), &f->err);
    assert_slice_equal(f->metadata.operator_name, "stateStoreSave");
    assert_int_equal(f->metadata.store_count, 1);
    assert_slice_equal(f->metadata.stores[0].name, "default");
    assert_int_equal(f->metadata.stores[0].partition_count, 2);
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_operator_metadata_encode(&f->metadata, &out);
    assert_string_equal(fb_buf_text(&out), VERSION_1);
    fb_buf_deinit(&out);
}

static void version_2_is_read(void **state)
{
    fixture *f = *state;
    assert_ok(decode(f, FB_SLICE(VERSION_2)), &f->err);
    assert_int_equal(f->metadata.version, 2);
    assert_int_equal(f->metadata.operator_id, 3);
    assert_int_equal(f->metadata.stores[0].schema_path_count, 1);
    assert_slice_equal(f->metadata.stores[0].schema_paths[0],
                       "file:/ck/state/0/_stateSchema/default/0_x");
    assert_slice_equal(f->metadata.properties, "{\"useVirtualColumnFamilies\":true}");
}

static void cut_and_damaged_files_are_named(void **state)
{
    fixture *f = *state;
    static const char *const contents[] = {VERSION_1, VERSION_2};
    for (int c = 0; c < 2; c++) {
        char copy[512];
        size_t size = strlen(contents[c]);
        for (size_t cut = 0; cut < size; cut++) {
            assert_status(decode(f, (fb_slice){contents[c], cut}), FB_E_CORRUPT);
            assert_contains(f->err.message, "metadata: ");
        }
        for (size_t bit = 0; bit < size * 8; bit++) {
            memcpy(copy, contents[c], size);
            copy[bit / 8] ^= (char)(1 << (bit % 8));
            if (decode(f, (fb_slice){copy, size}) != FB_OK)
                assert_contains(f->err.message, "metadata: ");
            fb_arena_reset(&f->arena);
        }
    }
}

static void missing_and_wrong_members_are_named(void **state)
{
    fixture *f = *state;
    assert_status(decode(f, FB_SLICE("v1\n{}")), FB_E_CORRUPT);
    assert_string_equal(f->err.message,
                        "metadata: line 2: member 'operatorInfo' must be an object");
    assert_status(decode(f, FB_SLICE("v1\n{\"operatorInfo\":{\"operatorId\":-1}}")), FB_E_CORRUPT);
    assert_contains(f->err.message, "member 'operatorId' must be an integer from 0");
    assert_status(
        decode(f, FB_SLICE("v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"x\"},"
                           "\"stateStoreInfo\":[{\"storeName\":\"s\",\"numColsPrefixKey\":0,"
                           "\"numPartitions\":0}]}")),
        FB_E_CORRUPT);
    assert_contains(f->err.message, "member 'numPartitions' must be a positive integer");
}

static void a_store_is_named_like_a_directory(void **state)
{
    fixture *f = *state;
    static const char *const bad[] = {"", ".", "..", "../../etc", "a/b", "a\\u0000b"};
    char text[512];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void)snprintf(text, sizeof text,
                       "v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"x\"},"
                       "\"stateStoreInfo\":[{\"storeName\":\"%s\",\"numColsPrefixKey\":0,"
                       "\"numPartitions\":1}]}",
                       bad[i]);
        assert_status(decode(f, fb_slice_of(text)), FB_E_CORRUPT);
        assert_contains(f->err.message, "metadata: line 2: ");
    }
    assert_status(
        decode(f, FB_SLICE("v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"x\"},"
                           "\"stateStoreInfo\":[]}")),
        FB_E_CORRUPT);
    assert_contains(f->err.message, "member 'stateStoreInfo' must be an array of stores");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(version_1_is_read_and_written),     TEST(version_2_is_read),
        TEST(cut_and_damaged_files_are_named),   TEST(missing_and_wrong_members_are_named),
        TEST(a_store_is_named_like_a_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
