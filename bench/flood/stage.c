/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stage.c - one thread brings a load, the other serves.
 */
#include "flood/stage.h"

#include <estab/link.h>

#include <time.h>
#include <unistd.h>

#include "measure.h"

#define BURST 32u   /* SYNs between two looks at the clock */
#define WINDOW 120u /* unanswered: what a turn takes, and no full next one */
/* A generator that was held up does not catch up: it would fill the queue. */
#define DEBT_NS (100 * ESTAB_US)
/* The records of a flood's first moments are gone after one. */
#define WARM_SECONDS 2

/* ---- Bringing ----------------------------------------------------------- */

struct pace {
	double per_second;
	double put; /* since then */
	estab_time since;
};

static uint32_t
due(struct pace *pace, estab_time now)
{
	const double most = pace->per_second * (double)DEBT_NS / 1e9 + BURST;
	double owed =
	    pace->per_second * (double)(now - pace->since) / 1e9 - pace->put;
	uint32_t n;

	if (owed > most) {
		pace->put += owed - most;
		owed = most;
	}
	n = owed < BURST ? (uint32_t)owed : BURST;
	pace->put += n;
	return n;
}

static uint32_t
unanswered(struct stage *stage)
{
	const uint32_t depth = queue_depth(stage->to_server);

	return depth < WINDOW ? WINDOW - depth : 0;
}

static void
bring_until(struct stage *stage, struct pace *pace, estab_time until)
{
	estab_time now;

	while ((now = estab_clock()) < until) {
		uint32_t n = 0;

		stop_look(&stage->stops, stage->to_server, now);
		honest_turn(&stage->honest, now);
		if (pace->per_second == STAGE_ANSWERED)
			n = unanswered(stage);
		else if (pace->per_second > 0)
			n = due(pace, now);
		if (n > 0)
			generator_put(&stage->generator, n);
	}
}

static double
own_cpu(void)
{
	struct timespec used = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static double
waited(const struct stage *stage)
{
	return stop_waited(gettid()) +
	    stop_waited(atomic_load(&stage->server.thread_id));
}

static void
begin_counting(struct stage *stage, struct found *found)
{
	stage->generator.offered = stage->generator.dropped = 0;
	honest_count_anew(&stage->honest);
	stage->stops.count = 0;
	stage->stops.ns = 0;
	*found = (struct found){
		.seconds = measure_clock(),
		.answered = (double)server_answered(&stage->server),
		.core = server_cpu(&stage->server),
		.own = own_cpu(),
		.waited = waited(stage),
	};
}

static void
end_counting(struct stage *stage, struct found *found)
{
	const struct generator *g = &stage->generator;
	const struct honest *h = &stage->honest;
	const double seconds = measure_clock() - found->seconds;

	found->seconds = seconds;
	found->offered = (double)g->offered / seconds;
	found->answered =
	    ((double)server_answered(&stage->server) - found->answered) /
	    seconds;
	found->queue_dropped =
	    g->offered == 0 ? 0 : (double)g->dropped / (double)g->offered;
	found->core = (server_cpu(&stage->server) - found->core) / seconds;
	found->own = (own_cpu() - found->own) / seconds;
	found->waited = (waited(stage) - found->waited) / seconds;
	found->stops = stage->stops.count;
	found->stopped = (double)stage->stops.ns / 1e9 / seconds;
	found->frames_lost = h->lost;
	if (h->message_bytes != 0)
		found->echoed_per_second =
		    (double)h->echoed_bytes / h->message_bytes / seconds;
}

static estab_time
after(double seconds)
{
	return estab_clock() + (estab_time)(seconds * 1e9);
}

struct found
stage_bring(struct stage *stage, const struct load *load, double seconds)
{
	struct honest *const h = &stage->honest;
	struct pace pace = { load->syns_per_second, 0, estab_clock() };
	struct found found;
	estab_time end;

	h->now = estab_clock();
	honest_visit(h, load->opens_per_second);
	honest_talk(h, load->messages_per_second);
	bring_until(stage, &pace, after(WARM_SECONDS));
	begin_counting(stage, &found);
	bring_until(stage, &pace, after(seconds));
	end_counting(stage, &found);
	honest_visit(h, 0);
	end = after(HONEST_PATIENCE_NS / 1e9 + 1);
	while (!honest_is_alone(h) && estab_clock() < end)
		bring_until(stage, &pace, after(0.01));
	found.opened = h->opened;
	found.served = h->served;
	found.median_ns = honest_percentile(h, 0.5);
	found.late_ns = honest_percentile(h, 0.99);
	honest_leave_out(h, &stage->stops);
	found.own_late_ns = honest_percentile(h, 0.99);
	return found;
}

/* ---- Begun and ended ---------------------------------------------------- */

void
stage_begin(struct stage *stage)
{
	struct estab_endpoint server = { .port = BENCH_PORT };

	stage->to_server = queue_make(true);
	stage->to_clients = queue_make(false);
	server_pin(1 - stage->server_core);
	server_start(&stage->server, stage->to_server, stage->to_clients,
	    stage->server_core);
	server.address = stage->server.end.address;
	honest_begin(&stage->honest, stage->to_clients, stage->to_server,
	    &server);
	generator_begin(&stage->generator, stage->to_server, &server);
	stop_begin(&stage->stops, estab_clock());
}

void
stage_stop(struct stage *stage)
{
	server_stop(&stage->server);
}

void
stage_end(struct stage *stage)
{
	honest_end(&stage->honest);
	server_drop(&stage->server);
	stop_end(&stage->stops);
	queue_end(stage->to_server);
	queue_end(stage->to_clients);
}

/* ---- The ceiling -------------------------------------------------------- */

struct drain {
	struct queue *queue;
	uint64_t bytes;
	_Atomic bool stop;
};

static void *
throw_away(void *context)
{
	struct drain *const drain = context;

	server_pin(1);
	while (!atomic_load_explicit(&drain->stop, memory_order_relaxed)) {
		const struct queue_slot *slot;

		while ((slot = queue_next(drain->queue)) != NULL)
			drain->bytes += slot->bytes;
		queue_release(drain->queue);
	}
	return NULL;
}

double
stage_ceiling(double seconds)
{
	const struct estab_endpoint to = { .port = BENCH_PORT };
	struct drain drain = { .queue = queue_make(false) };
	struct generator generator;
	pthread_t thread;
	double began;

	server_pin(0);
	generator_begin(&generator, drain.queue, &to);
	measure_must(pthread_create(&thread, NULL, throw_away, &drain) == 0,
	    "no thread");
	began = measure_clock();
	while (measure_clock() - began < seconds)
		generator_put(&generator, BURST);
	began = measure_clock() - began;
	atomic_store(&drain.stop, true);
	(void)pthread_join(thread, NULL);
	queue_end(drain.queue);
	return (double)(generator.offered - generator.dropped) / began;
}
