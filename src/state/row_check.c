/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of a state file against the schema of the store: Spark looks at the first row of a store
 * only, and counts wrong in silence when a key has stray bytes or lies in another partition. */
#include "base/hash.h"
#include "data/column_hash.h"
#include "data/unsafe_row.h"
#include "state/file_log_impl.h"
#include "state/store_check.h"

#include <inttypes.h>

bool fb_state_row_check_counts(fb_state_row_check *check)
{
    return check->finding_count++ < FB_STORE_CHECK_MAX_FINDINGS;
}

void fb_state_row_check_finish(const fb_state_row_check *check)
{
    if (check->finding_count > FB_STORE_CHECK_MAX_FINDINGS)
        fb_findings_damage(check->store->findings, "%s: and %u findings more", check->path,
                           check->finding_count - FB_STORE_CHECK_MAX_FINDINGS);
}

/* Whether the row is what its type demands; tells if not. */
static fb_status check_row(fb_state_row_check *check, const char *what, const fb_type *type,
                           fb_slice row, uint64_t offset, bool *is_good, fb_error *err)
{
    fb_error caught;
    *is_good = fb_unsafe_row_check(type, row, &caught) == FB_OK;
    if (*is_good) return FB_OK;
    if (caught.status != FB_E_CORRUPT) return fb_pass_on(err, &caught);
    if (fb_state_row_check_counts(check))
        fb_findings_damage(check->store->findings, "%s: offset %" PRIu64 " of the payload: %s: %s",
                           check->path, offset, what, caught.message);
    return FB_OK;
}

static uint32_t partition_of(uint32_t hash, uint32_t partition_count)
{
    int64_t rest = (int32_t)hash % (int64_t)partition_count;
    return (uint32_t)(rest < 0 ? rest + partition_count : rest);
}

/* The keys are what their type demands. */
static fb_status check_places(fb_state_row_check *check, const fb_slice *keys,
                              const uint64_t *offsets, uint32_t count, fb_error *err)
{
    const fb_state_store_check *store = check->store;
    fb_chunk chunk;
    uint32_t hashes[FB_STATE_RECORDS];
    FB_TRY(fb_unsafe_row_decode(store->key, keys, count, &check->arena, &chunk, err));
    for (uint32_t i = 0; i < count; i++)
        hashes[i] = FB_HASH_SEED;
    for (uint32_t c = 0; c < store->hash_columns; c++)
        fb_column_murmur3(&chunk.columns[c], count, hashes);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t partition = partition_of(hashes[i], store->partition_count);
        if (partition == store->partition || !fb_state_row_check_counts(check)) continue;
        fb_findings_damage(store->findings,
                           "%s: offset %" PRIu64 " of the payload: the key belongs into partition "
                           "%u of %u by its hash",
                           check->path, offsets[i], partition, store->partition_count);
    }
    return FB_OK;
}

fb_status fb_state_row_check_run(fb_state_row_check *check, const fb_state_record *records,
                                 const uint64_t *offsets, uint32_t count, fb_error *err)
{
    const fb_state_store_check *store = check->store;
    fb_slice keys[FB_STATE_RECORDS];
    uint64_t key_offsets[FB_STATE_RECORDS];
    uint32_t key_count = 0;
    if (!store->key) return FB_OK;
    for (uint32_t i = 0; i < count; i++) {
        bool is_good;
        if (!records[i].is_removal)
            FB_TRY(check_row(check, "value", store->value, records[i].value, offsets[i], &is_good,
                             err));
        FB_TRY(check_row(check, "key", store->key, records[i].key, offsets[i], &is_good, err));
        if (!is_good) continue;
        keys[key_count] = records[i].key;
        key_offsets[key_count++] = offsets[i];
    }
    if (store->placing == FB_STATE_PLACED_BY_HASH && key_count)
        FB_TRY(check_places(check, keys, key_offsets, key_count, err));
    if (store->placing == FB_STATE_PLACED_FIRST && store->partition && key_count &&
        fb_state_row_check_counts(check))
        fb_findings_damage(store->findings,
                           "%s: offset %" PRIu64 " of the payload: all keys of this operator "
                           "belong into partition 0",
                           check->path, key_offsets[0]);
    fb_arena_reset(&check->arena);
    return FB_OK;
}
