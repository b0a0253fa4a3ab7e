/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc_end.c - how estab nc ends a connection: in words, with a RST where one
 * is due, and after TIME-WAIT has served the peer.
 */
#include "cli/nc.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

const char *
nc_peer_text(const struct nc *nc, char *text)
{
	return session_endpoint(&nc->peer, text);
}

/* Reset the connection, and see the RST off. */
static void
abort_now(struct nc *nc)
{
	if (nc->conn == 0)
		return;
	(void)estab_abort(nc->session.uplink.host, nc->conn);
	(void)loop_settle(&nc->session.uplink.loop,
	    loop_now(&nc->session.uplink.loop) + SESSION_SETTLE_NS);
	(void)estab_release(nc->session.uplink.host, nc->conn);
	nc->conn = 0;
}

/* ---- Ending badly ------------------------------------------------------- */

/* What an error means to whoever asked for the connection. */
static const char *
advice(const struct nc *nc, int error)
{
	if (error == ESTAB_ECONNREFUSED)
		return "; is a server running, and at this port?";
	if (error == ESTAB_ETIMEDOUT && !nc->open)
		return "; no answer came: a filter, or no such host";
	if (error == ESTAB_ETIMEDOUT)
		return "; the peer has vanished, or the way to it";
	if (error == ESTAB_ENETUNREACH || error == ESTAB_EHOSTUNREACH)
		return "; does the kernel forward, and know the way?";
	return "";
}

/* This connection has failed: go on with the next, or end. */
int
nc_end_failed(struct nc *nc)
{
	struct estab_status status = { .error = ESTAB_ECONNABORTED };
	char text[NC_PEER_TEXT];

	(void)estab_status(nc->session.uplink.host, nc->conn, &status);
	cli_say(NC_NAME, "%s: %s%s", nc_peer_text(nc, text),
	    estab_strerror(status.error), advice(nc, status.error));
	(void)estab_release(nc->session.uplink.host, nc->conn);
	nc->conn = 0;
	return nc->wish->keep ? NC_GOING : CLI_FAILED;
}

int
nc_end_standard(struct nc *nc, const char *which, int error)
{
	cli_say(NC_NAME, "standard %s: %s; the connection is reset", which,
	    strerror(-error));
	abort_now(nc);
	return CLI_FAILED;
}

int
nc_end_waited(struct nc *nc)
{
	const long seconds = (long)(nc->wish->wait_ns / ESTAB_SECOND);
	char text[NC_PEER_TEXT];

	if (nc->open)
		cli_say(NC_NAME,
		    "%s: nothing moved for %ld s (-w); the connection is "
		    "reset",
		    nc_peer_text(nc, text), seconds);
	else
		cli_say(NC_NAME,
		    "%s: no answer in %ld s (-w): a filter, or no such host",
		    nc_peer_text(nc, text), seconds);
	abort_now(nc);
	return nc->wish->keep ? NC_GOING : CLI_FAILED;
}

/* A signal: reset what is open, and leave as one who was ended by it. */
int
nc_end_interrupted(struct nc *nc)
{
	char text[NC_PEER_TEXT];

	if (nc->conn != 0)
		cli_say(NC_NAME, "%s: %s; the connection is reset",
		    nc_peer_text(nc, text), strsignal(nc->session.caught));
	abort_now(nc);
	return 128 + nc->session.caught;
}

/* ---- Ending well -------------------------------------------------------- */

/* How long to stay in TIME-WAIT.  Should our last ACK be lost, the peer sends
 * its FIN again after its RTO.  That is much like ours; half as much again
 * covers the difference. */
static int64_t
stay_ns(const struct nc *nc, const struct estab_status *status)
{
	if (nc->wish->linger)
		return status->time_wait_at -
		    loop_now(&nc->session.uplink.loop) + ESTAB_SECOND;
	return status->rto_ns + status->rto_ns / 2;
}

static void
say_time_wait(const struct nc *nc, const struct estab_status *status)
{
	const int64_t left_ns =
	    status->time_wait_at - loop_now(&nc->session.uplink.loop);
	char text[NC_PEER_TEXT];

	if (nc->wish->session.verbose && nc->wish->linger)
		cli_say(NC_NAME, "%s: TIME-WAIT for %ld s more",
		    nc_peer_text(nc, text), (long)(left_ns / ESTAB_SECOND));
	else if (nc->wish->session.verbose)
		cli_say(NC_NAME, "%s: TIME-WAIT, of which we stay %ld ms",
		    nc_peer_text(nc, text),
		    (long)(stay_ns(nc, status) / ESTAB_MS));
}

/* Leave TIME-WAIT early, in words. */
static void
forget(struct nc *nc, const struct estab_status *status)
{
	const int64_t left_ns =
	    status->time_wait_at - loop_now(&nc->session.uplink.loop);
	char text[NC_PEER_TEXT];

	(void)estab_forget(nc->session.uplink.host, nc->conn);
	watch_ladder_show(&nc->session.watch);
	if (nc->wish->session.verbose || nc->wish->linger)
		cli_say(NC_NAME,
		    "%s: TIME-WAIT ended by hand, %ld s early: nobody is left "
		    "to answer a repeated FIN, nor to turn away an old segment",
		    nc_peer_text(nc, text), (long)(left_ns / ESTAB_SECOND));
}

/* Stay in TIME-WAIT.  Each FIN that comes again starts the wait anew. */
static int
time_wait(struct nc *nc, struct estab_status *status)
{
	estab_time ends = status->time_wait_at;
	estab_time until =
	    loop_now(&nc->session.uplink.loop) + stay_ns(nc, status);
	int result = NC_GOING;

	say_time_wait(nc, status);
	while (result == NC_GOING && nc->session.caught == 0 &&
	    loop_now(&nc->session.uplink.loop) < until) {
		result = nc_turn(nc, 0, until);
		if (estab_status(nc->session.uplink.host, nc->conn, status) <
		        0 ||
		    status->state != ESTAB_TIME_WAIT)
			return CLI_DONE;
		if (status->time_wait_at != ends) {
			ends = status->time_wait_at;
			until = loop_now(&nc->session.uplink.loop) +
			    stay_ns(nc, status);
		}
	}
	forget(nc, status);
	return result == NC_GOING ? CLI_DONE : result;
}

/* Both directions have ended as they should. */
int
nc_end_well(struct nc *nc)
{
	struct estab_status status;
	char text[NC_PEER_TEXT], counted[CLI_COUNTED];
	int result = CLI_DONE;

	if (nc->wish->session.verbose)
		cli_say(NC_NAME, "%s: closed; %s out, %llu in",
		    nc_peer_text(nc, text),
		    cli_counted(nc->carry.in_bytes, "byte", counted),
		    (unsigned long long)nc->carry.out_bytes);
	if (!nc->wish->keep &&
	    estab_status(nc->session.uplink.host, nc->conn, &status) == 0 &&
	    status.state == ESTAB_TIME_WAIT)
		result = time_wait(nc, &status);
	(void)estab_release(nc->session.uplink.host, nc->conn);
	nc->conn = 0;
	nc->carry.in_bytes = nc->carry.out_bytes = 0;
	return nc->wish->keep ? NC_GOING : result;
}
