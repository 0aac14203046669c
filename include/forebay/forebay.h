/* SPDX-License-Identifier: Apache-2.0
 *
 * All of Forebay's public interface. */
#ifndef FOREBAY_FOREBAY_H
#define FOREBAY_FOREBAY_H

#include <forebay/checkpoint.h>
#include <forebay/query.h>
#include <forebay/rows.h>
#include <forebay/session.h>
#include <forebay/status.h>
#include <forebay/types.h>

#endif
