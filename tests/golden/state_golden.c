/* SPDX-License-Identifier: Apache-2.0
 *
 * State that real Spark wrote (state/README.md). Every file is read; every row passes the check,
 * is decoded, and encoded again with the same bytes; every key lies in the partition that its hash
 * demands; metadata, schema and payload are written again byte for byte; and what the files fold
 * into is what Spark's own state reader said. */
#include "base/hash.h"
#include "checkpoint/operator_metadata.h"
#include "checkpoint/state_schema.h"
#include "data/column_hash.h"
#include "data/unsafe_row.h"
#include "env/timezone.h"
#include "files/disk.h"
#include "files/local.h"
#include "formats/json_row.h"
#include "state/state_file.h"
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORDS_MAX = 20000, FILE_MAX_BYTES = 1 << 24, CASES_MAX = 64 };

static const char *golden_directory; /* given on the command line */

typedef struct fixture {
    fb_filesystem *fs;
    fb_random_seeded random;
    fb_arena arena;
    fb_error err;
    const char *case_name;
    fb_state_format format;
    fb_operator_metadata metadata;
    fb_state_schema schema;
} fixture;

/* The rows of a store, as far as they are known. */
typedef struct rows {
    fb_state_record list[RECORDS_MAX];
    size_t count;
} rows;

static char *join(fixture *f, const char *directory, const char *name)
{
    char *path = fb_arena_printf(&f->arena, "%s/%s", directory, name);
    assert_non_null(path);
    return path;
}

static fb_slice read_file(fixture *f, const char *path)
{
    fb_buf content;
    fb_buf_init(&content, 0);
    assert_ok(fb_filesystem_read(f->fs, path, FILE_MAX_BYTES, &content, &f->err), &f->err);
    const char *copy = fb_arena_copy(&f->arena, fb_buf_text(&content), content.size);
    assert_non_null(copy);
    fb_slice slice = {copy, content.size};
    fb_buf_deinit(&content);
    return slice;
}

/* --- rows --- */

/* Decodes the slices and encodes them again. */
static fb_chunk check_rows(fixture *f, const fb_type *schema, const fb_slice *slices, size_t count)
{
    fb_chunk chunk;
    fb_unsafe_rows again;
    for (size_t i = 0; i < count; i++)
        assert_ok(fb_unsafe_row_check(schema, slices[i], &f->err), &f->err);
    assert_ok(fb_unsafe_row_decode(schema, slices, count, &f->arena, &chunk, &f->err), &f->err);
    const fb_column **columns = fb_arena_array(&f->arena, chunk.column_count, sizeof *columns);
    for (uint32_t c = 0; c < chunk.column_count; c++)
        columns[c] = &chunk.columns[c];
    assert_ok(fb_unsafe_row_encode(columns, chunk.column_count, count, &f->arena, &again, &f->err),
              &f->err);
    for (size_t i = 0; i < count; i++)
        assert_true(fb_slice_equal(fb_unsafe_rows_get(&again, i), slices[i]));
    return chunk;
}

/* Joins number the values of a key in a last key column, which takes no part in the hash; where
 * keys have a prefix (sessions), it alone is hashed. */
static void check_partition(fixture *f, const fb_chunk *keys, uint32_t partition)
{
    uint32_t *hashes = fb_arena_array(&f->arena, keys->row_count, sizeof *hashes);
    const fb_type *schema = f->schema.families[0].key;
    int32_t partitions = f->metadata.stores[0].partition_count;
    for (uint32_t i = 0; i < keys->row_count; i++)
        hashes[i] = FB_HASH_SEED;
    uint32_t prefix = (uint32_t)f->metadata.stores[0].prefix_column_count;
    for (uint32_t c = 0; c < (prefix ? prefix : keys->column_count); c++)
        if (!(c > 0 && fb_slice_is(schema->fields[c].name, "index")))
            fb_column_murmur3(&keys->columns[c], keys->row_count, hashes);
    for (uint32_t i = 0; i < keys->row_count && keys->column_count; i++) {
        int32_t remainder = (int32_t)hashes[i] % partitions;
        int32_t expected = remainder < 0 ? remainder + partitions : remainder;
        if (expected != (int32_t)partition)
            fail_msg("%s: a key of partition %d lies in %u", f->case_name, expected, partition);
    }
}

static void check_records(fixture *f, const fb_state_record *records, size_t count,
                          uint32_t partition)
{
    const fb_state_family *family = &f->schema.families[0];
    fb_slice *keys = fb_arena_array(&f->arena, count, sizeof *keys);
    fb_slice *values = fb_arena_array(&f->arena, count, sizeof *values);
    size_t value_count = 0;
    for (size_t i = 0; i < count; i++) {
        keys[i] = records[i].key;
        if (!records[i].is_removal) values[value_count++] = records[i].value;
    }
    fb_chunk decoded = check_rows(f, family->key, keys, count);
    check_partition(f, &decoded, partition);
    (void)check_rows(f, family->value, values, value_count);
}

/* --- files --- */

static void apply(rows *state, const fb_state_record *record)
{
    size_t at = 0;
    while (at < state->count && !fb_slice_equal(state->list[at].key, record->key))
        at++;
    if (record->is_removal) {
        assert_true(at < state->count);
        state->list[at] = state->list[--state->count];
        return;
    }
    if (at == state->count) state->count++;
    assert_true(state->count <= RECORDS_MAX);
    state->list[at] = *record;
}

/* The same records, written again, are the same payload. */
static void check_written(fixture *f, fb_state_file_kind kind, const rows *records,
                          fb_slice content)
{
    fb_buf file, before, after;
    fb_buf_init(&file, 0);
    fb_buf_init(&before, 0);
    fb_buf_init(&after, 0);
    fb_state_file_writer writer;
    assert_ok(fb_state_file_writer_init(&writer, kind, f->format, &file, &f->err), &f->err);
    assert_ok(fb_state_file_writer_add(&writer, records->list, records->count, &f->err), &f->err);
    assert_ok(fb_state_file_writer_finish(&writer, &f->err), &f->err);
    fb_state_file_writer_deinit(&writer);
    fb_codec codec = f->format.codec;
    assert_ok(fb_codec_decompress(codec, "x", content, FILE_MAX_BYTES, &before, &f->err), &f->err);
    assert_ok(fb_codec_decompress(codec, "x", fb_buf_slice(&file), FILE_MAX_BYTES, &after, &f->err),
              &f->err);
    assert_true(fb_slice_equal(fb_buf_slice(&before), fb_buf_slice(&after)));
    fb_buf_deinit(&file);
    fb_buf_deinit(&before);
    fb_buf_deinit(&after);
}

static void read_records(fixture *f, fb_state_file_kind kind, const char *path, fb_slice content,
                         rows *out)
{
    fb_state_file_reader reader;
    size_t count;
    assert_ok(fb_state_file_reader_init(&reader, kind, f->format, path, content, &f->err), &f->err);
    out->count = 0;
    do {
        fb_state_record *next = &out->list[out->count];
        size_t room = RECORDS_MAX - out->count < 100 ? RECORDS_MAX - out->count : 100;
        assert_true(room > 0);
        assert_ok(fb_state_file_reader_next(&reader, next, room, &count, &f->err), &f->err);
        for (size_t i = 0; i < count; i++) {
            next[i].key.data = fb_arena_copy(&f->arena, next[i].key.data, next[i].key.size);
            next[i].value.data = fb_arena_copy(&f->arena, next[i].value.data, next[i].value.size);
        }
        out->count += count;
    } while (count > 0);
    fb_state_file_reader_deinit(&reader);
}

static void fold_file(fixture *f, fb_state_file_kind kind, const char *directory, int64_t version,
                      uint32_t partition, rows *state)
{
    static rows records;
    char name[FB_STATE_FILE_NAME_BYTES];
    fb_state_file_name(kind, version, name);
    char *path = join(f, directory, name);
    fb_slice content = read_file(f, path);
    read_records(f, kind, path, content, &records);
    check_records(f, records.list, records.count, partition);
    check_written(f, kind, &records, content);
    for (size_t i = 0; i < records.count; i++)
        apply(state, &records.list[i]);
}

/* The newest version of a partition, from its chain of files. */
static void load_partition(fixture *f, const char *directory, uint32_t partition, rows *state)
{
    fb_state_files files;
    int64_t snapshot;
    assert_ok(fb_state_files_list(f->fs, directory, &f->arena, &files, &f->err), &f->err);
    state->count = 0;
    if (files.delta_count == 0) return; /* a limit has state in partition 0 only */
    int64_t newest = files.deltas[files.delta_count - 1];
    assert_ok(fb_state_files_chain(&files, directory, newest, INT64_MAX, &snapshot, &f->err),
              &f->err);
    if (snapshot) fold_file(f, FB_STATE_SNAPSHOT, directory, snapshot, partition, state);
    for (int64_t delta = snapshot + 1; delta <= newest; delta++)
        fold_file(f, FB_STATE_DELTA, directory, delta, partition, state);
}

/* --- what Spark's reader says --- */

typedef struct lines {
    char *list[RECORDS_MAX];
    size_t count;
} lines;

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_rows(fixture *f, const rows *state, uint32_t partition, lines *out)
{
    const fb_state_family *family = &f->schema.families[0];
    fb_slice *keys = fb_arena_array(&f->arena, state->count, sizeof *keys);
    fb_slice *values = fb_arena_array(&f->arena, state->count, sizeof *values);
    for (size_t i = 0; i < state->count; i++) {
        keys[i] = state->list[i].key;
        values[i] = state->list[i].value;
    }
    fb_chunk key_chunk = check_rows(f, family->key, keys, state->count);
    fb_chunk value_chunk = check_rows(f, family->value, values, state->count);
    fb_json_row_printer key_printer, value_printer;
    fb_json_row_printer_init(&key_printer, family->key, fb_timezone_utc());
    fb_json_row_printer_init(&value_printer, family->value, fb_timezone_utc());
    for (size_t i = 0; i < state->count; i++) {
        fb_buf line;
        fb_buf_init(&line, 0);
        fb_json_writer json = fb_json_writer_make(&line);
        fb_json_begin_object(&json);
        fb_json_key(&json, "key");
        fb_json_begin_object(&json);
        fb_json_row_printer_members(&key_printer, &json, &key_chunk, i);
        fb_json_end_object(&json);
        fb_json_key(&json, "value");
        fb_json_begin_object(&json);
        fb_json_row_printer_members(&value_printer, &json, &value_chunk, i);
        fb_json_end_object(&json);
        fb_json_key(&json, "partition_id");
        fb_json_int(&json, partition);
        fb_json_end_object(&json);
        assert_true(out->count < RECORDS_MAX);
        out->list[out->count++] = fb_arena_strdup(&f->arena, fb_buf_slice(&line));
        fb_buf_deinit(&line);
    }
}

/* The recorded lines have microseconds, to_json by default (and our printer) milliseconds; of the
 * others, the hashes and bytes above speak. */
static void cut_microseconds(char *line)
{
    char *to = line;
    for (const char *from = line; *from;) {
        size_t digits = from[0] == '.' ? strspn(from + 1, "0123456789") : 0;
        size_t after = 1 + digits;
        bool is_time = digits == 6 && from - line > 3 && from[-3] == ':' &&
                       (from[after] == '"' || (from[after] == 'Z' && from[after + 1] == '"'));
        size_t kept = is_time ? 4 : 1;
        memmove(to, from, kept);
        to += kept;
        from += is_time ? after : 1;
    }
    *to = '\0';
}

static void read_expected(fixture *f, const char *path, lines *out)
{
    fb_slice text = read_file(f, path);
    for (size_t at = 0; at < text.size;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        size_t size = end ? (size_t)(end - text.data) - at : text.size - at;
        out->list[out->count] = fb_arena_strdup(&f->arena, (fb_slice){text.data + at, size});
        cut_microseconds(out->list[out->count++]);
        at += size + 1;
    }
}

static void check_store(fixture *f, const char *directory, const char *store)
{
    static rows state;
    static lines expected, got;
    char path[FB_PATH_MAX_BYTES + 1];
    int64_t id = f->metadata.operator_id;
    assert_ok(fb_state_directory(path, directory, id, 0, store, &f->err), &f->err);
    char *schema_path = join(f, path, "_metadata/schema");
    fb_slice content = read_file(f, schema_path);
    assert_ok(fb_state_schema_decode(schema_path, content, &f->arena, &f->schema, &f->err),
              &f->err);
    fb_buf again;
    fb_buf_init(&again, 0);
    fb_state_schema_encode(f->schema.families[0].key, f->schema.families[0].value, &again);
    assert_true(fb_slice_equal(fb_buf_slice(&again), content));
    fb_buf_deinit(&again);

    expected.count = got.count = 0;
    for (int32_t p = 0; p < f->metadata.stores[0].partition_count; p++) {
        assert_ok(fb_state_directory(path, directory, id, (uint32_t)p, store, &f->err), &f->err);
        load_partition(f, path, (uint32_t)p, &state);
        print_rows(f, &state, (uint32_t)p, &got);
    }
    (void)snprintf(path, sizeof path, "%s/expected/%d-%s.jsonl", directory, (int)id, store);
    read_expected(f, path, &expected);
    qsort(expected.list, expected.count, sizeof(char *), compare_lines);
    qsort(got.list, got.count, sizeof(char *), compare_lines);
    for (size_t i = 0; i < expected.count && i < got.count; i++)
        if (strcmp(expected.list[i], got.list[i]) != 0)
            fail_msg("%s: got\n%s\nexpected\n%s", path, got.list[i], expected.list[i]);
    assert_int_equal(expected.count, got.count);
}

static fb_state_format format_of(const char *name)
{
    fb_state_format format = {FB_CODEC_LZ4, strstr(name, "rowchecksum") != NULL};
    if (strstr(name, "zstd")) format.codec = FB_CODEC_ZSTD;
    if (strstr(name, "snappy")) format.codec = FB_CODEC_SNAPPY;
    return format;
}

static void check_case(fixture *f, const char *name)
{
    f->case_name = name;
    f->format = format_of(name);
    char *directory = join(f, golden_directory, name);
    char *path = join(f, directory, "state/0/_metadata/metadata");
    fb_slice content = read_file(f, path);
    assert_ok(fb_operator_metadata_decode(path, content, &f->arena, &f->metadata, &f->err),
              &f->err);
    fb_buf again;
    fb_buf_init(&again, 0);
    fb_operator_metadata_encode(&f->metadata, &again);
    assert_true(fb_slice_equal(fb_buf_slice(&again), content));
    fb_buf_deinit(&again);
    for (uint32_t s = 0; s < f->metadata.store_count; s++)
        check_store(f, directory, fb_arena_strdup(&f->arena, f->metadata.stores[s].name));
    fb_arena_reset(&f->arena);
}

static void what_spark_stored_is_read_and_written(void **state)
{
    (void)state;
    static fixture f;
    char names[CASES_MAX][64];
    size_t count = 0;
    fb_arena_init(&f.arena, 0);
    fb_random_seeded_init(&f.random, 1);
    assert_ok(fb_filesystem_local_create(fb_disk_posix(), &f.random.base, &f.fs, &f.err), &f.err);
    DIR *cases = opendir(golden_directory);
    assert_non_null(cases);
    for (struct dirent *entry; (entry = readdir(cases));) {
        if (strchr(entry->d_name, '.')) continue;
        assert_true(count < CASES_MAX && strlen(entry->d_name) < sizeof names[0]);
        memcpy(names[count++], entry->d_name, strlen(entry->d_name) + 1);
    }
    (void)closedir(cases);
    assert_true(count > 10);
    for (size_t i = 0; i < count; i++)
        check_case(&f, names[i]);
    fb_filesystem_close(f.fs);
    fb_arena_deinit(&f.arena);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    golden_directory = argv[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_spark_stored_is_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
