/* SPDX-License-Identifier: Apache-2.0
 *
 * The decoders of state: any bytes give rows or a named error. The first byte picks one:
 *
 *     f  a state file; then codec 0 to 2, kind d or s, c for checksums of rows, and the file
 *     p  the payload of a delta, put into a sound file
 *     r  a row of all types
 *     t  a type as JSON
 *     s  a state schema file
 *     m  operator metadata
 *
 * What was decoded must survive being written and read again. */
#include "base/assert.h"
#include "checkpoint/operator_metadata.h"
#include "checkpoint/state_schema.h"
#include "data/unsafe_row.h"
#include "formats/type_json.h"
#include "state/state_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS = 64, FIELDS_MAX = 16 };

/* Names and nesting of what a row of the fuzzer has. */
static const char *const row_schema =
    "{\"type\":\"struct\",\"fields\":["
    "{\"name\":\"b\",\"type\":\"boolean\",\"nullable\":true},"
    "{\"name\":\"i\",\"type\":\"short\",\"nullable\":true},"
    "{\"name\":\"v\",\"type\":\"void\",\"nullable\":true},"
    "{\"name\":\"d\",\"type\":\"decimal(12,2)\",\"nullable\":true},"
    "{\"name\":\"w\",\"type\":\"decimal(38,2)\",\"nullable\":true},"
    "{\"name\":\"s\",\"type\":\"string\",\"nullable\":true},"
    "{\"name\":\"g\",\"type\":{\"type\":\"struct\",\"fields\":["
    "{\"name\":\"w\",\"type\":\"decimal(30,2)\",\"nullable\":true},"
    "{\"name\":\"l\",\"type\":{\"type\":\"array\",\"elementType\":\"byte\",\"containsNull\":true},"
    "\"nullable\":true}]},\"nullable\":true},"
    "{\"name\":\"a\",\"type\":{\"type\":\"array\",\"elementType\":{\"type\":\"array\","
    "\"elementType\":\"string\",\"containsNull\":true},\"containsNull\":true},\"nullable\":true},"
    "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"keyType\":\"date\",\"valueType\":"
    "\"decimal(20,0)\",\"valueContainsNull\":true},\"nullable\":true}]}";

static void check_failure(const fb_error *err)
{
    FB_ASSERT(err->status != FB_OK && err->message[0] && err->status != FB_E_NOMEM);
}

static fb_slice encode_row(const fb_chunk *chunk, fb_arena *arena)
{
    const fb_column *columns[FIELDS_MAX];
    fb_unsafe_rows rows;
    fb_error err;
    for (uint32_t c = 0; c < chunk->column_count; c++)
        columns[c] = &chunk->columns[c];
    FB_ASSERT(fb_unsafe_row_encode(columns, chunk->column_count, 1, arena, &rows, &err) == FB_OK);
    return fb_unsafe_rows_get(&rows, 0);
}

static void try_row(fb_slice row, fb_arena *arena)
{
    fb_error err = {0};
    const fb_type *schema;
    fb_chunk chunk;
    FB_ASSERT(fb_type_json_parse_struct("row", fb_slice_of(row_schema), arena, &schema, &err) ==
              FB_OK);
    fb_status checked = fb_unsafe_row_check(schema, row, &err);
    if (checked != FB_OK) check_failure(&err);
    if (fb_unsafe_row_decode(schema, &row, 1, arena, &chunk, &err) != FB_OK) {
        check_failure(&err);
        FB_ASSERT(checked != FB_OK);
        return;
    }
    fb_slice written = encode_row(&chunk, arena);
    FB_ASSERT(checked != FB_OK || fb_slice_equal(written, row));
    FB_ASSERT(fb_unsafe_row_decode(schema, &written, 1, arena, &chunk, &err) == FB_OK);
    FB_ASSERT(fb_slice_equal(encode_row(&chunk, arena), written));
}

static void try_file(fb_slice content, fb_state_file_kind kind, fb_state_format format)
{
    fb_error err = {0};
    fb_state_file_reader reader;
    fb_state_file_writer writer;
    fb_state_record records[RECORDS];
    size_t count;
    fb_buf out;
    fb_buf_init(&out, 0);
    FB_ASSERT(fb_state_file_reader_init(&reader, kind, format, "f", content, &err) == FB_OK);
    FB_ASSERT(fb_state_file_writer_init(&writer, kind, format, &out, &err) == FB_OK);
    fb_status status;
    do {
        status = fb_state_file_reader_next(&reader, records, RECORDS, &count, &err);
        FB_ASSERT(fb_state_file_writer_add(&writer, records, count, &err) == FB_OK);
    } while (status == FB_OK && count > 0);
    if (status != FB_OK) check_failure(&err);
    FB_ASSERT(fb_state_file_writer_finish(&writer, &err) == FB_OK);
    fb_state_file_writer_deinit(&writer);
    fb_state_file_reader_deinit(&reader);
    fb_buf_deinit(&out);
}

static void try_payload(fb_slice payload)
{
    fb_error err = {0};
    fb_buf file;
    fb_buf_init(&file, 0);
    fb_state_format format = {.codec = FB_CODEC_LZ4};
    FB_ASSERT(fb_codec_compress(format.codec, payload, &file, &err) == FB_OK);
    try_file(fb_buf_slice(&file), FB_STATE_DELTA, format);
    fb_buf_deinit(&file);
}

static void try_type(fb_slice text, fb_arena *arena)
{
    fb_error err = {0};
    const fb_type *type, *again;
    if (fb_type_json_parse("t", text, arena, &type, &err) != FB_OK) {
        check_failure(&err);
        return;
    }
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_json_writer json = fb_json_writer_make(&out);
    fb_type_json_write(type, &json);
    FB_ASSERT(fb_type_json_parse("t", fb_buf_slice(&out), arena, &again, &err) == FB_OK);
    FB_ASSERT(fb_type_equal(type, again));
    fb_buf_deinit(&out);
}

static void try_schema(fb_slice content, fb_arena *arena)
{
    fb_error err = {0};
    fb_state_schema schema, again;
    if (fb_state_schema_decode("s", content, arena, &schema, &err) != FB_OK) {
        check_failure(&err);
        return;
    }
    for (uint32_t i = 0; i < schema.family_count; i++) {
        fb_buf out;
        fb_buf_init(&out, 0);
        fb_state_schema_encode(schema.families[i].key, schema.families[i].value, &out);
        FB_ASSERT(fb_state_schema_decode("s", fb_buf_slice(&out), arena, &again, &err) == FB_OK);
        FB_ASSERT(fb_type_equal(schema.families[i].key, again.families[0].key));
        FB_ASSERT(fb_type_equal(schema.families[i].value, again.families[0].value));
        fb_buf_deinit(&out);
    }
}

static void try_metadata(fb_slice content, fb_arena *arena)
{
    fb_error err = {0};
    fb_operator_metadata metadata, again;
    if (fb_operator_metadata_decode("m", content, arena, &metadata, &err) != FB_OK) {
        check_failure(&err);
        return;
    }
    fb_buf out;
    fb_buf_init(&out, 0);
    fb_operator_metadata_encode(&metadata, &out);
    FB_ASSERT(fb_operator_metadata_decode("m", fb_buf_slice(&out), arena, &again, &err) == FB_OK);
    FB_ASSERT(again.store_count == metadata.store_count);
    FB_ASSERT(fb_slice_equal(again.operator_name, metadata.operator_name));
    fb_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    fb_slice rest = {(const char *)data + 1, size - 1};
    fb_arena arena;
    fb_arena_init(&arena, 0);
    switch (data[0]) {
    case 'f':
        if (size < 4) break;
        rest = (fb_slice){(const char *)data + 4, size - 4};
        try_file(rest, data[2] == 's' ? FB_STATE_SNAPSHOT : FB_STATE_DELTA,
                 (fb_state_format){(fb_codec)(data[1] % 3), data[3] == 'c'});
        break;
    case 'p':
        try_payload(rest);
        break;
    case 'r':
        try_row(rest, &arena);
        break;
    case 't':
        try_type(rest, &arena);
        break;
    case 's':
        try_schema(rest, &arena);
        break;
    case 'm':
        try_metadata(rest, &arena);
        break;
    default:
        break;
    }
    fb_arena_deinit(&arena);
    return 0;
}
