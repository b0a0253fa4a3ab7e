/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc_run.c - the life of estab nc: open, carry, close, stay in TIME-WAIT as
 * long as the peer may need us, leave.
 */
#include "cli/nc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cli.h"

#define BACKLOG 16 /* of -k */

/* ---- One turn of the loop ----------------------------------------------- */

static void
take_signals(struct nc *nc)
{
	struct signalfd_siginfo info;

	while (read(nc->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGUSR1)
			watch_states(nc->uplink.host, stderr);
		else
			nc->caught = (int)info.ssi_signo;
	}
}

static void
drain_events(struct nc *nc)
{
	struct estab_event event;

	/* What happened is read off each connection's conditions. */
	while (estab_event(nc->uplink.host, &event) == 1)
		;
}

int
nc_turn(struct nc *nc, int ready, estab_time until)
{
	struct pollfd own[3];
	int result;

	carry_ask(&nc->carry, ready, own);
	own[2] = (struct pollfd){ .fd = nc->signals, .events = POLLIN };
	result = loop_turn(&nc->uplink.loop, own, 3, until);
	carry_told(&nc->carry, own);
	watch_ladder_show(&nc->watch);
	drain_events(nc);
	if (own[2].revents != 0)
		take_signals(nc);
	if (result == 0)
		return NC_GOING;
	cli_say(NC_NAME, "tun:%s: %s", nc->wish->uplink.tun,
	    estab_device_strerror(result));
	return CLI_FAILED;
}

/* ---- Opening ------------------------------------------------------------ */

static void
begin_connection(struct nc *nc, estab_conn conn)
{
	nc->conn = conn;
	nc->open = nc->eof = false;
	nc->moved_at = estab_clock();
}

static int
start_connecting(struct nc *nc)
{
	char text[NC_PEER_TEXT];
	estab_conn conn;
	int result;

	nc->peer = nc->wish->peer;
	result =
	    estab_connect(nc->uplink.host, &conn, &nc->wish->local, &nc->peer);
	if (result < 0) {
		cli_say(NC_NAME, "%s: %s", nc_peer_text(nc, text),
		    estab_strerror(result));
		return CLI_FAILED;
	}
	begin_connection(nc, conn);
	return NC_GOING;
}

static int
start_listening(struct nc *nc)
{
	const int result = estab_listen(nc->uplink.host, &nc->listener,
	    &nc->wish->local, nc->wish->keep ? BACKLOG : 1);

	if (result < 0) {
		cli_say(NC_NAME, "port %u: %s", nc->wish->local.port,
		    estab_strerror(result));
		return CLI_FAILED;
	}
	if (nc->wish->verbose)
		cli_say(NC_NAME, "listening at port %u", nc->wish->local.port);
	return NC_GOING;
}

/* Wait for a connection.  Without -k it is the only one: whoever comes later
 * is refused. */
static int
await(struct nc *nc)
{
	struct estab_status status;
	estab_conn conn;

	if (estab_accept(nc->uplink.host, nc->listener, &conn) < 0)
		return nc_turn(nc, 0, ESTAB_NEVER);
	if (!nc->wish->keep) {
		(void)estab_release(nc->uplink.host, nc->listener);
		nc->listener = 0;
	}
	begin_connection(nc, conn);
	if (estab_status(nc->uplink.host, conn, &status) == 0)
		nc->peer = status.remote;
	return NC_GOING;
}

static void
opened(struct nc *nc)
{
	char text[NC_PEER_TEXT];

	nc->open = true;
	nc->moved_at = estab_clock();
	if (nc->wish->verbose)
		cli_say(NC_NAME, "%s: connected", nc_peer_text(nc, text));
}

/* ---- Between ------------------------------------------------------------ */

/* The peer's FIN: after the last byte our reader may know. */
static void
ended(struct nc *nc)
{
	char text[NC_PEER_TEXT];

	nc->eof = true;
	if (nc->wish->verbose)
		cli_say(NC_NAME, "%s: the peer has closed its half",
		    nc_peer_text(nc, text));
	if (!nc->wish->keep)
		carry_out_ended(&nc->carry);
}

/* Input that ended in an earlier connection ends this one's half too. */
static void
close_if_no_input(struct nc *nc, int ready)
{
	if ((ready & (int)ESTAB_CONNECTED) != 0 && !nc->open) {
		opened(nc);
		if (nc->carry.in < 0)
			(void)estab_close(nc->uplink.host, nc->conn);
	}
}

/* Move bytes, look for the end, wait for more. */
static int
carry_on(struct nc *nc)
{
	const int ready = estab_ready(nc->uplink.host, nc->conn);
	const int64_t wait_ns = nc->wish->wait_ns;
	int in, out;

	if (ready < 0 || (ready & (int)ESTAB_ERROR) != 0)
		return nc_end_failed(nc);
	close_if_no_input(nc, ready);
	in = carry_in(&nc->carry, nc->conn);
	if (in < 0)
		return nc_end_standard(nc, "input", in);
	out = carry_out(&nc->carry, nc->conn);
	if (out < 0)
		return nc_end_standard(nc, "output", out);
	if (in + out > 0)
		nc->moved_at = estab_clock();
	/* What moved has changed what is ready. */
	const int left = estab_ready(nc->uplink.host, nc->conn);

	if (left < 0 || (left & (int)ESTAB_ERROR) != 0)
		return nc_end_failed(nc);
	if ((left & (int)ESTAB_EOF) != 0 && !nc->eof &&
	    (left & (int)ESTAB_READABLE) == 0)
		ended(nc);
	if ((left & (int)ESTAB_ENDED) != 0 && nc->eof)
		return nc_end_well(nc);
	if (wait_ns > 0 && estab_clock() >= nc->moved_at + wait_ns)
		return nc_end_waited(nc);
	/* Before it is open, the end of input would undo it. */
	return nc_turn(nc, nc->open ? left : 0,
	    wait_ns > 0 ? nc->moved_at + wait_ns : ESTAB_NEVER);
}

static int
live(struct nc *nc)
{
	int result =
	    nc->wish->listen ? start_listening(nc) : start_connecting(nc);

	while (result == NC_GOING) {
		if (nc->caught != 0)
			result = nc_end_interrupted(nc);
		else
			result = nc->conn == 0 ? await(nc) : carry_on(nc);
	}
	/* What our leaving causes is still to be sent. */
	(void)loop_settle(&nc->uplink.loop, estab_clock() + NC_SETTLE_NS);
	return result;
}

/* ---- Before and after --------------------------------------------------- */

/* Signals come as bytes, between two turns, never in the middle of one. */
static int
open_signals(void)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool
begin_ladder(struct nc *nc)
{
	const struct nc_wish *const wish = nc->wish;
	char own[ESTAB_ADDRESS_TEXT], peer[NC_PEER_TEXT] = "";
	const bool v4 =
	    wish->listen || estab_address_is_v4(&wish->peer.address);
	const struct estab_address *address = uplink_own(&wish->uplink, v4);

	if (address == NULL)
		address = &wish->uplink.own[0].address;
	estab_address_text(address, own);
	if (!wish->listen)
		(void)nc_endpoint_text(&wish->peer, peer);
	return watch_ladder_begin(&nc->watch, own, peer);
}

/* Ladder and capture, as asked. */
static bool
begin_watch(struct nc *nc)
{
	if (nc->wish->ladder && !begin_ladder(nc)) {
		cli_say(NC_NAME, "--trace: no memory for the records");
		return false;
	}
	if (nc->wish->capture != NULL &&
	    !watch_capture_begin(&nc->watch, nc->wish->capture)) {
		cli_say(NC_NAME, "--pcap %s: %s", nc->wish->capture,
		    strerror(errno));
		return false;
	}
	return true;
}

int
nc_run(struct nc_wish *wish)
{
	struct nc nc = { .wish = wish };
	int result = CLI_FAILED;

	nc.signals = open_signals();
	if (begin_watch(&nc)) {
		if (nc.watch.trace.record != NULL)
			wish->uplink.trace = &nc.watch.trace;
		if (uplink_up(&nc.uplink, &wish->uplink, NC_NAME)) {
			watch_capture_tap(&nc.watch, &nc.uplink.loop);
			carry_begin(&nc.carry, nc.uplink.host);
			result = live(&nc);
			carry_end(&nc.carry);
			uplink_down(&nc.uplink);
		}
	}
	if (!watch_end(&nc.watch)) {
		cli_say(NC_NAME, "--pcap %s: the capture is not whole: %s",
		    wish->capture, strerror(errno));
		result = result == CLI_DONE ? CLI_FAILED : result;
	}
	(void)close(nc.signals);
	return result;
}
