/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/operator.h"

fb_status fb_operator_push(fb_operator *self, const fb_chunk *chunk, fb_error *err)
{
    if (chunk->row_count == 0) return FB_OK;
    return self->ops->push(self, chunk, err);
}

fb_status fb_operator_finish(fb_operator *self, fb_error *err)
{
    for (fb_operator *each = self; each; each = each->next)
        if (each->ops->finish) FB_TRY(each->ops->finish(each, err));
    return FB_OK;
}

void fb_operator_close_chain(fb_operator *self)
{
    while (self) {
        fb_operator *next = self->next;
        self->ops->close(self);
        self = next;
    }
}
