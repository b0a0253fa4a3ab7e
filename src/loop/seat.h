/* SPDX-License-Identifier: BSD-2-Clause
 *
 * seat.h - a loop that many threads use, and where they wait in it.
 *
 * One lock guards host, devices and sockets.  Who has to wait notes how often
 * something happened to his socket, gives the lock away and sleeps on that
 * number, as futex(2) lets one: so a signal ends the sleep as it ends that of
 * a system call.
 */
#ifndef LOOP_SEAT_H
#define LOOP_SEAT_H

#include <estab/loop.h>

#include <pthread.h>
#include <stdatomic.h>

#include "loop/loop.h"

/* What waits for one number to change. */
struct bell {
	_Atomic uint32_t rung;
	uint32_t sleepers; /* under the lock */
};

/* A socket's, beside what the sockets themselves remember. */
struct seat {
	struct bell bell;
	uint32_t generation; /* of the descriptor: closed so often */
	int eventfd;         /* -1: none */
	short events;        /* it watches for */
	bool raised;         /* it is readable */
	bool nonblocking;
};

struct estab_loop {
	pthread_mutex_t lock;
	struct loop loop;
	struct estab_sockets *sockets;
	struct seat *seat; /* of each descriptor */
	uint32_t seat_count;
	struct bell any; /* rung with every socket's */
	int wake;        /* eventfd: the thread is to look again */
	estab_time sleeps_until;
	pthread_t thread;
	bool threaded, stop;
	uint32_t forks; /* that had happened when it was made */
	int error;      /* of a device; the thread has ended */
};

/* ---- drive.c ---- */

/* Take the lock, and the host to the present: 0, or -1 with ENETDOWN in a
 * child of fork.  Give it away again, when what the host owes has been sent
 * and all who wait for what happened are woken; errno stays. */
int drive_enter(struct estab_loop *loop);
void drive_leave(struct estab_loop *loop);
/* The latter without giving the lock away. */
void drive_work(struct estab_loop *loop);
/* 0, or -1 with ENETDOWN in a child of fork. */
int drive_check(const struct estab_loop *loop);
/* Let its thread look again what there is to do. */
void drive_wake(const struct estab_loop *loop);
/* Without a thread: a turn of the loop.  Returns 0, or -1 (EINTR, ENETDOWN). */
int drive_step(struct estab_loop *loop, estab_time until);

/* ---- seat.c ---- */

/* Something happened to a socket: wake who waits, set its eventfd. */
void seat_ring(struct estab_loop *loop, int fd);
void seat_ring_all(struct estab_loop *loop);
/* Its readiness may have changed by a call: set its eventfd.  errno stays. */
void seat_refresh(struct estab_loop *loop, int fd);
/* Its eventfd is for these events from now on. */
void seat_watch(struct estab_loop *loop, int fd, short events);
/* A socket was opened or closed. */
void seat_take(struct estab_loop *loop, int fd, bool nonblocking);
void seat_give(struct estab_loop *loop, int fd);

/* Wait for a bell, with the lock, which is given away meanwhile.  Returns 0 -
 * perhaps for no reason - or -1: ETIMEDOUT, EINTR, ENETDOWN. */
int seat_wait(struct estab_loop *loop, struct bell *bell, estab_time until);

#endif
