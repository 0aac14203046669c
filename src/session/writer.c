/* SPDX-License-Identifier: Apache-2.0
 *
 * write_stream ... start. */
#include "base/memory.h"
#include "session/option_builder.h"
#include "session/session_state.h"

struct fb_writer {
    fb_session *session;
    fb_plan_memory *memory; /* of the frame; options live in `arena` */
    const fb_plan *plan;
    fb_arena arena;
    fb_slice format;
    fb_option_builder options;
};

fb_status fb_frame_write_stream(const fb_frame *frame, const char *format, fb_writer **out,
                                fb_error *err)
{
    *out = NULL;
    if (!format) return fb_fail(err, FB_E_INVALID, 0, "a sink needs a name, such as \"console\"");
    fb_writer *writer = fb_alloc_zero(1, sizeof *writer);
    if (!writer) return fb_fail_nomem(err, "a writer");
    writer->session = frame->session;
    writer->memory = fb_plan_memory_acquire(frame->memory);
    writer->plan = frame->plan;
    fb_arena_init(&writer->arena, 1024);
    writer->format = fb_slice_of(fb_arena_strdup(&writer->arena, fb_slice_of(format)));
    if (!writer->format.data) {
        fb_writer_destroy(writer);
        return fb_fail_nomem(err, "a writer");
    }
    *out = writer;
    return FB_OK;
}

void fb_writer_destroy(fb_writer *writer)
{
    if (!writer) return;
    fb_plan_memory_release(writer->memory);
    fb_arena_deinit(&writer->arena);
    fb_option_builder_deinit(&writer->options);
    fb_free(writer);
}

fb_status fb_writer_option(fb_writer *writer, const char *key, const char *value, fb_error *err)
{
    return fb_option_builder_add(&writer->options, &writer->arena, key, value, err);
}

fb_status fb_writer_query_name(fb_writer *writer, const char *name, fb_error *err)
{
    return fb_writer_option(writer, "queryName", name, err);
}

fb_status fb_writer_start(fb_writer *writer, fb_query **out, fb_error *err)
{
    *out = NULL;
    const fb_option_list options = {writer->options.items, writer->options.count};
    const fb_position nowhere = {0};
    fb_query_plan how;
    uint32_t length;
    FB_TRY(
        fb_query_plan_parse(&writer->arena, writer->format, nowhere, &options, &how, &length, err));
    return fb_query_start(writer->session, writer->memory, writer->plan, &how, out, err);
}
