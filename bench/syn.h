/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn.h - SYNs of as many sources as wanted, as a flood has them.
 */
#ifndef BENCH_SYN_H
#define BENCH_SYN_H

#include <estab/estab.h>

#include "wire/segment.h"

struct syn {
	uint8_t packet[IP_HEADER_MAX + TCP_HEADER_MAX];
};

/* The n-th one, over IPv6, to this endpoint: with MSS, window scale and time
 * stamp.  Its checksum is left to the device's word.  The frame borrows
 * syn. */
struct estab_frame syn_frame(struct syn *syn, uint32_t n,
    const struct estab_endpoint *to);

#endif
