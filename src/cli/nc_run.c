/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc_run.c - the life of estab nc: open, carry, close, stay in TIME-WAIT as
 * long as the peer may need us, leave.
 */
#include "cli/nc.h"

#include "cli/cli.h"

#define BACKLOG 16 /* of -k */

/* ---- One turn of the loop ----------------------------------------------- */

static void
drain_events(struct nc *nc)
{
	struct estab_event event;

	/* What happened is read off each connection's conditions. */
	while (estab_event(nc->session.uplink.host, &event) == 1)
		;
}

int
nc_turn(struct nc *nc, int ready, estab_time until)
{
	struct pollfd own[2];
	int result;

	carry_ask(&nc->carry, ready, own);
	result = session_turn(&nc->session, own, 2, until);
	carry_told(&nc->carry, own);
	drain_events(nc);
	return result;
}

/* ---- Opening ------------------------------------------------------------ */

static void
begin_connection(struct nc *nc, estab_conn conn)
{
	nc->conn = conn;
	nc->open = nc->eof = false;
	nc->moved_at = loop_now(&nc->session.uplink.loop);
}

static int
start_connecting(struct nc *nc)
{
	char text[NC_PEER_TEXT];
	estab_conn conn;
	int result;

	nc->peer = nc->wish->peer;
	result = estab_connect(nc->session.uplink.host, &conn, &nc->wish->local,
	    &nc->peer);
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
	const int result = estab_listen(nc->session.uplink.host, &nc->listener,
	    &nc->wish->local, nc->wish->keep ? BACKLOG : 1);

	if (result < 0) {
		cli_say(NC_NAME, "port %u: %s", nc->wish->local.port,
		    estab_strerror(result));
		return CLI_FAILED;
	}
	if (nc->wish->session.verbose)
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

	if (estab_accept(nc->session.uplink.host, nc->listener, &conn) < 0)
		return nc_turn(nc, 0, ESTAB_NEVER);
	if (!nc->wish->keep) {
		(void)estab_release(nc->session.uplink.host, nc->listener);
		nc->listener = 0;
	}
	begin_connection(nc, conn);
	if (estab_status(nc->session.uplink.host, conn, &status) == 0)
		nc->peer = status.remote;
	return NC_GOING;
}

static void
opened(struct nc *nc)
{
	char text[NC_PEER_TEXT];

	nc->open = true;
	nc->moved_at = loop_now(&nc->session.uplink.loop);
	if (nc->wish->session.verbose)
		cli_say(NC_NAME, "%s: connected", nc_peer_text(nc, text));
}

/* ---- Between ------------------------------------------------------------ */

/* The peer's FIN: after the last byte our reader may know. */
static void
ended(struct nc *nc)
{
	char text[NC_PEER_TEXT];

	nc->eof = true;
	if (nc->wish->session.verbose)
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
			(void)estab_close(nc->session.uplink.host, nc->conn);
	}
}

/* Move bytes, look for the end, wait for more. */
static int
carry_on(struct nc *nc)
{
	const int ready = estab_ready(nc->session.uplink.host, nc->conn);
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
		nc->moved_at = loop_now(&nc->session.uplink.loop);
	/* What moved has changed what is ready. */
	const int left = estab_ready(nc->session.uplink.host, nc->conn);

	if (left < 0 || (left & (int)ESTAB_ERROR) != 0)
		return nc_end_failed(nc);
	if ((left & (int)ESTAB_EOF) != 0 && !nc->eof &&
	    (left & (int)ESTAB_READABLE) == 0)
		ended(nc);
	if ((left & (int)ESTAB_ENDED) != 0 && nc->eof)
		return nc_end_well(nc);
	if (wait_ns > 0 &&
	    loop_now(&nc->session.uplink.loop) >= nc->moved_at + wait_ns)
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
		if (nc->session.caught != 0)
			result = nc_end_interrupted(nc);
		else
			result = nc->conn == 0 ? await(nc) : carry_on(nc);
	}
	return result;
}

/* ---- Before and after --------------------------------------------------- */

int
nc_run(struct nc_wish *wish)
{
	struct nc nc = { .wish = wish };
	int result;

	if (!session_begin(&nc.session, &wish->session,
	        wish->listen ? NULL : &wish->peer))
		return CLI_FAILED;
	carry_begin(&nc.carry, nc.session.uplink.host);
	result = live(&nc);
	carry_end(&nc.carry);
	return session_end(&nc.session, result);
}
