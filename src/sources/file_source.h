/* SPDX-License-Identifier: Apache-2.0
 *
 * A file source, for the files that make it up: file.c finds what is new, file_plan.c plans a batch
 * and reads it. */
#ifndef FB_SOURCES_FILE_SOURCE_H
#define FB_SOURCES_FILE_SOURCE_H

#include "checkpoint/compact_log.h"
#include "sources/file.h"
#include "sources/file_list.h"
#include "sources/seen_files.h"

/* A run of planned files that one task reads. */
typedef struct fb_file_split {
    uint32_t first, count;
} fb_file_split;

typedef struct fb_file_source {
    fb_source base;
    const fb_option_value *options;
    const fb_file_format *format;
    void *settings;
    fb_filesystem *fs;
    fb_clock *clock;
    const char *path; /* resolved */
    fb_arena arena;   /* lives as long as the source */
    fb_compact_log log;
    fb_seen_files seen;

    /* Files of the last listing that no batch has taken yet. */
    fb_arena list_arena;
    fb_input_file *listed;
    uint32_t listed_count;
    bool is_frozen; /* AvailableNow: there will be no other listing */

    /* The planned batch; read by its tasks. */
    fb_arena plan_arena;
    fb_input_file *planned;
    uint32_t planned_count;
    fb_file_split *splits;
    uint32_t split_count;
} fb_file_source;

static inline fb_file_source *fb_file_source_of(fb_source *source)
{
    return (fb_file_source *)source;
}

/* The entry in the text of an offset; no text: -1. */
fb_status fb_file_offset_parse(const fb_file_source *self, fb_slice text, int64_t *id,
                               fb_error *err) FB_CHECKED;

/* file_entry.c: an item of the log. `path` is in `arena`; with `arena` NULL only *id is set. */
fb_status fb_file_entry_parse(fb_slice line, fb_arena *arena, fb_input_file *file, int64_t *id,
                              fb_error *err) FB_CHECKED;
/* Appends the item and LF. */
void fb_file_entry_put(const fb_input_file *file, int64_t id, fb_buf *out);

#endif
