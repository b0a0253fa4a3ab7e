/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc.h - estab nc: what was asked, and the life of it.
 */
#ifndef CLI_NC_H
#define CLI_NC_H

#include "cli/carry.h"
#include "cli/uplink.h"
#include "cli/watch.h"

#define NC_NAME "estab nc"

struct nc_wish {
	bool listen, keep, verbose, ladder, linger;
	int family;                  /* 4, 6, or 0: either */
	int64_t wait_ns;             /* 0: for ever */
	const char *capture;         /* a file, or NULL */
	struct estab_endpoint peer;  /* connecting: whom */
	struct estab_endpoint local; /* listening: where */
	struct uplink_wish uplink;
};

/* Do it.  Returns the exit status. */
int nc_run(struct nc_wish *wish);

struct nc {
	const struct nc_wish *wish;
	struct uplink uplink;
	struct watch watch;
	struct carry carry;
	estab_conn listener, conn; /* 0: none */
	struct estab_endpoint peer;
	int signals;
	int caught;          /* the signal that ends us, or 0 */
	bool open;           /* the handshake has ended */
	bool eof;            /* the peer's FIN has been taken */
	estab_time moved_at; /* bytes moved last, or the wait began */
};

/* What to do next: an exit status, or go on. */
#define NC_GOING (-1)
#define NC_SETTLE_NS ESTAB_SECOND /* for a last RST to leave */

/* Let the world go on until something happens, at most until then.  ready
 * says what standard input and output are wanted for.  Returns NC_GOING or,
 * the device having failed, an exit status. */
int nc_turn(struct nc *nc, int ready, estab_time until);

/* "10.9.0.1 port 80" */
#define NC_PEER_TEXT (ESTAB_ADDRESS_TEXT + 12)
const char *nc_endpoint_text(const struct estab_endpoint *endpoint, char *text);
const char *nc_peer_text(const struct nc *nc, char *text);

/* Ends of a connection, each said in words.  They return what nc_turn
 * returns; with -k the next connection is waited for. */
int nc_end_failed(struct nc *nc);
int nc_end_standard(struct nc *nc, const char *which, int error);
int nc_end_waited(struct nc *nc);
int nc_end_interrupted(struct nc *nc);
int nc_end_well(struct nc *nc);

#endif
