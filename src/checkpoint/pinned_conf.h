/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings that Spark 4.2.0 writes into every offset entry and takes back from there at a
 * restart, whatever the session says by then. */
#ifndef FB_CHECKPOINT_PINNED_CONF_H
#define FB_CHECKPOINT_PINNED_CONF_H

#include "checkpoint/checkpoint.h"

typedef struct fb_pinned_conf {
    const char *key;
    const char *new_value;    /* of a new query unless its session sets another */
    const char *absent_value; /* meant by an entry without the key; NULL: the session's */
} fb_pinned_conf;

enum { FB_PINNED_CONF_COUNT = 15 };

/* In the order in which Spark writes them. */
extern const fb_pinned_conf fb_pinned_confs[FB_PINNED_CONF_COUNT];

/* The value in an entry, or what its absence means; data NULL when that is the session's value. */
fb_slice fb_pinned_conf_value(const fb_offset_entry *entry, const char *key);

#endif
