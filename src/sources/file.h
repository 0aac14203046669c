/* SPDX-License-Identifier: Apache-2.0
 *
 * What the sources that read files of a directory have in common: which files are new, the log of
 * those that were taken, splits, reading in blocks. A format adds how a block becomes rows.
 *
 * An offset is the number of an entry in the source's log, {"logOffset":3}; entries name files.
 * A format's ops use the functions below, its option table begins with FB_FILE_OPTIONS. */
#ifndef FB_SOURCES_FILE_H
#define FB_SOURCES_FILE_H

#include "sources/source.h"

enum {
    FB_FILE_PATH,
    FB_FILE_MAX_FILES,
    FB_FILE_MAX_BYTES,
    FB_FILE_LATEST_FIRST,
    FB_FILE_MAX_AGE,
    FB_FILE_NAME_ONLY,
    FB_FILE_MAX_CACHED,
    FB_FILE_CLEAN_SOURCE,
    FB_FILE_IGNORE_MISSING,
    FB_FILE_OPTION_COUNT,

    FB_FILE_MAX_LINE_BYTES = 64 * 1024 * 1024,
};

#define FB_FILE_OPTIONS                                                                           \
    [FB_FILE_PATH] = {"path",                                                                     \
                      FB_OPTION_STRING,                                                           \
                      NULL,                                                                       \
                      "",                                                                         \
                      "directory of the files, or a pattern with * ? [a-z] {a,b}",                \
                      0,                                                                          \
                      0},                                                                         \
    [FB_FILE_MAX_FILES] = {"maxFilesPerTrigger",                                                  \
                           FB_OPTION_INT,                                                         \
                           "",                                                                    \
                           "files",                                                               \
                           "new files of a batch at most",                                        \
                           1,                                                                     \
                           INT32_MAX},                                                            \
    [FB_FILE_MAX_BYTES] = {"maxBytesPerTrigger",                                                  \
                           FB_OPTION_INT,                                                         \
                           "",                                                                    \
                           "bytes",                                                               \
                           "bytes of a batch's new files at most, but always one file",           \
                           1,                                                                     \
                           INT64_MAX},                                                            \
    [FB_FILE_LATEST_FIRST] =                                                                      \
        {"latestFirst", FB_OPTION_BOOL, "false", "", "take the files modified last first", 0, 0}, \
    [FB_FILE_MAX_AGE] = {"maxFileAge",                                                            \
                         FB_OPTION_DURATION,                                                      \
                         "7d",                                                                    \
                         "s",                                                                     \
                         "older files than this, counted from the newest one, are ignored",       \
                         0,                                                                       \
                         INT64_MAX},                                                              \
    [FB_FILE_NAME_ONLY] = {"fileNameOnly",                                                        \
                           FB_OPTION_BOOL,                                                        \
                           "false",                                                               \
                           "",                                                                    \
                           "a file is known by its name without the directories",                 \
                           0,                                                                     \
                           0},                                                                    \
    [FB_FILE_MAX_CACHED] = {"maxCachedFiles",                                                     \
                            FB_OPTION_INT,                                                        \
                            "10000",                                                              \
                            "files",                                                              \
                            "listed files kept for the next batches",                             \
                            0,                                                                    \
                            INT32_MAX},                                                           \
    [FB_FILE_CLEAN_SOURCE] = {"cleanSource",                                                      \
                              FB_OPTION_STRING,                                                   \
                              "off",                                                              \
                              "",                                                                 \
                              "what becomes of files that were read; only off",                   \
                              0,                                                                  \
                              0},                                                                 \
    [FB_FILE_IGNORE_MISSING] = {"ignoreMissingFiles",                                             \
                                FB_OPTION_BOOL,                                                   \
                                "false",                                                          \
                                "",                                                               \
                                "skip files of a batch that are gone instead of failing",         \
                                0,                                                                \
                                0}

/* Where in a block a format is. */
typedef struct fb_file_place {
    size_t offset;   /* of the next line */
    uint32_t window; /* chunks that were taken from that line already; at most FB_FILE_WINDOWS */
} fb_file_place;

enum { FB_FILE_WINDOWS = 511 };

typedef struct fb_file_format {
    /* Rows of whole lines of the block from `place` on, at most FB_CHUNK_ROWS, and moves `place`
     * behind them: not at all when the block has no whole line. `is_last`: the file ends with the
     * block. Memory comes from `arena`; the block outlives the rows. Any thread. Errors name the
     * offset in the block as `place`. */
    fb_status (*parse)(const void *settings, const bool *columns, fb_arena *arena, fb_slice block,
                       bool is_last, fb_file_place *place, fb_chunk *out, fb_error *err);
} fb_file_format;

/* Checks options that depend on each other; for the format's `schema`. */
fb_status fb_file_check_options(const char *name, const fb_option_value *options,
                                fb_error *err) FB_CHECKED;

/* For the format's `open`. `settings` is a heap block that belongs to the source when this
 * succeeds. */
fb_status fb_file_source_create(const fb_source_ops *ops, const fb_source_config *config,
                                const fb_file_format *format, void *settings, fb_source **out,
                                fb_error *err) FB_CHECKED;

/* For the format's table of methods. */
void fb_file_source_close(fb_source *source);
fb_status fb_file_source_describe(fb_source *source, fb_buf *out, fb_error *err);
fb_status fb_file_source_initial_offset(fb_source *source, fb_buf *out, bool *has_offset,
                                        fb_error *err);
fb_status fb_file_source_latest_offset(fb_source *source, fb_slice start, fb_read_limit limit,
                                       fb_buf *out, bool *has_offset, fb_error *err);
fb_status fb_file_source_plan(fb_source *source, fb_slice start, fb_slice end,
                              uint32_t *split_count, fb_error *err);
fb_status fb_file_source_read(fb_source *source, uint32_t split, uint64_t *cursor,
                              const bool *columns, fb_arena *arena, fb_chunk *out, fb_error *err);
bool fb_file_source_may_lose_rows(const fb_option_value *options);
fb_status fb_file_source_prepare_available_now(fb_source *source, fb_error *err);

#endif
