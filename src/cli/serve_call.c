/* SPDX-License-Identifier: BSD-2-Clause
 *
 * serve_call.c - the connections of a server: found, told of, ended.
 */
#include "cli/serve_call.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/cli.h"

static int
by_handle(const void *a, const void *b)
{
	const estab_conn first = ((const struct serve_call *)a)->conn;
	const estab_conn second = ((const struct serve_call *)b)->conn;

	return (first > second) - (first < second);
}

struct serve_call *
call_find(const struct server *server, estab_conn conn)
{
	const struct serve_call key = { .conn = conn };
	void *const *const found = tfind(&key, &server->calls, by_handle);

	return found != NULL ? *found : NULL;
}

struct serve_call *
call_new(struct server *server, estab_conn conn)
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

void
call_set_hungry(struct server *server, struct serve_call *call, bool hungry)
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
print_call(struct server *server, const struct serve_call *call, int error)
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
	server->unheard = !cli_output_flush();
	json_decref(object);
}

static void
tell_end(struct server *server, const struct serve_call *call, int error)
{
	char text[ENDPOINT_TEXT], counted[CLI_COUNTED];

	if (server->wish->json)
		print_call(server, call, error);
	if (!server->wish->session.verbose)
		return;
	(void)session_endpoint(&call->peer, text);
	cli_say(server->service->name, "%s: %s; %s in, %llu out", text,
	    error != 0 ? estab_strerror(error) : "closed",
	    cli_counted(call->in_bytes, "byte", counted),
	    (unsigned long long)call->out_bytes);
}

void
call_end(struct server *server, struct serve_call *call, int error)
{
	tell_end(server, call, error);
	server->in_bytes += call->in_bytes;
	server->out_bytes += call->out_bytes;
	server->call_count--;
	call_set_hungry(server, call, false);
	(void)estab_release(server->session.uplink.host, call->conn);
	(void)tdelete(call, &server->calls, by_handle);
	free(call);
}
