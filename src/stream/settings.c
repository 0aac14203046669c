/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/settings.h"

#include "base/assert.h"

#define STREAMING "spark.sql.streaming."
#define HDFS_PROVIDER "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"

enum { INT_MAX_64 = 2147483647 };

static const fb_option_spec specs[] = {
    {.name = "spark.sql.session.timeZone",
     .type = FB_OPTION_STRING,
     .default_text = "",
     .unit = "",
     .help = "time zone of timestamps as text; default: the host's"},
    {.name = "spark.sql.ansi.enabled",
     .type = FB_OPTION_BOOL,
     .default_text = "true",
     .unit = "",
     .help = "overflow and bad casts are errors instead of NULL or wrapping"},
    {.name = "spark.sql.caseSensitive",
     .type = FB_OPTION_BOOL,
     .default_text = "false",
     .unit = "",
     .help = "column names are told apart by case"},
    {.name = "spark.sql.shuffle.partitions",
     .type = FB_OPTION_INT,
     .default_text = "8",
     .unit = "partitions",
     .help = "state partitions of a new query; pinned by its checkpoint",
     .min = 1,
     .max = 1 << 20},
    {.name = STREAMING "checkpointLocation",
     .type = FB_OPTION_STRING,
     .default_text = "",
     .unit = "",
     .help = "where queries without an own checkpointLocation keep theirs"},
    {.name = STREAMING "minBatchesToRetain",
     .type = FB_OPTION_INT,
     .default_text = "100",
     .unit = "batches",
     .help = "log entries and state versions that are kept",
     .min = 1,
     .max = INT_MAX_64},
    {.name = STREAMING "pollingDelay",
     .type = FB_OPTION_DURATION,
     .default_text = "10ms",
     .unit = "ms",
     .help = "pause before asking an idle source again",
     .min = 0,
     .max = INT64_MAX},
    {.name = STREAMING "noDataProgressEventInterval",
     .type = FB_OPTION_DURATION,
     .default_text = "10s",
     .unit = "ms",
     .help = "least time between two progress reports of an idle query",
     .min = 0,
     .max = INT64_MAX},
    {.name = STREAMING "numRecentProgressUpdates",
     .type = FB_OPTION_INT,
     .default_text = "100",
     .unit = "reports",
     .help = "one more than the progress reports that a query remembers",
     .min = 1,
     .max = 1000000},
    {.name = STREAMING "multipleWatermarkPolicy",
     .type = FB_OPTION_STRING,
     .default_text = "min",
     .unit = "",
     .help = "min or max of several watermarks; pinned by the checkpoint"},
    {.name = STREAMING "noDataMicroBatches.enabled",
     .type = FB_OPTION_BOOL,
     .default_text = "true",
     .unit = "",
     .help = "a new watermark is acted on at once, in a batch without input"},
    {.name = STREAMING "stateStore.providerClass",
     .type = FB_OPTION_STRING,
     .default_text = HDFS_PROVIDER,
     .unit = "",
     .help = "format of the state; only this one; pinned by the checkpoint"},
    {.name = STREAMING "stateStore.compression.codec",
     .type = FB_OPTION_STRING,
     .default_text = "lz4",
     .unit = "",
     .help = "lz4, zstd or snappy: compression of state files; pinned by the checkpoint"},
    {.name = STREAMING "stateStore.rowChecksum.enabled",
     .type = FB_OPTION_BOOL,
     .default_text = "false",
     .unit = "",
     .help = "each row of the state has a checksum; pinned by the checkpoint"},
    {.name = STREAMING "stateStore.encodingFormat",
     .type = FB_OPTION_STRING,
     .default_text = "unsaferow",
     .unit = "",
     .help = "form of rows in the state; only this one; pinned by the checkpoint"},
    {.name = STREAMING "aggregation.stateFormatVersion",
     .type = FB_OPTION_INT,
     .default_text = "2",
     .unit = "",
     .help = "layout of aggregations in the state; only 2; pinned by the checkpoint",
     .min = 1,
     .max = 2},
    {.name = STREAMING "stateStore.minDeltasForSnapshot",
     .type = FB_OPTION_INT,
     .default_text = "10",
     .unit = "versions",
     .help = "changes of the state are folded into a snapshot when there are more than these",
     .min = 1,
     .max = 1000000},
    {.name = "forebay.threads",
     .type = FB_OPTION_INT,
     .default_text = "0",
     .unit = "threads",
     .help = "threads that work on batches; 0: one per core. Never changes a result",
     .min = 0,
     .max = 1024},
    {.name = "forebay.memory.limit",
     .type = FB_OPTION_SIZE,
     .default_text = "0",
     .unit = "bytes",
     .help = "what the state and the groups of a query may hold, such as 512m or 4g; 0: no limit",
     .min = 0,
     .max = INT64_MAX},
    {.name = "forebay.recovery.maxReplay",
     .type = FB_OPTION_INT,
     .default_text = "2",
     .unit = "batches",
     .help = "batches that may be run again when the newest version of the state is damaged",
     .min = 0,
     .max = 100},
};

enum { SPEC_COUNT = sizeof specs / sizeof specs[0] };

const fb_option_spec *fb_setting_specs(uint32_t *count)
{
    *count = SPEC_COUNT;
    return specs;
}

static const fb_option_spec *find_spec(fb_slice key)
{
    for (uint32_t i = 0; i < SPEC_COUNT; i++)
        if (fb_slice_is(key, specs[i].name)) return &specs[i];
    return NULL;
}

static fb_status refuse_unknown(fb_slice key, fb_error *err)
{
    const char *names[SPEC_COUNT];
    for (uint32_t i = 0; i < SPEC_COUNT; i++)
        names[i] = specs[i].name;
    const char *nearest = fb_nearest_name(key, names, SPEC_COUNT);
    return fb_fail(err, FB_E_INVALID, 0, "unknown setting '%.*s'%s%s%s", FB_SLICE_ARGS(key),
                   nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

fb_status fb_setting_check(fb_slice key, fb_slice value, fb_error *err)
{
    const fb_option_spec *spec = find_spec(key);
    if (!spec) {
        if (fb_slice_starts_with(key, FB_SLICE("forebay."))) return refuse_unknown(key, err);
        return FB_OK;
    }
    const fb_option_input input = {key, value};
    fb_option_value parsed;
    fb_option_fault fault;
    FB_TRY(fb_options_parse(spec, 1, "the session", &input, 1, &parsed, &fault, err));
    bool is_policy = fb_slice_is(key, STREAMING "multipleWatermarkPolicy");
    if (is_policy && !fb_slice_equal_nocase(value, FB_SLICE("min")) &&
        !fb_slice_equal_nocase(value, FB_SLICE("max")))
        return fb_fail(err, FB_E_INVALID, 0,
                       "option '%s' of the session is '%.*s', expected min or max", spec->name,
                       FB_SLICE_ARGS(value));
    return FB_OK;
}

fb_option_value fb_setting_get(const fb_conf *conf, const char *key)
{
    const fb_option_spec *spec = find_spec(fb_slice_of(key));
    FB_ASSERT(spec);
    fb_option_input input = {.key = fb_slice_of(key)};
    uint32_t given = fb_conf_get(conf, input.key, &input.value) ? 1 : 0;
    fb_option_value value;
    fb_option_fault fault;
    fb_status status = fb_options_parse(spec, 1, "", &input, given, &value, &fault, NULL);
    /* SET refused bad values, but a checkpoint's pinned ones come from outside: the default then.
     */
    if (status != FB_OK) status = fb_options_parse(spec, 1, "", NULL, 0, &value, &fault, NULL);
    FB_ASSERT(status == FB_OK);
    return value;
}

void fb_pinned_from_conf(const fb_conf *conf, fb_conf_entry out[FB_PINNED_CONF_COUNT])
{
    for (uint32_t i = 0; i < FB_PINNED_CONF_COUNT; i++) {
        out[i] = (fb_conf_entry){fb_slice_of(fb_pinned_confs[i].key),
                                 fb_slice_of(fb_pinned_confs[i].new_value)};
        (void)fb_conf_get(conf, out[i].key, &out[i].value);
    }
}

fb_status fb_pinned_restore(fb_conf *conf, const fb_offset_entry *entry, fb_buf *changes,
                            fb_error *err)
{
    for (uint32_t i = 0; i < FB_PINNED_CONF_COUNT; i++) {
        fb_slice key = fb_slice_of(fb_pinned_confs[i].key), asked;
        fb_slice recorded = fb_pinned_conf_value(entry, fb_pinned_confs[i].key);
        if (!recorded.data) continue;
        if (fb_conf_get(conf, key, &asked) && !fb_slice_equal(asked, recorded))
            fb_buf_printf(changes, "%s%.*s stays %.*s, not %.*s", changes->size ? ", " : "",
                          FB_SLICE_ARGS(key), FB_SLICE_ARGS(recorded), FB_SLICE_ARGS(asked));
        FB_TRY(fb_conf_set(conf, key, recorded, err));
    }
    return FB_OK;
}
