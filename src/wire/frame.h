/* SPDX-License-Identifier: BSD-2-Clause
 *
 * frame.h - a frame's spans as one piece of bytes.
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <estab/estab.h>

/* estab_frame_gather_with, for callers inside the core. */
uint32_t frame_gather(const struct estab_frame *frame, void *flat,
    estab_copy_sum copy_sum);

#endif
