/* SPDX-License-Identifier: Apache-2.0
 *
 * A sorted array: a session has a few dozen entries. */
#include "base/conf.h"

#include "base/memory.h"

typedef struct entry {
    fb_slice key, value; /* both in one allocation, which `key.data` is */
} entry;

struct fb_conf {
    entry *entries;
    uint32_t count, capacity;
};

fb_status fb_conf_create(fb_conf **out, fb_error *err)
{
    *out = fb_alloc_zero(1, sizeof **out);
    return *out ? FB_OK : fb_fail_nomem(err, "the configuration");
}

void fb_conf_destroy(fb_conf *conf)
{
    if (!conf) return;
    for (uint32_t i = 0; i < conf->count; i++)
        fb_free((void *)conf->entries[i].key.data);
    fb_free(conf->entries);
    fb_free(conf);
}

fb_status fb_conf_copy(const fb_conf *conf, fb_conf **out, fb_error *err)
{
    FB_TRY(fb_conf_create(out, err));
    for (uint32_t i = 0; i < conf->count; i++) {
        fb_status status = fb_conf_set(*out, conf->entries[i].key, conf->entries[i].value, err);
        if (status != FB_OK) {
            fb_conf_destroy(*out);
            *out = NULL;
            return status;
        }
    }
    return FB_OK;
}

/* The first entry whose key is not below `key`. */
static uint32_t lower_bound(const fb_conf *conf, fb_slice key)
{
    uint32_t low = 0, high = conf->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fb_slice_compare(conf->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const fb_conf *conf, uint32_t index, fb_slice key)
{
    return index < conf->count && fb_slice_equal(conf->entries[index].key, key);
}

static bool make_entry(fb_slice key, fb_slice value, entry *out)
{
    char *memory = fb_alloc(key.size + value.size + 1);
    if (!memory) return false;
    if (key.size) memcpy(memory, key.data, key.size);
    if (value.size) memcpy(memory + key.size, value.data, value.size);
    memory[key.size + value.size] = '\0';
    *out = (entry){{memory, key.size}, {memory + key.size, value.size}};
    return true;
}

fb_status fb_conf_set(fb_conf *conf, fb_slice key, fb_slice value, fb_error *err)
{
    entry added;
    if (!make_entry(key, value, &added)) return fb_fail_nomem(err, "the configuration");
    uint32_t index = lower_bound(conf, key);
    if (is_at(conf, index, key)) {
        fb_free((void *)conf->entries[index].key.data);
        conf->entries[index] = added;
        return FB_OK;
    }
    if (conf->count == conf->capacity) {
        uint32_t capacity = conf->capacity ? conf->capacity * 2 : 32;
        entry *entries = fb_realloc(conf->entries, capacity * sizeof *entries);
        if (!entries) {
            fb_free((void *)added.key.data);
            return fb_fail_nomem(err, "the configuration");
        }
        conf->entries = entries;
        conf->capacity = capacity;
    }
    memmove(&conf->entries[index + 1], &conf->entries[index],
            (conf->count - index) * sizeof *conf->entries);
    conf->entries[index] = added;
    conf->count++;
    return FB_OK;
}

void fb_conf_remove(fb_conf *conf, fb_slice key)
{
    uint32_t index = lower_bound(conf, key);
    if (!is_at(conf, index, key)) return;
    fb_free((void *)conf->entries[index].key.data);
    conf->count--;
    memmove(&conf->entries[index], &conf->entries[index + 1],
            (conf->count - index) * sizeof *conf->entries);
}

bool fb_conf_get(const fb_conf *conf, fb_slice key, fb_slice *value)
{
    uint32_t index = lower_bound(conf, key);
    if (!is_at(conf, index, key)) return false;
    *value = conf->entries[index].value;
    return true;
}

uint32_t fb_conf_count(const fb_conf *conf)
{
    return conf->count;
}

void fb_conf_at(const fb_conf *conf, uint32_t index, fb_slice *key, fb_slice *value)
{
    *key = conf->entries[index].key;
    *value = conf->entries[index].value;
}
