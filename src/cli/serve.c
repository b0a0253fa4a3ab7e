/* SPDX-License-Identifier: BSD-2-Clause
 *
 * serve.c - the life of a server of many connections.
 */
#include "cli/serve.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/cli.h"

#define BACKLOG 1024
#define CALLS_DEFAULT 10000
#define CALLS_MAX 16000 /* of those the host has records for */
#define HUNGRY_NS (ESTAB_SECOND / 20)
#define RESETS_AT_ONCE 128 /* the host keeps so many for the next output */

enum {
	KEY_JSON = 0x400,
};

struct serve_wish {
	struct session_wish session;
	struct estab_endpoint local;
	uint32_t calls_max;
	bool json;
};

struct server {
	const struct service *service;
	const struct serve_wish *wish;
	struct session session;
	estab_conn listener;
	void *calls; /* tsearch(3): by handle */
	uint32_t call_count, stopped;
	uint64_t served, in_bytes, out_bytes;
	LIST_HEAD(hungry_calls, serve_call) hungry;
};

/* ---- Options ------------------------------------------------------------ */

const struct argp_option serve_option[] = {
	{ "connections", 'n', "N", 0,
	    "At most so many at a time (default 10000); others wait", 2 },
	{ "json", KEY_JSON, NULL, 0,
	    "When a connection ends, print it as a JSON object", 3 },
	{ 0 },
};

const struct argp_child serve_children[] = {
	{ &session_argp, 0, NULL, 0 },
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
	case 'n':
		wish->calls_max =
		    (uint32_t)cli_number(state, "-n", text, 1, CALLS_MAX);
		return 0;
	case KEY_JSON:
		wish->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			argp_error(state, "%s: this is one argument too many",
			    text);
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

/* ---- Calls -------------------------------------------------------------- */

static int
by_handle(const void *a, const void *b)
{
	const estab_conn first = ((const struct serve_call *)a)->conn;
	const estab_conn second = ((const struct serve_call *)b)->conn;

	return (first > second) - (first < second);
}

static struct serve_call *
find(const struct server *server, estab_conn conn)
{
	const struct serve_call key = { .conn = conn };
	void *const *const found = tfind(&key, &server->calls, by_handle);

	return found != NULL ? *found : NULL;
}

static struct serve_call *
add(struct server *server, estab_conn conn)
{
	struct serve_call *const call = calloc(1, sizeof *call);
	struct estab_status status;

	if (call == NULL)
		return NULL;
	call->conn = conn;
	if (tsearch(call, &server->calls, by_handle) == NULL) {
		free(call);
		return NULL;
	}
	if (estab_status(server->session.uplink.host, conn, &status) == 0)
		call->peer = status.remote;
	server->call_count++;
	server->served++;
	return call;
}

static void
set_hungry(struct server *server, struct serve_call *call, bool hungry)
{
	if (call->hungry == hungry)
		return;
	call->hungry = hungry;
	if (hungry)
		LIST_INSERT_HEAD(&server->hungry, call, hungry_link);
	else
		LIST_REMOVE(call, hungry_link);
}

/* ---- How a call ends ---------------------------------------------------- */

static void
print_call(const struct serve_call *call, int error)
{
	char address[ESTAB_ADDRESS_TEXT];
	json_t *object;

	estab_address_text(&call->peer.address, address);
	object = json_pack("{s:s, s:i, s:I, s:I}", "peer", address, "port",
	    (int)call->peer.port, "in_bytes", (json_int_t)call->in_bytes,
	    "out_bytes", (json_int_t)call->out_bytes);
	if (error != 0)
		(void)json_object_set_new(object, "error",
		    json_string(estab_strerror(error)));
	(void)json_dumpf(object, stdout, JSON_COMPACT);
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
	json_decref(object);
}

static void
tell_end(const struct server *server, const struct serve_call *call, int error)
{
	char text[ENDPOINT_TEXT];

	if (server->wish->json)
		print_call(call, error);
	if (!server->wish->session.verbose)
		return;
	(void)session_endpoint(&call->peer, text);
	cli_say(server->service->name, "%s: %s; %llu bytes in, %llu out", text,
	    error != 0 ? estab_strerror(error) : "closed",
	    (unsigned long long)call->in_bytes,
	    (unsigned long long)call->out_bytes);
}

static void
end_call(struct server *server, struct serve_call *call, int error)
{
	tell_end(server, call, error);
	server->in_bytes += call->in_bytes;
	server->out_bytes += call->out_bytes;
	server->call_count--;
	set_hungry(server, call, false);
	(void)estab_release(server->session.uplink.host, call->conn);
	(void)tdelete(call, &server->calls, by_handle);
	free(call);
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
		set_hungry(server, call,
		    !server->service->move(host, call, ready));
		/* What moved has changed what is ready. */
		ready = estab_ready(host, call->conn);
	}
	if (ready < 0 || (ready & (int)ESTAB_ERROR) != 0) {
		end_call(server, call, error_of(server, call));
		return;
	}
	if ((ready & (int)ESTAB_EOF) == 0 || (ready & (int)ESTAB_READABLE) != 0)
		return;
	if (!call->closed)
		(void)estab_close(host, call->conn);
	call->closed = true;
	if ((estab_ready(host, call->conn) & (int)ESTAB_ENDED) != 0)
		end_call(server, call, 0);
}

static void
accept_calls(struct server *server)
{
	struct estab_host *const host = server->session.uplink.host;
	estab_conn conn;

	while (server->call_count < server->wish->calls_max &&
	    estab_accept(host, server->listener, &conn) == 0) {
		struct serve_call *const call = add(server, conn);

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
		struct serve_call *const call = find(server, event.conn);

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
	twalk_r(server->calls, stop_call, server);
	tdestroy(server->calls, free_call);
	(void)estab_release(server->session.uplink.host, server->listener);
	if (server->wish->session.verbose)
		cli_say(server->service->name,
		    "%llu connections, %llu bytes in, %llu out%s",
		    (unsigned long long)server->served,
		    (unsigned long long)server->in_bytes,
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
	}
	stop(server);
	return result;
}

int
serve_main(const struct service *service, const struct argp *argp, int argc,
    char **argv)
{
	struct serve_wish wish = {
		.session = { .name = service->name, .resident = true },
		.local.port = service->port,
		.calls_max = CALLS_DEFAULT,
	};
	struct server server = { .service = service, .wish = &wish };

	if (cli_parse(argp, argc, argv, NULL, &wish) != 0)
		return CLI_USAGE;
	if (!session_begin(&server.session, &wish.session, NULL))
		return CLI_FAILED;
	return session_end(&server.session, live(&server));
}
