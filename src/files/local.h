/* SPDX-License-Identifier: Apache-2.0
 *
 * fb_filesystem on a disk, as Hadoop's local file system lays it out: beside each file `name` a
 * hidden `.name.crc` with CRC-32 sums of its 512-byte pieces. */
#ifndef FB_FILES_LOCAL_H
#define FB_FILES_LOCAL_H

#include "env/random.h"
#include "files/disk.h"
#include "files/filesystem.h"

/* `random` makes temporary names; both are borrowed and must outlive the result. */
fb_status fb_filesystem_local_create(fb_disk *disk, fb_random *random, fb_filesystem **out,
                                     fb_error *err) FB_CHECKED;

#endif
