/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ports.h - who uses a local port: what bind asks.
 *
 * However many connections a listener has taken, they are one claim: of its
 * address and port, with two counts.  So whoever asks for a port looks at a
 * claim for each of our addresses, never at the connections.
 */
#ifndef TCP_PORTS_H
#define TCP_PORTS_H

#include "tcp/tcb.h"

#define PORTS_ORDER 1u /* 4 KiB: the heads of the chains */
#define PORTS_CHAINS 1024u

struct tcp;

/* All that has one local address and port. */
struct port_claim {
	uint32_t chain; /* claims of this port, and of few others */
	uint16_t port;
	bool listens;
	bool v6only;      /* who listens */
	uint32_t count;   /* TCBs and TIME-WAITs */
	uint32_t reusing; /* of them, with ESTAB_REUSE */
	struct estab_address address;
};

bool ports_init(struct tcp *tcp);

/* A record comes into being, without options; false: no memory.  It ends,
 * or another takes its place: nothing happens the second time.  A half-open
 * record has no port, its listener has. */
bool ports_take(struct tcp *tcp, struct conn_head *head);
void ports_give(struct tcp *tcp, struct conn_head *head);
/* Its ESTAB_REUSE or ESTAB_V6ONLY is set. */
void ports_set_reuse(struct tcp *tcp, const struct conn_head *head, bool was,
    bool is);
void ports_set_v6only(struct tcp *tcp, const struct conn_head *head, bool is);

/* The first claim of a port, or the next after one; NULL: no more. */
const struct port_claim *ports_first(const struct tcp *tcp, uint16_t port);
const struct port_claim *ports_next(const struct tcp *tcp,
    const struct port_claim *claim);

#endif
