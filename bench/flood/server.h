/* SPDX-License-Identifier: BSD-2-Clause
 *
 * server.h - an echo server in a thread of its own, driven by the loop that
 * the program's commands are driven by.
 */
#ifndef FLOOD_SERVER_H
#define FLOOD_SERVER_H

#include <pthread.h>
#include <sys/types.h>

#include "flood/end.h"
#include "flood/port.h"
#include "loop/loop.h"

struct server {
	struct end end;
	struct port port;
	struct loop loop;
	estab_conn listener;
	pthread_t thread;
	int core;
	_Atomic pid_t thread_id; /* as the kernel calls it */
	_Atomic bool stop;
};

/* Make it, with everything at its default, and start it on a core. */
void server_start(struct server *server, struct queue *in, struct queue *out,
    int core);
/* Seconds of its core that it has used. */
double server_cpu(const struct server *server);
uint64_t server_answered(const struct server *server);
/* Stop its thread: its host is the caller's, until server_drop. */
void server_stop(struct server *server);
void server_drop(struct server *server);

/* Run the calling thread on this core alone, as far as that is possible. */
void server_pin(int core);

#endif
