/* SPDX-License-Identifier: Apache-2.0
 *
 * A disk in memory that forgets what was not synced: fb_disk for crash tests and simulations.
 *
 * The fault model
 *   - A file's content is durable up to the last successful sync of the file. In a power cut each
 *     later write is kept or lost by sectors of 512 bytes, each sector on its own, so writes tear
 *     and come in any order. Bytes that were never written but lie before kept ones are zero.
 *   - Names are durable after sync of their directory. Each later change (create, mkdir, unlink,
 *     rmdir, rename within a directory) is kept or lost on its own, whatever the order; a rename is
 *     kept or lost as one. A directory that is lost takes what is below with it.
 *   - sync of a file says nothing about its name, sync of a directory nothing about the content.
 *   - Reads and writes may transfer less than asked for.
 *   - The operation number k from now can fail with a chosen errno and without effect (sync:
 * nothing became durable), or can be the moment of a crash: it took effect or not, and each one
 * after it fails with SIM_DISK_CRASHED until the reboot.
 *   - A killed process loses its open files and locks; the disk keeps what is visible, still
 * unsynced.
 *   - Renames across directories are refused (EXDEV); hard links do not exist.
 *
 * All is decided by the seed. Thread-safe; but only one thread at a time gives the same run again.
 * Memory comes straight from malloc, so that failing allocations never hit the disk. */
#ifndef FB_TEST_SIM_DISK_H
#define FB_TEST_SIM_DISK_H

#include "base/slice.h"
#include "env/clock.h"
#include "files/disk.h"

#include <errno.h>

enum { SIM_DISK_CRASHED = EHOSTDOWN };

typedef struct sim_disk sim_disk;

sim_disk *sim_disk_create(uint64_t seed);
void sim_disk_destroy(sim_disk *disk);
fb_disk *sim_disk_interface(sim_disk *disk); /* borrowed */
/* For modification times; without one they count operations. Borrowed. */
void sim_disk_set_clock(sim_disk *disk, fb_clock *clock);

/* Operation `countdown` from now (1: the next) fails or crashes, once; 0: none. */
void sim_disk_fail_at(sim_disk *disk, uint64_t countdown, int error);
void sim_disk_crash_at(sim_disk *disk, uint64_t countdown);
bool sim_disk_is_crashed(const sim_disk *disk);
uint64_t sim_disk_operations(const sim_disk *disk); /* since it was created */
/* Room for all files together; writes beyond fail with ENOSPC. 0: no limit. */
void sim_disk_set_limit(sim_disk *disk, uint64_t size_bytes);

/* Power is lost and comes back: what was not synced is decided by `seed`. */
void sim_disk_reboot(sim_disk *disk, uint64_t seed);
/* The process dies and another starts; the machine stays up. */
void sim_disk_kill(sim_disk *disk);

/* Directly, past all counting: a durable file (its directory must exist), and what is visible. */
bool sim_disk_put(sim_disk *disk, const char *path, fb_slice content);
bool sim_disk_get(sim_disk *disk, const char *path, fb_slice *content); /* borrowed till a change */
bool sim_disk_flip(sim_disk *disk, const char *path, size_t offset, unsigned char bits);

#endif
