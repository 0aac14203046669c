/* SPDX-License-Identifier: Apache-2.0
 *
 * What a stateful operator is and which stores it has: state/<id>/_metadata/metadata (version 1)
 * or state/<id>/_metadata/v2/<batch> (version 2). Compared with the plan when a query is started
 * again. Any thread. */
#ifndef FB_CHECKPOINT_OPERATOR_METADATA_H
#define FB_CHECKPOINT_OPERATOR_METADATA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

typedef struct fb_operator_store {
    fb_slice name;               /* that of a directory */
    int32_t prefix_column_count; /* leading key columns that can be scanned for; 0: none */
    int32_t partition_count;
    uint32_t schema_path_count; /* version 2: full paths of schema files, oldest first */
    fb_slice *schema_paths;
} fb_operator_store;

typedef struct fb_operator_metadata {
    uint32_t version;
    int64_t operator_id;
    fb_slice operator_name; /* Spark's: "stateStoreSave", "dedupe", ... */
    uint32_t store_count;   /* at least 1 */
    fb_operator_store *stores;
    fb_slice properties; /* version 2: JSON; otherwise empty */
} fb_operator_metadata;

/* Reads either version into `arena`. `name` is the file for errors. */
fb_status fb_operator_metadata_decode(const char *name, fb_slice content, fb_arena *arena,
                                      fb_operator_metadata *out, fb_error *err) FB_CHECKED;
/* Appends version 1, byte for byte as Spark. What cannot be stored shows in out->failed. */
void fb_operator_metadata_encode(const fb_operator_metadata *metadata, fb_buf *out);

#endif
