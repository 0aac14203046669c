/* SPDX-License-Identifier: Apache-2.0 */
#include "files/removals.h"

/* FNV-1a, 64 bits. */
static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

void fb_removals_init(fb_removals *removals)
{
    *removals = (fb_removals){.mutex = PTHREAD_MUTEX_INITIALIZER};
}

void fb_removals_deinit(fb_removals *removals)
{
    (void)pthread_mutex_destroy(&removals->mutex);
}

bool fb_removals_add(fb_removals *removals, const char *directory, const char *path)
{
    fb_removal entry = {.directory_hash = hash_text(directory), .path_hash = hash_text(path)};
    (void)pthread_mutex_lock(&removals->mutex);
    bool has_room = removals->count < FB_REMOVALS_MAX;
    entry.number = removals->next_number++;
    if (has_room) removals->entries[removals->count++] = entry;
    (void)pthread_mutex_unlock(&removals->mutex);
    return has_room;
}

bool fb_removals_contain(fb_removals *removals, const char *path)
{
    uint64_t hash = hash_text(path);
    bool found = false;
    (void)pthread_mutex_lock(&removals->mutex);
    for (uint32_t i = 0; i < removals->count && !found; i++)
        found = removals->entries[i].path_hash == hash;
    (void)pthread_mutex_unlock(&removals->mutex);
    return found;
}

uint64_t fb_removals_mark(fb_removals *removals)
{
    (void)pthread_mutex_lock(&removals->mutex);
    uint64_t mark = removals->next_number;
    (void)pthread_mutex_unlock(&removals->mutex);
    return mark;
}

void fb_removals_forget(fb_removals *removals, const char *directory, uint64_t mark)
{
    uint64_t hash = hash_text(directory);
    (void)pthread_mutex_lock(&removals->mutex);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < removals->count; i++) {
        const fb_removal *entry = &removals->entries[i];
        bool is_durable = entry->directory_hash == hash && entry->number < mark;
        if (!is_durable) removals->entries[kept++] = *entry;
    }
    removals->count = kept;
    (void)pthread_mutex_unlock(&removals->mutex);
}
