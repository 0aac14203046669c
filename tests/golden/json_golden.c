/* SPDX-License-Identifier: Apache-2.0
 *
 * Holds the JSON reader to what Spark made of the same lines (json/json_lines.jsonl, made by
 * json/make_json.py): every row as JSON and as text, and the conditions of errors.
 *
 *     json_golden FILE */
#include "data/value_text.h"
#include "formats/json_reader.h"
#include "formats/json_row.h"
#include "formats/lines.h"
#include "sql/parse.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct golden_case {
    uint32_t number;
    const json_t *json;
    fb_arena arena;
    uint32_t row_count; /* compared */
    uint32_t wrong;
} golden_case;

static void complain(golden_case *c, const char *what, const char *ours, const char *theirs)
{
    if (c->wrong++ < 40)
        fprintf(stderr, "case %u: %s\n  ours:  %s\n  Spark: %s\n", c->number, what, ours, theirs);
}

static fb_slice unhex(fb_arena *arena, const char *text)
{
    size_t size = strlen(text) / 2;
    char *bytes = fb_arena_alloc(arena, size + 1);
    if (!bytes) abort();
    for (size_t i = 0; i < size; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        bytes[i] = (char)strtoul(pair, NULL, 16);
    }
    return fb_slice_make(bytes, size);
}

static fb_status read_options(golden_case *c, fb_json_reader *reader)
{
    const char *key;
    json_t *value;
    reader->timezone = fb_timezone_utc();
    reader->corrupt_column = FB_SLICE("_corrupt_record");
    json_object_foreach(json_object_get(c->json, "options"), key, value)
    {
        fb_slice text = fb_slice_of(json_string_value(value));
        if (strcmp(key, "columnNameOfCorruptRecord") == 0) reader->corrupt_column = text;
        if (strcmp(key, "timeZone") == 0) FB_TRY(fb_timezone_find(text, &reader->timezone, NULL));
        if (fb_slice_equal_nocase(text, FB_SLICE("DROPMALFORMED")))
            reader->mode = FB_JSON_DROPMALFORMED;
        if (fb_slice_equal_nocase(text, FB_SLICE("FAILFAST"))) reader->mode = FB_JSON_FAILFAST;
    }
    return FB_OK;
}

static fb_status read_rows(golden_case *c, fb_json_reader *reader, fb_json_rows **rows,
                           fb_error *err)
{
    FB_TRY(read_options(c, reader));
    FB_TRY(fb_sql_parse_schema(&c->arena,
                               fb_slice_of(json_string_value(json_object_get(c->json, "schema"))),
                               &reader->schema, err));
    FB_TRY(fb_json_reader_check(reader, err));
    FB_TRY(fb_json_rows_create(reader, &c->arena, rows, err));
    fb_slice content = unhex(&c->arena, json_string_value(json_object_get(c->json, "content")));
    fb_lines lines = fb_lines_make(content, true);
    for (fb_slice line; fb_lines_next(&lines, &line);)
        FB_TRY(fb_json_rows_add(*rows, line, err));
    return FB_OK;
}

/* JDK 17 prints more digits of a float than are needed: the goldens have doubles there. */
static const fb_type *floats_to_doubles(golden_case *c, const fb_type *schema, fb_chunk *chunk)
{
    fb_field *fields =
        fb_arena_copy(&c->arena, schema->fields, schema->field_count * sizeof *schema->fields);
    if (!fields) abort();
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (fields[i].type->id != FB_TYPE_FLOAT) continue;
        fields[i].type = fb_type_of(FB_TYPE_DOUBLE);
        fb_column to;
        if (!fb_column_init(&to, &c->arena, fields[i].type, chunk->row_count)) abort();
        to.validity = chunk->columns[i].validity;
        for (uint32_t row = 0; row < chunk->row_count; row++)
            to.doubles[row] = (double)chunk->columns[i].floats[row];
        chunk->columns[i] = to;
    }
    return fb_type_struct(&c->arena, fields, schema->field_count);
}

/* Texts of the same values: JDK 17 prints more digits of some doubles than are needed. */
static bool same_values(const char *ours, const char *theirs)
{
    if (strcmp(ours, theirs) == 0) return true;
    json_t *a = json_loads(ours, JSON_ALLOW_NUL, NULL),
           *b = json_loads(theirs, JSON_ALLOW_NUL, NULL);
    bool same = a && b && json_is_real(json_object_get(a, "a")) && json_equal(a, b);
    json_decref(a);
    json_decref(b);
    return same;
}

/* As JSON they have milliseconds only; the texts tell the rest. */
static bool chunk_has_timestamps(const fb_type *schema)
{
    for (uint32_t i = 0; i < schema->field_count; i++)
        if (schema->fields[i].type->id == FB_TYPE_TIMESTAMP ||
            schema->fields[i].type->id == FB_TYPE_TIMESTAMP_NTZ)
            return true;
    return false;
}

static void compare_row(golden_case *c, const fb_type *schema, const fb_chunk *chunk, uint32_t row)
{
    const char *json_text =
        json_string_value(json_array_get(json_object_get(c->json, "rows"), row));
    const char *text = json_string_value(json_array_get(json_object_get(c->json, "texts"), row));
    fb_buf buf;
    fb_buf_init(&buf, 0);
    fb_json_writer json = fb_json_writer_make(&buf);
    fb_json_row_printer printer;
    fb_json_row_printer_init(&printer, schema, fb_timezone_utc());
    fb_json_begin_object(&json);
    fb_json_row_printer_members(&printer, &json, chunk, row);
    fb_json_end_object(&json);
    if (!same_values(fb_buf_text(&buf), json_text))
        complain(c, "row", fb_buf_text(&buf), json_text);
    fb_buf_clear(&buf);
    fb_column whole = {.type = schema, .children = chunk->columns};
    fb_value_text_cast(&whole, row, fb_timezone_utc(), &buf);
    if (chunk_has_timestamps(schema) && !fb_slice_equal(fb_buf_slice(&buf), fb_slice_of(text)))
        complain(c, "text of a row", fb_buf_text(&buf), text);
    fb_buf_deinit(&buf);
    c->row_count++;
}

static void compare_rows(golden_case *c, const fb_json_reader *reader, fb_json_rows *rows)
{
    uint32_t count = fb_json_rows_count(rows);
    size_t expected = json_array_size(json_object_get(c->json, "rows"));
    if (count != expected) {
        char ours[32], theirs[32];
        (void)snprintf(ours, sizeof ours, "%u", count);
        (void)snprintf(theirs, sizeof theirs, "%zu", expected);
        complain(c, "number of rows", ours, theirs);
        return;
    }
    fb_chunk chunk;
    if (fb_json_rows_chunk(rows, 0, count, &chunk, NULL) != FB_OK) abort();
    fb_chunk_verify(&chunk, reader->schema);
    const fb_type *schema = floats_to_doubles(c, reader->schema, &chunk);
    for (uint32_t row = 0; row < count; row++)
        compare_row(c, schema, &chunk, row);
}

/* The same condition, or another subclass of it: Spark tells some misfits apart. */
static bool same_class(const char *theirs, const char *ours)
{
    size_t size = strcspn(ours, ".");
    return size > 0 && strncmp(theirs, ours, size) == 0;
}

static void run_case(golden_case *c)
{
    fb_json_reader reader = {0};
    fb_json_rows *rows = NULL;
    fb_error err = {0};
    fb_status status = read_rows(c, &reader, &rows, &err);
    const json_t *conditions = json_object_get(c->json, "error");
    bool condition_is_theirs = false;
    for (size_t i = 0; i < json_array_size(conditions); i++)
        condition_is_theirs |=
            same_class(json_string_value(json_array_get(conditions, i)), err.condition);
    if (status != FB_OK && !condition_is_theirs)
        complain(c, "error", err.message, conditions ? "another error" : "rows");
    else if (status == FB_OK && conditions)
        complain(c, "error", "rows", "an error");
    else if (status == FB_OK)
        compare_rows(c, &reader, rows);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    FILE *file = fopen(argv[1], "r");
    if (!file) {
        perror(argv[1]);
        return 2;
    }
    uint32_t wrong = 0, row_count = 0, cases = 0;
    json_t *json;
    while ((json = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL))) {
        golden_case c = {.number = cases++, .json = json};
        fb_arena_init(&c.arena, 0);
        run_case(&c);
        fb_arena_deinit(&c.arena);
        wrong += c.wrong;
        row_count += c.row_count;
        json_decref(json);
    }
    (void)fclose(file);
    printf("%u cases, %u rows, %u wrong\n", cases, row_count, wrong);
    return wrong || row_count < 4000;
}
