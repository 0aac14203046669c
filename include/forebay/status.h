/* SPDX-License-Identifier: Apache-2.0
 *
 * How calls report failure.
 *
 * Every call that can fail returns an fb_status and, where a person may read the reason, takes an
 * fb_error as its last parameter. The fb_error is owned by the caller, may be NULL, and is written
 * only when the call fails. A failed call leaves its output parameters NULL or zero. */
#ifndef FOREBAY_STATUS_H
#define FOREBAY_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks the exported symbols; everything else in the library is hidden. */
#if defined(__GNUC__)
#define FB_API __attribute__((visibility("default")))
#define FB_CHECKED __attribute__((warn_unused_result))
#define FB_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))
#else
#define FB_API
#define FB_CHECKED
#define FB_PRINTF(format_index, first_arg)
#endif

/* Values are pinned: scripts and bindings match on them. Append only. */
#define FB_STATUS_LIST(X)                               \
    X(FB_OK, 0, "success")                              \
    X(FB_E_NOMEM, 1, "out of memory")                   \
    X(FB_E_LIMIT, 2, "a configured limit was reached")  \
    X(FB_E_INVALID, 3, "invalid argument")              \
    X(FB_E_IO, 4, "input/output error")                 \
    X(FB_E_CORRUPT, 5, "stored data is corrupt")        \
    X(FB_E_CONFLICT, 6, "another writer was here")      \
    X(FB_E_SYNTAX, 7, "syntax error")                   \
    X(FB_E_ANALYSIS, 8, "the query is not valid")       \
    X(FB_E_COMPUTE, 9, "an expression failed on a row") \
    X(FB_E_UNSUPPORTED, 10, "not supported")            \
    X(FB_E_EXISTS, 11, "already exists")                \
    X(FB_E_NOT_FOUND, 12, "not found")                  \
    X(FB_E_IN_USE, 13, "in use by another process")     \
    X(FB_E_CANCELLED, 14, "cancelled")

typedef enum fb_status {
#define FB_STATUS_ENUM(name, value, text) name = value,
    FB_STATUS_LIST(FB_STATUS_ENUM)
#undef FB_STATUS_ENUM
} fb_status;

enum { FB_ERROR_MESSAGE_SIZE = 2048, FB_ERROR_CONDITION_SIZE = 96 };

/* Why a call failed. A plain value: may be copied, needs no release. */
typedef struct fb_error {
    fb_status status;
    int sys_errno;  /* 0 unless a system call was the cause */
    bool truncated; /* the message did not fit */
    uint32_t line;  /* place in the SQL text, counted from 1; 0 when the error has none */
    uint32_t column;
    uint32_t length;                         /* characters that the error is about; 0: unknown */
    char condition[FB_ERROR_CONDITION_SIZE]; /* Spark's error condition, or empty */
    char message[FB_ERROR_MESSAGE_SIZE];     /* UTF-8, without a newline at the end */
} fb_error;

/* One line that describes the status in general. Static storage; any thread. */
FB_API const char *fb_status_text(fb_status status);

#ifdef __cplusplus
}
#endif

#endif
