/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of Spark's HDFS-backed state store: <version>.delta, the changes of one batch in their
 * order, and <version>.snapshot, all rows. Version = id of the batch + 1; version 0 is the empty
 * store, without a file. Below the compression (formats/codec.h), lengths in big-endian 4 bytes:
 *
 *     put or row  key length | key | value length | value
 *     removal     key length | key | -1                    deltas only
 *     end         -1
 *
 * Where the checkpoint asks for checksums of rows, the CRC-32C of key and value stands in front of
 * the value, that of the key in front of the key of a removal, little-endian and counted in the
 * length. Any thread, one at a time per reader or writer. */
#ifndef FB_STATE_STATE_FILE_H
#define FB_STATE_STATE_FILE_H

#include "files/filesystem.h"
#include "formats/codec.h"

typedef enum fb_state_file_kind { FB_STATE_DELTA, FB_STATE_SNAPSHOT } fb_state_file_kind;

typedef struct fb_state_record {
    fb_slice key;
    fb_slice value;
    bool is_removal; /* then without value */
} fb_state_record;

/* How the files of one store are written; the same for all of a checkpoint. */
typedef struct fb_state_format {
    fb_codec codec;
    bool has_checksums; /* spark.sql.streaming.stateStore.rowChecksum.enabled */
} fb_state_format;

/* --- contents --- */

typedef struct fb_state_file_writer {
    fb_state_file_kind kind;
    bool has_checksums;
    fb_codec_writer codec;
    fb_buf pending; /* records on their way to the codec */
} fb_state_file_writer;

/* The file's bytes go to `out`. */
fb_status fb_state_file_writer_init(fb_state_file_writer *writer, fb_state_file_kind kind,
                                    fb_state_format format, fb_buf *out, fb_error *err) FB_CHECKED;
void fb_state_file_writer_deinit(fb_state_file_writer *writer);
/* No removals in snapshots (asserted). */
fb_status fb_state_file_writer_add(fb_state_file_writer *writer, const fb_state_record *records,
                                   size_t count, fb_error *err) FB_CHECKED;
fb_status fb_state_file_writer_finish(fb_state_file_writer *writer, fb_error *err) FB_CHECKED;

typedef struct fb_state_file_reader {
    fb_state_file_kind kind;
    bool has_checksums;
    bool has_ended;
    fb_codec_reader codec;
    fb_buf window; /* decompressed bytes from `window_offset` of the payload on */
    size_t next;   /* in the window: the first byte not given out yet */
    uint64_t window_offset;
} fb_state_file_reader;

/* `name` (for errors) and `content` are borrowed until deinit. */
fb_status fb_state_file_reader_init(fb_state_file_reader *reader, fb_state_file_kind kind,
                                    fb_state_format format, const char *name, fb_slice content,
                                    fb_error *err) FB_CHECKED;
void fb_state_file_reader_deinit(fb_state_file_reader *reader);
/* Up to `capacity` records, *count 0 at the end of the file; borrowed until the next call. Keys
 * and values are without checksums, which have been verified. FB_E_CORRUPT names the file, the
 * offset in the payload (or in the file, where the compression is damaged) and what was expected;
 * a file without its end mark is corrupt. */
fb_status fb_state_file_reader_next(fb_state_file_reader *reader, fb_state_record *records,
                                    size_t capacity, size_t *count, fb_error *err) FB_CHECKED;
/* Where a record of the last call begins in the payload. */
uint64_t fb_state_file_reader_offset(const fb_state_file_reader *reader,
                                     const fb_state_record *record);

/* --- names --- */

enum { FB_STATE_FILE_NAME_BYTES = 32 };

void fb_state_file_name(fb_state_file_kind kind, int64_t version,
                        char out[FB_STATE_FILE_NAME_BYTES]);
/* False for any other name: signs, leading zeros, version 0. */
bool fb_state_file_parse_name(const char *name, fb_state_file_kind *kind, int64_t *version);

/* Spark's name of the only store of most operators. Its files lie in the partition's directory,
 * those of other stores one level deeper. */
#define FB_STATE_DEFAULT_STORE "default"

/* `checkpoint`/state/`operator_id`/`partition`[/`store`] */
fb_status fb_state_directory(char out[FB_PATH_MAX_BYTES + 1], const char *checkpoint,
                             int64_t operator_id, uint32_t partition, const char *store,
                             fb_error *err) FB_CHECKED;

typedef struct fb_state_files {
    int64_t *deltas; /* versions, ascending */
    uint32_t delta_count;
    int64_t *snapshots;
    uint32_t snapshot_count;
    const char *stray_snapshot; /* a name that Spark takes for a snapshot's and fails at, or NULL */
    bool has_rocksdb;           /* files of Spark's RocksDB provider lie there */
} fb_state_files;

/* The files in a store's directory; foreign names are ignored. None when it does not exist. */
fb_status fb_state_files_list(fb_filesystem *fs, const char *directory, fb_arena *arena,
                              fb_state_files *out, fb_error *err) FB_CHECKED;
/* The same beside a query that makes snapshots and purges what is older: a list is no moment in
 * time, and is made again, a few times, while the files of `version` do not seem to be there. */
fb_status fb_state_files_list_live(fb_filesystem *fs, const char *directory, int64_t version,
                                   fb_arena *arena, fb_state_files *out, fb_error *err) FB_CHECKED;
/* What has to be read to have `version`: the newest snapshot not above it and not above
 * `max_snapshot` (0: from the empty store), then all deltas up to `version`. FB_E_NOT_FOUND names
 * the first delta that is missing. Pass INT64_MAX at first, and the snapshot less one when that
 * turned out damaged. */
fb_status fb_state_files_chain(const fb_state_files *files, const char *directory, int64_t version,
                               int64_t max_snapshot, int64_t *snapshot, fb_error *err) FB_CHECKED;

#endif
