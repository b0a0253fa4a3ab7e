/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forward.h - estab forward: connections of a host of ours joined to
 * connections of the kernel, each way.
 *
 * A pair is two connections.  Neither end is told yes before the other has
 * said it: a SYN that came to estab is answered by what the kernel's connect
 * came to.  But a SYN may be forged, and each would take a place and have the
 * target dialled: when so many are under way that somebody may be doing that
 * (FORWARD_UNPROVEN), who asks must show first that he is there; then all that
 * estab has against SYN floods stands before us.
 *
 * Each direction ends alone, a reset is handed on as a reset, and what one end
 * does not take stays in the other's buffer and closes its window: a pair holds
 * no bytes of its own.
 */
#ifndef CLI_FORWARD_H
#define CLI_FORWARD_H

#include <sys/queue.h>

#include "cli/session.h"

#define FORWARD_NAME "estab forward"
#define FORWARD_UNPROVEN 1024u /* pairs, and no more than half of all */

/* "estab:PORT", "estab:ADDR:PORT", "kernel:ADDR:PORT". */
struct forward_place {
	bool kernel;
	bool named; /* an address was given, if only that of all */
	struct estab_endpoint endpoint;
};

struct forward_wish {
	struct session_wish session;
	struct forward_place listen, target;
};

enum pair_state {
	PAIR_ASKED,  /* a SYN waits at estab while the kernel connects */
	PAIR_TAKEN,  /* it has its SYN+ACK; the handshake goes on */
	PAIR_PROVEN, /* estab's end is there, the kernel connects */
	PAIR_DIALS,  /* the kernel's end is there, estab connects */
	PAIR_OPEN,
};

struct pair {
	enum pair_state state;
	estab_conn conn; /* of the SYN, then of the connection */
	int fd;          /* the kernel's end */
	struct estab_endpoint local, remote; /* estab's end */
	uint32_t interest;                   /* what epoll waits for at fd */
	bool watched;                        /* it waits at all */
	bool connected;                      /* the kernel's end is */
	bool readable;   /* it may have something to be read */
	bool fd_ended;   /* its FIN has come, and estab's half is closed */
	bool conn_ended; /* the other way round */
	bool hungry;     /* no memory for what fd has */
	uint64_t to_fd, to_conn; /* bytes moved */
	LIST_ENTRY(pair) hungry_link;
};

struct forward {
	const struct forward_wish *wish;
	struct session session;
	int poll;               /* the kernel's ends, and its listener */
	estab_conn listener;    /* at estab, or 0 */
	int kernel_listener;    /* or -1 */
	bool paused;            /* it is not looked at: no room for more */
	bool defers;            /* SYNs at estab's wait for the kernel */
	void *by_conn, *by_end; /* tsearch(3) */
	uint32_t pair_count, stopped;
	uint32_t unproven; /* pairs asked for by SYNs alone */
	uint64_t served;
	LIST_HEAD(hungry_pairs, pair) hungry;
};

/* ---- forward_pair.c: a pair as a whole ---- */
/* NULL: no memory; nothing has happened. */
struct pair *pair_new(struct forward *forward, estab_conn conn, int fd,
    enum pair_state state);
/* The pair an event of estab is about, or NULL. */
struct pair *pair_find(const struct forward *forward, estab_conn conn);
/* The pair whose SYN has become the connection conn, which it takes. */
struct pair *pair_take(struct forward *forward, estab_conn conn);
/* The SYN of a pair has its SYN+ACK.  False: no memory. */
bool pair_answered(struct forward *forward, struct pair *pair);
void pair_set_hungry(struct forward *forward, struct pair *pair, bool hungry);
/* The end of a pair: of both connections, told if so asked.  why is a word
 * for people. */
enum pair_end {
	PAIR_WELL,  /* both directions have ended */
	PAIR_RESET, /* whatever still is open is reset */
};
void pair_end(struct forward *forward, struct pair *pair, enum pair_end how,
    const char *why);
/* Close a kernel's end so that its peer gets a RST. */
void pair_reset_fd(int fd);
/* Reset all there are. */
void pair_end_all(struct forward *forward);
/* Wait for these of EPOLLIN and EPOLLOUT at the kernel's end, and for its
 * failure.  False: errno says why not. */
bool pair_watch(struct forward *forward, struct pair *pair, uint32_t events);

/* ---- forward_move.c: bytes and ends ---- */
/* Move what can be moved both ways; the pair may be gone afterwards. */
void pair_move(struct forward *forward, struct pair *pair);
/* One end has been reset, and the other will be: what was said before goes
 * first, as far as the other takes it now. */
void pair_move_last(struct forward *forward, struct pair *pair);

/* ---- forward_open.c: how a pair comes about ---- */
/* Listen where it was asked for.  Returns SESSION_GOING or an exit status,
 * having said why. */
int forward_listen(struct forward *forward);
/* Whether SYNs wait for the kernel, by how many do. */
void forward_defer(struct forward *forward);
/* A SYN waits at estab. */
void forward_asked(struct forward *forward, estab_conn pending);
/* The kernel's connect has come to something. */
void forward_dialled(struct forward *forward, struct pair *pair);
/* Take what has come to the kernel's listener. */
void forward_admit(struct forward *forward);
/* There is room for one more. */
void forward_resume(struct forward *forward);
/* Take what has come to estab's. */
void forward_accept(struct forward *forward);

#endif
