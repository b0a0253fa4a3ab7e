/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc.h - estab nc: what was asked, and the life of it.
 */
#ifndef CLI_NC_H
#define CLI_NC_H

#include "cli/carry.h"
#include "cli/uplink.h"
#include "cli/watch.h"

#define NC_NAME "estab nc"

struct nc_wish {
	bool listen, keep, verbose, ladder, linger;
	int family;                  /* 4, 6, or 0: either */
	int64_t wait_ns;             /* 0: for ever */
	const char *capture;         /* a file, or NULL */
	struct estab_endpoint peer;  /* connecting: whom */
	struct estab_endpoint local; /* listening: where */
	struct uplink_wish uplink;
};

/* Do it.  Returns the exit status. */
int nc_run(struct nc_wish *wish);

/* "10.9.0.1 port 80" */
#define NC_PEER_TEXT (ESTAB_ADDRESS_TEXT + 12)
const char *nc_endpoint_text(const struct estab_endpoint *endpoint, char *text);

#endif
