/* SPDX-License-Identifier: BSD-2-Clause
 *
 * session.h - what every command that runs a host of ours has: a device and a
 * host, a ladder, a capture, signals, and a control socket.
 *
 * Its options (-4, -6, -v, --trace, --pcap, and those of the uplink) are an
 * argp child with a struct session_wish as input: session_children is the list
 * of children of a command; resident_children, with -n, that of a command with
 * many connections for a long time.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/control.h"
#include "cli/uplink.h"
#include "cli/watch.h"

struct session_wish {
	const char *name;         /* "estab nc": who speaks */
	int family;               /* 4, 6, or 0: either */
	bool verbose;             /* say what happens */
	bool ladder;              /* draw it */
	bool resident;            /* many connections, for a long time */
	uint32_t connections_max; /* of these at a time, as -n says */
	const char *capture;      /* a file for all packets, or NULL */
	struct uplink_wish uplink;
};

extern const struct argp_child session_children[], resident_children[];

/* The peer to call: what is no address, and a family of which estab has no
 * address of its own, is said and ends the program.  what names the peer. */
void session_address(const char *text, struct estab_address *address,
    struct argp_state *state);
void session_reaches(const struct session_wish *wish, const char *what,
    const struct estab_address *peer, struct argp_state *state);

/* Where to listen, at port: one family only, if so asked.  Where no --addr is
 * of it, says so and ends the program. */
struct estab_endpoint session_local(const struct session_wish *wish,
    uint16_t port, struct argp_state *state);

struct session {
	struct session_wish *wish;
	struct uplink uplink;
	struct watch watch;
	struct control control;
	int signals;
	int caught;     /* the signal that ends us, or 0 */
	uint32_t taken; /* own addresses that were said to be another's */
	bool down;      /* the device was said to be down */
};

/* What to do next: an exit status, or go on. */
#define SESSION_GOING (-1)
#define SESSION_SETTLE_NS ESTAB_SECOND /* for a last segment to leave */

/* Begin.  peer stands under the ladder's right side (NULL: many).  False: it
 * has said why, and nothing is left open. */
bool session_begin(struct session *session, struct session_wish *wish,
    const struct estab_endpoint *peer);

/* Let the world go on until something happens, at most until then; own is
 * what the command waits for itself, at most SESSION_OWN_MAX.  Returns
 * SESSION_GOING or, the device having failed or no address of ours being free,
 * an exit status. */
#define SESSION_OWN_MAX (LOOP_OWN_MAX - 2)
int session_turn(struct session *session, struct pollfd *own, size_t n,
    estab_time until);

/* See off what is still to leave, and end.  result is the command's exit
 * status so far; returns what it is now. */
int session_end(struct session *session, int result);

/* "10.9.0.1 port 80"; of any address, "port 80". */
#define ENDPOINT_TEXT (ESTAB_ADDRESS_TEXT + 12)
const char *session_endpoint(const struct estab_endpoint *endpoint, char *text);

#endif
