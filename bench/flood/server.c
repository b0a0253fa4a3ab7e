/* SPDX-License-Identifier: BSD-2-Clause
 *
 * server.c - a thread that drives a host by the loop.
 */
#include "flood/server.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "flood/echo.h"
#include "measure.h"
#include "pair.h"

#define BACKLOG 4096

void
server_pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)core, &set);
	(void)sched_setaffinity(0, sizeof set, &set);
}

/* Before all other work on the machine, which then takes the other core; but
 * not where the kernel would stop such a thread for a twentieth of the time
 * (flood.sh). */
static void
go_first(void)
{
	const struct sched_param least = { .sched_priority = 1 };
	FILE *const file = fopen("/proc/sys/kernel/sched_rt_runtime_us", "re");
	int most = 0;

	if (file == NULL)
		return;
	if (fscanf(file, "%d", &most) == 1 && most == -1)
		(void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &least);
	(void)fclose(file);
}

static void *
serve(void *context)
{
	struct server *const server = context;

	server_pin(server->core);
	go_first();
	atomic_store(&server->thread_id, gettid());
	while (!atomic_load_explicit(&server->stop, memory_order_relaxed)) {
		measure_must(loop_turn(&server->loop, NULL, 0, ESTAB_NEVER) >= 0,
		    "the server's loop");
		echo_events(server->end.host, server->listener);
	}
	return NULL;
}

void
server_start(struct server *server, struct queue *in, struct queue *out,
    int core)
{
	static const struct estab_config all_defaults;
	const struct estab_endpoint local = { .port = BENCH_PORT };

	server->core = core;
	atomic_store(&server->stop, false);
	end_make(&server->end, 2, &all_defaults, estab_clock());
	port_open(&server->port, in, out);
	loop_begin(&server->loop, server->end.host);
	pair_must(loop_add(&server->loop, &server->port.device, NULL, 0),
	    "link");
	end_join(&server->end);
	pair_must(estab_listen(server->end.host, &server->listener, &local,
	              BACKLOG),
	    "listen");
	measure_must(pthread_create(&server->thread, NULL, serve, server) == 0,
	    "no thread for the server");
}

double
server_cpu(const struct server *server)
{
	struct timespec used = { 0 };
	clockid_t clock;

	if (pthread_getcpuclockid(server->thread, &clock) == 0)
		(void)clock_gettime(clock, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

uint64_t
server_answered(const struct server *server)
{
	return atomic_load_explicit(&server->port.answered,
	    memory_order_relaxed);
}

void
server_stop(struct server *server)
{
	atomic_store(&server->stop, true);
	queue_wake(server->port.in);
	(void)pthread_join(server->thread, NULL);
}

void
server_drop(struct server *server)
{
	loop_end(&server->loop);
	end_drop(&server->end);
}
