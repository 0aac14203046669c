/* SPDX-License-Identifier: Apache-2.0
 *
 * The decoders of checkpoint files: any bytes give an entry or a named error. The first byte picks
 * one: o offset entry, c commit entry, m query metadata, s checksum file (then the number of bytes
 * of the guarded file, that file, its checksums). What was decoded must survive being written and
 * read again. */
#include "base/assert.h"
#include "checkpoint/checkpoint.h"
#include "files/crc_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_failure(const fb_error *err)
{
    FB_ASSERT(err->status != FB_OK && err->message[0] && err->status != FB_E_NOMEM);
}

static bool is_same(const fb_offset_entry *a, const fb_offset_entry *b)
{
    bool same = a->watermark_ms == b->watermark_ms && a->timestamp_ms == b->timestamp_ms &&
                a->conf_count == b->conf_count && a->source_count == b->source_count &&
                fb_slice_equal(a->run_id, b->run_id);
    for (uint32_t i = 0; same && i < a->conf_count; i++)
        same = fb_slice_equal(a->conf[i].key, b->conf[i].key) &&
               fb_slice_equal(a->conf[i].value, b->conf[i].value);
    for (uint32_t i = 0; same && i < a->source_count; i++)
        same = !a->offsets[i].data == !b->offsets[i].data &&
               fb_slice_equal(a->offsets[i], b->offsets[i]);
    return same;
}

static void try_offsets(fb_slice content, fb_arena *arena, fb_buf *out)
{
    fb_error err = {0};
    fb_offset_entry entry, again;
    if (fb_offset_entry_decode("offsets/1", content, arena, &entry, &err) != FB_OK) {
        check_failure(&err);
        return;
    }
    FB_ASSERT(fb_offset_entry_encode(&entry, out, &err) == FB_OK);
    FB_ASSERT(fb_offset_entry_decode("again", fb_buf_slice(out), arena, &again, &err) == FB_OK);
    FB_ASSERT(is_same(&entry, &again));
}

static void try_commit(fb_slice content, fb_arena *arena, fb_buf *out)
{
    fb_error err = {0};
    fb_commit_entry entry, again;
    if (fb_commit_entry_decode("commits/1", content, arena, &entry, &err) != FB_OK) {
        check_failure(&err);
        return;
    }
    FB_ASSERT(fb_commit_entry_encode(&entry, out, &err) == FB_OK);
    FB_ASSERT(fb_commit_entry_decode("again", fb_buf_slice(out), arena, &again, &err) == FB_OK);
    FB_ASSERT(entry.next_watermark_ms == again.next_watermark_ms);
    FB_ASSERT(fb_slice_equal(entry.run_id, again.run_id));
}

static void try_sums(fb_slice input)
{
    if (input.size == 0) return;
    size_t content_size = (unsigned char)input.data[0];
    if (content_size > input.size - 1) content_size = input.size - 1;
    fb_slice content = fb_slice_make(input.data + 1, content_size);
    fb_slice sums = fb_slice_make(input.data + 1 + content_size, input.size - 1 - content_size);
    fb_error err = {0};
    if (fb_crc_file_verify("file", content, sums, &err) != FB_OK) check_failure(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    fb_slice content = fb_slice_make(data + 1, size - 1);
    fb_arena arena;
    fb_buf out;
    fb_arena_init(&arena, 0);
    fb_buf_init(&out, 0);
    char id[FB_UUID_TEXT_SIZE];
    fb_error err = {0};
    switch (data[0]) {
    case 'o':
        try_offsets(content, &arena, &out);
        break;
    case 'c':
        try_commit(content, &arena, &out);
        break;
    case 'm':
        if (fb_query_metadata_decode("metadata", content, id, &err) != FB_OK)
            check_failure(&err);
        else
            FB_ASSERT(strlen(id) == FB_UUID_TEXT_SIZE - 1);
        break;
    case 's':
        try_sums(content);
        break;
    default:
        break;
    }
    fb_buf_deinit(&out);
    fb_arena_deinit(&arena);
    return 0;
}
