/* SPDX-License-Identifier: Apache-2.0
 *
 * The lists that function.c puts together; one per fn_*.c, in alphabetical order. */
#ifndef FB_EXPR_FUNCTION_LISTS_H
#define FB_EXPR_FUNCTION_LISTS_H

#include "expr/function.h"

extern const fb_function_list fb_functions_arithmetic;
extern const fb_function_list fb_functions_bitwise;
extern const fb_function_list fb_functions_cast;
extern const fb_function_list fb_functions_compare;
extern const fb_function_list fb_functions_conditional;
extern const fb_function_list fb_functions_datetime;
extern const fb_function_list fb_functions_datetime_field;
extern const fb_function_list fb_functions_datetime_format;
extern const fb_function_list fb_functions_datetime_parse;
extern const fb_function_list fb_functions_datetime_trunc;
extern const fb_function_list fb_functions_divide;
extern const fb_function_list fb_functions_hash;
extern const fb_function_list fb_functions_in;
extern const fb_function_list fb_functions_logic;
extern const fb_function_list fb_functions_math;
extern const fb_function_list fb_functions_pmod;
extern const fb_function_list fb_functions_round;
extern const fb_function_list fb_functions_string;
extern const fb_function_list fb_functions_string_code;
extern const fb_function_list fb_functions_string_like;
extern const fb_function_list fb_functions_string_part;
extern const fb_function_list fb_functions_string_search;
extern const fb_function_list fb_functions_struct;
extern const fb_function_list fb_functions_window;

#endif
