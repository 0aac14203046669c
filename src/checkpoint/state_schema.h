/* SPDX-License-Identifier: Apache-2.0
 *
 * State schema files: the types of keys and values of one store, written when the query starts for
 * the first time. In Java's DataOutput: UTF = 2 bytes big-endian size and modified UTF-8; text =
 * 4 bytes number of pieces, and each as UTF.
 *
 *     version 1   UTF "v1", UTF key schema, UTF value schema               (Spark 3.1, read only)
 *     version 2   UTF "v2", text key schema, text value schema
 *     version 3   UTF "v3", 4 bytes number of column families, each: UTF name, 2 bytes id and text
 *                 of the key schema, the same of the value schema, text key encoder, text user key
 *
 * Schemas are Spark's JSON. Any thread. */
#ifndef FB_CHECKPOINT_STATE_SCHEMA_H
#define FB_CHECKPOINT_STATE_SCHEMA_H

#include "data/type.h"

enum { FB_STATE_SCHEMA_MAX_BYTES = 64 * 1024 * 1024 };

typedef struct fb_state_family {
    fb_slice name; /* "default" where the file has no families */
    const fb_type *key;
    const fb_type *value;
    int16_t key_schema_id;
    int16_t value_schema_id;
    fb_slice key_encoder;    /* version 3: JSON; otherwise empty */
    const fb_type *user_key; /* version 3: of map state; NULL where there is none */
} fb_state_family;

typedef struct fb_state_schema {
    uint32_t version;
    uint32_t family_count; /* at least 1; below version 3 just that */
    fb_state_family *families;
} fb_state_schema;

/* Reads any version into `arena`. `name` is the file for errors: FB_E_CORRUPT with the offset. */
fb_status fb_state_schema_decode(const char *name, fb_slice content, fb_arena *arena,
                                 fb_state_schema *out, fb_error *err) FB_CHECKED;
/* Appends a file of version 2. What cannot be stored shows in out->failed. */
void fb_state_schema_encode(const fb_type *key, const fb_type *value, fb_buf *out);

#endif
