/* SPDX-License-Identifier: BSD-2-Clause
 *
 * toobig.h - the message of a router whose next wire takes less.
 */
#ifndef SIM_TOOBIG_H
#define SIM_TOOBIG_H

#include <estab/sim.h>

#define TOOBIG_BYTES_MAX (40 + 1280)

/* ICMP "fragmentation needed" (RFC 1191) or "packet too big" (RFC 4443 3.2)
 * about a packet, from icmp_source to its sender.  Returns its bytes; 0 when
 * none is due. */
uint32_t toobig_build(const struct estab_impairment *impairment,
    const uint8_t *packet, uint32_t bytes, uint8_t *message);

#endif
