/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/pinned_conf.h"

#define STREAMING "spark.sql.streaming."

const fb_pinned_conf fb_pinned_confs[FB_PINNED_CONF_COUNT] = {
    {STREAMING "stateStore.providerClass",
     "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider", NULL},
    {STREAMING "stateStore.rocksdb.mergeOperatorVersion", "2", "1"},
    {STREAMING "stateStore.rocksdb.formatVersion", "5", NULL},
    {STREAMING "queryEvolution.enableSourceEvolution", "false", "false"},
    {STREAMING "stateStore.encodingFormat", "unsaferow", "unsaferow"},
    {STREAMING "statefulOperator.useStrictDistribution", "true", "false"},
    {STREAMING "flatMapGroupsWithState.stateFormatVersion", "2", "1"},
    {STREAMING "multipleWatermarkPolicy", "min", "min"},
    {STREAMING "stateStore.rowChecksum.enabled", "false", "false"},
    {STREAMING "aggregation.stateFormatVersion", "2", "1"},
    {"spark.sql.function.protobufExtensions.enabled", "false", "false"},
    /* Spark's own default is 200; ours is 8 on every machine, so that splits do not depend on it.
     */
    {"spark.sql.shuffle.partitions", "8", NULL},
    {STREAMING "join.stateFormatVersion", "2", "1"},
    {STREAMING "stateStore.compression.codec", "lz4", "lz4"},
    {"spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan", "false", "true"},
};

fb_slice fb_pinned_conf_value(const fb_offset_entry *entry, const char *key)
{
    for (uint32_t i = 0; i < entry->conf_count; i++)
        if (fb_slice_is(entry->conf[i].key, key)) return entry->conf[i].value;
    for (int i = 0; i < FB_PINNED_CONF_COUNT; i++)
        if (!strcmp(fb_pinned_confs[i].key, key))
            return fb_slice_of(fb_pinned_confs[i].absent_value);
    return (fb_slice){0};
}
