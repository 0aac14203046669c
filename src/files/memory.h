/* SPDX-License-Identifier: Apache-2.0
 *
 * fb_filesystem in memory: contents end with the process. Thread-safe. */
#ifndef FB_FILES_MEMORY_H
#define FB_FILES_MEMORY_H

#include "files/filesystem.h"

fb_status fb_filesystem_memory_create(fb_filesystem **out, fb_error *err) FB_CHECKED;

#endif
