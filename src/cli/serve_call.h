/* SPDX-License-Identifier: BSD-2-Clause
 *
 * serve_call.h - a server of many connections, and its record of each.
 */
#ifndef CLI_SERVE_CALL_H
#define CLI_SERVE_CALL_H

#include "cli/serve.h"

struct serve_wish {
	struct session_wish session;
	struct estab_endpoint local;
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
	bool unheard; /* nobody takes what --json prints */
	LIST_HEAD(hungry_calls, serve_call) hungry;
};

/* The connection of that handle, or NULL. */
struct serve_call *call_find(const struct server *server, estab_conn conn);
/* NULL: no memory. */
struct serve_call *call_new(struct server *server, estab_conn conn);
void call_set_hungry(struct server *server, struct serve_call *call,
    bool hungry);
/* It has ended, well (0) or with that error: released, and told if so asked. */
void call_end(struct server *server, struct serve_call *call, int error);

#endif
