/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch's files as splits, and their rows. Splits are made of whole files, in the order in which
 * Spark reads them: largest first. A block of a file is read where the cursor says, so that tasks
 * share nothing and hold nothing open between two chunks. */
#include "sources/file_source.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    BLOCK_BYTES = 512 * 1024,
    SPLIT_BYTES = 32 * 1024 * 1024,  /* a split takes files up to here, */
    FILE_BYTES = 1024 * 1024,        /* each counted with this much for being opened, */
    MAX_SPLIT_FILES = (1 << 15) - 1, /* and not more than the cursor can count past */
};

/* --- the cursor: file in the split, window of a long line, offset in the file --- */

#define OFFSET_BITS 40
#define WINDOW_BITS 9
#define MAX_FILE_BYTES (UINT64_C(1) << OFFSET_BITS)

typedef struct place {
    uint32_t file;
    uint32_t window;
    uint64_t offset;
} place;

static place unpack(uint64_t cursor)
{
    return (place){.file = (uint32_t)(cursor >> (OFFSET_BITS + WINDOW_BITS)),
                   .window = (uint32_t)(cursor >> OFFSET_BITS) & FB_FILE_WINDOWS,
                   .offset = cursor & (MAX_FILE_BYTES - 1)};
}

static uint64_t pack(place at)
{
    static_assert(FB_FILE_WINDOWS == (1 << WINDOW_BITS) - 1, "the window fills its bits");
    static_assert(OFFSET_BITS + WINDOW_BITS + 15 == 64 && MAX_SPLIT_FILES < 1 << 15,
                  "the cursor has 64 bits");
    return (uint64_t)at.file << (OFFSET_BITS + WINDOW_BITS) | (uint64_t)at.window << OFFSET_BITS |
           at.offset;
}

/* --- planning --- */

typedef struct collection {
    fb_file_source *source;
    uint32_t capacity;
} collection;

/* An item of an entry's file; a compact one has those of earlier entries too. */
static fb_status collect_item(void *user, int64_t entry, fb_slice line, fb_error *err)
{
    collection *c = user;
    fb_file_source *self = c->source;
    fb_input_file file;
    int64_t id;
    FB_TRY(fb_file_entry_parse(line, NULL, &file, &id, err));
    if (id != entry) return FB_OK;
    FB_TRY(fb_file_entry_parse(line, &self->plan_arena, &file, &id, err));
    if (self->planned_count == c->capacity) {
        uint32_t capacity = c->capacity ? c->capacity * 2 : 64;
        fb_input_file *files = fb_arena_array(&self->plan_arena, capacity, sizeof *files);
        if (!files || !capacity) return fb_fail_nomem(err, "the files of a batch");
        if (c->capacity) memcpy(files, self->planned, c->capacity * sizeof *files);
        self->planned = files;
        c->capacity = capacity;
    }
    self->planned[self->planned_count++] = file;
    return FB_OK;
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t size = strlen(path), suffix_size = strlen(suffix);
    return size > suffix_size && strcmp(path + size - suffix_size, suffix) == 0;
}

static fb_status check_file(const fb_input_file *file, fb_error *err)
{
    static const char *const codecs[] = {".gz",  ".bz2", ".deflate", ".snappy",
                                         ".lz4", ".zst", ".xz"};
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (ends_with(file->path, codecs[i]))
            return fb_fail(err, FB_E_UNSUPPORTED, 0,
                           "%s: compressed input files (*%s) cannot be read", file->path,
                           codecs[i]);
    if (file->size_bytes < MAX_FILE_BYTES) return FB_OK;
    return fb_fail(err, FB_E_LIMIT, 0, "%s has %" PRIu64 " bytes; at most %" PRIu64 " can be read",
                   file->path, file->size_bytes, MAX_FILE_BYTES - 1);
}

/* Size and time of a file as it is now. *kept false: it is gone, which is allowed, or empty. */
static fb_status look_at(fb_file_source *self, fb_input_file *file, bool *kept, fb_error *err)
{
    fb_file_info info;
    FB_TRY(fb_filesystem_stat(self->fs, file->path, kept, &info, err));
    if (!*kept && self->options[FB_FILE_IGNORE_MISSING].boolean) return FB_OK;
    if (!*kept)
        return fb_fail_condition(err, FB_E_NOT_FOUND, "FAILED_READ_FILE.FILE_NOT_EXIST",
                                 "Encountered error while reading file file:%s. File does not "
                                 "exist; it belongs to a batch that is to be read (see option "
                                 "'ignoreMissingFiles')",
                                 file->path);
    if (info.is_directory)
        return fb_fail(err, FB_E_IO, 0, "%s was a file and is a directory now", file->path);
    file->size_bytes = info.size_bytes;
    file->modified_ms = info.modified_ms;
    *kept = info.size_bytes > 0;
    return *kept ? check_file(file, err) : FB_OK;
}

static fb_status look_at_all(fb_file_source *self, fb_error *err)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->planned_count; i++) {
        bool kept;
        FB_TRY(look_at(self, &self->planned[i], &kept, err));
        if (kept) self->planned[count++] = self->planned[i];
    }
    self->planned_count = count;
    return FB_OK;
}

/* An entry of planned files while they are sorted: equal sizes stay in the order of the log. */
typedef struct ranked {
    fb_input_file file;
    uint32_t rank;
} ranked;

static int largest_first(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->file.size_bytes != b->file.size_bytes)
        return a->file.size_bytes > b->file.size_bytes ? -1 : 1;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static fb_status sort_files(fb_file_source *self, fb_error *err)
{
    ranked *order = fb_arena_array(&self->plan_arena, self->planned_count, sizeof *order);
    if (!order) return fb_fail_nomem(err, "the files of a batch");
    for (uint32_t i = 0; i < self->planned_count; i++)
        order[i] = (ranked){self->planned[i], i};
    if (self->planned_count) qsort(order, self->planned_count, sizeof *order, largest_first);
    for (uint32_t i = 0; i < self->planned_count; i++)
        self->planned[i] = order[i].file;
    return FB_OK;
}

static fb_status cut_splits(fb_file_source *self, fb_error *err)
{
    self->splits = fb_arena_array(&self->plan_arena, self->planned_count, sizeof *self->splits);
    if (!self->splits) return fb_fail_nomem(err, "the files of a batch");
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < self->planned_count; i++) {
        uint64_t more = self->planned[i].size_bytes + FILE_BYTES;
        fb_file_split *last = self->split_count ? &self->splits[self->split_count - 1] : NULL;
        if (!last || bytes + more > SPLIT_BYTES || last->count == MAX_SPLIT_FILES) {
            last = &self->splits[self->split_count++];
            *last = (fb_file_split){.first = i};
            bytes = 0;
        }
        last->count++;
        bytes += more;
    }
    return FB_OK;
}

fb_status fb_file_source_plan(fb_source *source, fb_slice start, fb_slice end,
                              uint32_t *split_count, fb_error *err)
{
    fb_file_source *self = fb_file_source_of(source);
    int64_t start_id, end_id;
    FB_TRY(fb_file_offset_parse(self, start, &start_id, err));
    FB_TRY(fb_file_offset_parse(self, end, &end_id, err));
    if (start_id > end_id)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "source '%s': the batch begins behind log entry %" PRId64
                       " and ends with entry %" PRId64,
                       source->ops->name, start_id, end_id);
    fb_arena_reset(&self->plan_arena);
    self->planned = NULL;
    self->planned_count = self->split_count = 0;
    collection c = {.source = self};
    for (int64_t id = start_id + 1; id <= end_id; id++)
        FB_TRY(fb_compact_log_read(&self->log, id, collect_item, &c, err));
    FB_TRY(look_at_all(self, err));
    FB_TRY(sort_files(self, err));
    FB_TRY(cut_splits(self, err));
    *split_count = self->split_count;
    return FB_OK;
}

/* --- reading --- */

/* What one call reads a file with. */
typedef struct block_reader {
    const fb_file_source *source;
    const fb_input_file *file;
    const bool *columns;
    char *block; /* in the caller's arena, used again while no row refers to it */
    size_t capacity;
} block_reader;

static fb_status fail_changed(const fb_input_file *file, fb_error *err)
{
    return fb_fail(err, FB_E_IO, 0,
                   "%s changed while it was read: it has fewer than the %" PRIu64
                   " bytes that it had when the batch was planned",
                   file->path, file->size_bytes);
}

static fb_status read_block(block_reader *reader, fb_arena *arena, uint64_t offset, size_t size,
                            fb_error *err)
{
    if (size > reader->capacity) {
        reader->block = fb_arena_alloc(arena, size);
        if (!reader->block) return fb_fail_nomem(err, "a block of an input file");
        reader->capacity = size;
    }
    size_t got;
    fb_error caught;
    fb_status status = fb_filesystem_read_at(reader->source->fs, reader->file->path, offset,
                                             reader->block, size, &got, &caught);
    if (status == FB_OK && got < size) return fail_changed(reader->file, err);
    if (status == FB_E_NOT_FOUND)
        return fb_fail_condition(err, FB_E_NOT_FOUND, "FAILED_READ_FILE.FILE_NOT_EXIST",
                                 "Encountered error while reading file file:%s. File does not "
                                 "exist.",
                                 reader->file->path);
    return status == FB_OK ? FB_OK : fb_pass_on(err, &caught);
}

static fb_status parse_block(const block_reader *reader, fb_arena *arena, uint64_t offset,
                             size_t size, place *at, fb_chunk *out, fb_error *err)
{
    const fb_file_source *self = reader->source;
    bool is_last = offset + size == reader->file->size_bytes;
    fb_file_place in_block = {.window = at->window};
    fb_status status =
        self->format->parse(self->settings, reader->columns, arena,
                            fb_slice_make(reader->block, size), is_last, &in_block, out, err);
    if (status != FB_OK)
        return fb_wrap(err, status, "file:%s: line at offset %" PRIu64, reader->file->path,
                       offset + in_block.offset);
    at->window = in_block.window;
    at->offset = offset + in_block.offset;
    return FB_OK;
}

/* The next rows of one file. Blocks without rows are parsed in memory of their own, so that a file
 * of nothing but blank or dropped lines needs no more than others. */
static fb_status read_file(block_reader *reader, fb_arena *arena, place *at, fb_chunk *out,
                           fb_error *err)
{
    fb_arena scratch;
    fb_arena_init(&scratch, 0);
    fb_arena *used = arena;
    size_t block_bytes = BLOCK_BYTES;
    fb_status status = FB_OK;
    while (status == FB_OK && !out->row_count && at->offset < reader->file->size_bytes) {
        uint64_t left = reader->file->size_bytes - at->offset;
        size_t size = left < block_bytes ? (size_t)left : block_bytes;
        place before = *at;
        status = read_block(reader, arena, at->offset, size, err);
        fb_arena_reset(&scratch);
        if (status == FB_OK) status = parse_block(reader, used, before.offset, size, at, out, err);
        if (status != FB_OK) break;
        if (out->row_count && used == &scratch) {
            *at = before;
            status = parse_block(reader, arena, before.offset, size, at, out, err);
        }
        bool stuck = !out->row_count && at->offset == before.offset;
        if (stuck && block_bytes >= FB_FILE_MAX_LINE_BYTES)
            status = fb_fail(err, FB_E_LIMIT, 0,
                             "file:%s: the line at offset %" PRIu64 " has more than %d bytes",
                             reader->file->path, at->offset, FB_FILE_MAX_LINE_BYTES);
        block_bytes = stuck ? block_bytes * 2 : BLOCK_BYTES;
        used = &scratch;
    }
    fb_arena_deinit(&scratch);
    return status;
}

fb_status fb_file_source_read(fb_source *source, uint32_t split, uint64_t *cursor,
                              const bool *columns, fb_arena *arena, fb_chunk *out, fb_error *err)
{
    const fb_file_source *self = fb_file_source_of(source);
    const fb_file_split *files = &self->splits[split];
    place at = unpack(*cursor);
    block_reader reader = {.source = self, .columns = columns};
    for (; at.file < files->count && !out->row_count; at = (place){.file = at.file + 1}) {
        reader.file = &self->planned[files->first + at.file];
        FB_TRY(read_file(&reader, arena, &at, out, err));
        if (out->row_count) break;
    }
    *cursor = pack(at);
    return FB_OK;
}
