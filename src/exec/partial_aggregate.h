/* SPDX-License-Identifier: Apache-2.0
 *
 * The first half of an aggregation: an operator at the end of a task's chain that folds the rows
 * into groups and writes the groups to its lane of an exchange. While the groups fit the cache they
 * are in one table; then the rows are first parted by hash into many small tables, so that each
 * fits. All decisions depend on counts of rows and groups only. */
#ifndef FB_EXEC_PARTIAL_AGGREGATE_H
#define FB_EXEC_PARTIAL_AGGREGATE_H

#include "exec/aggregation.h"
#include "exec/exchange.h"
#include "exec/operator.h"

/* `finish` writes the groups; without keys and without rows, nothing. All arguments are borrowed
 * and outlive the operator. */
fb_status fb_partial_aggregate_create(const fb_aggregation *aggregation,
                                      const fb_eval_context *context, fb_exchange *exchange,
                                      uint32_t lane, fb_budget *budget, fb_operator **out,
                                      fb_error *err) FB_CHECKED;

#endif
