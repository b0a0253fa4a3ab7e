/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ask.h - ask running processes of this user what control.h lets them answer.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <argp.h>

#include "cli/control.h"
#include "cli/facts.h"

#define ASK_ALL 0 /* instead of the number of one process */

/* Called with each object of an answer. */
typedef void (*ask_take)(void *context, const struct facts_who *who,
    const json_t *object);

struct ask {
	const char *speaker, *question;
	long pid; /* of one process, or ASK_ALL */
	ask_take take;
	void *context;
	char folder[CONTROL_FOLDER]; /* this and the rest: set by ask */
	int answered, failed;        /* how many processes */
};

/* Ask one process or all a question of control.h.  Returns an exit status;
 * what went wrong has been said. */
int ask(struct ask *asking);

/* The argument "PID" or "all". */
long ask_whom(struct argp_state *state, const char *text);

#endif
