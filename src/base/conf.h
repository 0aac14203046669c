/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration as text: keys with values, as SET gives them. One thread at a time. */
#ifndef FB_BASE_CONF_H
#define FB_BASE_CONF_H

#include "base/slice.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fb_conf fb_conf;

fb_status fb_conf_create(fb_conf **out, fb_error *err) FB_CHECKED;
fb_status fb_conf_copy(const fb_conf *conf, fb_conf **out, fb_error *err) FB_CHECKED;
void fb_conf_destroy(fb_conf *conf); /* NULL is fine */

fb_status fb_conf_set(fb_conf *conf, fb_slice key, fb_slice value, fb_error *err) FB_CHECKED;
void fb_conf_remove(fb_conf *conf, fb_slice key);
/* False: not set. The value is borrowed until the key is set or removed; NUL-terminated. */
bool fb_conf_get(const fb_conf *conf, fb_slice key, fb_slice *value);

/* All entries, by key. */
uint32_t fb_conf_count(const fb_conf *conf);
void fb_conf_at(const fb_conf *conf, uint32_t index, fb_slice *key, fb_slice *value);

#endif
