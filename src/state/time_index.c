/* SPDX-License-Identifier: Apache-2.0
 *
 * The number of buckets is bounded: when there are too many, each two neighbours become one. So
 * windows of any length, microseconds of a stream and times that are garbage all end with buckets
 * that are few to search and small to look through. */
#include "state/time_index.h"

#include "base/memory.h"

#include <string.h>

void fb_time_index_init(fb_time_index *index, fb_budget *budget)
{
    memset(index, 0, sizeof *index);
    index->shift = FB_TIME_FIRST_SHIFT;
    index->budget = budget;
}

void fb_time_index_deinit(fb_time_index *index)
{
    for (uint32_t i = 0; i < index->count; i++)
        fb_free(index->buckets[i].rows);
    fb_free(index->buckets);
    fb_budget_give(index->budget, index->held_bytes);
    fb_time_index_init(index, index->budget);
}

static void give(fb_time_index *index, uint64_t size_bytes)
{
    index->held_bytes -= size_bytes;
    fb_budget_give(index->budget, size_bytes);
}

/* Counts the bytes between two capacities and reallocates; the memory is unchanged on failure. */
static void *grow(fb_time_index *index, void *old, uint32_t old_count, uint32_t new_count,
                  size_t size_bytes, bool *over_limit)
{
    uint64_t more_bytes = (uint64_t)(new_count - old_count) * size_bytes;
    *over_limit = !fb_budget_take(index->budget, more_bytes);
    if (*over_limit) return NULL;
    index->held_bytes += more_bytes;
    void *grown = fb_realloc(old, (uint64_t)new_count * size_bytes);
    if (!grown) give(index, more_bytes);
    return grown;
}

static bool reserve_rows(fb_time_index *index, fb_time_bucket *bucket, uint32_t more,
                         bool *over_limit)
{
    *over_limit = more > UINT32_MAX / 2 - bucket->count;
    if (*over_limit) return false;
    if (bucket->count + more <= bucket->capacity) return true;
    uint32_t capacity = bucket->capacity ? bucket->capacity : 4;
    while (capacity < bucket->count + more)
        capacity *= 2;
    uint64_t *rows =
        grow(index, bucket->rows, bucket->capacity, capacity, sizeof *rows, over_limit);
    if (!rows) return false;
    bucket->rows = rows;
    bucket->capacity = capacity;
    return true;
}

/* The place of the first bucket whose number is at least `number`; mostly one of the last two. */
static uint32_t lower_bound(const fb_time_index *index, int64_t number)
{
    uint32_t low = 0, high = index->count;
    if (high == 0 || index->buckets[high - 1].number < number) return high;
    high--;
    if (high == 0 || index->buckets[high - 1].number < number) return high;
    high--;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->buckets[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

fb_time_bucket *fb_time_index_find(fb_time_index *index, int64_t time)
{
    int64_t number = time >> index->shift;
    uint32_t place = lower_bound(index, number);
    if (place == index->count || index->buckets[place].number != number) return NULL;
    return &index->buckets[place];
}

static void release_bucket(fb_time_index *index, fb_time_bucket *bucket)
{
    give(index, (uint64_t)bucket->capacity * sizeof *bucket->rows);
    fb_free(bucket->rows);
}

void fb_time_index_drop(fb_time_index *index, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        release_bucket(index, &index->buckets[i]);
    memmove(index->buckets + first, index->buckets + first + count,
            (index->count - first - count) * sizeof *index->buckets);
    index->count -= count;
}

/* Doubles the range of the buckets. */
static bool widen(fb_time_index *index, bool *over_limit)
{
    uint32_t kept = 0;
    index->shift++;
    for (uint32_t i = 0; i < index->count; i++) {
        fb_time_bucket *next = &index->buckets[i];
        next->number >>= 1;
        fb_time_bucket *last = kept ? &index->buckets[kept - 1] : NULL;
        if (!last || last->number != next->number) {
            index->buckets[kept++] = *next;
            continue;
        }
        if (!reserve_rows(index, last, next->count, over_limit)) {
            /* The rest moves up, so that every bucket is released once. */
            memmove(index->buckets + kept, next, (index->count - i) * sizeof *next);
            index->count -= i - kept;
            return false;
        }
        memcpy(last->rows + last->count, next->rows, next->count * sizeof *next->rows);
        last->count += next->count;
        last->live_count += next->live_count;
        release_bucket(index, next);
    }
    index->count = kept;
    return true;
}

static fb_time_bucket *insert_bucket(fb_time_index *index, int64_t time, bool *over_limit)
{
    while (index->count >= FB_TIME_MAX_BUCKETS)
        if (!widen(index, over_limit)) return NULL;
    int64_t number = time >> index->shift;
    uint32_t place = lower_bound(index, number);
    if (place < index->count && index->buckets[place].number == number)
        return &index->buckets[place];
    if (index->count == index->capacity) {
        uint32_t capacity = index->capacity ? index->capacity * 2 : 8;
        fb_time_bucket *buckets =
            grow(index, index->buckets, index->capacity, capacity, sizeof *buckets, over_limit);
        if (!buckets) return NULL;
        index->buckets = buckets;
        index->capacity = capacity;
    }
    fb_time_bucket *bucket = &index->buckets[place];
    memmove(bucket + 1, bucket, (index->count - place) * sizeof *bucket);
    *bucket = (fb_time_bucket){.number = number, .least = time};
    index->count++;
    return bucket;
}

bool fb_time_index_add(fb_time_index *index, int64_t time, uint64_t row, bool *over_limit)
{
    fb_time_bucket *bucket = fb_time_index_find(index, time);
    if (!bucket) bucket = insert_bucket(index, time, over_limit);
    if (!bucket || !reserve_rows(index, bucket, 1, over_limit)) return false;
    bucket->rows[bucket->count++] = row;
    bucket->live_count++;
    if (time < bucket->least) bucket->least = time;
    return true;
}
