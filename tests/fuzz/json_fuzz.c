/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of JSON by a schema of every kind of type: any bytes give well-formed rows or, in mode
 * FAILFAST, a named error; and what is dropped, kept and counted as failure agrees between the
 * modes. */
#include "base/assert.h"
#include "formats/json_reader.h"
#include "formats/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const fb_type *make_schema(fb_arena *arena)
{
    const fb_type *text = fb_type_of(FB_TYPE_STRING), *whole = fb_type_of(FB_TYPE_INT);
    const fb_field inner[] = {{FB_SLICE("x"), whole, true, {0}}, {FB_SLICE("y"), text, true, {0}}};
    const fb_type *pair = fb_type_struct(arena, inner, 2);
    const struct {
        const char *name;
        const fb_type *type;
    } columns[] = {
        {"b", fb_type_of(FB_TYPE_BOOLEAN)},
        {"i", whole},
        {"l", fb_type_of(FB_TYPE_BIGINT)},
        {"t", fb_type_of(FB_TYPE_TINYINT)},
        {"f", fb_type_of(FB_TYPE_FLOAT)},
        {"d", fb_type_of(FB_TYPE_DOUBLE)},
        {"n", fb_type_decimal(arena, 38, 6)},
        {"s", text},
        {"x", fb_type_of(FB_TYPE_BINARY)},
        {"day", fb_type_of(FB_TYPE_DATE)},
        {"at", fb_type_of(FB_TYPE_TIMESTAMP)},
        {"w", fb_type_of(FB_TYPE_TIMESTAMP_NTZ)},
        {"p", pair},
        {"a", fb_type_array(arena, pair, true)},
        {"m", fb_type_map(arena, text, fb_type_array(arena, whole, true), true)},
        {"_corrupt_record", text},
    };
    enum { COUNT = sizeof columns / sizeof *columns };
    fb_field fields[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        fields[i] = (fb_field){fb_slice_of(columns[i].name), columns[i].type, true, {0}};
    return fb_type_struct(arena, fields, COUNT);
}

/* How many lines of mode FAILFAST fail, and how many rows a mode gives. */
static uint32_t run(const fb_type *schema, fb_json_mode mode, fb_slice text, uint32_t *failures)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_json_reader reader = {.schema = schema,
                                   .corrupt_column = FB_SLICE("_corrupt_record"),
                                   .mode = mode,
                                   .timezone = fb_timezone_utc()};
    fb_json_rows *rows;
    FB_ASSERT(fb_json_rows_create(&reader, &arena, &rows, NULL) == FB_OK);
    fb_lines lines = fb_lines_make(text, true);
    for (fb_slice line; fb_lines_next(&lines, &line);) {
        fb_error err = {0};
        if (fb_json_rows_add(rows, line, &err) == FB_OK) continue;
        FB_ASSERT(mode == FB_JSON_FAILFAST && err.status == FB_E_CORRUPT && err.condition[0]);
        ++*failures;
    }
    uint32_t count = fb_json_rows_count(rows);
    for (uint32_t first = 0; first < count; first += FB_CHUNK_ROWS) {
        fb_chunk chunk;
        uint32_t step = count - first < FB_CHUNK_ROWS ? count - first : FB_CHUNK_ROWS;
        FB_ASSERT(fb_json_rows_chunk(rows, first, step, &chunk, NULL) == FB_OK);
        fb_chunk_verify(&chunk, schema);
    }
    fb_arena_deinit(&arena);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 16) return 0;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const fb_type *schema = make_schema(&arena);
    fb_slice text = fb_slice_make((const char *)data, size);
    uint32_t failures = 0;
    uint32_t all = run(schema, FB_JSON_PERMISSIVE, text, &failures);
    uint32_t good = run(schema, FB_JSON_DROPMALFORMED, text, &failures);
    uint32_t strict = run(schema, FB_JSON_FAILFAST, text, &failures);
    FB_ASSERT(strict == good);
    FB_ASSERT(all >= good + failures);
    fb_arena_deinit(&arena);
    return 0;
}
