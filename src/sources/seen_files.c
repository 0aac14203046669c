/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/seen_files.h"

#include "base/hash.h"
#include "base/memory.h"

#include <string.h>

void fb_seen_files_init(fb_seen_files *seen, bool by_name, int64_t max_age_ms)
{
    *seen = (fb_seen_files){.by_name = by_name, .max_age_ms = max_age_ms};
}

void fb_seen_files_deinit(fb_seen_files *seen)
{
    for (uint32_t i = 0; i < seen->capacity; i++)
        fb_free(seen->slots[i].key);
    fb_free(seen->slots);
    *seen = (fb_seen_files){0};
}

static const char *key_of(const fb_seen_files *seen, const char *path)
{
    const char *slash = seen->by_name ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

static uint64_t hash_of(const char *key)
{
    return fb_xxhash64_bytes(fb_slice_of(key), 0);
}

/* Where the key is, or would be. There is always a free slot. */
static fb_seen_file *find(const fb_seen_files *seen, const char *key, uint64_t hash)
{
    uint32_t mask = seen->capacity - 1, at = (uint32_t)hash & mask;
    for (;; at = (at + 1) & mask) {
        fb_seen_file *slot = &seen->slots[at];
        if (!slot->key || (slot->hash == hash && strcmp(slot->key, key) == 0)) return slot;
    }
}

bool fb_seen_files_is_new(const fb_seen_files *seen, const char *path, int64_t modified_ms)
{
    if (modified_ms < seen->purged_ms) return false;
    if (!seen->count) return true;
    const char *key = key_of(seen, path);
    return !find(seen, key, hash_of(key))->key;
}

/* Moves what is not older than `from_ms` to `capacity` slots. */
static bool rebuild(fb_seen_files *seen, uint32_t capacity, int64_t from_ms)
{
    fb_seen_files to = *seen;
    to.slots = fb_alloc_zero(capacity, sizeof *to.slots);
    if (!to.slots) return false;
    to.capacity = capacity;
    to.count = 0;
    for (uint32_t i = 0; i < seen->capacity; i++) {
        fb_seen_file *file = &seen->slots[i];
        if (!file->key) continue;
        if (file->modified_ms < from_ms) {
            fb_free(file->key);
            continue;
        }
        *find(&to, file->key, file->hash) = *file;
        to.count++;
    }
    fb_free(seen->slots);
    *seen = to;
    return true;
}

bool fb_seen_files_add(fb_seen_files *seen, const char *path, int64_t modified_ms)
{
    if (seen->count >= UINT32_MAX / 4) return false;
    if ((seen->count + 1) * 2 > seen->capacity &&
        !rebuild(seen, seen->capacity ? seen->capacity * 2 : 64, INT64_MIN))
        return false;
    const char *key = key_of(seen, path);
    uint64_t hash = hash_of(key);
    fb_seen_file *slot = find(seen, key, hash);
    if (!slot->key) {
        slot->key = fb_strdup(key);
        if (!slot->key) return false;
        slot->hash = hash;
        seen->count++;
    }
    slot->modified_ms = modified_ms;
    if (modified_ms > seen->latest_ms) seen->latest_ms = modified_ms;
    return true;
}

void fb_seen_files_purge(fb_seen_files *seen)
{
    if (seen->max_age_ms == INT64_MAX || seen->latest_ms < INT64_MIN + seen->max_age_ms) return;
    int64_t from_ms = seen->latest_ms - seen->max_age_ms;
    seen->purged_ms = from_ms;
    bool has_old = false;
    for (uint32_t i = 0; i < seen->capacity && !has_old; i++)
        has_old = seen->slots[i].key && seen->slots[i].modified_ms < from_ms;
    /* Without memory they stay: they are not new in any case. */
    if (has_old) (void)rebuild(seen, seen->capacity, from_ms);
}
