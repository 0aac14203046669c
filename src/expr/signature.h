/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions whose binding is a list of parameter types and one kernel: most of them. */
#ifndef FB_EXPR_SIGNATURE_H
#define FB_EXPR_SIGNATURE_H

#include "expr/function.h"

typedef enum fb_param {
    FB_PARAM_NONE, /* ends the list */
    FB_PARAM_STRING,
    FB_PARAM_BINARY,
    /* STRING or BINARY; all such arguments of a call are brought to one of the two. */
    FB_PARAM_BYTES,
    FB_PARAM_INT,
    FB_PARAM_BIGINT,
    FB_PARAM_DOUBLE,
    FB_PARAM_DATE,
    FB_PARAM_TIMESTAMP,
    FB_PARAM_WALL_CLOCK, /* TIMESTAMP or TIMESTAMP_NTZ, others become TIMESTAMP */
    FB_PARAM_DAYS,       /* INT, SMALLINT or TINYINT, but nothing wider */
} fb_param;

enum { FB_SIGNATURE_PARAMS = 4 };

struct fb_signature {
    uint8_t params[FB_SIGNATURE_PARAMS]; /* the last one is that of all further arguments */
    fb_type_id result;                   /* VOID: the type of the first argument */
    fb_kernel kernel;
    /* Null for rows in which no argument is, or Spark says that it may be: that shows in schemas.
     */
    bool makes_nulls;
    bool can_fail;
};

/* fb_function.bind for functions with a signature. */
fb_status fb_bind_signature(fb_binder *binder, fb_expr *call) FB_CHECKED;

/* The same for a binder that has several signatures to choose from. */
fb_status fb_bind_with(fb_binder *binder, fb_expr *call, const fb_signature *signature) FB_CHECKED;

#endif
