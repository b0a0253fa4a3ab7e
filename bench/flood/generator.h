/* SPDX-License-Identifier: BSD-2-Clause
 *
 * generator.h - SYNs over IPv4, from random addresses at which nobody lives
 * unless told otherwise.
 */
#ifndef FLOOD_GENERATOR_H
#define FLOOD_GENERATOR_H

#include <estab/estab.h>

#include "flood/queue.h"

#define GENERATOR_SYN_BYTES 44 /* with an MSS option */

struct generator {
	struct queue *out;
	uint8_t model[GENERATOR_SYN_BYTES]; /* all but source, port, number */
	uint32_t ip_sum, tcp_sum;           /* of the model */
	uint32_t network, hosts; /* sources: an address, and the bits drawn */
	uint64_t random;
	uint64_t offered, dropped; /* dropped: of those, at a full queue */
};

void generator_begin(struct generator *generator, struct queue *out,
    const struct estab_endpoint *to);
/* One more, to be carried by hand. */
void generator_write(struct generator *generator,
    uint8_t syn[GENERATOR_SYN_BYTES]);
/* n more into the queue. */
void generator_put(struct generator *generator, uint32_t n);

#endif
