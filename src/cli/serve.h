/* SPDX-License-Identifier: BSD-2-Clause
 *
 * serve.h - what servers of many connections have in common: options, a
 * listener, a record a connection, and how each one ends.
 *
 * A service says only what is to be moved.  When the peer's FIN has come and
 * nothing is left to read, our half is closed behind what was written; a
 * connection that has ended is released.
 */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include <sys/queue.h>

#include "cli/session.h"

/* Text a connection may hold each way; it is used as it is needed. */
#define SERVE_BUFFER_BYTES ((int64_t)64 * 1024)

struct serve_call {
	estab_conn conn;
	struct estab_endpoint peer;
	uint64_t in_bytes, out_bytes; /* read and written so far */
	bool closed;                  /* our half */
	bool hungry; /* memory ran out: to be tried again, without an event */
	LIST_ENTRY(serve_call) hungry_link;
};

struct service {
	const char *name; /* "estab echo" */
	uint16_t port;    /* where it listens unless told */
	/* Move what can be moved, and count it in call.  Returns false when
	 * something waits that found no memory. */
	bool (*move)(struct estab_host *host, struct serve_call *call,
	    int ready);
};

/* The options of every service; input is a struct serve_wish. */
extern const struct argp_option serve_option[];
error_t serve_parse(int key, char *text, struct argp_state *state);

#define SERVE_ARGP(doc)                                                        \
	{                                                                      \
		serve_option, serve_parse, "[PORT]", doc, resident_children,   \
		    NULL, NULL                                                 \
	}

/* The life of a service.  Returns the exit status. */
int serve_main(const struct service *service, const struct argp *argp, int argc,
    char **argv);

/* Read and throw away all there is; returns how many bytes. */
uint64_t serve_drop_input(struct estab_host *host, estab_conn conn);

#endif
