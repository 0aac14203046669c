/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams as Spark's codecs write them (bytes recorded from Spark 4.2.0), there and back, damaged
 * and cut. */
#include "formats/codec.h"

#include "formats/lz4_block.h"
#include "test.h"

#include <stdlib.h>

enum { MAX_BYTES = 64 * 1024 * 1024 };

static const fb_codec codecs[] = {FB_CODEC_LZ4, FB_CODEC_ZSTD, FB_CODEC_SNAPPY};
enum { CODEC_COUNT = sizeof codecs / sizeof codecs[0] };

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

/* Bytes that compress somewhat. */
static void fill(fb_buf *buf, size_t size)
{
    uint32_t seed = 1;
    while (buf->size < size) {
        seed = seed * 1664525 + 1013904223;
        if (seed >> 30)
            fb_buf_add_char(buf, (char)(seed >> 24));
        else
            fb_buf_add_text(buf, "some words again ");
    }
}

static void a_delta_of_spark_is_read(void **state)
{
    (void)state;
    static const char *const stream = "4c5a34426c6f636b 25 3d000000 7c000000 8d51760f "
                                      "53000000100001001305080008140011010f0001020005280011040f0001"
                                      "020005140011020f000102001710340"
                                      "0040200052800031c005000ffffffff "
                                      "4c5a34426c6f636b 15 00000000 00000000 00000000";
    static const char *const payload =
        "00000010 0000000000000000 0500000000000000 00000010 0000000000000000 0100000000000000 "
        "00000010 0000000000000000 0400000000000000 00000010 0000000000000000 0200000000000000 "
        "00000010 0100000000000000 0000000000000000 00000010 0000000000000000 0100000000000000 "
        "ffffffff";
    char bytes[256], expected[256];
    size_t size = from_hex(stream, bytes), expected_size = from_hex(payload, expected);
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_error err;
    assert_ok(
        fb_codec_decompress(FB_CODEC_LZ4, "1.delta", (fb_slice){bytes, size}, 124, &out, &err),
        &err);
    assert_int_equal(out.size, expected_size);
    assert_memory_equal(out.data, expected, expected_size);
    fb_buf_deinit(&out);
}

static void an_empty_delta_is_written_as_spark_writes_it(void **state)
{
    (void)state;
    char expected[64];
    size_t size = from_hex("4c5a34426c6f636b 15 04000000 04000000 db804d08 ffffffff "
                           "4c5a34426c6f636b 15 00000000 00000000 00000000",
                           expected);
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_error err;
    assert_ok(fb_codec_compress(FB_CODEC_LZ4, FB_SLICE("\xff\xff\xff\xff"), &out, &err), &err);
    assert_int_equal(out.size, size);
    assert_memory_equal(out.data, expected, size);
    fb_buf_deinit(&out);
}

/* In pieces of every size around a block, and as a whole. */
static void what_is_compressed_comes_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 32767, 32768, 32769, 65536, 300000};
    fb_error err;
    fb_buf plain;
    fb_buf_init(&plain, 0);
    fill(&plain, 300000);
    for (int c = 0; c < CODEC_COUNT; c++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            fb_buf stored, out;
            fb_buf_init(&stored, 0);
            fb_buf_init(&out, 0);
            fb_codec_writer writer;
            assert_ok(fb_codec_writer_init(&writer, codecs[c], &stored, &err), &err);
            for (size_t at = 0, step = 1; at < sizes[s]; at += step, step = step * 3 + 1) {
                if (step > sizes[s] - at) step = sizes[s] - at;
                assert_ok(fb_codec_writer_add(&writer, (fb_slice){plain.data + at, step}, &err),
                          &err);
            }
            assert_ok(fb_codec_writer_finish(&writer, &err), &err);
            fb_codec_writer_deinit(&writer);
            assert_ok(
                fb_codec_decompress(codecs[c], "x", fb_buf_slice(&stored), sizes[s], &out, &err),
                &err);
            assert_true(fb_slice_equal(fb_buf_slice(&out), (fb_slice){plain.data, sizes[s]}));
            fb_buf_deinit(&stored);
            fb_buf_deinit(&out);
        }
    }
    fb_buf_deinit(&plain);
}

static void streams_may_be_joined(void **state)
{
    (void)state;
    fb_error err;
    for (int c = 0; c < CODEC_COUNT; c++) {
        fb_buf stored, out;
        fb_buf_init(&stored, 0);
        fb_buf_init(&out, 0);
        assert_ok(fb_codec_compress(codecs[c], FB_SLICE("one,"), &stored, &err), &err);
        assert_ok(fb_codec_compress(codecs[c], FB_SLICE("two"), &stored, &err), &err);
        assert_ok(fb_codec_decompress(codecs[c], "x", fb_buf_slice(&stored), 7, &out, &err), &err);
        assert_string_equal(fb_buf_text(&out), "one,two");
        fb_buf_clear(&out);
        assert_status(fb_codec_decompress(codecs[c], "x", fb_buf_slice(&stored), 6, &out, &err),
                      FB_E_LIMIT);
        fb_buf_deinit(&stored);
        fb_buf_deinit(&out);
    }
}

/* Where the format has a checksum, damage is found; elsewhere it is an error or other bytes. A cut
 * stream gives less (where a block could begin) or an error, never something else. */
static void damage_and_truncation_are_named(void **state)
{
    (void)state;
    fb_error err;
    fb_buf plain, stored, out;
    fb_buf_init(&plain, 0);
    fb_buf_init(&stored, 0);
    fb_buf_init(&out, 0);
    fill(&plain, 700);
    for (int c = 0; c < CODEC_COUNT; c++) {
        fb_buf_clear(&stored);
        assert_ok(fb_codec_compress(codecs[c], fb_buf_slice(&plain), &stored, &err), &err);
        for (size_t size = 0; size < stored.size; size++) {
            fb_buf_clear(&out);
            fb_slice cut = {stored.data, size};
            fb_status status = fb_codec_decompress(codecs[c], "cut", cut, MAX_BYTES, &out, &err);
            if (status != FB_OK) assert_contains(err.message, "cut: offset ");
            assert_true(status == FB_E_CORRUPT || out.size == 0 || out.size == plain.size);
        }
        for (size_t bit = 0; bit < stored.size * 8; bit++) {
            fb_buf_clear(&out);
            stored.data[bit / 8] ^= (char)(1 << (bit % 8));
            fb_status status =
                fb_codec_decompress(codecs[c], "bad", fb_buf_slice(&stored), MAX_BYTES, &out, &err);
            stored.data[bit / 8] ^= (char)(1 << (bit % 8));
            if (status != FB_OK)
                assert_contains(err.message, "bad: ");
            else if (codecs[c] != FB_CODEC_SNAPPY && out.size)
                assert_true(fb_slice_equal(fb_buf_slice(&out), fb_buf_slice(&plain)));
        }
    }
    fb_buf_deinit(&plain);
    fb_buf_deinit(&stored);
    fb_buf_deinit(&out);
}

/* What no checksum covers is checked by itself. */
static void headers_that_no_writer_makes_are_refused(void **state)
{
    (void)state;
    static const struct {
        fb_codec codec;
        int at; /* from the end when negative */
        char byte;
        const char *message;
    } cases[] = {
        {FB_CODEC_LZ4, -1, 1, "expected checksum 0 in the end mark"},
        {FB_CODEC_LZ4, 8, 0x20, "expected a block not larger than its level allows"},
        {FB_CODEC_SNAPPY, 15, 2, "expected a stream that version 1 can read"},
    };
    fb_buf plain, stored, out;
    fb_error err;
    fb_buf_init(&plain, 0);
    fill(&plain, 4000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fb_buf_init(&stored, 0);
        fb_buf_init(&out, 0);
        assert_ok(fb_codec_compress(cases[i].codec, fb_buf_slice(&plain), &stored, &err), &err);
        size_t at = cases[i].at < 0 ? stored.size - (size_t)-cases[i].at : (size_t)cases[i].at;
        stored.data[at] = cases[i].byte;
        assert_status(
            fb_codec_decompress(cases[i].codec, "x", fb_buf_slice(&stored), MAX_BYTES, &out, &err),
            FB_E_CORRUPT);
        assert_contains(err.message, cases[i].message);
        fb_buf_deinit(&stored);
        fb_buf_deinit(&out);
    }
    fb_buf_deinit(&plain);
}

static void a_full_buffer_is_a_limit_not_a_short_stream(void **state)
{
    (void)state;
    fb_error err;
    fb_buf plain, small;
    fb_buf_init(&plain, 0);
    fill(&plain, 100000);
    for (int c = 0; c < CODEC_COUNT; c++) {
        fb_buf_init(&small, 1000);
        assert_int_not_equal(fb_codec_compress(codecs[c], fb_buf_slice(&plain), &small, &err),
                             FB_OK);
        fb_buf_deinit(&small);
    }
    fb_buf_deinit(&plain);
}

static void codecs_are_known_by_sparks_names(void **state)
{
    (void)state;
    fb_codec codec;
    fb_error err;
    for (int c = 0; c < CODEC_COUNT; c++) {
        assert_ok(fb_codec_find(fb_slice_of(fb_codec_name(codecs[c])), &codec, &err), &err);
        assert_int_equal(codec, codecs[c]);
    }
    assert_ok(fb_codec_find(FB_SLICE("ZSTD"), &codec, &err), &err);
    assert_int_equal(codec, FB_CODEC_ZSTD);
    assert_status(fb_codec_find(FB_SLICE("lzf"), &codec, &err), FB_E_UNSUPPORTED);
    assert_contains(err.message, "lzf");
    assert_status(fb_codec_find(FB_SLICE("gzip"), &codec, &err), FB_E_INVALID);
    assert_contains(err.message, "unknown compression 'gzip'");
}

/* Published test values of XXH32. */
static void the_checksum_is_xxh32(void **state)
{
    (void)state;
    assert_int_equal(fb_xxh32((fb_slice){"", 0}, 0), 0x02cc5d05);
    assert_int_equal(fb_xxh32(FB_SLICE("a"), 0), 0x550d7456);
    assert_int_equal(fb_xxh32(FB_SLICE("Nobody inspects the spammish repetition"), 0), 0xe2293b2f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delta_of_spark_is_read),
        cmocka_unit_test(an_empty_delta_is_written_as_spark_writes_it),
        cmocka_unit_test(what_is_compressed_comes_back),
        cmocka_unit_test(streams_may_be_joined),
        cmocka_unit_test(damage_and_truncation_are_named),
        cmocka_unit_test(headers_that_no_writer_makes_are_refused),
        cmocka_unit_test(a_full_buffer_is_a_limit_not_a_short_stream),
        cmocka_unit_test(codecs_are_known_by_sparks_names),
        cmocka_unit_test(the_checksum_is_xxh32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
