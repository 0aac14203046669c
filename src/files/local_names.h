/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the files that files/local.c keeps beside a file `name`, as Hadoop gives them:
 *
 *   .name.crc                 its checksums
 *   .name.<uuid>.tmp          its next content, not yet renamed
 *   ..name.<uuid>.tmp.crc     the checksums of that
 *
 * Our uuids have version 8 ("vendor's own" in RFC 9562), Spark's have version 4: so we recognise
 * what a killed process of ours left and never touch what a running Spark is about to rename. */
#ifndef FB_FILES_LOCAL_NAMES_H
#define FB_FILES_LOCAL_NAMES_H

#include "env/random.h"
#include "files/filesystem.h"

/* 64 bytes hold the dots, the uuid and the endings. */
enum { FB_HELPER_PATH_SIZE = FB_PATH_MAX_BYTES + 64 };

typedef struct fb_local_names {
    char directory[FB_PATH_MAX_BYTES + 1];
    char crc[FB_HELPER_PATH_SIZE];
    char temp[FB_HELPER_PATH_SIZE];
    char temp_crc[FB_HELPER_PATH_SIZE];
} fb_local_names;

/* All names for a checked `path` below the root; the temporary ones are new with each call. */
void fb_local_names_make(const char *path, fb_random *random, fb_local_names *out);
void fb_local_directory_of(const char *path, char out[FB_PATH_MAX_BYTES + 1]);
void fb_local_crc_path(const char *path, char out[FB_HELPER_PATH_SIZE]);

/* A name that listings leave out: any checksum or temporary file, Spark's too. */
bool fb_local_name_is_helper(const char *name);
/* A temporary file, or its checksums, made by fb_local_names_make. */
bool fb_local_name_is_ours(const char *name);

#endif
