/* SPDX-License-Identifier: Apache-2.0
 * checkpoint_example.sql through the C interface, for ten seconds; run again, it goes on.
 *     cc checkpoint_example.c $(pkg-config --cflags --libs forebay) */
#include <forebay/forebay.h>
#include <stdio.h>
#define CHECK(call) \
    if ((call) != FB_OK) goto done

int main(void)
{
    static const char *const columns[] = {"CAST(timestamp AS STRING)", "CAST(value AS STRING)"};
    fb_session *session = NULL;
    fb_reader *reader = NULL;
    fb_frame *numbers = NULL, *text = NULL;
    fb_writer *writer = NULL;
    fb_query *query = NULL;
    fb_error err = {FB_OK};
    CHECK(fb_session_create(NULL, &session, &err));
    CHECK(fb_session_read_stream(session, "rate", &reader, &err));
    CHECK(fb_reader_option(reader, "rowsPerSecond", "90000", &err));
    CHECK(fb_reader_option(reader, "rampUpTime", "1", &err));
    CHECK(fb_reader_load(reader, &numbers, &err));
    CHECK(fb_frame_select_expr(numbers, columns, 2, &text, &err));
    CHECK(fb_frame_write_stream(text, "console", &writer, &err));
    CHECK(fb_writer_query_name(writer, "Default", &err));
    CHECK(fb_writer_option(writer, "checkpointLocation", "build/example-checkpoint", &err));
    CHECK(fb_writer_start(writer, &query, &err));
    CHECK(fb_query_await(query, 10000, NULL, &err));
done:
    if (err.status != FB_OK) fprintf(stderr, "%s\n", err.message);
    fb_query_destroy(query); /* stops it first */
    fb_writer_destroy(writer);
    fb_frame_destroy(text);
    fb_frame_destroy(numbers);
    fb_reader_destroy(reader);
    fb_session_destroy(session);
    return err.status == FB_OK ? 0 : 1;
}
