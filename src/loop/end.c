/* SPDX-License-Identifier: BSD-2-Clause
 *
 * end.c - a loop freed: its connections end in order.
 */
#include "loop/seat.h"

#include <stdlib.h>
#include <unistd.h>

static void
stop_thread(struct estab_loop *loop)
{
	(void)pthread_mutex_lock(&loop->lock);
	loop->stop = true;
	drive_wake(loop);
	(void)pthread_mutex_unlock(&loop->lock);
	(void)pthread_join(loop->thread, NULL);
	loop->threaded = false;
}

/* Until when a connection is worth waiting for.  In FIN-WAIT-2 the peer has
 * all that we had, and answers our FIN with its own soon or when it pleases. */
static estab_time
worth_until(const struct estab_status *status)
{
	if (status->kind != ESTAB_KIND_TCB || !status->orphan)
		return INT64_MIN; /* nothing to send, or the program's own */
	return status->state == ESTAB_FIN_WAIT_2 ?
	    status->heard_at + status->rto_ns :
	    ESTAB_NEVER;
}

static estab_time
all_worth_until(const struct estab_host *host)
{
	estab_time latest = INT64_MIN;
	struct estab_status status;
	uint64_t cursor = 0;

	while (latest < ESTAB_NEVER &&
	    estab_status_next(host, &cursor, &status) == 1)
		if (worth_until(&status) > latest)
			latest = worth_until(&status);
	return latest;
}

/* Close the sockets, and let them say so until that instant. */
static void
end_connections(struct estab_loop *loop, estab_time until)
{
	estab_time next;

	(void)drive_enter(loop);
	for (uint32_t i = 0; i < loop->seat_count; i++)
		if (estab_socket_close(loop->sockets, (int)i) == 0)
			seat_give(loop, (int)i);
	do {
		next = all_worth_until(loop->loop.host);
		if (next > until)
			next = until;
		(void)drive_step(loop, next);
	} while (!loop->error && estab_clock() < next);
	drive_leave(loop);
	loop_end(&loop->loop);
	(void)pthread_mutex_destroy(&loop->lock);
}

void
estab_loop_free(struct estab_loop *loop, estab_time until)
{
	const bool ours = drive_check(loop) == 0;

	if (ours && loop->threaded)
		stop_thread(loop);
	if (ours)
		end_connections(loop, until);
	else
		loop_end(&loop->loop);
	for (uint32_t i = 0; i < loop->seat_count; i++)
		if (loop->seat[i].eventfd >= 0)
			(void)close(loop->seat[i].eventfd);
	(void)close(loop->wake);
	free(loop->sockets);
	free(loop->seat);
	free(loop);
}
