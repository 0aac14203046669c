/* SPDX-License-Identifier: Apache-2.0
 * windowed_count.sql through the C interface, until it is killed; run again, it goes on.
 *     cc windowed_count.c $(pkg-config --cflags --libs forebay) */
#include <forebay/forebay.h>
#include <stdio.h>
#define CHECK(call) \
    if ((call) != FB_OK) goto done

static const char *const options[][2] = {
    {"format", "jsonl"},
    {"outputMode", "append"},
    {"trigger", "1 second"},
    {"checkpointLocation", "build/windowed-count-checkpoint"},
};

int main(void)
{
    static const char *const keys[] = {"window(timestamp, '6 seconds') AS window",
                                       "value % 3 AS key"};
    static const char *const aggregates[] = {"count(*) AS clicks"};
    static const char *const columns[] = {"window.start AS start", "key", "clicks"};
    fb_session *session = NULL;
    fb_reader *reader = NULL;
    fb_frame *clicks = NULL, *timed = NULL, *counts = NULL, *rows = NULL;
    fb_writer *writer = NULL;
    fb_query *query = NULL;
    fb_error err = {FB_OK};
    CHECK(fb_session_create(NULL, &session, &err));
    CHECK(fb_session_read_stream(session, "rate", &reader, &err));
    CHECK(fb_reader_option(reader, "rowsPerSecond", "1000", &err));
    CHECK(fb_reader_load(reader, &clicks, &err));
    CHECK(fb_frame_with_watermark(clicks, "timestamp", "1 second", &timed, &err));
    CHECK(fb_frame_group_by(timed, keys, 2, aggregates, 1, &counts, &err));
    CHECK(fb_frame_select_expr(counts, columns, 3, &rows, &err));
    CHECK(fb_frame_write_stream(rows, "console", &writer, &err));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        CHECK(fb_writer_option(writer, options[i][0], options[i][1], &err));
    CHECK(fb_writer_start(writer, &query, &err));
    CHECK(fb_query_await(query, -1, NULL, &err));
done:
    if (err.status != FB_OK) fprintf(stderr, "%s\n", err.message);
    fb_query_destroy(query); /* stops it first */
    fb_writer_destroy(writer);
    fb_frame_destroy(rows);
    fb_frame_destroy(counts);
    fb_frame_destroy(timed);
    fb_frame_destroy(clicks);
    fb_reader_destroy(reader);
    fb_session_destroy(session);
    return err.status == FB_OK ? 0 : 1;
}
