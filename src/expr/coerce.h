/* SPDX-License-Identifier: Apache-2.0
 *
 * The coercion rules that binders of operators share; see also expr/function.h. Results live in
 * the arena; NULL: no such type, or no memory. */
#ifndef FB_EXPR_COERCE_H
#define FB_EXPR_COERCE_H

#include "data/type.h"

/* How two types meet. The operands of greatest, least and of nested comparisons do not turn
 * strings into something else. */
typedef enum fb_common_rules {
    FB_COMMON_ANSI,
    FB_COMMON_ANSI_NO_STRINGS,
    FB_COMMON_LEGACY, /* spark.sql.ansi.enabled = false */
    FB_COMMON_LEGACY_NO_STRINGS,
} fb_common_rules;

const fb_type *fb_common_type_by(fb_arena *arena, fb_common_rules rules, const fb_type *a,
                                 const fb_type *b);
/* What both sides of = < ... are cast to. */
const fb_type *fb_comparison_type(fb_arena *arena, bool ansi, const fb_type *a, const fb_type *b);
/* The decimal that holds the values of both, unless more than 38 digits are needed: then the
 * scale gives way. */
const fb_type *fb_decimal_wider(fb_arena *arena, const fb_type *a, const fb_type *b);
/* Equal but for the names of struct fields. */
bool fb_type_same_shape(const fb_type *a, const fb_type *b);
/* A map is somewhere in it: such values have no order. */
bool fb_type_has_map(const fb_type *type);
/* A function that wants `to` takes `from` too. */
bool fb_implicit_cast_allowed(bool ansi, const fb_type *from, const fb_type *to);

#endif
