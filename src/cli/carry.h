/* SPDX-License-Identifier: BSD-2-Clause
 *
 * carry.h - bytes between a connection and standard input and output.
 *
 * Neither ever makes the host wait: what standard output does not take now
 * stays in the connection's buffer, and closes its window in time.
 */
#ifndef CLI_CARRY_H
#define CLI_CARRY_H

#include <poll.h>

#include <estab/estab.h>

struct carry {
	struct estab_host *host;
	int in, out;          /* -1: not any more */
	size_t out_bytes_max; /* of a write that does not block */
	bool in_ready;        /* poll said so */
	bool out_full;        /* the last write took less than there was */
	uint64_t in_bytes, out_bytes; /* moved so far */
};

/* Standard input and output, made ready for it. */
void carry_begin(struct carry *carry, struct estab_host *host);
void carry_end(struct carry *carry);

/* What to poll for in this turn (own[0] and own[1]), and what it said. */
void carry_ask(const struct carry *carry, int ready, struct pollfd own[2]);
void carry_told(struct carry *carry, const struct pollfd own[2]);

/* Move what can be moved.  Return 1 when something moved, 0 when not, or a
 * negative errno of standard input or output.  At the end of input carry_in
 * closes the connection's sending half; in is then -1. */
int carry_in(struct carry *carry, estab_conn conn);
int carry_out(struct carry *carry, estab_conn conn);

/* Tell the reader of our output that no more comes. */
void carry_out_ended(struct carry *carry);

#endif
