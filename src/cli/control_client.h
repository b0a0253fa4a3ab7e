/* SPDX-License-Identifier: BSD-2-Clause
 *
 * control_client.h - one who asks a running process.
 */
#ifndef CLI_CONTROL_CLIENT_H
#define CLI_CONTROL_CLIENT_H

#include "cli/control.h"

#define OUT_BYTES 16384 /* made and sent at a time */

enum stage {
	STAGE_ASK, /* the question has not come whole */
	STAGE_CONNECTIONS,
	STAGE_COUNTERS,
	STAGE_END,
	STAGE_DONE, /* all is made */
};

struct control_client {
	int fd;
	enum stage stage;
	uint64_t cursor; /* of estab_status_next */
	char ask[CONTROL_ASK_MAX];
	size_t asked;
	char out[OUT_BYTES];
	size_t made, sent;
};

/* Take a piece of its question, or send one of its answer.  False: it is done
 * with, or gone. */
bool control_client_turn(struct control *control,
    struct control_client *client);

#endif
