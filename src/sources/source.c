/* SPDX-License-Identifier: Apache-2.0
 *
 * The checked calls of source.h, and what stands in for optional methods. */
#include "sources/source.h"

#include "base/assert.h"

fb_status fb_source_open(const fb_source_ops *ops, const fb_source_config *config, fb_source **out,
                         fb_error *err)
{
    FB_ASSERT(ops->abi == FB_SOURCE_ABI);
    FB_ASSERT(ops->schema && ops->open && ops->close && ops->describe);
    FB_ASSERT(ops->initial_offset && ops->latest_offset && ops->plan && ops->read);
    *out = NULL;
    fb_status status = ops->open(config, out, err);
    FB_ASSERT(status != FB_OK || (*out && (*out)->ops == ops));
    FB_ASSERT(status == FB_OK || !*out);
    return status;
}

void fb_source_close(fb_source *source)
{
    if (source) source->ops->close(source);
}

fb_status fb_source_describe(fb_source *source, fb_buf *out, fb_error *err)
{
    fb_buf_clear(out);
    FB_TRY(source->ops->describe(source, out, err));
    return out->failed ? fb_fail_nomem(err, "the description of a source") : FB_OK;
}

fb_status fb_source_initial_offset(fb_source *source, fb_buf *out, bool *has_offset, fb_error *err)
{
    fb_buf_clear(out);
    *has_offset = false;
    FB_TRY(source->ops->initial_offset(source, out, has_offset, err));
    return out->failed ? fb_fail_nomem(err, "a source's offset") : FB_OK;
}

fb_status fb_source_latest_offset(fb_source *source, fb_slice start, fb_read_limit limit,
                                  fb_buf *out, bool *has_offset, fb_error *err)
{
    fb_buf_clear(out);
    *has_offset = false;
    FB_TRY(source->ops->latest_offset(source, start, limit, out, has_offset, err));
    return out->failed ? fb_fail_nomem(err, "a source's offset") : FB_OK;
}

fb_status fb_source_plan(fb_source *source, fb_slice start, fb_slice end, uint32_t *split_count,
                         fb_error *err)
{
    *split_count = 0;
    return source->ops->plan(source, start, end, split_count, err);
}

fb_status fb_source_read(fb_source *source, uint32_t split, uint64_t *cursor, const bool *columns,
                         fb_arena *arena, fb_chunk *out, fb_error *err)
{
    *out = (fb_chunk){0};
    FB_TRY(source->ops->read(source, split, cursor, columns, arena, out, err));
    FB_ASSERT(out->row_count <= FB_CHUNK_ROWS);
    return FB_OK;
}

fb_status fb_source_commit(fb_source *source, fb_slice end, fb_error *err)
{
    return source->ops->commit ? source->ops->commit(source, end, err) : FB_OK;
}

fb_status fb_source_prepare_available_now(fb_source *source, fb_error *err)
{
    return source->ops->prepare_available_now ? source->ops->prepare_available_now(source, err)
                                              : FB_OK;
}

int64_t fb_source_next_poll_us(fb_source *source, int64_t now_us, int64_t polling_delay_us)
{
    if (source->ops->next_poll_us) return source->ops->next_poll_us(source, now_us);
    return now_us > INT64_MAX - polling_delay_us ? INT64_MAX : now_us + polling_delay_us;
}
