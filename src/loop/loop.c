/* SPDX-License-Identifier: BSD-2-Clause
 *
 * loop.c - frames in, frames out, and sleep between.
 */
#include "loop/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define FRAMES_MAX 4096u         /* of a line in a turn, in a flood */
#define TURNS_SHORT_MAX 128      /* what a thirtieth of a core makes up for */
#define CALM_NS (250 * ESTAB_US) /* gaps in a flood are shorter */

static estab_time
earlier(estab_time a, estab_time b)
{
	return a < b ? a : b;
}

void
loop_begin(struct loop *loop, struct estab_host *host)
{
	*loop = (struct loop){ .host = host, .refused_until = ESTAB_NEVER };
}

estab_time
loop_now(const struct loop *loop)
{
	return loop->recording != NULL ? loop->now : estab_clock();
}

static void
go_to(struct loop *loop, estab_time when)
{
	if (when > loop->now)
		loop->now = when;
	loop->recording->now = loop->now;
}

int
loop_add(struct loop *loop, struct estab_device *device,
    const struct estab_impairment *impairment, uint64_t seed)
{
	int link;

	if (loop->line_count == LOOP_LINES_MAX)
		return ESTAB_ENOMEM;
	if (loop->line_count > 0 &&
	    (loop->recording != NULL || device->next != NULL))
		return ESTAB_EINVAL; /* two times */
	link = estab_link_add(loop->host, &device->link);
	if (link < 0)
		return link;
	if (device->next != NULL) {
		loop->recording = device;
		go_to(loop, device->now);
	}
	line_begin(&loop->line[loop->line_count++], device, link, impairment,
	    seed);
	return link;
}

void
loop_end(struct loop *loop)
{
	for (size_t i = 0; i < loop->line_count; i++)
		line_end(&loop->line[i]);
	loop->line_count = 0;
}

static struct line *
find_line(struct loop *loop, uint8_t link)
{
	for (size_t i = 0; i < loop->line_count; i++)
		if (loop->line[i].link == link)
			return &loop->line[i];
	return NULL;
}

/* ---- Out ---------------------------------------------------------------- */

/* Frames the host gave.  Their spans are good until the host is called again,
 * so what finds no place is marked, and told to the host at the end. */
struct batch {
	struct estab_frame frame[LINE_BATCH];
	size_t count;
	bool refused[LINE_BATCH];
	size_t refused_count;
	estab_time now;
};

static void
tap(const struct loop *loop, bool out, const struct estab_frame *frame,
    estab_time now)
{
	uint8_t *const flat = malloc(estab_frame_bytes(frame) + 1);

	if (flat == NULL) /* a capture with a gap; life goes on */
		return;
	loop->tap(loop->tap_context, out, now, flat,
	    estab_frame_gather(frame, flat));
	free(flat);
}

/* A tap is told of each packet before the next one happens. */
static int
batch_max(const struct loop *loop)
{
	return loop->tap != NULL ? 1 : LINE_BATCH;
}

/* Tell the host when a device takes less, or more, than it did. */
static int
tell_mtu(struct loop *loop, struct line *line)
{
	const uint32_t mtu = line->device->link.mtu;

	if (mtu == line->mtu)
		return 0;
	line->mtu = mtu;
	return estab_link_set_mtu(loop->host, line->link, mtu) < 0 ? -EMSGSIZE :
	                                                             0;
}

/* Send frames first .. end, all of one link. */
static int
send_run(struct loop *loop, struct batch *batch, size_t first, size_t end)
{
	struct line *const line = find_line(loop, batch->frame[first].link);
	size_t kept;
	int result;

	if (line == NULL)
		return 0;
	result = line_send(line, batch->frame + first, end - first, &kept,
	    batch->now);
	if (result >= 0)
		result = tell_mtu(loop, line);
	if (result < 0)
		loop->failed = line;
	if (kept < end - first)
		loop->refused_until =
		    earlier(loop->refused_until, line->retry_at);
	for (size_t i = first + kept; i < end; i++) {
		batch->refused[i] = true;
		batch->refused_count++;
	}
	return result;
}

static int
send_batch(struct loop *loop, struct batch *batch)
{
	size_t first = 0;
	int result = 0;

	while (result >= 0 && first < batch->count) {
		size_t end = first + 1;

		while (end < batch->count &&
		    batch->frame[end].link == batch->frame[first].link)
			end++;
		result = send_run(loop, batch, first, end);
		first = end;
	}
	if (batch->refused_count == 0)
		return result;
	loop->frames_refused += batch->refused_count;
	for (size_t i = 0; i < batch->count; i++)
		if (batch->refused[i])
			estab_output_refused(loop->host, &batch->frame[i]);
	return result;
}

/* Take what the host owes now and send it.  Returns how many frames. */
static int
pump(struct loop *loop, estab_time now)
{
	struct batch batch; /* large: only what is used is set */
	int result =
	    estab_output(loop->host, batch.frame, (size_t)batch_max(loop), now);

	if (result <= 0)
		return result;
	batch.count = (size_t)result;
	batch.refused_count = 0;
	batch.now = now;
	for (size_t i = 0; i < batch.count; i++)
		batch.refused[i] = false;
	loop->frames_out += batch.count;
	if (loop->tap != NULL)
		tap(loop, true, &batch.frame[0], now);
	result = send_batch(loop, &batch);
	return result < 0 ? result : (int)batch.count;
}

/* Send what waits on a line.  What the device takes no longer, because its MTU
 * has sunk meanwhile, is as if it had been refused when it was made. */
static int
drain(struct loop *loop, struct line *line, estab_time now)
{
	struct estab_frame frame;

	for (;;) {
		int result = line_drain(line, now);

		if (result >= 0)
			result = tell_mtu(loop, line);
		if (result < 0)
			loop->failed = line;
		if (result < 0 || !line_too_long(line, now, &frame))
			return result;
		loop->frames_refused++;
		estab_output_refused(loop->host, &frame);
		line_drop(line);
	}
}

int
loop_flush(struct loop *loop)
{
	const estab_time now = loop_now(loop);
	uint64_t refused;
	int result;

	loop->refused_until = ESTAB_NEVER;
	for (size_t i = 0; i < loop->line_count; i++) {
		result = drain(loop, &loop->line[i], now);
		if (result < 0)
			return result;
	}
	/* What is refused the host owes again at once: not in this turn, or a
	 * device that takes nothing would make it the last. */
	do {
		refused = loop->frames_refused;
		result = pump(loop, now);
	} while (result == batch_max(loop) && loop->frames_refused == refused);
	return result < 0 ? result : 0;
}

/* ---- In ----------------------------------------------------------------- */

/* Give the host a batch of what has come through one line. */
static int
receive_batch(struct loop *loop, struct line *line, bool readable,
    estab_time now)
{
	struct estab_frame frames[LINE_BATCH];
	const int n = line_receive(line, frames, readable, now);

	if (n < 0)
		loop->failed = line;
	if (n <= 0)
		return n;
	loop->frames_in += (uint64_t)n;
	if (loop->tap == NULL) {
		(void)estab_input(loop->host, frames, (size_t)n, now);
		return n;
	}
	for (int i = 0; i < n; i++) {
		(void)estab_input(loop->host, &frames[i], 1, now);
		tap(loop, false, &frames[i], now);
	}
	return n;
}

/* While most of what comes are SYNs, or segments of no connection, more than a
 * batch is read before anything is sent, as many as the host answers at once.
 * A burst, or what came while this thread did not run, is answered in so many
 * turns.  When the device is not empty after these either it is no burst: then
 * all that waits is read, in each turn until the host could answer all of it
 * for a while.  Those that are too many cost little, and what is under way
 * behind them must not be lost in the device's queue. */
static int
receive(struct loop *loop, struct line *line, bool readable, estab_time now)
{
	const bool all = line->turns_short == TURNS_SHORT_MAX;
	uint32_t total = 0, room = UINT32_MAX; /* until it is asked for */
	bool flood;
	int n;

	do {
		n = receive_batch(loop, line, readable, now);
		if (n < 0)
			return n;
		total += (uint32_t)n;
		flood = n == LINE_BATCH &&
		    estab_input_syns(loop->host, &room) >= total / 2;
	} while (flood && total < FRAMES_MAX && (all || room >= LINE_BATCH));
	if (!(all ? room < LINE_BATCH : flood)) {
		if (!all || now - line->short_at >= CALM_NS)
			line->turns_short = 0;
		return (int)total;
	}
	line->short_at = now;
	if (!all)
		line->turns_short++;
	return (int)total;
}

/* ---- Between ------------------------------------------------------------ */

int
loop_wait(struct pollfd *fds, size_t n, estab_time until)
{
	const estab_time now = until == ESTAB_NEVER ? 0 : estab_clock();
	const int64_t wait_ns = until > now ? until - now : 0;
	const struct timespec wait = { wait_ns / ESTAB_SECOND,
		wait_ns % ESTAB_SECOND };

	if (ppoll(fds, n, until == ESTAB_NEVER ? NULL : &wait, NULL) >= 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		fds[i].revents = 0;
	return -errno;
}

/* The same in a recording's time, which passes only when nobody is ready. */
static int
pass_until(struct loop *loop, struct pollfd *fds, size_t n, estab_time until)
{
	const struct timespec at_once = { 0 };
	const int ready = ppoll(fds, n, &at_once, NULL);

	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	if (ready > 0)
		return 0;
	if (until == ESTAB_NEVER) {
		loop->failed = &loop->line[0];
		return -ENODATA;
	}
	go_to(loop, until);
	return 0;
}

estab_time
loop_next(const struct loop *loop)
{
	estab_time next = estab_deadline(loop->host);

	/* What was refused the host owes now, and would until it leaves. */
	if (loop->refused_until != ESTAB_NEVER && next < loop->refused_until)
		next = loop->refused_until;
	if (loop->recording != NULL)
		next = earlier(next, loop->recording->next(loop->recording));
	for (size_t i = 0; i < loop->line_count; i++) {
		next = earlier(next, line_drain_at(&loop->line[i]));
		next = earlier(next, line_receive_at(&loop->line[i]));
	}
	return next;
}

estab_time
loop_ask(const struct loop *loop, struct pollfd *fds)
{
	for (size_t i = 0; i < loop->line_count; i++) {
		const struct line *const line = &loop->line[i];
		const bool deaf = line->deaf_until != ESTAB_NEVER;

		fds[i] = (struct pollfd){ .fd = deaf ? -1 : line->device->fd,
			.events = POLLIN };
	}
	return loop_next(loop);
}

int
loop_told(struct loop *loop, const struct pollfd *fds)
{
	const estab_time now = loop_now(loop);

	for (size_t i = 0; i < loop->line_count; i++) {
		const bool readable = fds[i].revents != 0 ||
		    loop->line[i].device == loop->recording;
		const int result = receive(loop, &loop->line[i], readable, now);

		if (result < 0)
			return result;
	}
	return 0;
}

int
loop_turn(struct loop *loop, struct pollfd *own, size_t n, estab_time until)
{
	struct pollfd fds[LOOP_LINES_MAX + LOOP_OWN_MAX];
	const size_t lines = loop->line_count;
	estab_time next;
	int result;

	if (n > LOOP_OWN_MAX)
		return -EINVAL;
	result = loop_flush(loop);
	if (result < 0)
		return result;
	next = earlier(until, loop_ask(loop, fds));
	for (size_t i = 0; i < n; i++)
		fds[lines + i] = own[i];
	/* A time-out that ran just now may have been an event. */
	if (estab_event_waits(loop->host))
		next = INT64_MIN;
	result = loop->recording != NULL ?
	    pass_until(loop, fds, lines + n, next) :
	    loop_wait(fds, lines + n, next);
	for (size_t i = 0; i < n; i++)
		own[i].revents = fds[lines + i].revents;
	return result < 0 && result != -EINTR ? result : loop_told(loop, fds);
}

bool
loop_settle(struct loop *loop, estab_time until)
{
	while (loop_flush(loop) == 0) {
		estab_time next = ESTAB_NEVER;

		for (size_t i = 0; i < loop->line_count; i++)
			if (loop->line[i].outbound.count > 0)
				next = earlier(next,
				    line_drain_at(&loop->line[i]));
		if (next == ESTAB_NEVER)
			return true;
		if (next > until)
			return false;
		if (loop->recording != NULL)
			go_to(loop, next);
		else
			(void)loop_wait(NULL, 0, next);
	}
	return false;
}
