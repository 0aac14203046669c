/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/maintenance.h"

#include "base/memory.h"

#include <pthread.h>

struct fb_maintenance {
    fb_state_stores *stores;
    bool in_background;
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t mutex; /* protects what follows; no lock is taken while it is held */
    pthread_cond_t changed;
    int64_t wanted; /* 0: nothing to do */
    bool is_ending;
    bool has_failed;
    fb_error failure;
};

static void run_round(fb_maintenance *m, int64_t version)
{
    fb_error failure = {0};
    fb_status status = fb_state_stores_maintain(m->stores, version, &failure);
    if (status == FB_OK) return;
    pthread_mutex_lock(&m->mutex);
    m->has_failed = true;
    m->failure = failure;
    pthread_mutex_unlock(&m->mutex);
}

static void *maintenance_main(void *argument)
{
    fb_maintenance *m = argument;
    pthread_mutex_lock(&m->mutex);
    while (!m->is_ending) {
        int64_t version = m->wanted;
        m->wanted = 0;
        if (version == 0) {
            pthread_cond_wait(&m->changed, &m->mutex);
            continue;
        }
        pthread_mutex_unlock(&m->mutex);
        run_round(m, version);
        pthread_mutex_lock(&m->mutex);
    }
    pthread_mutex_unlock(&m->mutex);
    return NULL;
}

fb_status fb_maintenance_create(fb_state_stores *stores, bool in_background, fb_maintenance **out,
                                fb_error *err)
{
    *out = fb_alloc_zero(1, sizeof **out);
    if (!*out) return fb_fail_nomem(err, "the upkeep of the state");
    (*out)->stores = stores;
    (*out)->in_background = in_background;
    pthread_mutex_init(&(*out)->mutex, NULL);
    pthread_cond_init(&(*out)->changed, NULL);
    return FB_OK;
}

void fb_maintenance_destroy(fb_maintenance *maintenance)
{
    if (!maintenance) return;
    pthread_mutex_lock(&maintenance->mutex);
    maintenance->is_ending = true;
    pthread_cond_signal(&maintenance->changed);
    pthread_mutex_unlock(&maintenance->mutex);
    if (maintenance->has_thread) pthread_join(maintenance->thread, NULL);
    pthread_cond_destroy(&maintenance->changed);
    pthread_mutex_destroy(&maintenance->mutex);
    fb_free(maintenance);
}

void fb_maintenance_request(fb_maintenance *maintenance, int64_t version)
{
    fb_maintenance *m = maintenance;
    if (m->in_background && !m->has_thread)
        m->has_thread = pthread_create(&m->thread, NULL, maintenance_main, m) == 0;
    if (!m->has_thread) { /* also where the system gives no more threads */
        run_round(m, version);
        return;
    }
    pthread_mutex_lock(&m->mutex);
    m->wanted = version;
    pthread_cond_signal(&m->changed);
    pthread_mutex_unlock(&m->mutex);
}

bool fb_maintenance_has_failed(fb_maintenance *maintenance, fb_error *err)
{
    pthread_mutex_lock(&maintenance->mutex);
    bool has_failed = maintenance->has_failed;
    if (has_failed) *err = maintenance->failure;
    maintenance->has_failed = false;
    pthread_mutex_unlock(&maintenance->mutex);
    return has_failed;
}
