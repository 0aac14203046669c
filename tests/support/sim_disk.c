/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_disk.h"

#include "env/random.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { SECTOR_BYTES = 512, PATH_PART_MAX = 255 };

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
    sim_inode *next; /* of all inodes ever made */
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

/* ---- memory and bytes ---- */

static void *must(void *memory)
{
    if (!memory) abort();
    return memory;
}

static void *grow(void *array, size_t count, size_t size_bytes)
{
    return must(realloc(array, count * size_bytes));
}

static void copy_bytes(sim_bytes *to, const sim_bytes *from)
{
    to->data = grow(to->data, from->size + 1, 1);
    if (from->size) memcpy(to->data, from->data, from->size);
    to->size = from->size;
}

static void put_bytes(sim_bytes *to, size_t offset, const char *data, size_t size)
{
    if (offset + size > to->size) {
        to->data = grow(to->data, offset + size, 1);
        memset(to->data + to->size, 0, offset + size - to->size);
        to->size = offset + size;
    }
    if (size) memcpy(to->data + offset, data, size);
}

static void forget_writes(sim_inode *inode)
{
    for (size_t i = 0; i < inode->write_count; i++)
        free(inode->writes[i].bytes.data);
    inode->write_count = 0;
}

static void forget_changes(sim_inode *inode)
{
    for (size_t i = 0; i < inode->change_count; i++) {
        free(inode->changes[i].removed);
        free(inode->changes[i].set);
    }
    inode->change_count = 0;
}

/* ---- names ---- */

static sim_entry *find_name(const sim_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->entries[i].name, name)) return &names->entries[i];
    return NULL;
}

static void remove_name(sim_names *names, const char *name)
{
    sim_entry *entry = find_name(names, name);
    if (!entry) return;
    free(entry->name);
    *entry = names->entries[--names->count];
}

static void set_name(sim_names *names, const char *name, sim_inode *inode)
{
    sim_entry *entry = find_name(names, name);
    if (!entry) {
        names->entries = grow(names->entries, names->count + 1, sizeof *names->entries);
        entry = &names->entries[names->count++];
        entry->name = must(strdup(name));
    }
    entry->inode = inode;
}

static void clear_names(sim_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->entries[i].name);
    names->count = 0;
}

static void copy_names(sim_names *to, const sim_names *from)
{
    clear_names(to);
    for (size_t i = 0; i < from->count; i++)
        set_name(to, from->entries[i].name, from->entries[i].inode);
}

static void apply_change(sim_names *names, const sim_change *change)
{
    if (change->removed) remove_name(names, change->removed);
    if (change->set) set_name(names, change->set, change->inode);
}

static void change_names(sim_inode *directory, const char *removed, const char *set,
                         sim_inode *inode)
{
    sim_entry *gone = removed ? find_name(&directory->visible_names, removed) : NULL;
    sim_entry *replaced = set ? find_name(&directory->visible_names, set) : NULL;
    if (gone) gone->inode->names--;
    if (replaced) replaced->inode->names--;
    if (set) inode->names++;
    directory->changes =
        grow(directory->changes, directory->change_count + 1, sizeof *directory->changes);
    sim_change *change = &directory->changes[directory->change_count++];
    *change = (sim_change){
        .removed = removed ? must(strdup(removed)) : NULL,
        .set = set ? must(strdup(set)) : NULL,
        .inode = inode,
    };
    apply_change(&directory->visible_names, change);
}

static int64_t time_now_ms(const sim_disk *disk)
{
    return disk->clock ? fb_clock_wall_us(disk->clock) / 1000 : (int64_t)disk->operations;
}

static sim_inode *new_inode(sim_disk *disk, bool is_directory)
{
    sim_inode *inode = must(calloc(1, sizeof *inode));
    inode->is_directory = is_directory;
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
        sim_entry *entry = find_name(&(*directory)->visible_names, name);
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
    sim_entry *entry = find_name(&directory->visible_names, name);
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
        disk->files = grow(disk->files, ++disk->file_count, sizeof *disk->files);
    disk->files[slot] = (sim_file){.inode = inode};
    return (int)slot;
}

static int create_inode(sim_disk *disk, const char *path, bool is_directory, sim_inode **out)
{
    char name[PATH_PART_MAX + 1];
    sim_inode *directory;
    int error = walk(disk, path, &directory, name);
    if (error) return error;
    if (!name[0] || find_name(&directory->visible_names, name)) return EEXIST;
    *out = new_inode(disk, is_directory);
    change_names(directory, NULL, name, *out);
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
    inode->writes = grow(inode->writes, inode->write_count + 1, sizeof *inode->writes);
    sim_write *write = &inode->writes[inode->write_count++];
    *write = (sim_write){.offset = open->position};
    put_bytes(&write->bytes, 0, bytes, size);
    put_bytes(&inode->visible, open->position, bytes, size);
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

static int sim_sync(fb_disk *self, int file)
{
    sim_disk *disk = (sim_disk *)self;
    int error = enter(disk);
    if (error) return error;
    sim_inode *inode = disk->files[file].inode;
    copy_bytes(&inode->durable, &inode->visible);
    forget_writes(inode);
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
    sim_entry *source = find_name(&from_directory->visible_names, from_name);
    sim_entry *target = find_name(&to_directory->visible_names, to_name);
    if (!source) return ENOENT;
    if (target && !may_replace) return EEXIST;
    if (target && target->inode->is_directory) return EISDIR;
    change_names(from_directory, from_name, to_name, source->inode);
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
    sim_entry *entry = find_name(&directory->visible_names, name);
    if (!entry) return ENOENT;
    if (entry->inode->is_directory != is_directory) return is_directory ? ENOTDIR : EISDIR;
    if (entry->inode->visible_names.count) return ENOTEMPTY;
    change_names(directory, name, NULL, NULL);
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
    if (!error) {
        copy_names(&inode->durable_names, &inode->visible_names);
        forget_changes(inode);
    }
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
    if (!error) copy_names(&names, &inode->visible_names);
    error = leave(disk, error);
    for (size_t i = 0; !error && i < names.count; i++)
        error = entry(user, names.entries[i].name);
    clear_names(&names);
    free(names.entries);
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
    sim_disk *disk = must(calloc(1, sizeof *disk));
    disk->base.ops = &sim_ops;
    disk->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    fb_random_seeded_init(&disk->random, seed);
    disk->root = new_inode(disk, true);
    return disk;
}

void sim_disk_destroy(sim_disk *disk)
{
    while (disk->inodes) {
        sim_inode *inode = disk->inodes;
        disk->inodes = inode->next;
        forget_writes(inode);
        forget_changes(inode);
        clear_names(&inode->visible_names);
        clear_names(&inode->durable_names);
        free(inode->visible_names.entries);
        free(inode->durable_names.entries);
        free(inode->visible.data);
        free(inode->durable.data);
        free(inode->writes);
        free(inode->changes);
        free(inode);
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

typedef enum fate { FATE_KEEP, FATE_LOSE, FATE_MIX } fate;

static bool survives(fb_random_seeded *random, fate all)
{
    return all == FATE_MIX ? fb_random_seeded_next(random) & 1 : all == FATE_KEEP;
}

static void settle_content(sim_inode *inode, fb_random_seeded *random, fate all)
{
    for (size_t i = 0; i < inode->write_count; i++) {
        const sim_write *write = &inode->writes[i];
        size_t end = write->offset + write->bytes.size;
        for (size_t at = write->offset; at < end;) {
            size_t next = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
            if (next > end) next = end;
            const char *bytes = write->bytes.data + (at - write->offset);
            if (survives(random, all)) put_bytes(&inode->durable, at, bytes, next - at);
            at = next;
        }
    }
    forget_writes(inode);
    copy_bytes(&inode->visible, &inode->durable);
}

static void settle_names(sim_inode *inode, fb_random_seeded *random, fate all)
{
    for (size_t i = 0; i < inode->change_count; i++)
        if (survives(random, all)) apply_change(&inode->durable_names, &inode->changes[i]);
    forget_changes(inode);
    copy_names(&inode->visible_names, &inode->durable_names);
}

void sim_disk_reboot(sim_disk *disk, uint64_t seed)
{
    sim_disk_kill(disk);
    (void)pthread_mutex_lock(&disk->mutex);
    fb_random_seeded random;
    fb_random_seeded_init(&random, seed);
    /* Extremes are likelier than chance would make them: they find most. */
    fate content = fb_random_seeded_next(&random) % 3;
    fate names = fb_random_seeded_next(&random) % 4;
    if (names > FATE_MIX) names = FATE_MIX;
    for (sim_inode *inode = disk->inodes; inode; inode = inode->next) {
        inode->names = 0;
        if (inode->is_directory)
            settle_names(inode, &random, names);
        else
            settle_content(inode, &random, content);
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
        inode->names = 1;
        set_name(&directory->visible_names, name, inode);
        set_name(&directory->durable_names, name, inode);
    }
    const sim_bytes bytes = {(char *)content.data, content.size};
    forget_writes(inode);
    copy_bytes(&inode->visible, &bytes);
    copy_bytes(&inode->durable, &bytes);
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
