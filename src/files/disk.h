/* SPDX-License-Identifier: Apache-2.0
 *
 * The system calls under files/local.c as an interface, so that the simulated disk of the tests
 * can lose, tear and reorder whatever was not synced. Calls return 0 or an errno. */
#ifndef FB_FILES_DISK_H
#define FB_FILES_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fb_disk fb_disk;

typedef struct fb_disk_stat {
    bool is_directory;
    uint64_t size_bytes;
    int64_t modified_ms;
} fb_disk_stat;

typedef struct fb_disk_ops {
    /* A new file open for writing; EEXIST when the name exists. */
    int (*create)(fb_disk *self, const char *path, int *file);
    int (*open_read)(fb_disk *self, const char *path, int *file);
    /* Both may transfer less than asked for (never 0 of a write). */
    int (*write)(fb_disk *self, int file, const void *bytes, size_t size_bytes, size_t *written);
    int (*read)(fb_disk *self, int file, void *bytes, size_t size_bytes, size_t *read_bytes);
    /* The same at a place in the file, whatever was read before; 0 bytes: it ends there. */
    int (*read_at)(fb_disk *self, int file, uint64_t offset, void *bytes, size_t size_bytes,
                   size_t *read_bytes);
    int (*sync)(fb_disk *self, int file); /* content durable; the name is not */
    int (*close)(fb_disk *self, int file);
    int (*rename)(fb_disk *self, const char *from, const char *to);           /* replaces */
    int (*rename_noreplace)(fb_disk *self, const char *from, const char *to); /* EEXIST */
    int (*unlink)(fb_disk *self, const char *path);
    int (*rmdir)(fb_disk *self, const char *path);
    int (*mkdir)(fb_disk *self, const char *path);
    int (*sync_directory)(fb_disk *self, const char *path); /* names in it durable */
    int (*stat)(fb_disk *self, const char *path, fb_disk_stat *out);
    /* Calls `entry` for each name except . and .. */
    int (*list)(fb_disk *self, const char *path, int (*entry)(void *user, const char *name),
                void *user);
    /* An exclusive lock on a file, created when missing, held until unlock or the end of the
     * process; EAGAIN when another holds it. */
    int (*lock)(fb_disk *self, const char *path, int *file);
    int (*unlock)(fb_disk *self, int file);
} fb_disk_ops;

struct fb_disk {
    const fb_disk_ops *ops;
};

fb_disk *fb_disk_posix(void); /* static; any thread */

#endif
