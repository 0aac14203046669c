/* SPDX-License-Identifier: Apache-2.0
 *
 * read_stream ... load: collects options, then builds the raw node that CREATE VIEW USING builds
 * too. */
#include "base/memory.h"
#include "session/option_builder.h"
#include "session/session_state.h"
#include "sql/parse.h"

struct fb_reader {
    fb_session *session;
    fb_plan_memory *memory;
    fb_slice format;
    fb_option_builder options;
    const fb_type *schema;
};

static bool copy_text(fb_arena *arena, const char *text, fb_slice *out)
{
    char *copy = fb_arena_strdup(arena, fb_slice_of(text));
    *out = (fb_slice){copy, copy ? strlen(copy) : 0};
    return copy != NULL;
}

fb_status fb_session_read_stream(fb_session *session, const char *format, fb_reader **out,
                                 fb_error *err)
{
    *out = NULL;
    if (!format) return fb_fail(err, FB_E_INVALID, 0, "a source needs a name, such as \"rate\"");
    fb_reader *reader = fb_alloc_zero(1, sizeof *reader);
    if (!reader) return fb_fail_nomem(err, "a reader");
    reader->session = session;
    fb_status status = fb_plan_memory_create(&reader->memory, err);
    if (status == FB_OK && !copy_text(&reader->memory->arena, format, &reader->format))
        status = fb_fail_nomem(err, "a reader");
    if (status != FB_OK) {
        fb_reader_destroy(reader);
        return status;
    }
    *out = reader;
    return FB_OK;
}

void fb_reader_destroy(fb_reader *reader)
{
    if (!reader) return;
    fb_plan_memory_release(reader->memory);
    fb_option_builder_deinit(&reader->options);
    fb_free(reader);
}

fb_status fb_reader_option(fb_reader *reader, const char *key, const char *value, fb_error *err)
{
    return fb_option_builder_add(&reader->options, &reader->memory->arena, key, value, err);
}

fb_status fb_reader_schema(fb_reader *reader, const char *schema, fb_error *err)
{
    if (!schema) return fb_fail(err, FB_E_INVALID, 0, "a schema is a text such as \"a INT\"");
    return fb_sql_parse_schema(&reader->memory->arena, fb_slice_of(schema), &reader->schema, err);
}

fb_status fb_reader_load(fb_reader *reader, fb_frame **out, fb_error *err)
{
    *out = NULL;
    /* The plan refers to the options: they move to where it lives. */
    fb_option *options = fb_arena_copy(&reader->memory->arena, reader->options.items,
                                       reader->options.count * sizeof *options);
    if (!options) return fb_fail_nomem(err, "a frame");
    const fb_raw_plan read = {.kind = FB_RAW_READ,
                              .name = reader->format,
                              .is_stream = true,
                              .schema = reader->schema,
                              .options = {options, reader->options.count}};
    const fb_plan *plan;
    FB_TRY(fb_session_analyze_read(reader->session, reader->memory, &read, NULL, &plan, err));
    return fb_frame_make(reader->session, fb_plan_memory_acquire(reader->memory), plan, out, err);
}
