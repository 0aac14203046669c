/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries of the commit log: `v1`, line feed, {"nextBatchWatermarkMs":0}, without a line end.
 * Versions 2 and 3 have further members (ids of state files, sinks); for a query without state they
 * mean the same. */
#include "checkpoint/checkpoint.h"
#include "checkpoint/log_text.h"
#include "formats/json_writer.h"

enum { MAX_VERSION = 3 };

fb_status fb_commit_entry_encode(const fb_commit_entry *entry, fb_buf *out, fb_error *err)
{
    fb_buf_add_text(out, "v1\n");
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    fb_json_key(&json, "nextBatchWatermarkMs");
    fb_json_int(&json, entry->next_watermark_ms);
    fb_log_write_own(&json, entry->run_id, (fb_slice){0});
    fb_json_end_object(&json);
    return out->failed ? fb_fail_nomem(err, "a commit log entry") : FB_OK;
}

fb_status fb_commit_entry_decode(const char *name, fb_slice content, fb_arena *arena,
                                 fb_commit_entry *out, fb_error *err)
{
    *out = (fb_commit_entry){0};
    fb_log_lines lines = fb_log_lines_make(name, content);
    uint32_t version;
    FB_TRY(fb_log_lines_version(&lines, true, MAX_VERSION, &version, err));
    fb_slice line;
    if (!fb_log_lines_next(&lines, &line)) return FB_OK; /* as Spark: the same as {} */
    json_t *object;
    FB_TRY(fb_log_json_object(&lines, line, &object, err));
    fb_status status =
        fb_log_member_int(&lines, object, "nextBatchWatermarkMs", &out->next_watermark_ms, err);
    if (status == FB_OK) status = fb_log_own_member(object, "runId", arena, &out->run_id, err);
    json_decref(object);
    if (status != FB_OK) *out = (fb_commit_entry){0};
    return status;
}
