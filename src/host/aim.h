/* SPDX-License-Identifier: BSD-2-Clause
 *
 * aim.h - SYNs of one batch to one listener that get a cookie alone: what they
 * have in common is looked at once, and a few are hashed together.
 */
#ifndef HOST_AIM_H
#define HOST_AIM_H

#include "host/plain.h"
#include "wire/answer.h"

#define AIM_TOGETHER 16u      /* SYNs whose cookies are hashed at once */
#define AIM_MESSAGE_BYTES 48u /* of IPv6: who, 40, and the tail; and a byte */

#define AIM_NONE UINT8_MAX

/* One that waits for its hash. */
struct aim_waiting {
	uint8_t message[AIM_MESSAGE_BYTES];
	const uint8_t *syn; /* the packet */
	struct reply *reply;
	uint32_t tsval;
	uint16_t bits;
	uint8_t has; /* OFFER_... */
};

/* What SYNs to one address, port and link have in common, within a call of the
 * host. */
struct aim {
	struct listener *listener; /* NULL: they are left to the long way */
	struct estab_address local;
	uint16_t port;
	uint8_t link;   /* AIM_NONE: nothing is known yet */
	uint8_t wscale; /* of our windows */
	uint8_t spoken; /* OFFER_... */
	struct instant now;
	struct answer_form form;
	uint64_t own; /* a bit for what each address of the host ends in */

	/* As the SYN before: what it said, and what is remembered of that. */
	struct offer said;
	uint16_t bits;
	uint8_t has;

	bool stamped; /* one that waits has time stamps */
	struct aim_waiting *next;
	struct aim_waiting waiting[AIM_TOGETHER]; /* those before next do */
};

/* A SYN as far as it is read here. */
struct syn {
	struct arrival a; /* the tuple, and what is to be judged */
	struct offer said;
	uint32_t tsval; /* as it is stored */
};

void aim_begin(struct aim *aim);
static inline uint32_t
aim_count(const struct aim *aim)
{
	return (uint32_t)(aim->next - aim->waiting);
}
/* Whether a SYN is one of these: a packet with an IP header of ip_bytes. */
static inline bool
aim_is(const struct aim *aim, const uint8_t *syn, uint32_t ip_bytes,
    uint8_t link)
{
	const uint32_t n = ip_bytes == PLAIN_V4 ? 4 : 16;

	return aim->link == link && aim->port == get16(syn + ip_bytes + 2) &&
	    memcmp(aim->local.byte + 16 - n, syn + ip_bytes - n, n) == 0;
}
/* From now on SYNs like this one.  None waits. */
void aim_take(struct estab_host *host, struct aim *aim, struct tuple t,
    uint8_t link);
/* One more waits, whose packet is syn, with an IP header of ip_bytes; there is
 * room for AIM_TOGETHER. */
void aim_wait(struct aim *aim, const struct syn *s, const uint8_t *syn,
    uint32_t ip_bytes, struct reply *reply);
/* All that wait have their packets. */
void aim_answer(struct tcp *tcp, struct aim *aim, uint32_t ip_bytes);

#endif
