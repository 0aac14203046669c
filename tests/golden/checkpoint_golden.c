/* SPDX-License-Identifier: Apache-2.0
 *
 * Checkpoints of real Spark (checkpoints/README.md), put on a simulated disk with their checksum
 * files: read, resumed, written again byte for byte, and damaged bit by bit. */
#include "checkpoint/checkpoint.h"
#include "files/crc_file.h"
#include "files/local.h"
#include "sim_disk.h"
#include "test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILES_MAX = 100 };

static const char *golden_directory; /* given on the command line */

/* nftw has no user argument. */
static sim_disk *disk;
static char paths[FILES_MAX][256]; /* on the simulated disk */
static size_t path_count;
static size_t prefix_size; /* of the real directory */

static int copy_one(const char *real, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)at;
    char path[256];
    fb_disk *ops = sim_disk_interface(disk);
    if (snprintf(path, sizeof path, "/ck%s", real + prefix_size) >= (int)sizeof path) return 1;
    if (kind == FTW_D)
        return ops->ops->mkdir(ops, path) || ops->ops->sync_directory(ops, "/") ||
               ops->ops->sync_directory(ops, "/ck");
    FILE *file = fopen(real, "rb");
    static char content[64 * 1024];
    size_t size = file ? fread(content, 1, sizeof content, file) : sizeof content;
    if (file) (void)fclose(file);
    if (size == sizeof content || path_count == FILES_MAX) return 1;
    memcpy(paths[path_count++], path, sizeof path);
    return !sim_disk_put(disk, path, fb_slice_make(content, size));
}

static fb_filesystem *load(const char *name, fb_random_seeded *random)
{
    char real[512];
    assert_true(snprintf(real, sizeof real, "%s/%s", golden_directory, name) < (int)sizeof real);
    disk = sim_disk_create(1);
    path_count = 0;
    prefix_size = strlen(real);
    assert_int_equal(nftw(real, copy_one, 8, FTW_PHYS), 0);
    assert_true(path_count > 10);
    fb_random_seeded_init(random, 1);
    fb_error err;
    fb_filesystem *fs;
    assert_ok(fb_filesystem_local_create(sim_disk_interface(disk), &random->base, &fs, &err), &err);
    return fs;
}

static void unload(fb_filesystem *fs)
{
    fb_filesystem_close(fs);
    sim_disk_destroy(disk);
}

static void each_is_resumed_where_spark_stood(void **state)
{
    (void)state;
    const struct {
        const char *name;
        const char *query_id;
        int64_t next_batch_id;
        bool rerun;
        const char *offset;   /* of `entry` */
        const char *previous; /* of the entry before it */
        int64_t timestamp_ms;
    } cases[] = {
        {"stateless_casts", "6f9050c3-6a40-49f3-8352-a6fe233a2dc3", 4, false, "{\"logOffset\":3}",
         "{\"logOffset\":2}", INT64_C(1795354156204)},
        {"rate_micro_batch_stateless", "61f326fa-f957-4acf-960d-c9ddf8ceaef6", 5, true,
         "{\"offset\":42,\"timestamp\":2500}", "{\"offset\":35,\"timestamp\":2250}",
         INT64_C(1795354770499)},
        {"rate_stateless", "ec6cfa59-77fb-4e17-b25b-2f91cb9fc610", 5, false, "4", "3",
         INT64_C(1795354775703)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fb_random_seeded random;
        fb_error err = {0};
        fb_arena arena;
        fb_checkpoint *checkpoint;
        fb_recovery found;
        fb_arena_init(&arena, 0);
        fb_filesystem *fs = load(cases[i].name, &random);
        assert_ok(
            fb_checkpoint_open(fs, &random.base, fb_clock_host(), "/ck", "r", &checkpoint, &err),
            &err);
        assert_string_equal(fb_checkpoint_query_id(checkpoint), cases[i].query_id);
        assert_ok(fb_checkpoint_recover(checkpoint, &arena, &found, &err), &err);
        assert_int_equal(found.next_batch_id, cases[i].next_batch_id);
        assert_int_equal(found.rerun, cases[i].rerun);
        assert_int_equal(found.entry.source_count, 1);
        assert_slice_equal(found.entry.offsets[0], cases[i].offset);
        assert_slice_equal(found.previous.offsets[0], cases[i].previous);
        assert_int_equal(found.entry.timestamp_ms, cases[i].timestamp_ms);
        assert_int_equal(found.watermark_ms, 0);
        assert_false(found.skipped_commits);
        fb_checkpoint_close(checkpoint);
        fb_arena_deinit(&arena);
        unload(fs);
    }
}

static fb_status write_again(const char *path, fb_slice content, fb_buf *out, fb_error *err)
{
    fb_arena arena;
    fb_arena_init(&arena, 0);
    fb_offset_entry offsets;
    fb_commit_entry commit;
    fb_status status;
    if (strstr(path, "/offsets/")) {
        status = fb_offset_entry_decode(path, content, &arena, &offsets, err);
        if (status == FB_OK) status = fb_offset_entry_encode(&offsets, out, err);
    } else {
        status = fb_commit_entry_decode(path, content, &arena, &commit, err);
        if (status == FB_OK) status = fb_commit_entry_encode(&commit, out, err);
    }
    fb_arena_deinit(&arena);
    return status;
}

static void every_entry_and_checksum_file_is_written_as_spark_writes_it(void **state)
{
    (void)state;
    const char *const names[] = {"stateless_casts", "rate_micro_batch_stateless", "rate_stateless"};
    int entries = 0, sums = 0;
    for (size_t i = 0; i < 3; i++) {
        fb_random_seeded random;
        fb_filesystem *fs = load(names[i], &random);
        for (size_t p = 0; p < path_count; p++) {
            fb_slice content, crc;
            fb_buf out;
            fb_error err;
            fb_buf_init(&out, 0);
            assert_true(sim_disk_get(disk, paths[p], &content));
            const char *name = fb_path_name(paths[p]);
            char crc_path[300];
            (void)snprintf(crc_path, sizeof crc_path, "%.*s.%s.crc", (int)(name - paths[p]),
                           paths[p], name);
            bool is_entry = strstr(paths[p], "/offsets/") || strstr(paths[p], "/commits/");
            if (sim_disk_get(disk, crc_path, &crc)) {
                fb_crc_file_encode(content, &out);
                assert_true(fb_slice_equal(fb_buf_slice(&out), crc));
                fb_buf_clear(&out);
                sums++;
            }
            if (is_entry && name[0] != '.') {
                assert_ok(write_again(paths[p], content, &out, &err), &err);
                assert_true(fb_slice_equal(fb_buf_slice(&out), content));
                entries++;
            }
            fb_buf_deinit(&out);
        }
        unload(fs);
    }
    assert_int_equal(entries, 8 + 11 + 10);
    assert_true(sums >= entries);
}

/* With the checksum file a flipped bit is always found, with its place. */
static void a_flipped_bit_is_found_wherever_it_is(void **state)
{
    (void)state;
    fb_random_seeded random;
    fb_filesystem *fs = load("rate_stateless", &random);
    for (size_t p = 0; p < path_count; p++) {
        if (fb_path_name(paths[p])[0] == '.') continue;
        fb_slice content;
        assert_true(sim_disk_get(disk, paths[p], &content));
        for (size_t offset = 0; offset < content.size; offset += 7) {
            unsigned char bit = (unsigned char)(1u << offset % 8);
            fb_error err = {0};
            fb_buf back;
            fb_buf_init(&back, 0);
            assert_true(sim_disk_flip(disk, paths[p], offset, bit));
            assert_status(fb_filesystem_read(fs, paths[p], 1 << 20, &back, &err), FB_E_CORRUPT);
            assert_contains(err.message, paths[p]);
            assert_contains(err.message, offset < 512 ? ": offset 0: checksum" : ": offset ");
            assert_int_equal(back.size, 0);
            assert_true(sim_disk_flip(disk, paths[p], offset, bit));
            assert_ok(fb_filesystem_read(fs, paths[p], 1 << 20, &back, &err), &err);
            fb_buf_deinit(&back);
        }
    }
    unload(fs);
}

int main(int argc, char **argv)
{
    golden_directory = argc > 1 ? argv[1] : "tests/golden/checkpoints";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_resumed_where_spark_stood),
        cmocka_unit_test(every_entry_and_checksum_file_is_written_as_spark_writes_it),
        cmocka_unit_test(a_flipped_bit_is_found_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
