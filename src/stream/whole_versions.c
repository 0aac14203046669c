/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/whole_versions.h"

#include "base/memory.h"

#include <inttypes.h>
#include <string.h>

enum { RECORDS = 256 };

#define FILE_MAX_BYTES ((size_t)1 << 40)

/* One answer per store, so that tasks do not meet. */
typedef struct search {
    const fb_whole_versions *self;
    bool *answers; /* [store][version] */
} search;

static fb_status read_to_end(fb_state_file_reader *reader, fb_error *err)
{
    fb_state_record records[RECORDS];
    size_t count;
    do
        FB_TRY(fb_state_file_reader_next(reader, records, RECORDS, &count, err));
    while (count);
    return FB_OK;
}

static fb_status read_file(const fb_whole_versions *self, const char *directory,
                           fb_state_file_kind kind, int64_t version, fb_error *err)
{
    char name[FB_STATE_FILE_NAME_BYTES], path[FB_PATH_MAX_BYTES + 1];
    fb_state_file_name(kind, version, name);
    FB_TRY(fb_path_join(path, directory, name, err));
    fb_state_file_reader reader;
    fb_buf content;
    fb_buf_init(&content, FILE_MAX_BYTES);
    fb_status status = fb_filesystem_read(self->fs, path, FILE_MAX_BYTES, &content, err);
    if (status == FB_OK)
        status = fb_state_file_reader_init(&reader, kind, self->format, path,
                                           fb_buf_slice(&content), err);
    if (status == FB_OK) {
        status = read_to_end(&reader, err);
        fb_state_file_reader_deinit(&reader);
    }
    fb_buf_deinit(&content);
    return status;
}

static fb_status is_readable(const fb_whole_versions *self, const char *directory,
                             fb_state_file_kind kind, int64_t version, bool *out, fb_error *err)
{
    fb_error caught;
    fb_status status = read_file(self, directory, kind, version, &caught);
    *out = status == FB_OK;
    bool is_answer = *out || status == FB_E_CORRUPT || status == FB_E_NOT_FOUND;
    return is_answer ? FB_OK : fb_pass_on(err, &caught);
}

/* A version is whole when its snapshot is, or when the one before is and its delta is. */
static fb_status check_versions(const fb_whole_versions *self, const char *directory,
                                const fb_state_files *files, bool *answers, fb_error *err)
{
    int64_t last = self->least + self->count - 1;
    uint32_t next_delta = 0, next_snapshot = 0;
    bool is_whole = true; /* version 0 */
    for (int64_t version = 0; version <= last;) {
        bool by_snapshot = false, by_delta = false;
        while (next_delta < files->delta_count && files->deltas[next_delta] < version)
            next_delta++;
        while (next_snapshot < files->snapshot_count && files->snapshots[next_snapshot] < version)
            next_snapshot++;
        bool has_delta = next_delta < files->delta_count && files->deltas[next_delta] == version;
        bool has_snapshot =
            next_snapshot < files->snapshot_count && files->snapshots[next_snapshot] == version;
        if (is_whole && has_delta)
            FB_TRY(is_readable(self, directory, FB_STATE_DELTA, version, &by_delta, err));
        if (has_snapshot && !by_delta)
            FB_TRY(is_readable(self, directory, FB_STATE_SNAPSHOT, version, &by_snapshot, err));
        is_whole = version == 0 || by_snapshot || by_delta;
        if (version >= self->least) answers[version - self->least] = is_whole;
        version++;
        /* Nothing is whole up to the next snapshot: versions may be many, files are few. */
        if (is_whole || version > last) continue;
        while (next_snapshot < files->snapshot_count && files->snapshots[next_snapshot] < version)
            next_snapshot++;
        bool has_more = next_snapshot < files->snapshot_count;
        version = has_more ? files->snapshots[next_snapshot] : last + 1;
    }
    return FB_OK;
}

static fb_status check_store(void *user, uint32_t index, fb_error *err)
{
    const search *s = user;
    const fb_whole_versions *self = s->self;
    fb_state_files files;
    fb_arena arena;
    fb_arena_init(&arena, 0);
    const char *directory = self->directories[index];
    fb_status status = fb_state_files_list(self->fs, directory, &arena, &files, err);
    if (status == FB_OK)
        status =
            check_versions(self, directory, &files, s->answers + (size_t)index * self->count, err);
    fb_arena_deinit(&arena);
    return status;
}

fb_status fb_whole_versions_find(const fb_whole_versions *self, fb_workers *workers, bool *is_whole,
                                 fb_error *err)
{
    memset(is_whole, 0, self->count * sizeof *is_whole);
    search s = {.self = self,
                .answers = fb_alloc_zero((size_t)self->directory_count * self->count, 1)};
    if (!s.answers) return fb_fail_nomem(err, "the versions of the state");
    fb_status status = fb_workers_run(workers, check_store, &s, self->directory_count, err);
    for (uint32_t i = 0; status == FB_OK && i < self->count; i++) {
        is_whole[i] = true;
        for (uint32_t store = 0; store < self->directory_count; store++)
            is_whole[i] &= s.answers[(size_t)store * self->count + i];
    }
    fb_free(s.answers);
    return status;
}

void fb_whole_versions_print(int64_t least, const bool *is_whole, uint32_t count, fb_buf *out)
{
    bool has_any = false;
    for (uint32_t first = 0, end; first < count; first = end + 1) {
        for (end = first; end < count && is_whole[end];)
            end++;
        if (end == first) continue;
        fb_buf_printf(out, "%s%" PRId64, has_any ? ", " : "", least + first);
        if (end - first > 1) fb_buf_printf(out, " to %" PRId64, least + end - 1);
        has_any = true;
    }
    if (!has_any) fb_buf_add_text(out, "none");
}
