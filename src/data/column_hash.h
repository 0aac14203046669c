/* SPDX-License-Identifier: Apache-2.0
 *
 * Spark's hashes of rows, column by column: hash() decides partitions, xxhash64() is offered in
 * SQL. A null leaves the hash as it was; a struct or array is the chain of its fields or elements.
 * Columns with maps inside have no hash: fb_type_is_hashable says so. Any thread. */
#ifndef FB_DATA_COLUMN_HASH_H
#define FB_DATA_COLUMN_HASH_H

#include "data/column.h"

bool fb_type_is_hashable(const fb_type *type);

/* hashes[i] = hash of row i with hashes[i] as seed. Start with FB_HASH_SEED (base/hash.h) and
 * call for each column in turn. The type must be hashable (asserted). */
void fb_column_murmur3(const fb_column *column, size_t row_count, uint32_t *hashes);
void fb_column_xxhash64(const fb_column *column, size_t row_count, uint64_t *hashes);

#endif
