/* SPDX-License-Identifier: BSD-2-Clause
 *
 * talk.h - the programs at either end of a connection, when a core is
 * measured: each is told what happened to which connection, and acts.
 */
#ifndef BENCH_TALK_H
#define BENCH_TALK_H

#include <estab/estab.h>

/* How far they are; both ends see it. */
struct talk {
	uint64_t goal;    /* bytes, round trips or connections */
	uint64_t done;    /* of them, by whoever knows it last */
	uint64_t written; /* bytes the client of bulk has handed over */
	uint64_t accepted;
};

typedef void (*talk_program)(struct talk *talk, struct estab_host *host,
    const struct estab_event *event);

/* 16 KiB a write, as long as they are taken; done: bytes received. */
void talk_bulk_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event);
void talk_bulk_server(struct talk *talk, struct estab_host *host,
    const struct estab_event *event);
/* Asks again when it is answered; done: answers. */
void talk_rr_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event);
/* A byte there and back, closed and let go; done: connections. */
void talk_conn_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event);
/* Sends back what comes; closes when the other does. */
void talk_echo_server(struct talk *talk, struct estab_host *host,
    const struct estab_event *event);
/* Says nothing; done: connections that are open. */
void talk_idle_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event);

#endif
