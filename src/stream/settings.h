/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration keys that Forebay knows: Spark's names and defaults, and forebay.* ones. Other
 * keys of Spark may be set and have no effect. */
#ifndef FB_STREAM_SETTINGS_H
#define FB_STREAM_SETTINGS_H

#include "base/conf.h"
#include "base/options.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/pinned_conf.h"

/* Every known key with type, default, help. */
const fb_option_spec *fb_setting_specs(uint32_t *count);

/* Is the value good for the key? FB_E_INVALID names key, value and what was expected; a forebay.*
 * key that does not exist is refused with the nearest name. */
fb_status fb_setting_check(fb_slice key, fb_slice value, fb_error *err) FB_CHECKED;

/* The value in force: the one that was set, else the default. `key` must be a known one. */
fb_option_value fb_setting_get(const fb_conf *conf, const char *key);

/* The pinned settings of a new query (checkpoint/pinned_conf.h): set in the session, else what they
 * are by default. The texts are borrowed from `conf`. */
void fb_pinned_from_conf(const fb_conf *conf, fb_conf_entry out[FB_PINNED_CONF_COUNT]);
/* Lets a recovered entry overrule the query's configuration: present keys are copied, absent ones
 * get what Spark assumes for logs that old. Where the session had set another value, key and both
 * values are appended to `changes`, for people. */
fb_status fb_pinned_restore(fb_conf *conf, const fb_offset_entry *entry, fb_buf *changes,
                            fb_error *err) FB_CHECKED;

#endif
