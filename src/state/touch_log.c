/* SPDX-License-Identifier: Apache-2.0 */
#include "state/touch_log.h"

#include "base/memory.h"

#include <string.h>

enum { BLOCK_BYTES = 64 << 10 };

void fb_touch_log_init(fb_touch_log *log, uint32_t value_bytes, fb_budget *budget)
{
    memset(log, 0, sizeof *log);
    log->entry_bytes = (uint32_t)sizeof(fb_touch) + (value_bytes + 7) / 8 * 8;
    while (((uint64_t)log->entry_bytes << (log->entry_shift + 1)) <= BLOCK_BYTES)
        log->entry_shift++;
    log->budget = budget;
}

static size_t block_bytes(const fb_touch_log *log)
{
    return (size_t)log->entry_bytes << log->entry_shift;
}

static void keep_blocks(fb_touch_log *log, uint32_t count)
{
    while (log->block_count > count) {
        fb_free(log->blocks[--log->block_count]);
        log->held_bytes -= block_bytes(log);
        fb_budget_give(log->budget, block_bytes(log));
    }
}

void fb_touch_log_deinit(fb_touch_log *log)
{
    keep_blocks(log, 0);
    fb_free(log->blocks);
    fb_budget_give(log->budget, log->held_bytes);
    log->blocks = NULL;
    log->block_capacity = 0;
    log->held_bytes = 0;
    log->count = 0;
}

void fb_touch_log_clear(fb_touch_log *log)
{
    keep_blocks(log, log->count ? ((log->count - 1) >> log->entry_shift) + 1 : 0);
    log->count = 0;
}

static bool take(fb_touch_log *log, uint64_t size_bytes, bool *over_limit)
{
    *over_limit = !fb_budget_take(log->budget, size_bytes);
    if (!*over_limit) log->held_bytes += size_bytes;
    return !*over_limit;
}

static void give(fb_touch_log *log, uint64_t size_bytes)
{
    log->held_bytes -= size_bytes;
    fb_budget_give(log->budget, size_bytes);
}

static bool grow_blocks(fb_touch_log *log, bool *over_limit)
{
    uint32_t capacity = log->block_capacity ? log->block_capacity * 2 : 8;
    uint64_t more_bytes = (capacity - log->block_capacity) * sizeof(char *);
    if (!take(log, more_bytes, over_limit)) return false;
    char **blocks = fb_realloc(log->blocks, capacity * sizeof *blocks);
    if (!blocks) {
        give(log, more_bytes);
        return false;
    }
    log->blocks = blocks;
    log->block_capacity = capacity;
    return true;
}

static bool add_block(fb_touch_log *log, bool *over_limit)
{
    if (log->block_count == log->block_capacity && !grow_blocks(log, over_limit)) return false;
    if (!take(log, block_bytes(log), over_limit)) return false;
    char *block = fb_alloc(block_bytes(log));
    if (!block) {
        give(log, block_bytes(log));
        return false;
    }
    log->blocks[log->block_count++] = block;
    return true;
}

fb_touch *fb_touch_log_next(fb_touch_log *log, bool *over_limit)
{
    *over_limit = log->count == UINT32_MAX;
    if (*over_limit) return NULL;
    if ((log->count >> log->entry_shift) == log->block_count && !add_block(log, over_limit))
        return NULL;
    return fb_touch_log_at(log, log->count);
}
