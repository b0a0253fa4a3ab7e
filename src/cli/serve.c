/* SPDX-License-Identifier: BSD-2-Clause
 *
 * serve.c - the life of a server of many connections.
 */
#include "cli/serve_call.h"

#include <search.h>
#include <stdlib.h>

#include "cli/cli.h"

/* As somaxconn of Linux: a turn of the loop may end a thousand handshakes
 * beside those that wait, and one that finds no place is lost if it had a
 * cookie for a record and the client leaves the first word to the server. */
#define BACKLOG 4096
#define HUNGRY_NS (ESTAB_SECOND / 20)
#define RESETS_AT_ONCE 128 /* the host keeps so many for the next output */

enum {
	KEY_JSON = 0x400,
};

/* ---- Options ------------------------------------------------------------ */

const struct argp_option serve_option[] = {
	{ "json", KEY_JSON, NULL, 0,
	    "When a connection ends, print it as a JSON object", 3 },
	{ 0 },
};

error_t
serve_parse(int key, char *text, struct argp_state *state)
{
	struct serve_wish *const wish = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &wish->session;
		return 0;
	case KEY_JSON:
		wish->json = true;
		return 0;
	case ARGP_KEY_ARG:
		cli_argument(state, text, 1);
		wish->local.port =
		    (uint16_t)cli_number(state, "port", text, 1, 65535);
		return 0;
	case ARGP_KEY_SUCCESS:
		wish->local =
		    session_local(&wish->session, wish->local.port, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int
error_of(const struct server *server, const struct serve_call *call)
{
	struct estab_status status;

	return estab_status(server->session.uplink.host, call->conn, &status) ==
	        0 ?
	    status.error :
	    ESTAB_ESTALE;
}

/* ---- What a call does --------------------------------------------------- */

static void
serve(struct server *server, struct serve_call *call)
{
	struct estab_host *const host = server->session.uplink.host;
	int ready = estab_ready(host, call->conn);

	if (ready >= 0 && (ready & (int)ESTAB_ERROR) == 0) {
		call_set_hungry(server, call,
		    !server->service->move(host, call, ready));
		/* What moved has changed what is ready. */
		ready = estab_ready(host, call->conn);
	}
	if (ready < 0 || (ready & (int)ESTAB_ERROR) != 0) {
		call_end(server, call, error_of(server, call));
		return;
	}
	if ((ready & (int)ESTAB_EOF) == 0 || (ready & (int)ESTAB_READABLE) != 0)
		return;
	if (!call->closed)
		(void)estab_close(host, call->conn);
	call->closed = true;
	if ((estab_ready(host, call->conn) & (int)ESTAB_ENDED) != 0)
		call_end(server, call, 0);
}

static void
accept_calls(struct server *server)
{
	struct estab_host *const host = server->session.uplink.host;
	estab_conn conn;

	while (server->call_count < server->wish->session.connections_max &&
	    estab_accept(host, server->listener, &conn) == 0) {
		struct serve_call *const call = call_new(server, conn);

		if (call != NULL) {
			serve(server, call);
			continue;
		}
		cli_say(server->service->name,
		    "no memory for one more connection; it is reset");
		(void)estab_abort(host, conn);
		(void)estab_release(host, conn);
	}
}

static void
serve_hungry(struct server *server)
{
	struct serve_call *call = LIST_FIRST(&server->hungry);

	while (call != NULL) {
		struct serve_call *const next = LIST_NEXT(call, hungry_link);

		serve(server, call);
		call = next;
	}
}

static void
drain_events(struct server *server)
{
	struct estab_event event;

	while (estab_event(server->session.uplink.host, &event) == 1) {
		struct serve_call *const call = call_find(server, event.conn);

		if (call != NULL)
			serve(server, call);
	}
	/* A call that ended may have made a place for one that waits. */
	accept_calls(server);
	serve_hungry(server);
}

uint64_t
serve_drop_input(struct estab_host *host, estab_conn conn)
{
	struct estab_span span[16];
	uint64_t total = 0;
	int n;

	while ((n = estab_receive_peek(host, conn, span, 16)) > 0) {
		size_t bytes = 0;

		for (int i = 0; i < n; i++)
			bytes += span[i].length;
		(void)estab_receive_consume(host, conn, bytes);
		total += bytes;
	}
	return total;
}

/* ---- The life of a server ----------------------------------------------- */

static int
start(struct server *server)
{
	struct estab_host *const host = server->session.uplink.host;
	const struct serve_wish *const wish = server->wish;
	const int result =
	    estab_listen(host, &server->listener, &wish->local, BACKLOG);

	if (result < 0) {
		cli_say(server->service->name, "port %u: %s", wish->local.port,
		    estab_strerror(result));
		return CLI_FAILED;
	}
	(void)estab_set(host, server->listener, ESTAB_SEND_BYTES,
	    SERVE_BUFFER_BYTES);
	(void)estab_set(host, server->listener, ESTAB_RECEIVE_BYTES,
	    SERVE_BUFFER_BYTES);
	/* A peer that vanished must not stay for ever. */
	(void)estab_set(host, server->listener, ESTAB_KEEPALIVE, 1);
	if (wish->session.verbose)
		cli_say(server->service->name, "listening at port %u",
		    wish->local.port);
	return SESSION_GOING;
}

static void
stop_call(const void *node, VISIT visit, void *context)
{
	const struct serve_call *const call =
	    *(const struct serve_call *const *)node;
	struct server *const server = context;
	struct session *const session = &server->session;

	if (visit != postorder && visit != leaf)
		return;
	(void)estab_abort(session->uplink.host, call->conn);
	if (++server->stopped % RESETS_AT_ONCE == 0)
		(void)loop_flush(&session->uplink.loop);
}

static void
free_call(void *call)
{
	free(call);
}

/* A signal, or the device has failed: reset what is open. */
static void
stop(struct server *server)
{
	char calls[CLI_COUNTED], bytes[CLI_COUNTED];

	twalk_r(server->calls, stop_call, server);
	tdestroy(server->calls, free_call);
	(void)estab_release(server->session.uplink.host, server->listener);
	if (server->wish->session.verbose)
		cli_say(server->service->name, "%s, %s in, %llu out%s",
		    cli_counted(server->served, "connection", calls),
		    cli_counted(server->in_bytes, "byte", bytes),
		    (unsigned long long)server->out_bytes,
		    server->call_count > 0 ? "; those still open are reset" :
		                             "");
}

static int
live(struct server *server)
{
	int result = start(server);

	while (result == SESSION_GOING) {
		if (server->session.caught != 0)
			result = 128 + server->session.caught;
		else
			result = session_turn(&server->session, NULL, 0,
			    LIST_EMPTY(&server->hungry) ?
			        ESTAB_NEVER :
			        loop_now(&server->session.uplink.loop) +
			            HUNGRY_NS);
		drain_events(server);
		if (result == SESSION_GOING && server->unheard)
			result = CLI_FAILED; /* cli_output_end() says why */
	}
	stop(server);
	return result;
}

int
serve_main(const struct service *service, const struct argp *argp, int argc,
    char **argv)
{
	struct serve_wish wish = {
		.session.name = service->name,
		.local.port = service->port,
	};
	struct server server = { .service = service, .wish = &wish };

	if (cli_parse(argp, argc, argv, NULL, &wish) != 0)
		return CLI_USAGE;
	if (!session_begin(&server.session, &wish.session, NULL))
		return CLI_FAILED;
	return session_end(&server.session, live(&server));
}
