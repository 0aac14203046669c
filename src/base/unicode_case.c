/* SPDX-License-Identifier: Apache-2.0 */
#include "base/unicode_case.h"

#include "base/utf8.h"

/* Every `stride`-th character of first..last maps to itself plus `delta`. */
typedef struct case_range {
    uint32_t first, last;
    uint32_t stride;
    int32_t delta;
} case_range;

/* A character that maps to several; unused places are 0. */
typedef struct case_special {
    uint32_t character;
    uint32_t mapped[3];
} case_special;

typedef struct char_range {
    uint32_t first, last;
} char_range;

#include "base/unicode_case_table.inc"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct case_table {
    const case_range *ranges;
    const case_special *specials;
    size_t range_count, special_count;
} case_table;

static const case_table upper_table = {upper_ranges, upper_specials, COUNT(upper_ranges),
                                       COUNT(upper_specials)};
static const case_table lower_table = {lower_ranges, lower_specials, COUNT(lower_ranges),
                                       COUNT(lower_specials)};
static const case_table title_table = {title_ranges, title_specials, COUNT(title_ranges),
                                       COUNT(title_specials)};

enum { CAPITAL_SIGMA = 0x3a3, SMALL_SIGMA = 0x3c3, FINAL_SIGMA = 0x3c2 };

/* The first range that does not end before the character. */
static size_t lower_bound(const case_range *ranges, size_t count, uint32_t character)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < character)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const case_special *find_special(const case_table *table, uint32_t character)
{
    size_t low = 0, high = table->special_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->specials[middle].character < character)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == table->special_count || table->specials[low].character != character) return NULL;
    return &table->specials[low];
}

/* Writes the mapping; 0 bytes when the table has none for the character. */
static size_t put_mapped(const case_table *table, uint32_t character, char *out)
{
    const case_special *special = find_special(table, character);
    if (special) {
        size_t size = 0;
        for (size_t i = 0; i < COUNT(special->mapped) && special->mapped[i]; i++)
            size += fb_utf8_put(special->mapped[i], out + size);
        return size;
    }
    size_t i = lower_bound(table->ranges, table->range_count, character);
    if (i == table->range_count) return 0;
    const case_range *range = &table->ranges[i];
    if (range->first > character || (character - range->first) % range->stride) return 0;
    return fb_utf8_put((uint32_t)((int64_t)character + range->delta), out);
}

static bool in_ranges(const char_range *ranges, size_t count, uint32_t character)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges[middle].last < character)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= character;
}

static bool is_cased(uint32_t character)
{
    return in_ranges(cased_ranges, COUNT(cased_ranges), character);
}

static bool is_ignorable(uint32_t character)
{
    return in_ranges(ignorable_ranges, COUNT(ignorable_ranges), character);
}

/* A letter follows (characters in between that do not matter left out). */
static bool is_followed_by_cased(fb_slice text, size_t offset)
{
    while (offset < text.size) {
        uint32_t character = fb_utf8_next(text, &offset);
        if (!is_ignorable(character)) return is_cased(character);
    }
    return false;
}

/* Lower case of one character. `*after_cased` carries over characters: the last one that matters
 * was a letter. */
static size_t put_lower(fb_slice text, size_t next, uint32_t character, bool *after_cased,
                        char *out)
{
    size_t size;
    if (character == CAPITAL_SIGMA) {
        bool is_final = *after_cased && !is_followed_by_cased(text, next);
        size = fb_utf8_put(is_final ? FINAL_SIGMA : SMALL_SIGMA, out);
    } else {
        size = put_mapped(&lower_table, character, out);
        if (!size) size = fb_utf8_put(character, out);
    }
    if (!is_ignorable(character)) *after_cased = is_cased(character);
    return size;
}

size_t fb_case_upper(fb_slice text, char *out)
{
    size_t written = 0;
    for (size_t i = 0; i < text.size;) {
        uint32_t character = fb_utf8_next(text, &i);
        size_t size = put_mapped(&upper_table, character, out + written);
        written += size ? size : fb_utf8_put(character, out + written);
    }
    return written;
}

size_t fb_case_lower(fb_slice text, char *out)
{
    size_t written = 0;
    bool after_cased = false;
    for (size_t i = 0; i < text.size;) {
        uint32_t character = fb_utf8_next(text, &i);
        written += put_lower(text, i, character, &after_cased, out + written);
    }
    return written;
}

size_t fb_case_initcap(fb_slice text, char *out)
{
    size_t written = 0;
    bool after_cased = false;
    bool at_start = true;
    for (size_t i = 0; i < text.size;) {
        uint32_t character = fb_utf8_next(text, &i);
        if (!at_start) {
            written += put_lower(text, i, character, &after_cased, out + written);
        } else {
            size_t size = put_mapped(&title_table, character, out + written);
            if (!size) size = put_mapped(&upper_table, character, out + written);
            written += size ? size : fb_utf8_put(character, out + written);
            if (!is_ignorable(character)) after_cased = is_cased(character);
        }
        at_start = character == ' ';
    }
    return written;
}
