/* SPDX-License-Identifier: Apache-2.0 */
#include "state/state_file.h"

#include "base/assert.h"
#include "base/crc32.h"
#include "data/unsafe_row.h"

#include <inttypes.h>

enum {
    CHECKSUM_BYTES = 4,
    FLUSH_BYTES = 4 * 32 * 1024, /* a multiple of the codecs' blocks, which are then not copied */
};

static inline uint32_t load_be32(const char *from)
{
    const uint8_t *bytes = (const uint8_t *)from;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t load_le32(const char *from)
{
    const uint8_t *bytes = (const uint8_t *)from;
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static uint32_t record_checksum(const fb_state_record *record)
{
    return fb_crc32c(fb_crc32c(0, record->key), record->value);
}

/* --- writing --- */

fb_status fb_state_file_writer_init(fb_state_file_writer *writer, fb_state_file_kind kind,
                                    fb_state_format format, fb_buf *out, fb_error *err)
{
    *writer = (fb_state_file_writer){.kind = kind, .has_checksums = format.has_checksums};
    fb_buf_init(&writer->pending, SIZE_MAX / 2);
    return fb_codec_writer_init(&writer->codec, format.codec, out, err);
}

void fb_state_file_writer_deinit(fb_state_file_writer *writer)
{
    fb_codec_writer_deinit(&writer->codec);
    fb_buf_deinit(&writer->pending);
}

static char *put_be32(char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(value >> (24 - 8 * i));
    return to + 4;
}

static char *put_checksum(char *to, uint32_t value)
{
    for (int i = 0; i < CHECKSUM_BYTES; i++)
        to[i] = (char)(value >> (8 * i));
    return to + CHECKSUM_BYTES;
}

static char *put_bytes(char *to, fb_slice bytes)
{
    if (bytes.size) memcpy(to, bytes.data, bytes.size);
    return to + bytes.size;
}

/* The caller has made room. */
static char *put_record(const fb_state_file_writer *writer, char *to, const fb_state_record *record)
{
    uint32_t extra = writer->has_checksums ? CHECKSUM_BYTES : 0;
    to = put_be32(to, (uint32_t)record->key.size + (record->is_removal ? extra : 0));
    if (extra && record->is_removal) to = put_checksum(to, fb_crc32c(0, record->key));
    to = put_bytes(to, record->key);
    if (record->is_removal) return put_be32(to, UINT32_MAX);
    to = put_be32(to, (uint32_t)record->value.size + extra);
    if (extra) to = put_checksum(to, record_checksum(record));
    return put_bytes(to, record->value);
}

/* Passes on whole blocks only, unless `all`. */
static fb_status flush(fb_state_file_writer *writer, bool all, fb_error *err)
{
    fb_buf *pending = &writer->pending;
    size_t size = all ? pending->size : pending->size / FLUSH_BYTES * FLUSH_BYTES;
    FB_TRY(fb_codec_writer_add(&writer->codec, (fb_slice){pending->data, size}, err));
    size_t left = pending->size - size;
    if (left) memmove(pending->data, pending->data + size, left);
    pending->size = left;
    return FB_OK;
}

fb_status fb_state_file_writer_add(fb_state_file_writer *writer, const fb_state_record *records,
                                   size_t count, fb_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const fb_state_record *record = &records[i];
        FB_ASSERT(!record->is_removal || writer->kind == FB_STATE_DELTA);
        if (record->key.size > FB_UNSAFE_ROW_MAX_BYTES ||
            record->value.size > FB_UNSAFE_ROW_MAX_BYTES)
            return fb_fail(err, FB_E_LIMIT, 0, "a row of state is larger than %d bytes",
                           FB_UNSAFE_ROW_MAX_BYTES);
        size_t most = 8 + 2 * CHECKSUM_BYTES + record->key.size + record->value.size;
        if (!fb_buf_reserve(&writer->pending, most)) return fb_fail_nomem(err, "rows of state");
        char *to = writer->pending.data + writer->pending.size;
        writer->pending.size += (size_t)(put_record(writer, to, record) - to);
        if (writer->pending.size >= FLUSH_BYTES) FB_TRY(flush(writer, false, err));
    }
    return FB_OK;
}

fb_status fb_state_file_writer_finish(fb_state_file_writer *writer, fb_error *err)
{
    fb_buf_add(&writer->pending, "\xff\xff\xff\xff", 4);
    if (writer->pending.failed) return fb_fail_nomem(err, "rows of state");
    FB_TRY(flush(writer, true, err));
    return fb_codec_writer_finish(&writer->codec, err);
}

/* --- reading --- */

fb_status fb_state_file_reader_init(fb_state_file_reader *reader, fb_state_file_kind kind,
                                    fb_state_format format, const char *name, fb_slice content,
                                    fb_error *err)
{
    *reader = (fb_state_file_reader){.kind = kind, .has_checksums = format.has_checksums};
    fb_buf_init(&reader->window, SIZE_MAX / 2);
    return fb_codec_reader_init(&reader->codec, format.codec, name, content, err);
}

void fb_state_file_reader_deinit(fb_state_file_reader *reader)
{
    fb_codec_reader_deinit(&reader->codec);
    fb_buf_deinit(&reader->window);
}

static fb_status fail_at(const fb_state_file_reader *reader, size_t at, fb_error *err,
                         const char *expected)
{
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: offset %" PRIu64 " of the payload: expected %s",
                   reader->codec.name, reader->window_offset + at, expected);
}

/* Adds the next piece of the payload to the window, whose bytes before `next` are dropped. */
static fb_status extend(fb_state_file_reader *reader, bool *has_more, fb_error *err)
{
    fb_buf *window = &reader->window;
    size_t left = window->size - reader->next;
    if (reader->next && left) memmove(window->data, window->data + reader->next, left);
    window->size = left;
    reader->window_offset += reader->next;
    reader->next = 0;
    FB_TRY(fb_codec_reader_next(&reader->codec, window, err));
    *has_more = window->size > left;
    return FB_OK;
}

/* A length at `at`, -1 as UINT32_MAX. */
static inline fb_status read_length(const fb_state_file_reader *reader, size_t at, uint32_t *length,
                                    fb_error *err)
{
    *length = load_be32(reader->window.data + at);
    if (*length == UINT32_MAX || *length <= FB_UNSAFE_ROW_MAX_BYTES) return FB_OK;
    return fail_at(reader, at, err, "a length of a key or value, or -1");
}

/* Takes the checksum off and verifies it. `at` is the place of the record, for errors. */
static fb_status verify(const fb_state_file_reader *reader, fb_state_record *record, size_t at,
                        fb_error *err)
{
    fb_slice *holder = record->is_removal ? &record->key : &record->value;
    if (holder->size < CHECKSUM_BYTES)
        return fail_at(reader, at, err, "a row with its checksum (4 bytes)");
    uint32_t stored = load_le32(holder->data);
    *holder = (fb_slice){holder->data + CHECKSUM_BYTES, holder->size - CHECKSUM_BYTES};
    if (record_checksum(record) == stored) return FB_OK;
    return fail_at(reader, at, err, "a row that agrees with its checksum");
}

/* The record at `next`; *is_whole false when the window ends before it does. */
static fb_status read_record(fb_state_file_reader *reader, fb_state_record *record, bool *is_whole,
                             fb_error *err)
{
    const fb_buf *window = &reader->window;
    size_t start = reader->next, left = window->size - start;
    uint32_t key_size, value_size;
    *is_whole = false;
    if (left < 4) return FB_OK;
    FB_TRY(read_length(reader, start, &key_size, err));
    if (key_size == UINT32_MAX) {
        reader->has_ended = true;
        reader->next += 4;
        return FB_OK;
    }
    if (left < 8 + (size_t)key_size) return FB_OK;
    size_t value_at = start + 4 + key_size;
    FB_TRY(read_length(reader, value_at, &value_size, err));
    bool is_removal = value_size == UINT32_MAX;
    if (is_removal && reader->kind == FB_STATE_SNAPSHOT)
        return fail_at(reader, value_at, err, "the length of a value in a snapshot");
    if (is_removal) value_size = 0;
    if (left < 8 + (size_t)key_size + value_size) return FB_OK;
    *record = (fb_state_record){.key = {window->data + start + 4, key_size},
                                .value = {window->data + value_at + 4, value_size},
                                .is_removal = is_removal};
    if (reader->has_checksums) FB_TRY(verify(reader, record, start, err));
    record->value.size &= ~(size_t)7; /* Spark 2.2 wrote four bytes too many; Spark does the same */
    reader->next = value_at + 4 + value_size;
    *is_whole = true;
    return FB_OK;
}

static fb_status check_end(fb_state_file_reader *reader, fb_error *err)
{
    bool has_more = false;
    if (reader->next == reader->window.size) FB_TRY(extend(reader, &has_more, err));
    if (reader->next == reader->window.size) return FB_OK;
    return fail_at(reader, reader->next, err, "nothing behind the end mark");
}

fb_status fb_state_file_reader_next(fb_state_file_reader *reader, fb_state_record *records,
                                    size_t capacity, size_t *count, fb_error *err)
{
    *count = 0;
    FB_ASSERT(capacity > 0);
    while (!reader->has_ended && *count < capacity) {
        bool is_whole;
        FB_TRY(read_record(reader, &records[*count], &is_whole, err));
        if (is_whole) {
            ++*count;
        } else if (reader->has_ended) {
            /* What follows is looked at when no record points into the window. */
        } else if (*count > 0) {
            return FB_OK;
        } else {
            bool has_more;
            FB_TRY(extend(reader, &has_more, err));
            if (!has_more)
                return fail_at(reader, reader->window.size, err,
                               reader->window.size ? "the rest of a record"
                                                   : "a record or the end mark -1");
        }
    }
    return *count == 0 ? check_end(reader, err) : FB_OK;
}

uint64_t fb_state_file_reader_offset(const fb_state_file_reader *reader,
                                     const fb_state_record *record)
{
    size_t before = record->is_removal && reader->has_checksums ? 4 + CHECKSUM_BYTES : 4;
    return reader->window_offset + (uint64_t)(record->key.data - reader->window.data) - before;
}
