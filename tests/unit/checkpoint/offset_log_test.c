/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/checkpoint.h"
#include "checkpoint/pinned_conf.h"
#include "test.h"

/* What Spark 4.2.0 wrote for the first batch of a query over a file source with two shuffle
 * partitions. */
#define SPARK_CONF                                                                                 \
    "\"conf\":{\"spark.sql.streaming.stateStore.providerClass\":\"org.apache.spark.sql.execution." \
    "streaming.state.HDFSBackedStateStoreProvider\",\"spark.sql.streaming.stateStore.rocksdb."     \
    "mergeOperatorVersion\":\"2\",\"spark.sql.streaming.stateStore.rocksdb.formatVersion\":\"5\"," \
    "\"spark.sql.streaming.queryEvolution.enableSourceEvolution\":\"false\",\"spark.sql."          \
    "streaming.stateStore.encodingFormat\":\"unsaferow\",\"spark.sql.streaming.statefulOperator."  \
    "useStrictDistribution\":\"true\",\"spark.sql.streaming.flatMapGroupsWithState."               \
    "stateFormatVersion\":\"2\",\"spark.sql.streaming.multipleWatermarkPolicy\":\"min\",\"spark."  \
    "sql.streaming.stateStore.rowChecksum.enabled\":\"false\",\"spark.sql.streaming.aggregation."  \
    "stateFormatVersion\":\"2\",\"spark.sql.function.protobufExtensions.enabled\":\"false\","      \
    "\"spark.sql.shuffle.partitions\":\"2\",\"spark.sql.streaming.join.stateFormatVersion\":"      \
    "\"2\",\"spark.sql.streaming.stateStore.compression.codec\":\"lz4\",\"spark.sql.optimizer."    \
    "pruneFiltersCanPruneStreamingSubplan\":\"false\"}"
#define SPARK_ENTRY                                                              \
    "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1795354149713," SPARK_CONF \
    "}\n{\"logOffset\":0}"

typedef struct fixture {
    fb_arena arena;
    fb_error err;
    fb_offset_entry entry;
} fixture;

static int set_up(void **state)
{
    static fixture shared;
    shared = (fixture){.err = {0}};
    fb_arena_init(&shared.arena, 0);
    *state = &shared;
    return 0;
}

static int tear_down(void **state)
{
    fb_arena_deinit(&((fixture *)*state)->arena);
    return 0;
}

static fb_status decode(fixture *f, fb_slice content)
{
    return fb_offset_entry_decode("offsets/0", content, &f->arena, &f->entry, &f->err);
}

static void an_entry_of_spark_is_read_and_written_back_byte_for_byte(void **state)
{
    fixture *f = *state;
    assert_ok(decode(f, FB_SLICE(SPARK_ENTRY)), &f->err);
    assert_int_equal(f->entry.watermark_ms, 0);
    assert_int_equal(f->entry.timestamp_ms, INT64_C(1795354149713));
    assert_int_equal(f->entry.conf_count, FB_PINNED_CONF_COUNT);
    assert_int_equal(f->entry.source_count, 1);
    assert_slice_equal(f->entry.offsets[0], "{\"logOffset\":0}");
    assert_int_equal(f->entry.run_id.size, 0);

    fb_buf out;
    fb_buf_init(&out, 0);
    assert_ok(fb_offset_entry_encode(&f->entry, &out, &f->err), &f->err);
    assert_string_equal(fb_buf_text(&out), SPARK_ENTRY);
    fb_buf_deinit(&out);
}

static void the_table_of_pinned_settings_has_sparks_order_and_values(void **state)
{
    fixture *f = *state;
    assert_ok(decode(f, FB_SLICE(SPARK_ENTRY)), &f->err);
    for (uint32_t i = 0; i < f->entry.conf_count; i++) {
        assert_slice_equal(f->entry.conf[i].key, fb_pinned_confs[i].key);
        bool is_ours = !strcmp(fb_pinned_confs[i].key, "spark.sql.shuffle.partitions");
        if (!is_ours) assert_slice_equal(f->entry.conf[i].value, fb_pinned_confs[i].new_value);
    }
    assert_slice_equal(fb_pinned_conf_value(&f->entry, "spark.sql.shuffle.partitions"), "2");

    fb_offset_entry empty = {0};
    const char *join = "spark.sql.streaming.join.stateFormatVersion";
    assert_slice_equal(fb_pinned_conf_value(&empty, join), "1");
    assert_null(fb_pinned_conf_value(&empty, "spark.sql.shuffle.partitions").data);
    assert_null(fb_pinned_conf_value(&empty, "no.such.key").data);
}

static void the_run_and_sources_without_offset_are_kept(void **state)
{
    fixture *f = *state;
    const fb_conf_entry conf = {FB_SLICE("a\"b"), FB_SLICE("c\\d")};
    const fb_slice offsets[] = {FB_SLICE("12"), {NULL, 0}, FB_SLICE("{\"t\":{\"0\":1}}")};
    const fb_offset_entry entry = {
        .watermark_ms = -5,
        .timestamp_ms = 7,
        .conf = &conf,
        .conf_count = 1,
        .offsets = offsets,
        .source_count = 3,
        .run_id = FB_SLICE("r-1"),
        .plan = FB_SLICE("00ff"),
    };
    fb_buf out;
    fb_buf_init(&out, 0);
    assert_ok(fb_offset_entry_encode(&entry, &out, &f->err), &f->err);
    assert_string_equal(
        fb_buf_text(&out),
        "v1\n{\"batchWatermarkMs\":-5,\"batchTimestampMs\":7,"
        "\"conf\":{\"a\\\"b\":\"c\\\\d\"},\"forebay\":{\"runId\":\"r-1\",\"plan\":\"00ff\"}}\n"
        "12\n-\n{\"t\":{\"0\":1}}");
    assert_ok(decode(f, fb_buf_slice(&out)), &f->err);
    fb_buf_deinit(&out);
    assert_int_equal(f->entry.source_count, 3);
    assert_null(f->entry.offsets[1].data);
    assert_slice_equal(f->entry.offsets[2], "{\"t\":{\"0\":1}}");
    assert_slice_equal(f->entry.conf[0].key, "a\"b");
    assert_slice_equal(f->entry.conf[0].value, "c\\d");
    assert_slice_equal(f->entry.run_id, "r-1");
    assert_slice_equal(f->entry.plan, "00ff");
}

static void an_offset_must_be_one_line(void **state)
{
    fixture *f = *state;
    const fb_slice bad[] = {FB_SLICE("{\n}"), FB_SLICE("1\r"), FB_SLICE("")};
    for (size_t i = 0; i < 3; i++) {
        const fb_offset_entry entry = {.offsets = &bad[i], .source_count = 1};
        fb_buf out;
        fb_buf_init(&out, 0);
        assert_status(fb_offset_entry_encode(&entry, &out, &f->err), FB_E_INVALID);
        assert_contains(f->err.message, "the offset of source 0 must be one line");
        fb_buf_deinit(&out);
    }
}

static void forms_that_spark_reads_are_read(void **state)
{
    fixture *f = *state;
    const struct {
        fb_slice content;
        uint32_t source_count;
        const char *last; /* NULL: "-" */
    } cases[] = {
        {FB_SLICE("v1\r\n{}\r\n5\r\n6"), 2, "6"},
        {FB_SLICE("v1\n{}\n5\n"), 1, "5"}, /* one line end after the last line */
        {FB_SLICE("v1\n{\"new\":[1,{}],\"batchTimestampMs\":3,\"forebay\":7}\n-"), 1, NULL},
        {FB_SLICE("v1\n{ \"conf\" : { } }\n{ \"logOffset\" : 3 }"), 1, "{ \"logOffset\" : 3 }"},
        {FB_SLICE("v1\n{}"), 0, ""},
        {FB_SLICE("v2\n{\"sourceMetadataInfo\":{}}\n0:{\"logOffset\":0}"), 1, "{\"logOffset\":0}"},
        {FB_SLICE("v2\n{}\n2:-\n1:5"), 3, NULL},
        {FB_SLICE("v2\n{}"), 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(decode(f, cases[i].content), &f->err);
        assert_int_equal(f->entry.source_count, cases[i].source_count);
        if (cases[i].source_count == 0) continue;
        fb_slice last = f->entry.offsets[cases[i].source_count - 1];
        if (cases[i].last)
            assert_slice_equal(last, cases[i].last);
        else
            assert_null(last.data);
    }
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    fixture *f = *state;
    const struct {
        fb_slice content;
        fb_status status;
        const char *message;
    } cases[] = {
        {FB_SLICE(""), FB_E_CORRUPT, "offsets/0: the file is empty"},
        {FB_SLICE("v1 \n{}\n1"), FB_E_CORRUPT, "offset 0: expected a log version"},
        {FB_SLICE("V1\n{}\n1"), FB_E_CORRUPT, "found 'V1'"},
        {FB_SLICE("v0\n{}\n1"), FB_E_CORRUPT, "found 'v0'"},
        {FB_SLICE("v-1\n{}\n1"), FB_E_CORRUPT, "found 'v-1'"},
        {FB_SLICE("v99999999999999999999\n{}"), FB_E_CORRUPT, "expected a log version"},
        {FB_SLICE("v3\n{}\n1"), FB_E_CORRUPT, "can be read is v2, found v3"},
        {FB_SLICE("v1"), FB_E_CORRUPT, "line 2 is missing"},
        {FB_SLICE("v1\n\n1"), FB_E_CORRUPT, "line 2 is missing"},
        {FB_SLICE("v1\n{\"batchWatermarkMs\":0,\"ba"), FB_E_CORRUPT,
         "offsets/0: offset 28: expected JSON"},
        {FB_SLICE("v1\n[]\n1"), FB_E_CORRUPT, "offset 3: expected a JSON object"},
        {FB_SLICE("v1\n{\"batchWatermarkMs\":\"0\"}"), FB_E_CORRUPT,
         "line 2: member 'batchWatermarkMs' must be an integer"},
        {FB_SLICE("v1\n{\"batchTimestampMs\":99999999999999999999}"), FB_E_CORRUPT,
         "expected JSON"},
        {FB_SLICE("v1\n{\"batchTimestampMs\":9223372036854776}\n1"), FB_E_CORRUPT,
         "line 2: member 'batchTimestampMs' is no time"},
        {FB_SLICE("v1\n{\"batchTimestampMs\":-9223372036854776}\n1"), FB_E_CORRUPT,
         "line 2: member 'batchTimestampMs' is no time"},
        {FB_SLICE("v1\n{\"conf\":[]}"), FB_E_CORRUPT, "member 'conf' must be an object"},
        {FB_SLICE("v1\n{\"conf\":{\"k\":1}}"), FB_E_CORRUPT, "conf 'k' must be a string"},
        {FB_SLICE("v1\n{}\n{\"logOff"), FB_E_CORRUPT, "offsets/0: offset 14: expected JSON"},
        {FB_SLICE("v1\n{}\n1\n\n"), FB_E_CORRUPT, "offsets/0: offset 8: expected JSON"},
        {FB_SLICE("v1\n{}\n\xff"), FB_E_CORRUPT, "offset 6: expected JSON"},
        {FB_SLICE("v2\n{}\norders:5"), FB_E_UNSUPPORTED, "line 3: expected the number of a source"},
        {FB_SLICE("v2\n{}\n5"), FB_E_UNSUPPORTED, "line 3: expected the number of a source"},
        {FB_SLICE("v2\n{}\n4096:5"), FB_E_LIMIT, "line 3: at most 4096 sources"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_status(decode(f, cases[i].content), cases[i].status);
        assert_contains(f->err.message, cases[i].message);
        assert_null(f->entry.offsets);
    }
}

static void more_sources_than_any_query_has_are_refused(void **state)
{
    fixture *f = *state;
    fb_buf text;
    fb_buf_init(&text, 0);
    fb_buf_add_text(&text, "v1\n{}");
    for (int i = 0; i <= FB_CHECKPOINT_MAX_SOURCES; i++)
        fb_buf_add_text(&text, "\n1");
    assert_status(decode(f, fb_buf_slice(&text)), FB_E_LIMIT);
    fb_buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_entry_of_spark_is_read_and_written_back_byte_for_byte,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_table_of_pinned_settings_has_sparks_order_and_values,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_run_and_sources_without_offset_are_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_offset_must_be_one_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forms_that_spark_reads_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named_with_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_sources_than_any_query_has_are_refused, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
