/* SPDX-License-Identifier: Apache-2.0
 *
 * The checked calls of sink.h, and what stands in for optional methods. */
#include "sinks/sink.h"

#include "base/assert.h"

static const char *mode_name(fb_output_mode mode)
{
    switch (mode) {
    case FB_OUTPUT_APPEND:
        return "append";
    case FB_OUTPUT_UPDATE:
        return "update";
    case FB_OUTPUT_COMPLETE:
        return "complete";
    }
    FB_UNREACHABLE();
}

fb_status fb_sink_open(const fb_sink_ops *ops, const fb_sink_config *config, fb_sink **out,
                       fb_error *err)
{
    FB_ASSERT(ops->abi == FB_SINK_ABI);
    FB_ASSERT(ops->open && ops->close && ops->describe);
    FB_ASSERT(ops->begin && ops->write && ops->commit && ops->abort);
    FB_ASSERT(config->schema && config->schema->id == FB_TYPE_STRUCT);
    *out = NULL;
    if (!(ops->modes & 1u << config->mode))
        return fb_fail_condition(err, FB_E_ANALYSIS, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE",
                                 "sink '%s' does not support the output mode '%s'", ops->name,
                                 mode_name(config->mode));
    fb_status status = ops->open(config, out, err);
    FB_ASSERT(status != FB_OK || (*out && (*out)->ops == ops));
    FB_ASSERT(status == FB_OK || !*out);
    return status;
}

void fb_sink_close(fb_sink *sink)
{
    if (sink) sink->ops->close(sink);
}

fb_status fb_sink_describe(fb_sink *sink, fb_buf *out, fb_error *err)
{
    fb_buf_clear(out);
    FB_TRY(sink->ops->describe(sink, out, err));
    return out->failed ? fb_fail_nomem(err, "the description of a sink") : FB_OK;
}

fb_status fb_sink_begin(fb_sink *sink, int64_t batch_id, uint32_t split_count, fb_error *err)
{
    FB_ASSERT(batch_id >= 0);
    return sink->ops->begin(sink, batch_id, split_count, err);
}

fb_status fb_sink_write(fb_sink *sink, uint32_t split, const fb_chunk *chunk, fb_error *err)
{
    return chunk->row_count ? sink->ops->write(sink, split, chunk, err) : FB_OK;
}

fb_status fb_sink_commit(fb_sink *sink, int64_t batch_id, int64_t *row_count, fb_error *err)
{
    *row_count = -1;
    return sink->ops->commit(sink, batch_id, row_count, err);
}

void fb_sink_abort(fb_sink *sink, int64_t batch_id)
{
    sink->ops->abort(sink, batch_id);
}

fb_status fb_sink_last_committed(fb_sink *sink, int64_t *batch_id, fb_error *err)
{
    *batch_id = -1;
    return sink->ops->last_committed ? sink->ops->last_committed(sink, batch_id, err) : FB_OK;
}
