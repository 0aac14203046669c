/* SPDX-License-Identifier: Apache-2.0
 *
 * Every bit of every state, schema and metadata file flipped, every file cut at every length: with
 * the hidden checksum file beside it, and without. What a checksum covers never gives a wrong row:
 * the damage is an error that names the file, or an older snapshot and the deltas since stand in.
 */
#include "checkpoint/checkpoint.h"
#include "checkpoint/operator_metadata.h"
#include "checkpoint/state_schema.h"
#include "files/local.h"
#include "sim_disk.h"
#include "state_store.h"

#include <stdio.h>
#include <stdlib.h>

enum { VERSIONS = 7, NEWEST_SNAPSHOT = 5 };

typedef struct world {
    sim_disk *disk;
    fb_random_seeded random;
    fb_filesystem *fs;
    fb_state_format format;
    fb_arena arena;
    fb_error err;
} world;

static fb_state_log *make_log_of(world *w)
{
    fb_state_log *log;
    fb_state_file_log_options options = {
        .fs = w->fs, .directory = STORE_DIRECTORY, .format = w->format, .min_deltas = 1};
    assert_ok(fb_state_file_log_create(&options, &log, &w->err), &w->err);
    return log;
}

static void world_init(world *w, fb_state_format format)
{
    *w = (world){.disk = sim_disk_create(1), .format = format};
    fb_random_seeded_init(&w->random, 1);
    fb_arena_init(&w->arena, 0);
    assert_ok(
        fb_filesystem_local_create(sim_disk_interface(w->disk), &w->random.base, &w->fs, &w->err),
        &w->err);
    fb_state_store *store = make_store(make_log_of(w));
    for (int64_t version = 1; version <= VERSIONS; version++) {
        run_version(store, version);
        if (version == 2 || version == NEWEST_SNAPSHOT)
            assert_ok(fb_state_store_maintain(store, version, &w->err), &w->err);
    }
    fb_state_store_close(store);
}

static void world_deinit(world *w)
{
    fb_filesystem_close(w->fs);
    sim_disk_destroy(w->disk);
    fb_arena_deinit(&w->arena);
}

/* --- one file in all damaged forms --- */

/* What is asked after each damage; `path` is the damaged file. */
typedef void (*question)(world *w, const char *path, bool is_covered);

static char *copy_of(fb_slice content)
{
    char *copy = malloc(content.size + 1);
    assert_non_null(copy);
    if (content.size) memcpy(copy, content.data, content.size);
    return copy;
}

static void damage_everywhere(world *w, const char *path, question ask, bool is_covered)
{
    fb_slice content;
    assert_true(sim_disk_get(w->disk, path, &content));
    size_t size = content.size;
    char *bytes = copy_of(content), *good = copy_of(content);
    assert_true(size > 0 && size < 4096);
    for (size_t at = 0; at < size; at++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] = (char)(good[at] ^ 1 << bit);
            assert_true(sim_disk_put(w->disk, path, fb_slice_make(bytes, size)));
            ask(w, path, is_covered);
            bytes[at] = good[at];
        }
    for (size_t cut = 0; cut < size; cut++) {
        assert_true(sim_disk_put(w->disk, path, fb_slice_make(good, cut)));
        ask(w, path, is_covered);
    }
    assert_true(sim_disk_put(w->disk, path, fb_slice_make(good, size)));
    free(bytes);
    free(good);
}

static void crc_path_of(const char *path, char out[200])
{
    const char *name = fb_path_name(path);
    (void)snprintf(out, 200, "%.*s.%s.crc", (int)(name - path), path, name);
}

/* The file, then its checksum file, then the file without one. */
static void damage_file(world *w, const char *path, question ask, bool is_covered_alone)
{
    char crc[200];
    crc_path_of(path, crc);
    damage_everywhere(w, path, ask, true);
    damage_everywhere(w, crc, ask, true);
    fb_disk *disk = sim_disk_interface(w->disk);
    assert_int_equal(disk->ops->unlink(disk, crc), 0);
    damage_everywhere(w, path, ask, is_covered_alone);
}

/* --- state files --- */

/* The newest version is exactly there, or it is told which file is damaged. */
static void load_newest(world *w, const char *path, bool is_covered)
{
    (void)path;
    fb_state_store *store = make_store(make_log_of(w));
    fb_status status = fb_state_store_open(store, VERSIONS, &w->err);
    if (status == FB_OK) {
        for (int64_t key = 1; key <= VERSIONS && is_covered; key++)
            assert_int_equal(get(store, (uint64_t)key), key + VERSIONS);
        fb_state_stats stats;
        fb_state_table_stats(fb_state_store_table(store), &stats);
        if (is_covered) assert_int_equal(stats.row_count, VERSIONS);
    } else {
        assert_status(status, FB_E_CORRUPT);
        assert_contains(w->err.message, STORE_DIRECTORY "/");
    }
    fb_state_store_close(store);
}

static void damage_state(fb_state_format format, bool is_covered_alone)
{
    static const char *const names[] = {"7.delta", "6.delta", "5.snapshot"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        world w;
        char path[100];
        world_init(&w, format);
        (void)snprintf(path, sizeof path, STORE_DIRECTORY "/%s", names[i]);
        damage_file(&w, path, load_newest, is_covered_alone);
        world_deinit(&w);
    }
}

static void no_bit_of_a_state_file_changes_a_row(void **state)
{
    (void)state;
    damage_state((fb_state_format){FB_CODEC_LZ4, false}, true);
    damage_state((fb_state_format){FB_CODEC_ZSTD, false}, true);
    damage_state((fb_state_format){FB_CODEC_LZ4, true}, true);
    damage_state((fb_state_format){FB_CODEC_SNAPPY, true}, true);
    damage_state((fb_state_format){FB_CODEC_SNAPPY, false}, false); /* without any checksum */
}

static void a_damaged_snapshot_is_replaced_by_the_one_before(void **state)
{
    (void)state;
    world w;
    world_init(&w, (fb_state_format){0});
    assert_true(sim_disk_flip(w.disk, STORE_DIRECTORY "/5.snapshot", 40, 1));
    fb_state_store *store = make_store(make_log_of(&w));
    assert_ok(fb_state_store_open(store, VERSIONS, &w.err), &w.err);
    assert_int_equal(get(store, 3), 3 + VERSIONS);
    fb_state_store_close(store);
    world_deinit(&w);
}

/* --- what stands around them --- */

static fb_buf content;

static fb_status read_content(world *w, const char *path)
{
    fb_buf_clear(&content);
    return fb_filesystem_read(w->fs, path, 1 << 20, &content, &w->err);
}

static void expect_error_of(const world *w, const char *path)
{
    assert_true(w->err.status == FB_E_CORRUPT || w->err.status == FB_E_UNSUPPORTED);
    assert_contains(w->err.message, path);
}

/* What was written, for comparison. */
static fb_buf schema_bytes, metadata_bytes, offsets_bytes, commit_bytes;

/* Sums of a file that was cut between two pieces agree, as in Hadoop: then decoding notices. */
#define QUESTION(name, file, decode)                                                       \
    static void name(world *w, const char *path, bool is_covered)                          \
    {                                                                                      \
        (void)path;                                                                        \
        fb_status status = read_content(w, file);                                          \
        if (status == FB_OK) status = decode;                                              \
        if (status == FB_OK && is_covered)                                                 \
            assert_true(fb_slice_equal(fb_buf_slice(&content), fb_buf_slice(&name##_of))); \
        if (status != FB_OK) expect_error_of(w, file);                                     \
        fb_arena_reset(&w->arena);                                                         \
    }

#define SCHEMA "/checkpoint/state/0/0/_metadata/schema"
#define METADATA "/checkpoint/state/0/_metadata/metadata"
#define OFFSETS "/checkpoint/offsets/6"
#define COMMIT "/checkpoint/commits/6"
#define ask_schema_of schema_bytes
#define ask_metadata_of metadata_bytes
#define ask_offsets_of offsets_bytes
#define ask_commit_of commit_bytes

static fb_state_schema schema;
static fb_operator_metadata metadata;
static fb_offset_entry offsets;
static fb_commit_entry commit_entry;
QUESTION(ask_schema, SCHEMA,
         fb_state_schema_decode(SCHEMA, fb_buf_slice(&content), &w->arena, &schema, &w->err))
QUESTION(ask_metadata, METADATA,
         fb_operator_metadata_decode(METADATA, fb_buf_slice(&content), &w->arena, &metadata,
                                     &w->err))
QUESTION(ask_offsets, OFFSETS,
         fb_offset_entry_decode(OFFSETS, fb_buf_slice(&content), &w->arena, &offsets, &w->err))
QUESTION(ask_commit, COMMIT,
         fb_commit_entry_decode(COMMIT, fb_buf_slice(&content), &w->arena, &commit_entry, &w->err))

static void write_around(world *w)
{
    const fb_field fields[] = {{.name = FB_SLICE("k"), .type = fb_type_of(FB_TYPE_BIGINT)},
                               {.name = FB_SLICE("s"), .type = fb_type_of(FB_TYPE_STRING)}};
    const fb_type *row = fb_type_struct(&w->arena, fields, 2);
    fb_operator_store store = {.name = FB_SLICE("default"), .partition_count = 2};
    fb_operator_metadata operator_ = {.version = 1,
                                      .operator_name = FB_SLICE("stateStoreSave"),
                                      .store_count = 1,
                                      .stores = &store};
    const fb_conf_entry conf = {FB_SLICE("spark.sql.shuffle.partitions"), FB_SLICE("2")};
    const fb_slice offset = FB_SLICE("{\"logOffset\":3}");
    const fb_offset_entry entry = {.watermark_ms = 5,
                                   .timestamp_ms = 6,
                                   .conf = &conf,
                                   .conf_count = 1,
                                   .offsets = &offset,
                                   .source_count = 1};
    const fb_commit_entry done = {.next_watermark_ms = 7};
    fb_state_schema_encode(row, row, &schema_bytes);
    fb_operator_metadata_encode(&operator_, &metadata_bytes);
    assert_ok(fb_offset_entry_encode(&entry, &offsets_bytes, &w->err), &w->err);
    assert_ok(fb_commit_entry_encode(&done, &commit_bytes, &w->err), &w->err);
    const struct {
        const char *path;
        const fb_buf *bytes;
    } files[] = {{SCHEMA, &schema_bytes},
                 {METADATA, &metadata_bytes},
                 {OFFSETS, &offsets_bytes},
                 {COMMIT, &commit_bytes}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        assert_ok(fb_filesystem_create(w->fs, files[i].path, fb_buf_slice(files[i].bytes), &w->err),
                  &w->err);
}

static void no_bit_of_what_stands_around_is_taken_for_another(void **state)
{
    (void)state;
    world w;
    world_init(&w, (fb_state_format){0});
    fb_buf *const buffers[] = {&content, &schema_bytes, &metadata_bytes, &offsets_bytes,
                               &commit_bytes};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        fb_buf_init(buffers[i], 0);
    write_around(&w);
    damage_file(&w, SCHEMA, ask_schema, false);
    damage_file(&w, METADATA, ask_metadata, false);
    damage_file(&w, OFFSETS, ask_offsets, false);
    damage_file(&w, COMMIT, ask_commit, false);
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        fb_buf_deinit(buffers[i]);
    world_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bit_of_a_state_file_changes_a_row),
        cmocka_unit_test(a_damaged_snapshot_is_replaced_by_the_one_before),
        cmocka_unit_test(no_bit_of_what_stands_around_is_taken_for_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
