/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_inode.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR_BYTES = 512 };

static void *must(void *memory)
{
    if (!memory) abort();
    return memory;
}

void *sim_grow(void *array, size_t count, size_t size_bytes)
{
    return must(realloc(array, count * size_bytes));
}

static void copy_bytes(sim_bytes *to, const sim_bytes *from)
{
    to->data = sim_grow(to->data, from->size + 1, 1);
    if (from->size) memcpy(to->data, from->data, from->size);
    to->size = from->size;
}

static void put_bytes(sim_bytes *to, size_t offset, const char *data, size_t size)
{
    if (offset + size > to->size) {
        to->data = sim_grow(to->data, offset + size, 1);
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

sim_entry *sim_names_find(const sim_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->entries[i].name, name)) return &names->entries[i];
    return NULL;
}

static void remove_name(sim_names *names, const char *name)
{
    sim_entry *entry = sim_names_find(names, name);
    if (!entry) return;
    free(entry->name);
    *entry = names->entries[--names->count];
}

static void set_name(sim_names *names, const char *name, sim_inode *inode)
{
    sim_entry *entry = sim_names_find(names, name);
    if (!entry) {
        names->entries = sim_grow(names->entries, names->count + 1, sizeof *names->entries);
        entry = &names->entries[names->count++];
        entry->name = must(strdup(name));
    }
    entry->inode = inode;
}

void sim_names_clear(sim_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->entries[i].name);
    free(names->entries);
    *names = (sim_names){0};
}

void sim_names_copy(sim_names *to, const sim_names *from)
{
    sim_names_clear(to);
    for (size_t i = 0; i < from->count; i++)
        set_name(to, from->entries[i].name, from->entries[i].inode);
}

static void apply_change(sim_names *names, const sim_change *change)
{
    if (change->removed) remove_name(names, change->removed);
    if (change->set) set_name(names, change->set, change->inode);
}

void sim_inode_change(sim_inode *directory, const char *removed, const char *set, sim_inode *inode)
{
    sim_entry *gone = removed ? sim_names_find(&directory->visible_names, removed) : NULL;
    sim_entry *replaced = set ? sim_names_find(&directory->visible_names, set) : NULL;
    if (gone) gone->inode->names--;
    if (replaced) replaced->inode->names--;
    if (set) inode->names++;
    directory->changes =
        sim_grow(directory->changes, directory->change_count + 1, sizeof *directory->changes);
    sim_change *change = &directory->changes[directory->change_count++];
    *change = (sim_change){
        .removed = removed ? must(strdup(removed)) : NULL,
        .set = set ? must(strdup(set)) : NULL,
        .inode = inode,
    };
    apply_change(&directory->visible_names, change);
}

static bool survives(fb_random_seeded *random, sim_fate all)
{
    return all == SIM_MIX ? fb_random_seeded_next(random) & 1 : all == SIM_KEEP;
}

static void settle_content(sim_inode *inode, fb_random_seeded *random, sim_fate all)
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

static void settle_names(sim_inode *inode, fb_random_seeded *random, sim_fate all)
{
    for (size_t i = 0; i < inode->change_count; i++)
        if (survives(random, all)) apply_change(&inode->durable_names, &inode->changes[i]);
    forget_changes(inode);
    sim_names_copy(&inode->visible_names, &inode->durable_names);
}

sim_inode *sim_inode_create(bool is_directory)
{
    sim_inode *inode = must(calloc(1, sizeof *inode));
    inode->is_directory = is_directory;
    return inode;
}

void sim_inode_destroy(sim_inode *inode)
{
    forget_writes(inode);
    forget_changes(inode);
    sim_names_clear(&inode->visible_names);
    sim_names_clear(&inode->durable_names);
    free(inode->visible.data);
    free(inode->durable.data);
    free(inode->writes);
    free(inode->changes);
    free(inode);
}

void sim_inode_write(sim_inode *inode, size_t offset, const char *data, size_t size)
{
    inode->writes = sim_grow(inode->writes, inode->write_count + 1, sizeof *inode->writes);
    sim_write *write = &inode->writes[inode->write_count++];
    *write = (sim_write){.offset = offset};
    put_bytes(&write->bytes, 0, data, size);
    put_bytes(&inode->visible, offset, data, size);
}

void sim_inode_sync(sim_inode *inode)
{
    copy_bytes(&inode->durable, &inode->visible);
    forget_writes(inode);
}

void sim_inode_put(sim_inode *inode, const char *data, size_t size)
{
    forget_writes(inode);
    inode->visible.size = 0;
    put_bytes(&inode->visible, 0, data, size);
    copy_bytes(&inode->durable, &inode->visible);
}

void sim_inode_sync_names(sim_inode *directory)
{
    sim_names_copy(&directory->durable_names, &directory->visible_names);
    forget_changes(directory);
}

void sim_inode_add_durable(sim_inode *directory, const char *name, sim_inode *inode)
{
    set_name(&directory->visible_names, name, inode);
    set_name(&directory->durable_names, name, inode);
    inode->names++;
}

void sim_inode_settle(sim_inode *inode, fb_random_seeded *random, sim_fate content, sim_fate names)
{
    if (inode->is_directory)
        settle_names(inode, random, names);
    else
        settle_content(inode, random, content);
}
