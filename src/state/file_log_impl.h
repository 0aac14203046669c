/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the file log: file_log.c appends and loads, fold.c makes snapshots and removes what is
 * not needed any more. */
#ifndef FB_STATE_FILE_LOG_IMPL_H
#define FB_STATE_FILE_LOG_IMPL_H

#include "state/file_log.h"

typedef struct fb_state_file_log {
    fb_state_log base;
    fb_filesystem *fs;
    char *directory;
    fb_state_format format;
    uint32_t min_deltas;
    uint32_t retained;
    fb_budget *budget;
} fb_state_file_log;

/* Of a state file, compressed. */
#define FB_STATE_FILE_MAX_BYTES ((size_t)1 << 40)

enum { FB_STATE_RECORDS = 256 }; /* that are read at a time */

/* A file on its way through memory. */
typedef struct fb_state_open_file {
    fb_state_file_reader reader;
    fb_buf content;
    bool has_reader;
    char path[FB_PATH_MAX_BYTES + 1];
} fb_state_open_file;

fb_status fb_state_log_path(const fb_state_file_log *log, fb_state_file_kind kind, int64_t version,
                            char path[FB_PATH_MAX_BYTES + 1], fb_error *err) FB_CHECKED;
fb_status fb_state_log_open_file(const fb_state_file_log *log, fb_state_file_kind kind,
                                 int64_t version, fb_state_open_file *file,
                                 fb_error *err) FB_CHECKED;
void fb_state_log_close_file(fb_state_open_file *file);

/* Called with the records of a file, in their order. */
typedef fb_status (*fb_state_apply)(void *user, const fb_state_record *records, size_t count,
                                    fb_error *err);
fb_status fb_state_log_read_file(const fb_state_file_log *log, fb_state_file_kind kind,
                                 int64_t version, fb_state_apply apply, void *user,
                                 fb_error *err) FB_CHECKED;

/* fb_state_apply over a table in which a load is open; `user` is the loader. */
typedef struct fb_state_loader {
    fb_state_table *table;
    const char *path; /* for errors */
    fb_buf keys;
    fb_buf values;
    uint64_t key_offsets[FB_STATE_RECORDS + 1];
    uint64_t value_offsets[FB_STATE_RECORDS + 1];
} fb_state_loader;

void fb_state_loader_init(fb_state_loader *loader, fb_state_table *table);
void fb_state_loader_deinit(fb_state_loader *loader);
fb_status fb_state_loader_apply(void *loader, const fb_state_record *records, size_t count,
                                fb_error *err);
/* Tells the table how many rows a snapshot will have, from its first `count` records. */
void fb_state_loader_expect(const fb_state_loader *loader, const fb_state_file_reader *reader,
                            size_t count);
/* Puts or removes records that are all of one kind. */
fb_status fb_state_loader_put(fb_state_loader *loader, const fb_state_record *records, size_t count,
                              fb_error *err) FB_CHECKED;
fb_status fb_state_loader_remove(fb_state_loader *loader, const fb_state_record *records,
                                 size_t count, fb_error *err) FB_CHECKED;

/* fold.c */
fb_status fb_state_file_log_maintain(fb_state_log *self, int64_t version, fb_error *err);

#endif
