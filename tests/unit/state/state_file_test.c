/* SPDX-License-Identifier: Apache-2.0
 *
 * Files there and back, cut and damaged, and one of Spark's (more: tests/golden/state_golden.c). */
#include "state/state_file.h"

#include "base/memory.h"
#include "test.h"

#include <stdlib.h>

static const fb_codec codecs[] = {FB_CODEC_LZ4, FB_CODEC_ZSTD, FB_CODEC_SNAPPY};

static size_t from_hex(const char *hex, char *out)
{
    size_t size = 0;
    for (; hex[0]; hex += 2) {
        if (hex[0] == ' ') hex++;
        char digits[3] = {hex[0], hex[1], 0};
        out[size++] = (char)strtoul(digits, NULL, 16);
    }
    return size;
}

enum { RECORDS = 5000, ROW_BYTES = 24 };

typedef struct records {
    fb_state_record list[RECORDS];
    char keys[RECORDS][ROW_BYTES];
    char value[200008];
} records;

/* Rows of many sizes, an empty key, removals in deltas, and one row larger than any block. */
static records *make_records(fb_state_file_kind kind)
{
    records *made = calloc(1, sizeof *made);
    assert_non_null(made);
    for (size_t i = 0; i < sizeof made->value; i++)
        made->value[i] = (char)(i * 7);
    for (uint32_t i = 0; i < RECORDS; i++) {
        memcpy(made->keys[i], &i, sizeof i);
        bool is_removal = kind == FB_STATE_DELTA && i % 7 == 3;
        size_t size = i == 777 ? sizeof made->value : i % 5 * 8;
        made->list[i] = (fb_state_record){.key = {made->keys[i], i % 4 * 8},
                                          .value = is_removal ? (fb_slice){0}
                                                              : (fb_slice){made->value + i, size},
                                          .is_removal = is_removal};
    }
    made->list[777].value.data = made->value;
    return made;
}

static void write_file(fb_state_file_kind kind, fb_state_format format, const fb_state_record *list,
                       size_t count, fb_buf *out)
{
    fb_state_file_writer writer;
    fb_error err;
    assert_ok(fb_state_file_writer_init(&writer, kind, format, out, &err), &err);
    assert_ok(fb_state_file_writer_add(&writer, list, count / 2, &err), &err);
    assert_ok(fb_state_file_writer_add(&writer, list + count / 2, count - count / 2, &err), &err);
    assert_ok(fb_state_file_writer_finish(&writer, &err), &err);
    fb_state_file_writer_deinit(&writer);
}

static bool same(const fb_state_record *a, const fb_state_record *b)
{
    return fb_slice_equal(a->key, b->key) && fb_slice_equal(a->value, b->value) &&
           a->is_removal == b->is_removal;
}

/* Reads the file as far as it goes; every record must be the expected one. Without checksums of
 * any kind (`may_differ`) the contents of damaged records are not looked at. */
static fb_status read_file(fb_state_file_kind kind, fb_state_format format, fb_slice content,
                           const fb_state_record *expected, size_t expected_count, bool may_differ,
                           fb_error *err)
{
    fb_state_file_reader reader;
    fb_state_record list[64];
    size_t total = 0, count = 0;
    fb_status status = fb_state_file_reader_init(&reader, kind, format, "/s/1.delta", content, err);
    do {
        if (status == FB_OK) status = fb_state_file_reader_next(&reader, list, 64, &count, err);
        for (size_t i = 0; status == FB_OK && !may_differ && i < count; i++) {
            assert_true(total + i < expected_count);
            assert_true(same(&list[i], &expected[total + i]));
        }
        total += count;
    } while (status == FB_OK && count > 0);
    fb_state_file_reader_deinit(&reader);
    if (status == FB_OK && !may_differ) assert_int_equal(total, expected_count);
    return status;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        records *made = make_records((fb_state_file_kind)kind);
        for (int form = 0; form < 6; form++) {
            fb_state_format format = {codecs[form / 2], form % 2};
            fb_buf out;
            fb_error err;
            fb_buf_init(&out, 0);
            write_file((fb_state_file_kind)kind, format, made->list, RECORDS, &out);
            assert_ok(read_file((fb_state_file_kind)kind, format, fb_buf_slice(&out), made->list,
                                RECORDS, false, &err),
                      &err);
            fb_buf_deinit(&out);
        }
        free(made);
    }
}

static void a_removal_of_spark_is_read_and_written(void **state)
{
    (void)state;
    static const char *const file =
        "4c5a34426c6f636b 25 2a000000 34000000 c3e1fe0b "
        "53000000280001005318000000100c00010200b0d00c1fe10d06000016d042080080ffffffffffffffff "
        "4c5a34426c6f636b 15 00000000 00000000 00000000";
    static const char *const row = "0000000000000000 1800000010000000 0000000000000000 "
                                   "00d00c1fe10d0600 0016d042e10d0600";
    char content[256], key[64];
    size_t size = from_hex(file, content);
    fb_state_record removal = {.key = {key, from_hex(row, key)}, .is_removal = true};
    fb_state_format format = {FB_CODEC_LZ4, false};
    fb_error err;
    assert_ok(
        read_file(FB_STATE_DELTA, format, (fb_slice){content, size}, &removal, 1, false, &err),
        &err);
    fb_buf out;
    fb_buf_init(&out, 0);
    write_file(FB_STATE_DELTA, format, &removal, 1, &out);
    assert_true(fb_slice_equal(fb_buf_slice(&out), (fb_slice){content, size}));
    fb_buf_deinit(&out);
    assert_status(
        read_file(FB_STATE_SNAPSHOT, format, (fb_slice){content, size}, NULL, 0, true, &err),
        FB_E_CORRUPT);
    assert_string_equal(err.message, "/s/1.delta: offset 44 of the payload: expected the length of "
                                     "a value in a snapshot");
}

static void cut_and_damaged_files_are_named(void **state)
{
    (void)state;
    for (int form = 0; form < 6; form++) {
        records *made = make_records(FB_STATE_DELTA);
        fb_state_format format = {codecs[form / 2], form % 2};
        bool has_sums = form != 4; /* snappy has none of its own */
        fb_buf out;
        fb_error err;
        fb_buf_init(&out, 0);
        write_file(FB_STATE_DELTA, format, made->list, 12, &out);
        for (size_t size = 0; size < out.size; size++) {
            fb_status status = read_file(FB_STATE_DELTA, format, (fb_slice){out.data, size},
                                         made->list, 12, false, &err);
            /* LZ4 streams may lack their end mark: nothing of the payload is missing then. */
            if (status == FB_OK) assert_int_equal(form / 2, 0);
            if (status != FB_OK) assert_contains(err.message, "/s/1.delta: offset ");
        }
        for (size_t bit = 0; bit < out.size * 8; bit++) {
            out.data[bit / 8] ^= (char)(1 << (bit % 8));
            fb_status status = read_file(FB_STATE_DELTA, format, fb_buf_slice(&out), made->list, 12,
                                         !has_sums, &err);
            out.data[bit / 8] ^= (char)(1 << (bit % 8));
            if (status != FB_OK) assert_contains(err.message, "/s/1.delta: ");
        }
        fb_buf_deinit(&out);
        free(made);
    }
}

/* A payload of our own making, behind a sound compression. */
static fb_status read_payload(fb_state_file_kind kind, bool has_checksums, const char *hex,
                              fb_error *err)
{
    char payload[256];
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_slice plain = {payload, from_hex(hex, payload)};
    assert_ok(fb_codec_compress(FB_CODEC_LZ4, plain, &out, err), err);
    fb_status status = read_file(kind, (fb_state_format){FB_CODEC_LZ4, has_checksums},
                                 fb_buf_slice(&out), NULL, 0, true, err);
    fb_buf_deinit(&out);
    return status;
}

static void impossible_payloads_are_named(void **state)
{
    (void)state;
    fb_error err;
    assert_status(read_payload(FB_STATE_DELTA, false, "fffffffe", &err), FB_E_CORRUPT);
    assert_contains(err.message, "offset 0 of the payload: expected a length of a key or value");
    assert_status(read_payload(FB_STATE_DELTA, false, "00000000 fffffffe", &err), FB_E_CORRUPT);
    assert_contains(err.message, "offset 4 of the payload");
    assert_status(read_payload(FB_STATE_DELTA, false, "00000000 00000008 00", &err), FB_E_CORRUPT);
    assert_contains(err.message, "offset 9 of the payload: expected the rest of a record");
    assert_status(read_payload(FB_STATE_DELTA, false, "ffffffff 00", &err), FB_E_CORRUPT);
    assert_contains(err.message, "offset 4 of the payload: expected nothing behind the end mark");
    assert_status(read_payload(FB_STATE_DELTA, true, "00000000 00000002 0000 ffffffff", &err),
                  FB_E_CORRUPT);
    assert_contains(err.message, "expected a row with its checksum");
    assert_status(read_payload(FB_STATE_DELTA, true,
                               "00000000 0000000c 00000000 0100000000000000 ffffffff", &err),
                  FB_E_CORRUPT);
    assert_contains(err.message, "expected a row that agrees with its checksum");
    assert_ok(read_payload(FB_STATE_SNAPSHOT, false, "ffffffff", &err), &err);
}

static void a_value_with_four_bytes_too_many_loses_them(void **state)
{
    (void)state;
    static const char *const hex = "00000000 0000000c 0100000000000000 00000000 ffffffff";
    char payload[64];
    fb_buf out;
    fb_error err;
    fb_buf_init(&out, 0);
    fb_slice plain = {payload, from_hex(hex, payload)};
    assert_ok(fb_codec_compress(FB_CODEC_LZ4, plain, &out, &err), &err);
    fb_state_record expected = {.value = {payload + 8, 8}};
    assert_ok(read_file(FB_STATE_DELTA, (fb_state_format){FB_CODEC_LZ4, false}, fb_buf_slice(&out),
                        &expected, 1, false, &err),
              &err);
    fb_buf_deinit(&out);
}

/* Writes and reads with the k-th allocation failing; true when none was left to fail. */
static bool survives(fb_state_format format, const records *made, uint64_t k)
{
    fb_state_file_writer writer;
    fb_state_file_reader reader;
    fb_state_record list[64];
    size_t count = 1;
    fb_error err;
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_memory_fail_at(k);
    fb_status status = fb_state_file_writer_init(&writer, FB_STATE_DELTA, format, &out, &err);
    if (status == FB_OK) status = fb_state_file_writer_add(&writer, made->list, RECORDS, &err);
    if (status == FB_OK) status = fb_state_file_writer_finish(&writer, &err);
    fb_state_file_writer_deinit(&writer);
    if (status == FB_OK) {
        status = fb_state_file_reader_init(&reader, FB_STATE_DELTA, format, "x", fb_buf_slice(&out),
                                           &err);
        while (status == FB_OK && count > 0)
            status = fb_state_file_reader_next(&reader, list, 64, &count, &err);
        fb_state_file_reader_deinit(&reader);
    }
    fb_memory_fail_at(0);
    fb_buf_deinit(&out);
    assert_true(status == FB_OK || status == FB_E_NOMEM);
    return status == FB_OK;
}

static void every_lack_of_memory_is_reported(void **state)
{
    (void)state;
    records *made = make_records(FB_STATE_DELTA);
    for (int form = 0; form < 6; form++) {
        fb_state_format format = {codecs[form / 2], form % 2};
        uint64_t k = 1;
        while (!survives(format, made, k))
            k++;
        assert_true(k > 5);
    }
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_removal_of_spark_is_read_and_written),
        cmocka_unit_test(cut_and_damaged_files_are_named),
        cmocka_unit_test(impossible_payloads_are_named),
        cmocka_unit_test(every_lack_of_memory_is_reported),
        cmocka_unit_test(a_value_with_four_bytes_too_many_loses_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
