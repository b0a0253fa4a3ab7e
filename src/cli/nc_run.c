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

#define GOING (-1)             /* no exit status yet */
#define SETTLE_NS ESTAB_SECOND /* for a last RST to leave */
#define BACKLOG 16             /* of -k */
#define RTO_UNKNOWN_NS ESTAB_SECOND

struct nc {
	const struct nc_wish *wish;
	struct uplink uplink;
	struct watch watch;
	struct carry carry;
	estab_conn listener, conn; /* 0: none */
	struct estab_endpoint peer;
	int signals;
	int caught;          /* the signal that ends us, or 0 */
	bool open;           /* the handshake has ended */
	bool eof;            /* the peer's FIN has been taken */
	estab_time moved_at; /* bytes moved last, or the wait began */
	int64_t rto_ns;      /* as last seen */
};

const char *
nc_endpoint_text(const struct estab_endpoint *endpoint, char *text)
{
	size_t end;

	estab_address_text(&endpoint->address, text);
	end = strlen(text);
	(void)snprintf(text + end, NC_PEER_TEXT - end, " port %u",
	    endpoint->port);
	return text;
}

static const char *
peer_text(const struct nc *nc, char *text)
{
	return nc_endpoint_text(&nc->peer, text);
}

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

/* Let the world go on until something happens, at most until then.  ready
 * says what standard input and output are wanted for.  Returns GOING or, the
 * device having failed, an exit status. */
static int
turn(struct nc *nc, int ready, estab_time until)
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
		return GOING;
	cli_say(NC_NAME, "tun:%s: %s", nc->wish->uplink.tun,
	    estab_device_strerror(result));
	return CLI_FAILED;
}

/* Reset the connection, and see the RST off. */
static void
abort_now(struct nc *nc)
{
	if (nc->conn == 0)
		return;
	(void)estab_abort(nc->uplink.host, nc->conn);
	(void)loop_settle(&nc->uplink.loop, estab_clock() + SETTLE_NS);
	(void)estab_release(nc->uplink.host, nc->conn);
	nc->conn = 0;
}

/* ---- Opening ------------------------------------------------------------ */

static void
begin_connection(struct nc *nc, estab_conn conn)
{
	nc->conn = conn;
	nc->open = nc->eof = false;
	nc->rto_ns = RTO_UNKNOWN_NS;
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
		cli_say(NC_NAME, "%s: %s", peer_text(nc, text),
		    estab_strerror(result));
		return CLI_FAILED;
	}
	begin_connection(nc, conn);
	return GOING;
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
	return GOING;
}

/* Wait for a connection.  Without -k it is the only one: whoever comes later
 * is refused. */
static int
await(struct nc *nc)
{
	struct estab_status status;
	estab_conn conn;

	if (estab_accept(nc->uplink.host, nc->listener, &conn) < 0)
		return turn(nc, 0, ESTAB_NEVER);
	if (!nc->wish->keep) {
		(void)estab_release(nc->uplink.host, nc->listener);
		nc->listener = 0;
	}
	begin_connection(nc, conn);
	if (estab_status(nc->uplink.host, conn, &status) == 0)
		nc->peer = status.remote;
	return GOING;
}

static void
opened(struct nc *nc)
{
	char text[NC_PEER_TEXT];

	nc->open = true;
	nc->moved_at = estab_clock();
	if (nc->wish->verbose)
		cli_say(NC_NAME, "%s: connected", peer_text(nc, text));
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
static int
failed(struct nc *nc)
{
	struct estab_status status = { .error = ESTAB_ECONNABORTED };
	char text[NC_PEER_TEXT];

	(void)estab_status(nc->uplink.host, nc->conn, &status);
	cli_say(NC_NAME, "%s: %s%s", peer_text(nc, text),
	    estab_strerror(status.error), advice(nc, status.error));
	(void)estab_release(nc->uplink.host, nc->conn);
	nc->conn = 0;
	return nc->wish->keep ? GOING : CLI_FAILED;
}

static int
failed_standard(struct nc *nc, const char *which, int error)
{
	cli_say(NC_NAME, "standard %s: %s; the connection is reset", which,
	    strerror(-error));
	abort_now(nc);
	return CLI_FAILED;
}

static int
waited_enough(struct nc *nc)
{
	const long seconds = (long)(nc->wish->wait_ns / ESTAB_SECOND);
	char text[NC_PEER_TEXT];

	if (nc->open)
		cli_say(NC_NAME,
		    "%s: nothing moved for %ld s (-w); the connection is "
		    "reset",
		    peer_text(nc, text), seconds);
	else
		cli_say(NC_NAME,
		    "%s: no answer in %ld s (-w): a filter, or no such host",
		    peer_text(nc, text), seconds);
	abort_now(nc);
	return nc->wish->keep ? GOING : CLI_FAILED;
}

/* A signal: reset what is open, and leave as one who was ended by it. */
static int
interrupted(struct nc *nc)
{
	char text[NC_PEER_TEXT];

	if (nc->conn != 0)
		cli_say(NC_NAME, "%s: %s; the connection is reset",
		    peer_text(nc, text), strsignal(nc->caught));
	abort_now(nc);
	return 128 + nc->caught;
}

/* ---- Ending well -------------------------------------------------------- */

/* How long to stay in TIME-WAIT.  The peer sends a FIN again, should our last
 * ACK be lost, after its RTO.  That is much like ours, counted from when the
 * FIN that we have was sent; half as much again covers the difference. */
static estab_time
leave_at(const struct nc *nc)
{
	if (nc->wish->linger)
		return ESTAB_NEVER;
	return estab_clock() + nc->rto_ns + nc->rto_ns / 2;
}

static void
say_time_wait(const struct nc *nc, const struct estab_status *status)
{
	const estab_time now = estab_clock();
	char text[NC_PEER_TEXT];

	if (!nc->wish->verbose)
		return;
	cli_say(NC_NAME, "%s: TIME-WAIT for %ld s more; here for %ld ms",
	    peer_text(nc, text),
	    (long)((status->time_wait_at - now) / ESTAB_SECOND),
	    (long)(((nc->wish->linger ? status->time_wait_at : leave_at(nc)) -
		       now) /
		ESTAB_MS));
}

/* Leave TIME-WAIT early, in words. */
static void
forget(struct nc *nc, const struct estab_status *status)
{
	const int64_t left_ns = status->time_wait_at - estab_clock();
	char text[NC_PEER_TEXT];

	(void)estab_forget(nc->uplink.host, nc->conn);
	watch_ladder_show(&nc->watch);
	if (nc->wish->verbose || nc->wish->linger)
		cli_say(NC_NAME,
		    "%s: TIME-WAIT ended by hand, %ld s early: nobody is left "
		    "to answer a repeated FIN, nor to turn away an old segment",
		    peer_text(nc, text), (long)(left_ns / ESTAB_SECOND));
}

/* Stay in TIME-WAIT.  Each FIN that comes again starts the wait anew. */
static int
time_wait(struct nc *nc, struct estab_status *status)
{
	estab_time ends = status->time_wait_at;
	estab_time until = leave_at(nc);
	int result = GOING;

	say_time_wait(nc, status);
	while (result == GOING && nc->caught == 0 && estab_clock() < until) {
		result = turn(nc, 0, until);
		if (estab_status(nc->uplink.host, nc->conn, status) < 0 ||
		    status->kind != ESTAB_KIND_TIME_WAIT)
			return CLI_DONE;
		if (status->time_wait_at != ends) {
			ends = status->time_wait_at;
			until = leave_at(nc);
		}
	}
	forget(nc, status);
	return result == GOING ? CLI_DONE : result;
}

/* Both directions have ended as they should. */
static int
finished(struct nc *nc)
{
	struct estab_status status;
	char text[NC_PEER_TEXT];
	int result = CLI_DONE;

	if (nc->wish->verbose)
		cli_say(NC_NAME, "%s: closed; %llu bytes out, %llu in",
		    peer_text(nc, text), (unsigned long long)nc->carry.in_bytes,
		    (unsigned long long)nc->carry.out_bytes);
	if (!nc->wish->keep &&
	    estab_status(nc->uplink.host, nc->conn, &status) == 0 &&
	    status.kind == ESTAB_KIND_TIME_WAIT)
		result = time_wait(nc, &status);
	(void)estab_release(nc->uplink.host, nc->conn);
	nc->conn = 0;
	nc->carry.in_bytes = nc->carry.out_bytes = 0;
	return nc->wish->keep ? GOING : result;
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
		    peer_text(nc, text));
	if (!nc->wish->keep)
		carry_out_ended(&nc->carry);
}

static void
note_rto(struct nc *nc)
{
	struct estab_status status;

	if (nc->carry.in < 0 &&
	    estab_status(nc->uplink.host, nc->conn, &status) == 0 &&
	    status.kind == ESTAB_KIND_TCB)
		nc->rto_ns = status.rto_ns;
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
		return failed(nc);
	close_if_no_input(nc, ready);
	in = carry_in(&nc->carry, nc->conn);
	if (in < 0)
		return failed_standard(nc, "input", in);
	out = carry_out(&nc->carry, nc->conn);
	if (out < 0)
		return failed_standard(nc, "output", out);
	if (in + out > 0)
		nc->moved_at = estab_clock();
	note_rto(nc);
	/* What moved has changed what is ready. */
	const int left = estab_ready(nc->uplink.host, nc->conn);

	if (left < 0 || (left & (int)ESTAB_ERROR) != 0)
		return failed(nc);
	if ((left & (int)ESTAB_EOF) != 0 && !nc->eof &&
	    (left & (int)ESTAB_READABLE) == 0)
		ended(nc);
	if ((left & (int)ESTAB_ENDED) != 0 && nc->eof)
		return finished(nc);
	if (wait_ns > 0 && estab_clock() >= nc->moved_at + wait_ns)
		return waited_enough(nc);
	return turn(nc, left,
	    wait_ns > 0 ? nc->moved_at + wait_ns : ESTAB_NEVER);
}

static int
live(struct nc *nc)
{
	int result =
	    nc->wish->listen ? start_listening(nc) : start_connecting(nc);

	while (result == GOING) {
		if (nc->caught != 0)
			result = interrupted(nc);
		else
			result = nc->conn == 0 ? await(nc) : carry_on(nc);
	}
	/* What our leaving causes is still to be sent. */
	(void)loop_settle(&nc->uplink.loop, estab_clock() + SETTLE_NS);
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
		if (wish->ladder)
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
