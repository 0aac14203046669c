/* SPDX-License-Identifier: Apache-2.0
 *
 * Files and directories of the simulated disk: what is visible, what is durable, and what lies
 * between. The fault model is in sim_disk.h. Nothing here can fail: without memory the test ends.
 */
#ifndef FB_TEST_SIM_INODE_H
#define FB_TEST_SIM_INODE_H

#include "env/random.h"

#include <stdbool.h>

typedef struct sim_inode sim_inode;

typedef struct sim_bytes {
    char *data;
    size_t size;
} sim_bytes;

typedef struct sim_write {
    size_t offset;
    sim_bytes bytes;
} sim_write;

typedef struct sim_entry {
    char *name;
    sim_inode *inode;
} sim_entry;

typedef struct sim_names {
    sim_entry *entries;
    size_t count;
} sim_names;

/* `removed` loses its name, then `set` gets the inode; either may be NULL. */
typedef struct sim_change {
    char *removed;
    char *set;
    sim_inode *inode;
} sim_change;

struct sim_inode {
    sim_inode *next; /* of all inodes of a disk */
    bool is_directory;
    bool is_locked;
    int names; /* visible ones */
    int64_t modified_ms;
    sim_bytes visible, durable; /* files */
    sim_write *writes;          /* since the last sync */
    size_t write_count;
    sim_names visible_names, durable_names; /* directories */
    sim_change *changes;                    /* since the last sync */
    size_t change_count;
};

/* What a power cut does to all that is not durable: chance, or one of the extremes. */
typedef enum sim_fate { SIM_KEEP, SIM_LOSE, SIM_MIX } sim_fate;

void *sim_grow(void *array, size_t count, size_t size_bytes); /* realloc that does not fail */

sim_inode *sim_inode_create(bool is_directory);
void sim_inode_destroy(sim_inode *inode);

/* Files. */
void sim_inode_write(sim_inode *inode, size_t offset, const char *data, size_t size);
void sim_inode_sync(sim_inode *inode);
void sim_inode_put(sim_inode *inode, const char *data, size_t size); /* durable at once */

/* Directories: `removed` loses its name, then `set` is given to `inode`; either may be NULL. */
void sim_inode_change(sim_inode *directory, const char *removed, const char *set, sim_inode *inode);
void sim_inode_sync_names(sim_inode *directory);
void sim_inode_add_durable(sim_inode *directory, const char *name, sim_inode *inode);
sim_entry *sim_names_find(const sim_names *names, const char *name);
void sim_names_copy(sim_names *to, const sim_names *from);
void sim_names_clear(sim_names *names); /* the memory too */

/* The power is gone: what is not durable is decided, and nothing else is visible afterwards. */
void sim_inode_settle(sim_inode *inode, fb_random_seeded *random, sim_fate content, sim_fate names);

#endif
