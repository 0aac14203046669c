/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_disk.h"

#include "sim_inode.h"

#include <pthread.h>
#include <stdlib.h>

enum { PATH_PART_MAX = 255 };

typedef struct sim_file {
    sim_inode *inode; /* NULL: closed */
    size_t position;
} sim_file;

struct sim_disk {
    fb_disk base;
    pthread_mutex_t mutex; /* guards all below */
    fb_random_seeded random;
    fb_clock *clock;
    sim_inode *inodes;
    sim_inode *root;
    sim_file *files;
    size_t file_count;
    uint64_t operations, fail_in, crash_in, limit_bytes;
    int fail_error;
    bool crashes_after; /* the running operation takes effect, then the power goes */
    bool is_crashed;
};

static int64_t time_now_ms(const sim_disk *disk)
{
    return disk->clock ? fb_clock_wall_us(disk->clock) / 1000 : (int64_t)disk->operations;
}

static sim_inode *new_inode(sim_disk *disk, bool is_directory)
{
    sim_inode *inode = sim_inode_create(is_directory);
    inode->modified_ms = time_now_ms(disk);
    inode->next = disk->inodes;
    disk->inodes = inode;
    return inode;
}

/* The directory that holds the last part of `path`, and that part; ENOENT or ENOTDIR. */
static int walk(const sim_disk *disk, const char *path, sim_inode **directory,
                char name[PATH_PART_MAX + 1])
{
    *directory = disk->root;
    for (;;) {
        path++;
        size_t size = strcspn(path, "/");
        if (size > PATH_PART_MAX) return ENAMETOOLONG;
        memcpy(name, path, size);
        name[size] = '\0';
        if (!path[size]) return 0;
        sim_entry *entry = sim_names_find(&(*directory)->visible_names, name);
        if (!entry) return ENOENT;
        if (!entry->inode->is_directory) return ENOTDIR;
        *directory = entry->inode;
        path += size;
    }
}

static int lookup(const sim_disk *disk, const char *path, sim_inode **out)
{
    char name[PATH_PART_MAX + 1];
    sim_inode *directory;
    *out = NULL;
    int error = walk(disk, path, &directory, name);
    if (error) return error;
    sim_entry *entry = sim_names_find(&directory->visible_names, name);
    *out = name[0] ? (entry ? entry->inode : NULL) : disk->root;
    return *out ? 0 : ENOENT;
}

/* ---- operations ---- */

static uint64_t draw(sim_disk *disk, uint64_t below)
{
    return fb_random_seeded_next(&disk->random) % below;
}

/* Every operation begins here and ends in leave(), when this returned 0. */
static int enter(sim_disk *disk)
{
    (void)pthread_mutex_lock(&disk->mutex);
    int error = 0;
    disk->operations++;
    if (disk->is_crashed)
        error = SIM_DISK_CRASHED;
    else if (disk->fail_in && --disk->fail_in == 0)
        error = disk->fail_error;
    else if (disk->crash_in && --disk->crash_in == 0) {
        disk->crashes_after = draw(disk, 2);
        disk->is_crashed = !disk->crashes_after;
        if (disk->is_crashed) error = SIM_DISK_CRASHED;
    }
    if (error) (void)pthread_mutex_unlock(&disk->mutex);
    return error;
}

static int leave(sim_disk *disk, int error)
{
    if (disk->crashes_after) {
        disk->crashes_after = false;
        disk->is_crashed = true;
        error = SIM_DISK_CRASHED;
    }
    (void)pthread_mutex_unlock(&disk->mutex);
    return error;
}

static int open_inode(sim_disk *disk, sim_inode *inode)
{
    size_t slot = 0;
    while (slot < disk->file_count && disk->files[slot].inode)
        slot++;
    if (slot == disk->file_count)
        disk->files = sim_grow(disk->files, ++disk->file_count, sizeof *disk->files);
    disk->files[slot] = (sim_file){.inode = inode};
    return (int)slot;
}

static int create_inode(sim_disk *disk, const char *path, bool is_directory, sim_inode **out)
{
    char name[PATH_PART_MAX + 1];
    sim_inode *directory;
    int error = walk(disk, path, &directory, name);
    if (error) return error;
    if (!name[0] || sim_names_find(&directory->visible_names, name)) return EEXIST;
    *out = new_inode(disk, is_directory);
    sim_inode_change(directory, NULL, name, *out);
    return 0;
}

static int sim_create(fb_disk *self, const char *path, int *file)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode;
    error = create_inode(disk, path, false, &inode);
    if (!error) *file = open_inode(disk, inode);
    return leave(disk, error);
}

static int sim_open_read(fb_disk *self, const char *path, int *file)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode;
    error = lookup(disk, path, &inode);
    if (!error) *file = open_inode(disk, inode);
    return leave(disk, error);
}

static uint64_t used_bytes(const sim_disk *disk)
{
    uint64_t total = 0;
    for (const sim_inode *inode = disk->inodes; inode; inode = inode->next)
        if (inode->names) total += inode->visible.size;
    return total;
}

static size_t transfer_size(sim_disk *disk, size_t size_bytes)
{
    return size_bytes > 1 && draw(disk, 4) == 0 ? 1 + draw(disk, size_bytes) : size_bytes;
}

static int sim_write_file(fb_disk *self, int file, const void *bytes, size_t size_bytes,
                          size_t *written)
{
    sim_disk *disk = (sim_disk *)self;
    *written = 0;
    int error = enter(disk);
    if (error) return error;
    size_t size = transfer_size(disk, size_bytes);
    if (disk->limit_bytes) {
        uint64_t used = used_bytes(disk);
        uint64_t room = used < disk->limit_bytes ? disk->limit_bytes - used : 0;
        if (size && room == 0) return leave(disk, ENOSPC);
        if (size > room) size = room;
    }
    sim_file *open = &disk->files[file];
    sim_inode *inode = open->inode;
    sim_inode_write(inode, open->position, bytes, size);
    inode->modified_ms = time_now_ms(disk);
    open->position += size;
    *written = size;
    return leave(disk, 0);
}

static int sim_read(fb_disk *self, int file, void *bytes, size_t size_bytes, size_t *read_bytes)
{
    sim_disk *disk = (sim_disk *)self;
    *read_bytes = 0;
    int error = enter(disk);
    if (error) return error;
    sim_file *open = &disk->files[file];
    if (open->inode->is_directory) return leave(disk, EISDIR);
    size_t left = open->inode->visible.size - open->position;
    size_t size = transfer_size(disk, size_bytes < left ? size_bytes : left);
    if (size) memcpy(bytes, open->inode->visible.data + open->position, size);
    open->position += size;
    *read_bytes = size;
    return leave(disk, 0);
}

static int sim_read_at(fb_disk *self, int file, uint64_t offset, void *bytes, size_t size_bytes,
                       size_t *read_bytes)
{
    sim_disk *disk = (sim_disk *)self;
    *read_bytes = 0;
    int error = enter(disk);
    if (error) return error;
    const sim_inode *inode = disk->files[file].inode;
    if (inode->is_directory) return leave(disk, EISDIR);
    if (offset >= inode->visible.size) return leave(disk, 0);
    size_t left = inode->visible.size - (size_t)offset;
    size_t size = transfer_size(disk, size_bytes < left ? size_bytes : left);
    memcpy(bytes, inode->visible.data + offset, size);
    *read_bytes = size;
    return leave(disk, 0);
}

static int sim_sync(fb_disk *self, int file)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode_sync(disk->files[file].inode);
    return leave(disk, 0);
}

/* Neither counted nor failed: what a process holds is its own affair. */
static int sim_close(fb_disk *self, int file)
{
    sim_disk *disk = (sim_disk *)self;
    (void)pthread_mutex_lock(&disk->mutex);
    disk->files[file].inode = NULL;
    return leave(disk, 0);
}

static int rename_name(sim_disk *disk, const char *from, const char *to, bool may_replace)
{
    char from_name[PATH_PART_MAX + 1], to_name[PATH_PART_MAX + 1];
    sim_inode *from_directory, *to_directory;
    int error = walk(disk, from, &from_directory, from_name);
    if (!error) error = walk(disk, to, &to_directory, to_name);
    if (error) return error;
    if (from_directory != to_directory) return EXDEV;
    sim_entry *source = sim_names_find(&from_directory->visible_names, from_name);
    sim_entry *target = sim_names_find(&to_directory->visible_names, to_name);
    if (!source) return ENOENT;
    if (target && !may_replace) return EEXIST;
    if (target && target->inode->is_directory) return EISDIR;
    sim_inode_change(from_directory, from_name, to_name, source->inode);
    return 0;
}

static int sim_rename(fb_disk *self, const char *from, const char *to)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    return error ? error : leave(disk, rename_name(disk, from, to, true));
}

static int sim_rename_noreplace(fb_disk *self, const char *from, const char *to)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    return error ? error : leave(disk, rename_name(disk, from, to, false));
}

static int remove_path(sim_disk *disk, const char *path, bool is_directory)
{
    char name[PATH_PART_MAX + 1];
    sim_inode *directory;
    int error = walk(disk, path, &directory, name);
    if (error) return error;
    sim_entry *entry = sim_names_find(&directory->visible_names, name);
    if (!entry) return ENOENT;
    if (entry->inode->is_directory != is_directory) return is_directory ? ENOTDIR : EISDIR;
    if (entry->inode->visible_names.count) return ENOTEMPTY;
    sim_inode_change(directory, name, NULL, NULL);
    return 0;
}

static int sim_unlink(fb_disk *self, const char *path)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    return error ? error : leave(disk, remove_path(disk, path, false));
}

static int sim_rmdir(fb_disk *self, const char *path)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    return error ? error : leave(disk, remove_path(disk, path, true));
}

static int sim_mkdir(fb_disk *self, const char *path)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode;
    return leave(disk, create_inode(disk, path, true, &inode));
}

static int sim_sync_directory(fb_disk *self, const char *path)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode;
    error = lookup(disk, path, &inode);
    if (!error && !inode->is_directory) error = ENOTDIR;
    if (!error) sim_inode_sync_names(inode);
    return leave(disk, error);
}

static int sim_stat(fb_disk *self, const char *path, fb_disk_stat *out)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode;
    error = lookup(disk, path, &inode);
    if (!error) *out = (fb_disk_stat){inode->is_directory, inode->visible.size, inode->modified_ms};
    return leave(disk, error);
}

static int sim_list(fb_disk *self, const char *path, int (*entry)(void *user, const char *name),
                    void *user)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode;
    error = lookup(disk, path, &inode);
    if (!error && !inode->is_directory) error = ENOTDIR;
    sim_names names = {0}; /* a copy: the callback runs without the mutex */
    if (!error) sim_names_copy(&names, &inode->visible_names);
    error = leave(disk, error);
    for (size_t i = 0; !error && i < names.count; i++)
        error = entry(user, names.entries[i].name);
    sim_names_clear(&names);
    return error;
}

static int sim_lock(fb_disk *self, const char *path, int *file)
{
    sim_disk *disk = (sim_disk *)self;
    *file = -1;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode;
    error = lookup(disk, path, &inode);
    if (error == ENOENT) error = create_inode(disk, path, false, &inode);
    if (!error && inode->is_directory) error = EISDIR;
    if (!error && inode->is_locked) error = EAGAIN;
    if (!error) {
        inode->is_locked = true;
        *file = open_inode(disk, inode);
    }
    return leave(disk, error);
}

static int sim_unlock(fb_disk *self, int file)
{
    sim_disk *disk = (sim_disk *)self;
    (void)pthread_mutex_lock(&disk->mutex);
    if (disk->files[file].inode) disk->files[file].inode->is_locked = false;
    disk->files[file].inode = NULL;
    return leave(disk, 0);
}

static const fb_disk_ops sim_ops = {
    .create = sim_create,
    .open_read = sim_open_read,
    .write = sim_write_file,
    .read = sim_read,
    .read_at = sim_read_at,
    .sync = sim_sync,
    .close = sim_close,
    .rename = sim_rename,
    .rename_noreplace = sim_rename_noreplace,
    .unlink = sim_unlink,
    .rmdir = sim_rmdir,
    .mkdir = sim_mkdir,
    .sync_directory = sim_sync_directory,
    .stat = sim_stat,
    .list = sim_list,
    .lock = sim_lock,
    .unlock = sim_unlock,
};

/* ---- control ---- */

sim_disk *sim_disk_create(uint64_t seed)
{
    sim_disk *disk = sim_grow(NULL, 1, sizeof *disk);
    *disk = (sim_disk){.base = {&sim_ops}, .mutex = PTHREAD_MUTEX_INITIALIZER};
    fb_random_seeded_init(&disk->random, seed);
    disk->root = new_inode(disk, true);
    return disk;
}

void sim_disk_destroy(sim_disk *disk)
{
    while (disk->inodes) {
        sim_inode *inode = disk->inodes;
        disk->inodes = inode->next;
        sim_inode_destroy(inode);
    }
    free(disk->files);
    (void)pthread_mutex_destroy(&disk->mutex);
    free(disk);
}

fb_disk *sim_disk_interface(sim_disk *disk)
{
    return &disk->base;
}

void sim_disk_set_clock(sim_disk *disk, fb_clock *clock)
{
    disk->clock = clock;
}

void sim_disk_fail_at(sim_disk *disk, uint64_t countdown, int error)
{
    disk->fail_in = countdown;
    disk->fail_error = error;
}

void sim_disk_crash_at(sim_disk *disk, uint64_t countdown)
{
    disk->crash_in = countdown;
}

bool sim_disk_is_crashed(const sim_disk *disk)
{
    return disk->is_crashed;
}

uint64_t sim_disk_operations(const sim_disk *disk)
{
    return disk->operations;
}

void sim_disk_set_limit(sim_disk *disk, uint64_t size_bytes)
{
    disk->limit_bytes = size_bytes;
}

void sim_disk_kill(sim_disk *disk)
{
    (void)pthread_mutex_lock(&disk->mutex);
    for (size_t i = 0; i < disk->file_count; i++)
        disk->files[i].inode = NULL;
    for (sim_inode *inode = disk->inodes; inode; inode = inode->next)
        inode->is_locked = false;
    disk->fail_in = disk->crash_in = 0;
    disk->is_crashed = disk->crashes_after = false;
    (void)pthread_mutex_unlock(&disk->mutex);
}

void sim_disk_reboot(sim_disk *disk, uint64_t seed)
{
    sim_disk_kill(disk);
    (void)pthread_mutex_lock(&disk->mutex);
    fb_random_seeded random;
    fb_random_seeded_init(&random, seed);
    /* Extremes are likelier than chance would make them: they find most. */
    sim_fate content = fb_random_seeded_next(&random) % 3;
    sim_fate names = fb_random_seeded_next(&random) % 4;
    if (names > SIM_MIX) names = SIM_MIX;
    for (sim_inode *inode = disk->inodes; inode; inode = inode->next) {
        inode->names = 0;
        sim_inode_settle(inode, &random, content, names);
    }
    for (sim_inode *inode = disk->inodes; inode; inode = inode->next)
        for (size_t i = 0; i < inode->visible_names.count; i++)
            inode->visible_names.entries[i].inode->names++;
    (void)pthread_mutex_unlock(&disk->mutex);
}

bool sim_disk_put(sim_disk *disk, const char *path, fb_slice content)
{
    sim_inode *inode;
    char name[PATH_PART_MAX + 1];
    sim_inode *directory;
    if (walk(disk, path, &directory, name) || !name[0]) return false;
    if (lookup(disk, path, &inode)) {
        inode = new_inode(disk, false);
        sim_inode_add_durable(directory, name, inode);
    }
    sim_inode_put(inode, content.data, content.size);
    return true;
}

bool sim_disk_get(sim_disk *disk, const char *path, fb_slice *content)
{
    sim_inode *inode;
    *content = (fb_slice){0};
    if (lookup(disk, path, &inode) || inode->is_directory) return false;
    *content = fb_slice_make(inode->visible.data, inode->visible.size);
    return true;
}

bool sim_disk_flip(sim_disk *disk, const char *path, size_t offset, unsigned char bits)
{
    sim_inode *inode;
    if (lookup(disk, path, &inode) || offset >= inode->visible.size) return false;
    inode->visible.data[offset] = (char)(inode->visible.data[offset] ^ bits);
    if (offset < inode->durable.size)
        inode->durable.data[offset] = (char)(inode->durable.data[offset] ^ bits);
    return true;
}
