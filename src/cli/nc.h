/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc.h - estab nc: what was asked, and the life of it.
 */
#ifndef CLI_NC_H
#define CLI_NC_H

#include "cli/carry.h"
#include "cli/session.h"

#define NC_NAME "estab nc"

struct nc_wish {
	bool listen, keep, linger;
	int64_t wait_ns;             /* 0: for ever */
	struct estab_endpoint peer;  /* connecting: whom */
	struct estab_endpoint local; /* listening: where */
	struct session_wish session;
};

/* Do it.  Returns the exit status. */
int nc_run(struct nc_wish *wish);

struct nc {
	const struct nc_wish *wish;
	struct session session;
	struct carry carry;
	estab_conn listener, conn; /* 0: none */
	struct estab_endpoint peer;
	bool open;           /* the handshake has ended */
	bool eof;            /* the peer's FIN has been taken */
	estab_time moved_at; /* bytes moved last, or the wait began */
};

/* What to do next: an exit status, or go on. */
#define NC_GOING SESSION_GOING

/* Let the world go on until something happens, at most until then.  ready
 * says what standard input and output are wanted for.  Returns NC_GOING or,
 * the device having failed, an exit status. */
int nc_turn(struct nc *nc, int ready, estab_time until);

#define NC_PEER_TEXT ENDPOINT_TEXT
const char *nc_peer_text(const struct nc *nc, char *text);

/* Ends of a connection, each said in words.  They return what nc_turn
 * returns; with -k the next connection is waited for. */
int nc_end_failed(struct nc *nc);
int nc_end_standard(struct nc *nc, const char *which, int error);
int nc_end_waited(struct nc *nc);
int nc_end_interrupted(struct nc *nc);
int nc_end_well(struct nc *nc);

#endif
