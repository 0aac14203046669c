/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of state files into a table: gathered into lists of rows, since tables take many. */
#include "state/file_log_impl.h"

void fb_state_loader_init(fb_state_loader *loader, fb_state_table *table)
{
    loader->table = table;
    loader->path = "";
    fb_buf_init(&loader->keys, SIZE_MAX / 2);
    fb_buf_init(&loader->values, SIZE_MAX / 2);
}

void fb_state_loader_deinit(fb_state_loader *loader)
{
    fb_buf_deinit(&loader->keys);
    fb_buf_deinit(&loader->values);
}

/* A stored row that contradicts the schema is damage, not a mistake of the caller. */
static fb_status check_size(const fb_state_loader *loader, const char *what, int64_t expected,
                            size_t size, fb_error *err)
{
    if (expected == FB_STATE_VARIABLE || size == (size_t)expected) return FB_OK;
    return fb_fail(err, FB_E_CORRUPT, 0, "%s: a %s of %zu bytes, expected %lld", loader->path, what,
                   size, (long long)expected);
}

static uint64_t total_bytes(const fb_state_record *records, size_t count, bool of_values)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += of_values ? records[i].value.size : records[i].key.size;
    return total;
}

/* Rows are a few words: cheaper than a call. The room is there. */
static inline void add_row(fb_buf *out, fb_slice row)
{
    char *to = out->data + out->size;
    const char *from = row.data;
    out->size += row.size;
    for (; row.size >= 8; row.size -= 8, to += 8, from += 8)
        memcpy(to, from, 8);
    if (row.size) memcpy(to, from, row.size);
}

static fb_status gather(fb_state_loader *loader, const fb_state_record *records, size_t count,
                        bool with_values, fb_error *err)
{
    const fb_state_layout *layout = loader->table->layout;
    fb_buf_clear(&loader->keys);
    fb_buf_clear(&loader->values);
    if (!fb_buf_reserve(&loader->keys, total_bytes(records, count, false)) ||
        (with_values && !fb_buf_reserve(&loader->values, total_bytes(records, count, true))))
        return fb_fail_nomem(err, "rows of a state file");
    loader->key_offsets[0] = loader->value_offsets[0] = 0;
    for (size_t i = 0; i < count; i++) {
        FB_TRY(check_size(loader, "key", layout->key_bytes, records[i].key.size, err));
        add_row(&loader->keys, records[i].key);
        loader->key_offsets[i + 1] = loader->keys.size;
        if (!with_values) continue;
        FB_TRY(check_size(loader, "value", layout->value_bytes, records[i].value.size, err));
        add_row(&loader->values, records[i].value);
        loader->value_offsets[i + 1] = loader->values.size;
    }
    loader->keys.data[loader->keys.size] = '\0';
    if (with_values) loader->values.data[loader->values.size] = '\0';
    return FB_OK;
}

void fb_state_loader_expect(const fb_state_loader *loader, const fb_state_file_reader *reader,
                            size_t count)
{
    const fb_codec_reader *codec = &reader->codec;
    double record_bytes = (double)(reader->window_offset + reader->next) / (double)count;
    double payload_bytes = (double)(reader->window_offset + reader->window.size);
    if (!codec->offset || record_bytes < 8) return;
    payload_bytes *= (double)codec->stream.size / (double)codec->offset;
    fb_state_table_expect_rows(loader->table, (uint64_t)(payload_bytes / record_bytes));
}

fb_status fb_state_loader_put(fb_state_loader *loader, const fb_state_record *records, size_t count,
                              fb_error *err)
{
    FB_TRY(gather(loader, records, count, true, err));
    fb_state_rows keys = {fb_buf_text(&loader->keys), loader->key_offsets, 0, (uint32_t)count};
    fb_state_rows values = {fb_buf_text(&loader->values), loader->value_offsets, 0,
                            (uint32_t)count};
    return fb_state_table_put_many(loader->table, &keys, &values, err);
}

fb_status fb_state_loader_remove(fb_state_loader *loader, const fb_state_record *records,
                                 size_t count, fb_error *err)
{
    FB_TRY(gather(loader, records, count, false, err));
    fb_state_rows keys = {fb_buf_text(&loader->keys), loader->key_offsets, 0, (uint32_t)count};
    return fb_state_table_remove_many(loader->table, &keys, NULL, err);
}

fb_status fb_state_loader_apply(void *user, const fb_state_record *records, size_t count,
                                fb_error *err)
{
    fb_state_loader *loader = user;
    for (size_t start = 0, end; start < count; start = end) {
        bool is_removal = records[start].is_removal;
        for (end = start + 1; end < count && records[end].is_removal == is_removal; end++)
            ;
        FB_TRY((is_removal ? fb_state_loader_remove : fb_state_loader_put)(loader, records + start,
                                                                           end - start, err));
    }
    return FB_OK;
}
