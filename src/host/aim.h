/* SPDX-License-Identifier: BSD-2-Clause
 *
 * aim.h - SYNs of one batch to one listener that get a cookie alone: what they
 * have in common is looked at once, and a few are hashed together.
 */
#ifndef HOST_AIM_H
#define HOST_AIM_H

#include "host/host.h"
#include "wire/answer.h"

#define AIM_TOGETHER 16u      /* SYNs whose cookies are hashed at once */
#define AIM_MESSAGE_BYTES 48u /* of IPv6: who, 40, and the tail; and a byte */

/* One that waits for its hash. */
struct aim_waiting {
	const uint8_t *syn; /* the packet */
	struct reply *reply;
	uint32_t tsval;
	uint16_t bits;
	uint8_t has; /* OFFER_... */
};

/* What SYNs to one address, port and link have in common, within a call of the
 * host. */
struct aim {
	bool known;
	struct listener *listener; /* NULL: they are left to the long way */
	struct estab_address local;
	uint16_t port;
	uint8_t link;
	uint8_t wscale; /* of our windows */
	uint8_t spoken; /* OFFER_... */
	struct instant now;
	struct answer_form form;

	/* As the SYN before: what it said, and what is remembered of that. */
	struct offer said;
	uint16_t bits;
	uint8_t has;

	bool stamped; /* one that waits has time stamps */
	uint32_t count;
	struct aim_waiting waiting[AIM_TOGETHER];
	uint8_t message[AIM_TOGETHER][AIM_MESSAGE_BYTES];
};

/* A SYN as far as it is read here. */
struct syn {
	struct arrival a; /* the tuple, and what is to be judged */
	struct offer said;
	uint32_t tsval;
};

void aim_begin(struct aim *aim);
/* Whether a SYN is one of these. */
static inline bool
aim_is(const struct aim *aim, const struct tuple *t, uint8_t link)
{
	return aim->known && aim->port == t->local_port && aim->link == link &&
	    ip_same(&aim->local, &t->local);
}
/* From now on SYNs like this one.  None waits. */
void aim_take(struct estab_host *host, struct aim *aim, struct tuple t,
    uint8_t link);
/* One more waits, whose packet is syn, with an IP header of ip_bytes; there is
 * room for AIM_TOGETHER. */
void aim_wait(struct aim *aim, const struct syn *s, const uint8_t *syn,
    uint32_t ip_bytes, struct reply *reply);
/* All that wait have their packets. */
void aim_answer(const struct tcp *tcp, struct aim *aim, uint32_t ip_bytes);

#endif
