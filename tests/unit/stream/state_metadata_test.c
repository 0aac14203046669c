/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/state_metadata.h"

#include "data/type.h"
#include "files/memory.h"
#include "test.h"

#define ROOT "/data/ck"

static fb_filesystem *fs;
static fb_arena arena;
static fb_error err;

static int set_up(void **state)
{
    (void)state;
    fb_arena_init(&arena, 0);
    assert_ok(fb_filesystem_memory_create(&fs, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fb_arena_deinit(&arena);
    fb_filesystem_close(fs);
    return 0;
}

/* A struct of one column. */
static const fb_type *row(const char *name, fb_type_id id, bool nullable)
{
    const fb_field field = {
        .name = fb_slice_of(name), .type = fb_type_of(id), .nullable = nullable};
    return fb_type_struct(&arena, &field, 1);
}

static fb_stage stage(uint32_t id, const fb_type *key, const fb_type *value)
{
    return (fb_stage){.kind = FB_STAGE_AGGREGATE,
                      .operator_id = id,
                      .aggregation = {.key_count = 1, .key_schema = key, .value_schema = value}};
}

static fb_stage counts(uint32_t id)
{
    return stage(id, row("k", FB_TYPE_INT, true), row("count", FB_TYPE_BIGINT, false));
}

static fb_status check(const fb_stage *stages, uint32_t count, int64_t batch_id)
{
    const fb_physical physical = {.stages = stages, .stage_count = count, .aggregate_count = count};
    const fb_state_metadata metadata = {fs, ROOT, &physical, 2, batch_id};
    return fb_state_metadata_check(&metadata, &err);
}

static void write(const fb_stage *stages, uint32_t count, int64_t batch_id)
{
    const fb_physical physical = {.stages = stages, .stage_count = count, .aggregate_count = count};
    const fb_state_metadata metadata = {fs, ROOT, &physical, 2, batch_id};
    assert_ok(fb_state_metadata_write(&metadata, &err), &err);
}

static void check_file(const char *path, const char *expected, size_t size)
{
    fb_buf content;
    fb_buf_init(&content, 0);
    assert_ok(fb_filesystem_read(fs, path, 1 << 20, &content, &err), &err);
    assert_int_equal(content.size, size);
    assert_memory_equal(content.data, expected, size);
    fb_buf_deinit(&content);
}

/* As Spark 4.2.0 wrote them for a count by an INT key. */
static void the_files_are_those_of_spark(void **state)
{
    (void)state;
    static const char metadata[] =
        "v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"stateStoreSave\"},"
        "\"stateStoreInfo\":[{\"storeName\":\"default\",\"numColsPrefixKey\":0,"
        "\"numPartitions\":2}]}";
    static const char schema[] =
        "\0\2v2\0\0\0\1\0\x58{\"type\":\"struct\",\"fields\":[{\"name\":\"k\",\"type\":\"integer\","
        "\"nullable\":true,\"metadata\":{}}]}"
        "\0\0\0\1\0\x5a{\"type\":\"struct\",\"fields\":[{\"name\":\"count\",\"type\":\"long\","
        "\"nullable\":false,\"metadata\":{}}]}";
    const fb_stage stages[] = {counts(0)};
    write(stages, 1, 0);
    check_file(ROOT "/state/0/_metadata/metadata", metadata, sizeof metadata - 1);
    check_file(ROOT "/state/0/0/_metadata/schema", schema, sizeof schema - 1);
    assert_int_equal(sizeof schema - 1, 194);
    assert_ok(check(stages, 1, 1), &err);
}

static void another_number_of_operators_is_refused(void **state)
{
    (void)state;
    const fb_stage stages[] = {counts(0), counts(1)};
    write(stages, 1, 0);
    assert_status(check(stages, 2, 3), FB_E_INVALID);
    assert_string_equal(err.condition, "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA");
    assert_contains(err.message, "In the checkpoint: [(OperatorId: 0 -> OperatorName: "
                                 "stateStoreSave)]; in the query: [(OperatorId: 0 -> OperatorName: "
                                 "stateStoreSave), (OperatorId: 1 ->");
    assert_contains(err.message, "use a new checkpointLocation");
    assert_status(check(stages, 0, 3), FB_E_INVALID);
    assert_string_equal(err.condition, "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA");
}

static void another_kind_of_operator_is_refused(void **state)
{
    (void)state;
    const fb_stage stages[] = {counts(0)};
    assert_ok(fb_filesystem_create(
                  fs, ROOT "/state/0/_metadata/metadata",
                  FB_SLICE("v1\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":\"dedupe\"},"
                           "\"stateStoreInfo\":[{\"storeName\":\"default\",\"numColsPrefixKey\":0,"
                           "\"numPartitions\":2}]}"),
                  &err),
              &err);
    assert_status(check(stages, 1, 1), FB_E_INVALID);
    assert_contains(err.message, "OperatorName: dedupe");
}

static void operators_of_spark_s_second_form_are_named(void **state)
{
    (void)state;
    const fb_stage stages[] = {counts(0)};
    assert_ok(
        fb_filesystem_create(
            fs, ROOT "/state/0/_metadata/v2/0",
            FB_SLICE("v2\n{\"operatorInfo\":{\"operatorId\":0,\"operatorName\":"
                     "\"transformWithStateExec\"},\"stateStoreInfo\":[{\"storeName\":\"default\","
                     "\"numColsPrefixKey\":0,\"numPartitions\":2,"
                     "\"stateSchemaFilePaths\":[]}],"
                     "\"operatorPropertiesJson\":\"{}\"}"),
            &err),
        &err);
    assert_status(check(stages, 1, 1), FB_E_INVALID);
    assert_contains(err.message, "OperatorName: transformWithStateExec");
}

static void a_state_that_is_gone_is_refused(void **state)
{
    (void)state;
    const fb_stage stages[] = {counts(0)};
    assert_status(check(stages, 1, 5), FB_E_INVALID);
    assert_string_equal(err.condition, "STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY");
    assert_ok(check(stages, 0, 5), &err); /* a query without state */
}

static void files_that_are_missing_are_written_again(void **state)
{
    (void)state;
    const fb_stage stages[] = {counts(0)};
    write(stages, 1, 0);
    assert_ok(fb_filesystem_remove(fs, ROOT "/state/0/_metadata/metadata", &err), &err);
    assert_ok(fb_filesystem_remove(fs, ROOT "/state/0/0/_metadata/schema", &err), &err);
    assert_ok(check(stages, 1, 4), &err);
    write(stages, 1, 4);
    bool found;
    fb_file_info info;
    assert_ok(fb_filesystem_stat(fs, ROOT "/state/0/_metadata/metadata", &found, &info, &err),
              &err);
    assert_true(found);
}

static void other_types_are_refused_other_names_are_not(void **state)
{
    (void)state;
    const fb_stage first[] = {counts(0)};
    write(first, 1, 0);
    const fb_type *key = row("k", FB_TYPE_INT, true), *value = row("count", FB_TYPE_BIGINT, false);
    fb_stage now = stage(0, row("other", FB_TYPE_INT, false), value);
    assert_ok(check(&now, 1, 1), &err);
    now = stage(0, row("k", FB_TYPE_BIGINT, true), value);
    assert_status(check(&now, 1, 1), FB_E_INVALID);
    assert_string_equal(err.condition, "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE");
    assert_contains(err.message, "/state/0/0/_metadata/schema");
    assert_contains(err.message, "Existing key_schema=STRUCT<k: INT> and new key_schema=STRUCT<k: "
                                 "BIGINT>");
    now = stage(0, key, row("count", FB_TYPE_BIGINT, true));
    assert_status(check(&now, 1, 1), FB_E_INVALID);
    assert_string_equal(err.condition, "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE");
}

static void damage_is_named(void **state)
{
    (void)state;
    const fb_stage stages[] = {counts(0)};
    write(stages, 1, 0);
    assert_ok(
        fb_filesystem_replace(fs, ROOT "/state/0/0/_metadata/schema", FB_SLICE("\0\2v"), &err),
        &err);
    assert_status(check(stages, 1, 1), FB_E_CORRUPT);
    assert_contains(err.message, "/state/0/0/_metadata/schema");
}

static void leftovers_of_a_first_batch_that_failed_are_overwritten(void **state)
{
    (void)state;
    const fb_stage first[] = {counts(0)};
    write(first, 1, 0);
    const fb_stage now[] = {
        stage(0, row("k", FB_TYPE_STRING, true), row("count", FB_TYPE_BIGINT, false))};
    assert_ok(check(now, 1, 0), &err);
    write(now, 1, 0);
    assert_ok(check(now, 1, 1), &err);
}

#define in_files(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_files(the_files_are_those_of_spark),
        in_files(another_number_of_operators_is_refused),
        in_files(another_kind_of_operator_is_refused),
        in_files(operators_of_spark_s_second_form_are_named),
        in_files(a_state_that_is_gone_is_refused),
        in_files(files_that_are_missing_are_written_again),
        in_files(other_types_are_refused_other_names_are_not),
        in_files(damage_is_named),
        in_files(leftovers_of_a_first_batch_that_failed_are_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
