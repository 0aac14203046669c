/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files a batch takes. The entry of the log that names them is durable before the offset is
 * handed out: a batch that is run again reads the same files. */
#include "sources/file_source.h"

#include "base/memory.h"
#include "base/parse.h"
#include "files/glob.h"
#include "files/location.h"

#include <inttypes.h>
#include <jansson.h>

/* --- options --- */

fb_status fb_file_check_options(const char *name, const fb_option_value *options, fb_error *err)
{
    if (options[FB_FILE_MAX_FILES].is_given && options[FB_FILE_MAX_BYTES].is_given)
        return fb_fail(
            err, FB_E_INVALID, 0,
            "source '%s': Options 'maxFilesPerTrigger' and 'maxBytesPerTrigger' can't be "
            "both set at the same time",
            name);
    if (!options[FB_FILE_PATH].text.size)
        return fb_fail(err, FB_E_INVALID, 0, "source '%s': option 'path' is empty", name);
    if (fb_slice_equal_nocase(options[FB_FILE_CLEAN_SOURCE].text, FB_SLICE("off"))) return FB_OK;
    return fb_fail(err, FB_E_UNSUPPORTED, 0,
                   "source '%s': option 'cleanSource' is '%.*s'; files that were read are left "
                   "where they are: only 'off' is supported",
                   name, FB_SLICE_ARGS(options[FB_FILE_CLEAN_SOURCE].text));
}

static bool is_limited(const fb_file_source *self)
{
    return self->options[FB_FILE_MAX_FILES].is_given || self->options[FB_FILE_MAX_BYTES].is_given;
}

/* --- life --- */

static fb_status see_item(void *user, int64_t entry, fb_slice line, fb_error *err)
{
    (void)entry;
    fb_file_source *self = user;
    fb_input_file file;
    int64_t id;
    fb_arena_reset(&self->plan_arena);
    FB_TRY(fb_file_entry_parse(line, &self->plan_arena, &file, &id, err));
    return fb_seen_files_add(&self->seen, file.path, file.modified_ms)
               ? FB_OK
               : fb_fail_nomem(err, "the files seen");
}

static fb_status check_directory(fb_file_source *self, fb_error *err)
{
    if (fb_glob_is_pattern(fb_slice_of(self->path))) return FB_OK;
    fb_file_info info;
    bool found;
    FB_TRY(fb_filesystem_stat(self->fs, self->path, &found, &info, err));
    if (found) return FB_OK;
    return fb_fail_condition(err, FB_E_NOT_FOUND, "PATH_NOT_FOUND", "Path does not exist: file:%s.",
                             self->path);
}

static fb_status open_source(fb_file_source *self, const fb_source_config *config, fb_error *err)
{
    const char *log = fb_arena_strdup(&self->arena, fb_slice_of(config->log_directory));
    if (!log) return fb_fail_nomem(err, "a file source");
    FB_TRY(fb_location_resolve(&self->arena, self->options[FB_FILE_PATH].text, &self->path, err));
    FB_TRY(check_directory(self, err));
    FB_TRY(fb_compact_log_open(&self->log, self->fs, log, config->log_entries_to_retain, err));
    FB_TRY(fb_compact_log_read_all(&self->log, see_item, self, err));
    fb_seen_files_purge(&self->seen);
    return FB_OK;
}

fb_status fb_file_source_create(const fb_source_ops *ops, const fb_source_config *config,
                                const fb_file_format *format, void *settings, fb_source **out,
                                fb_error *err)
{
    *out = NULL;
    fb_file_source *self = fb_alloc_zero(1, sizeof *self);
    if (!self) return fb_fail_nomem(err, "a file source");
    *self = (fb_file_source){.base.ops = ops,
                             .options = config->options,
                             .format = format,
                             .fs = config->fs,
                             .clock = config->clock};
    fb_arena_init(&self->arena, 1024);
    fb_arena_init(&self->list_arena, 0);
    fb_arena_init(&self->plan_arena, 0);
    bool forgets_nothing = is_limited(self) && self->options[FB_FILE_LATEST_FIRST].boolean;
    fb_seen_files_init(&self->seen, self->options[FB_FILE_NAME_ONLY].boolean,
                       forgets_nothing ? INT64_MAX : self->options[FB_FILE_MAX_AGE].number / 1000);
    fb_status status = open_source(self, config, err);
    if (status != FB_OK) {
        fb_file_source_close(&self->base);
        return status;
    }
    self->settings = settings;
    *out = &self->base;
    return FB_OK;
}

void fb_file_source_close(fb_source *source)
{
    fb_file_source *self = fb_file_source_of(source);
    fb_seen_files_deinit(&self->seen);
    fb_arena_deinit(&self->plan_arena);
    fb_arena_deinit(&self->list_arena);
    fb_arena_deinit(&self->arena);
    fb_free(self->settings);
    fb_free(self);
}

fb_status fb_file_source_describe(fb_source *source, fb_buf *out, fb_error *err)
{
    (void)err;
    fb_buf_printf(out, "FileStreamSource[file:%s]", fb_file_source_of(source)->path);
    return FB_OK;
}

/* --- offsets --- */

fb_status fb_file_offset_parse(const fb_file_source *self, fb_slice text, int64_t *id,
                               fb_error *err)
{
    *id = -1;
    if (!text.data) return FB_OK;
    bool ok = fb_parse_int64(text, id); /* as very old versions wrote it */
    if (!ok) {
        json_t *object = json_loadb(text.data, text.size, 0, NULL);
        const json_t *value = json_object_get(object, "logOffset");
        ok = json_is_integer(value);
        *id = ok ? json_integer_value(value) : -1;
        json_decref(object);
    }
    if (!ok || *id < -1)
        return fb_fail(err, FB_E_CORRUPT, 0,
                       "source '%s': offset '%.*s': expected {\"logOffset\":n}",
                       self->base.ops->name, text.size > 80 ? 80 : (int)text.size, text.data);
    if (*id <= self->log.latest_id) return FB_OK;
    return fb_fail(err, FB_E_CORRUPT, 0,
                   "source '%s': offset '%.*s' is beyond the last entry of the log %s, which is "
                   "%" PRId64,
                   self->base.ops->name, text.size > 80 ? 80 : (int)text.size, text.data,
                   self->log.directory, self->log.latest_id);
}

fb_status fb_file_source_initial_offset(fb_source *source, fb_buf *out, bool *has_offset,
                                        fb_error *err)
{
    (void)source, (void)out, (void)err;
    *has_offset = false;
    return FB_OK;
}

/* Leaves of the listed files those that are new. */
static void keep_new(fb_file_source *self)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < self->listed_count; i++) {
        const fb_input_file *file = &self->listed[i];
        if (fb_seen_files_is_new(&self->seen, file->path, file->modified_ms))
            self->listed[kept++] = *file;
    }
    self->listed_count = kept;
}

static fb_status list_files(fb_file_source *self, fb_error *err)
{
    fb_arena_reset(&self->list_arena);
    self->listed_count = 0;
    FB_TRY(fb_file_list(self->fs, self->path, self->options[FB_FILE_LATEST_FIRST].boolean,
                        &self->list_arena, &self->listed, &self->listed_count, err));
    keep_new(self);
    return FB_OK;
}

/* How many of the listed files the batch takes, at least one. */
static uint32_t count_taken(const fb_file_source *self, fb_read_limit limit)
{
    uint32_t listed = self->listed_count;
    if (limit == FB_READ_ALL_AVAILABLE || !is_limited(self) || !listed) return listed;
    if (self->options[FB_FILE_MAX_FILES].is_given) {
        uint32_t max = (uint32_t)self->options[FB_FILE_MAX_FILES].number;
        return max < listed ? max : listed;
    }
    uint64_t left = (uint64_t)self->options[FB_FILE_MAX_BYTES].number;
    uint32_t count = 0;
    while (count < listed && (count == 0 || self->listed[count].size_bytes <= left)) {
        uint64_t size = self->listed[count++].size_bytes;
        left -= size < left ? size : left;
    }
    return count;
}

/* A rest that is small beside what a batch takes (less than a fifth) is listed again instead: the
 * next batch would be small for no reason. The newest first is no order for a rest to be kept in.
 */
static bool is_rest_kept(const fb_file_source *self, uint32_t taken)
{
    if (self->is_frozen) return true;
    if (self->options[FB_FILE_LATEST_FIRST].boolean) return false;
    double rest = 0, most;
    if (self->options[FB_FILE_MAX_BYTES].is_given) {
        most = (double)self->options[FB_FILE_MAX_BYTES].number;
        for (uint32_t i = taken; i < self->listed_count; i++)
            rest += (double)self->listed[i].size_bytes;
    } else {
        most = (double)self->options[FB_FILE_MAX_FILES].number;
        rest = self->listed_count - taken;
    }
    return rest >= most * 0.2;
}

static void drop_taken(fb_file_source *self, uint32_t taken)
{
    uint32_t rest = self->listed_count - taken;
    uint32_t most = (uint32_t)self->options[FB_FILE_MAX_CACHED].number;
    bool kept = taken && rest && is_rest_kept(self, taken);
    self->listed += kept ? taken : 0;
    self->listed_count = !kept ? 0 : rest < most || self->is_frozen ? rest : most;
}

/* The files as an entry of the log, and as seen. */
static fb_status take(fb_file_source *self, uint32_t count, fb_error *err)
{
    fb_buf items;
    fb_buf_init(&items, 0);
    bool has_memory = true;
    for (uint32_t i = 0; i < count && has_memory; i++) {
        const fb_input_file *file = &self->listed[i];
        fb_file_entry_put(file, self->log.latest_id + 1, &items);
        has_memory = fb_seen_files_add(&self->seen, file->path, file->modified_ms);
    }
    fb_status status = FB_OK;
    if (!has_memory || items.failed) status = fb_fail_nomem(err, "the files of a batch");
    if (status == FB_OK)
        status = fb_compact_log_append(&self->log, fb_buf_slice(&items),
                                       fb_clock_wall_us(self->clock) / 1000, err);
    fb_buf_deinit(&items);
    return status;
}

static fb_status take_new(fb_file_source *self, fb_read_limit limit, fb_error *err)
{
    if (!self->listed_count && !self->is_frozen) FB_TRY(list_files(self, err));
    if (self->is_frozen) keep_new(self);
    uint32_t taken = count_taken(self, limit);
    if (taken) FB_TRY(take(self, taken, err));
    drop_taken(self, taken);
    fb_seen_files_purge(&self->seen);
    return FB_OK;
}

fb_status fb_file_source_latest_offset(fb_source *source, fb_slice start, fb_read_limit limit,
                                       fb_buf *out, bool *has_offset, fb_error *err)
{
    fb_file_source *self = fb_file_source_of(source);
    int64_t id;
    FB_TRY(fb_file_offset_parse(self, start, &id, err));
    /* Files that a run took which ended before it had planned their batch are that batch still: it
     * stays within its limits, and batches do not depend on where a crash was. */
    bool is_ahead = id < self->log.latest_id && limit != FB_READ_ALL_AVAILABLE;
    if (!is_ahead) FB_TRY(take_new(self, limit, err));
    *has_offset = self->log.latest_id >= 0;
    if (*has_offset) fb_buf_printf(out, "{\"logOffset\":%" PRId64 "}", self->log.latest_id);
    return FB_OK;
}

bool fb_file_source_may_lose_rows(const fb_option_value *options)
{
    return options[FB_FILE_IGNORE_MISSING].boolean;
}

fb_status fb_file_source_prepare_available_now(fb_source *source, fb_error *err)
{
    fb_file_source *self = fb_file_source_of(source);
    FB_TRY(list_files(self, err));
    self->is_frozen = true;
    return FB_OK;
}
