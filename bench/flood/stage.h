/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stage.h - a server in its thread on one core; generator and honest clients
 * in the caller's on another.  What passes between them are two queues.
 */
#ifndef FLOOD_STAGE_H
#define FLOOD_STAGE_H

#include "flood/generator.h"
#include "flood/honest.h"
#include "flood/server.h"

struct stage {
	int server_core; /* the caller runs on the other one of 0 and 1 */
	struct queue *to_server, *to_clients;
	struct server server;
	struct honest honest;
	struct generator generator;
	struct stops stops;
};

/* What comes in. */
struct load {
	double syns_per_second; /* STAGE_ANSWERED: as many as are answered */
	double opens_per_second;
	double messages_per_second; /* of flows that are open */
};
#define STAGE_ANSWERED (-1.0)

/* And what came of it. */
struct found {
	double seconds;
	double offered, answered; /* SYNs a second */
	double queue_dropped;     /* of 1 offered */
	double core;              /* of 1 the server used */
	double own;               /* of 1 the caller had, who never sleeps */
	uint64_t opened, served;
	int64_t median_ns, late_ns; /* connecting took; late: of 99 % less */
	int64_t own_late_ns; /* without who found a thread standing still */
	uint32_t stops;
	double stopped, waited; /* of 1: one stood; for a core, both together */
	double echoed_per_second; /* messages */
	uint64_t frames_lost;     /* of honest clients, at the full queue */
};

void stage_begin(struct stage *stage);
/* Bring this load for so long, two seconds more before that do not count,
 * and until the visitors that came have left. */
struct found stage_bring(struct stage *stage, const struct load *load,
    double seconds);
/* Stop the server; its host may be looked at. */
void stage_stop(struct stage *stage);
void stage_end(struct stage *stage);

/* SYNs a second that a generator writes into a queue whose reader throws them
 * away. */
double stage_ceiling(double seconds);

#endif
