/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn.h - the fast path of a flood.
 */
#ifndef HOST_SYN_H
#define HOST_SYN_H

#include "host/plain.h"
#include "wire/answer.h"

/* What SYNs to one address, port and link have in common, within a call of the
 * host. */
struct aim {
	struct listener *listener; /* NULL: nothing is known yet */
	struct estab_address local;
	uint16_t port;
	uint8_t link;
	uint8_t wscale;
	struct answer_form form;
};

struct aims {
	struct aim v4, v6;
};

/* Whether it was a SYN that the fast path takes, and was dealt with.  The span
 * begins with the IP header. */
bool syn_takes(struct estab_host *host, const struct estab_frame *frame,
    struct aims *aims);

#endif
