/* SPDX-License-Identifier: BSD-2-Clause
 *
 * honest.h - honest clients of the server: a host of their own at the other
 * ends of the two queues, moved by whoever has the thread.
 *
 * Visitors open, have something echoed and close, so many a second, however long
 * the others take.  Flows are open all the time, and have so many messages a
 * second echoed, all together.
 */
#ifndef FLOOD_HONEST_H
#define FLOOD_HONEST_H

#include <sys/queue.h>

#include "flood/end.h"
#include "flood/queue.h"
#include "flood/stop.h"

#define HONEST_VISIT_BYTES 65536u
#define HONEST_FLOWS_MAX 16u
#define HONEST_PATIENCE_NS (10 * ESTAB_SECOND)

struct took {
	estab_time began;
	int64_t ns; /* of connecting */
};

struct visit;
TAILQ_HEAD(visits, visit);

struct honest {
	struct end end;
	struct queue *in, *out; /* from the server, to it */
	struct estab_endpoint server;
	estab_copy_sum copy_sum;
	estab_time now, counted_since;
	uint64_t lost; /* frames that found the queue to the server full */

	/* Visitors */
	uint32_t visit_bytes;    /* echoed to each */
	double opens_per_second; /* 0: nobody comes */
	estab_time opens_since;
	uint64_t opens_due;   /* begun since then */
	struct visits visits; /* in order of their beginning */
	void *by_conn;        /* tsearch(3) */
	uint64_t opened, served, failed;
	struct {
		struct took *took; /* those that connected */
		uint32_t count, room;
	} took;

	/* Flows */
	estab_conn flow[HONEST_FLOWS_MAX];
	uint32_t flow_count, message_bytes;
	double messages_per_second;
	estab_time messages_since;
	uint64_t messages_due;
	uint64_t echoed_bytes;
};

void honest_begin(struct honest *honest, struct queue *in, struct queue *out,
    const struct estab_endpoint *server);
/* The same with a host that somebody else moves, and no queues: visitors
 * alone. */
void honest_begin_with(struct honest *honest, const struct end *end,
    const struct estab_endpoint *server);
/* From now on so many visitors a second; those that came before stay. */
void honest_visit(struct honest *honest, double per_second);
/* Open flows; and from now on so many messages a second. */
void honest_open_flows(struct honest *honest, uint32_t count,
    uint32_t message_bytes);
void honest_talk(struct honest *honest, double messages_per_second);
/* Forget what was counted so far, and who is here already. */
void honest_count_anew(struct honest *honest);
/* Take in what came, act, and give out what is owed. */
void honest_turn(struct honest *honest, estab_time now);
bool honest_is_alone(const struct honest *honest); /* no visitor is here */
/* That part of the connecting times is below it; 0: there are none. */
int64_t honest_percentile(struct honest *honest, double part);
/* Forget how long it took those that found a thread standing still. */
void honest_leave_out(struct honest *honest, const struct stops *stops);
void honest_end(struct honest *honest);

#endif
