/* SPDX-License-Identifier: Apache-2.0 */
#include "forebay/status.h"
