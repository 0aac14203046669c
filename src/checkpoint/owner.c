/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/owner.h"

#include "formats/json_writer.h"

#include <jansson.h>

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HOST_NAME_SIZE = 256 };

static void read_host_name(char name[HOST_NAME_SIZE])
{
    if (gethostname(name, HOST_NAME_SIZE)) name[0] = '\0';
    name[HOST_NAME_SIZE - 1] = '\0';
}

void fb_owner_describe(fb_clock *clock, fb_buf *out)
{
    char host[HOST_NAME_SIZE];
    read_host_name(host);
    fb_json_writer json = fb_json_writer_make(out);
    fb_json_begin_object(&json);
    fb_json_key(&json, "pid");
    fb_json_int(&json, getpid());
    fb_json_key(&json, "host");
    fb_json_string(&json, fb_slice_of(host));
    fb_json_key(&json, "startedMs");
    fb_json_int(&json, fb_clock_wall_us(clock) / 1000);
    fb_json_end_object(&json);
}

/* The time of day, with the date unless it is today's. */
static void add_start(int64_t started_ms, fb_clock *clock, fb_buf *out)
{
    time_t started = (time_t)(started_ms / 1000);
    time_t now = (time_t)(fb_clock_wall_us(clock) / 1000000);
    struct tm then, today;
    if (!localtime_r(&started, &then) || !localtime_r(&now, &today)) return;
    bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
    char text[64];
    size_t size = strftime(text, sizeof text, is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
    fb_buf_printf(out, " (started %.*s)", (int)size, text);
}

void fb_owner_explain(fb_slice description, fb_clock *clock, fb_buf *out)
{
    json_t *object =
        description.size ? json_loadb(description.data, description.size, 0, NULL) : NULL;
    const json_t *pid = json_object_get(object, "pid");
    const char *host = json_string_value(json_object_get(object, "host"));
    const json_t *started = json_object_get(object, "startedMs");
    char here[HOST_NAME_SIZE];
    read_host_name(here);
    if (json_is_integer(pid) && host && !strcmp(here, host) &&
        json_integer_value(pid) == getpid()) {
        fb_buf_add_text(out, "another query of this process");
    } else if (json_is_integer(pid) && host) {
        fb_buf_printf(out, "process %" JSON_INTEGER_FORMAT, json_integer_value(pid));
        fb_buf_printf(out, " on %s%s", strcmp(here, host) ? "host " : "this host",
                      strcmp(here, host) ? host : "");
        if (json_is_integer(started)) add_start(json_integer_value(started), clock, out);
    } else {
        fb_buf_add_text(out, "another process");
    }
    json_decref(object);
}
