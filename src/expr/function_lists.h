/* SPDX-License-Identifier: Apache-2.0
 *
 * The lists that function.c puts together; one per fn_*.c, in alphabetical order. */
#ifndef FB_EXPR_FUNCTION_LISTS_H
#define FB_EXPR_FUNCTION_LISTS_H

#include "expr/function.h"

extern const fb_function_list fb_functions_logic;

#endif
