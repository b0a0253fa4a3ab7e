/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forward_pair.c - a pair of connections: found, watched, ended.
 */
#include "cli/forward.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cli.h"

#define RESETS_AT_ONCE 128 /* the host keeps so many for the next output */

/* ---- Found -------------------------------------------------------------- */

static int
by_conn(const void *a, const void *b)
{
	const estab_conn first = ((const struct pair *)a)->conn;
	const estab_conn second = ((const struct pair *)b)->conn;

	return (first > second) - (first < second);
}

/* By estab's end: the connection that a SYN became has another handle. */
static int
by_end(const void *a, const void *b)
{
	const struct pair *const first = a, *const second = b;
	int order = memcmp(&first->remote.address, &second->remote.address,
	    sizeof first->remote.address);

	if (order == 0)
		order = memcmp(&first->local.address, &second->local.address,
		    sizeof first->local.address);
	return order != 0 ? order : first->remote.port - second->remote.port;
}

struct pair *
pair_find(const struct forward *forward, estab_conn conn)
{
	const struct pair key = { .conn = conn };
	void *const *const found = tfind(&key, &forward->by_conn, by_conn);

	return found != NULL ? *found : NULL;
}

/* It is there because of a SYN, which anybody may have forged. */
static bool
is_unproven(const struct pair *pair)
{
	return pair->state == PAIR_ASKED || pair->state == PAIR_TAKEN;
}

struct pair *
pair_new(struct forward *forward, estab_conn conn, int fd,
    enum pair_state state)
{
	struct pair *const pair = calloc(1, sizeof *pair);
	struct estab_status status;

	if (pair == NULL ||
	    estab_status(forward->session.uplink.host, conn, &status) < 0) {
		free(pair);
		return NULL;
	}
	pair->state = state;
	pair->conn = conn;
	pair->fd = fd;
	pair->local = status.local;
	pair->remote = status.remote;
	if (tsearch(pair, &forward->by_conn, by_conn) == NULL) {
		free(pair);
		return NULL;
	}
	forward->pair_count++;
	forward->unproven += is_unproven(pair);
	forward->served++;
	return pair;
}

struct pair *
pair_take(struct forward *forward, estab_conn conn)
{
	struct estab_status status;
	struct pair key, *pair;
	void **found;

	if (estab_status(forward->session.uplink.host, conn, &status) < 0)
		return NULL;
	key = (struct pair){ .local = status.local, .remote = status.remote };
	found = tfind(&key, &forward->by_end, by_end);
	if (found == NULL)
		return NULL;
	pair = *found;
	(void)tdelete(pair, &forward->by_end, by_end);
	(void)tdelete(pair, &forward->by_conn, by_conn);
	pair->conn = conn;
	pair->state = PAIR_OPEN;
	forward->unproven--;
	if (tsearch(pair, &forward->by_conn, by_conn) != NULL)
		return pair;
	pair_end(forward, pair, PAIR_RESET, "no memory");
	return NULL;
}

bool
pair_answered(struct forward *forward, struct pair *pair)
{
	pair->state = PAIR_TAKEN;
	return tsearch(pair, &forward->by_end, by_end) != NULL;
}

/* ---- Watched ------------------------------------------------------------ */

bool
pair_watch(struct forward *forward, struct pair *pair, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = pair };
	const bool first = !pair->watched;

	if (!first && pair->interest == events)
		return true;
	/* A hang-up is told whether asked for or not: once is enough, while
	 * we have no room for what came before it. */
	if (events == 0)
		event.events = EPOLLET;
	pair->interest = events;
	pair->watched = true;
	return epoll_ctl(forward->poll, first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
	           pair->fd, &event) == 0;
}

void
pair_set_hungry(struct forward *forward, struct pair *pair, bool hungry)
{
	if (pair->hungry == hungry)
		return;
	pair->hungry = hungry;
	if (hungry)
		LIST_INSERT_HEAD(&forward->hungry, pair, hungry_link);
	else
		LIST_REMOVE(pair, hungry_link);
}

/* ---- Ended -------------------------------------------------------------- */

static void
tell(const struct pair *pair, const char *why)
{
	char text[ENDPOINT_TEXT], counted[CLI_COUNTED];

	cli_say(FORWARD_NAME, "%s: %s; %s from estab, %llu to it",
	    session_endpoint(&pair->remote, text), why,
	    cli_counted(pair->to_fd, "byte", counted),
	    (unsigned long long)pair->to_conn);
}

void
pair_reset_fd(int fd)
{
	const struct linger at_once = { .l_onoff = 1 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	(void)close(fd);
}

static void
end_both(struct forward *forward, const struct pair *pair, enum pair_end how)
{
	struct estab_host *const host = forward->session.uplink.host;

	if (how == PAIR_WELL)
		(void)close(pair->fd);
	else
		pair_reset_fd(pair->fd);
	switch (pair->state) {
	case PAIR_ASKED: /* ESTALE when its sender has given up */
		(void)estab_answer(host, pair->conn, ESTAB_ANSWER_REFUSE);
		return;
	case PAIR_TAKEN: /* when it is open, the target is asked again */
		return;
	case PAIR_PROVEN:
	case PAIR_DIALS:
	case PAIR_OPEN:
		if (how == PAIR_RESET)
			(void)estab_abort(host, pair->conn);
		(void)estab_release(host, pair->conn);
		return;
	}
}

void
pair_end(struct forward *forward, struct pair *pair, enum pair_end how,
    const char *why)
{
	if (forward->wish->session.verbose)
		tell(pair, why);
	pair_set_hungry(forward, pair, false);
	end_both(forward, pair, how);
	(void)tdelete(pair, &forward->by_conn, by_conn);
	if (pair->state == PAIR_TAKEN)
		(void)tdelete(pair, &forward->by_end, by_end);
	forward->pair_count--;
	forward->unproven -= is_unproven(pair);
	free(pair);
	forward_resume(forward);
}

void
pair_end_all(struct forward *forward)
{
	while (forward->by_conn != NULL) {
		struct pair *const pair = *(struct pair **)forward->by_conn;

		pair_end(forward, pair, PAIR_RESET, "reset");
		if (++forward->stopped % RESETS_AT_ONCE == 0)
			(void)loop_flush(&forward->session.uplink.loop);
	}
}
