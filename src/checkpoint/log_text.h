/* SPDX-License-Identifier: Apache-2.0
 *
 * What the entries of all logs have in common: lines, a version in the first, JSON in the others.
 * `name` is the file for error messages. */
#ifndef FB_CHECKPOINT_LOG_TEXT_H
#define FB_CHECKPOINT_LOG_TEXT_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/status.h"
#include "formats/json_writer.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

/* The lines of an entry, ended by LF, CR LF or CR as Java reads them; no empty line after the last
 * end. A plain value. */
typedef struct fb_log_lines {
    const char *name;
    fb_slice content;
    size_t next; /* offset of the next line */
    uint32_t line_number;
    size_t line_offset; /* of the line given last */
} fb_log_lines;

static inline fb_log_lines fb_log_lines_make(const char *name, fb_slice content)
{
    return (fb_log_lines){.name = name, .content = content};
}

/* False at the end. `*line` is borrowed from the content. */
bool fb_log_lines_next(fb_log_lines *lines, fb_slice *line);

/* Reads the first line, "v" and a number from 1 to `max_version`. */
fb_status fb_log_lines_version(fb_log_lines *lines, bool trimmed, uint32_t max_version,
                               uint32_t *version, fb_error *err) FB_CHECKED;

/* Parses the line given last, or a part of it, as one JSON value; `*out` is the caller's. Errors
 * count offsets from the start of the file. */
fb_status fb_log_json(const fb_log_lines *lines, fb_slice text, json_t **out,
                      fb_error *err) FB_CHECKED;
/* The same for an object. */
fb_status fb_log_json_object(const fb_log_lines *lines, fb_slice text, json_t **out,
                             fb_error *err) FB_CHECKED;

/* A member with an integer; `*out` is left alone when it is missing. */
fb_status fb_log_member_int(const fb_log_lines *lines, const json_t *object, const char *key,
                            int64_t *out, fb_error *err) FB_CHECKED;
/* A text of our own: member "forebay":{"runId":...,"plan":...}; empty when there is none. It is
 * copied into `arena`. */
fb_status fb_log_own_member(const json_t *object, const char *key, fb_arena *arena, fb_slice *out,
                            fb_error *err) FB_CHECKED;
/* Writes that member, without `plan` when that is empty; nothing when `run_id` is empty. Spark
 * 4.2.0 ignores members it does not know. */
void fb_log_write_own(fb_json_writer *json, fb_slice run_id, fb_slice plan);
fb_status fb_log_copy_text(fb_slice text, fb_arena *arena, fb_slice *out, fb_error *err) FB_CHECKED;

#endif
