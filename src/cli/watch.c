/* SPDX-License-Identifier: BSD-2-Clause
 *
 * watch.c - a live host's ladder, capture and states.
 */
#include "cli/watch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

/* More than one turn of a loop can write, so that the ladder misses none. */
#define RECORDS 16384

/* ---- The ladder --------------------------------------------------------- */

static void
write_stderr(void *context, const char *text, size_t n)
{
	(void)context;
	(void)fwrite(text, 1, n, stderr);
}

static bool
need_trace(struct watch *watch)
{
	if (watch->trace.record != NULL)
		return true;
	watch->trace.record = calloc(RECORDS, sizeof *watch->trace.record);
	watch->trace.capacity = RECORDS;
	return watch->trace.record != NULL;
}

bool
watch_ladder_begin(struct watch *watch, const char *own, const char *peer)
{
	const struct view_out out = { .write = write_stderr };
	const struct view_style style = {
		.colour = cli_colour(STDERR_FILENO),
		.fold = true,
	};
	struct view_host hosts[2];

	(void)snprintf(watch->heading[0], sizeof watch->heading[0], "%s", own);
	(void)snprintf(watch->heading[1], sizeof watch->heading[1], "%s", peer);
	hosts[0] = (struct view_host){ .id = 0,
		.name = "estab",
		.where = watch->heading[0] };
	hosts[1] = (struct view_host){ .id = 1,
		.absent = true,
		.name = "peer",
		.where = watch->heading[1] };
	watch->began = estab_clock();
	if (!need_trace(watch))
		return false;
	watch->ladder = view_ladder_new(&out, &style, hosts, 2);
	return watch->ladder != NULL;
}

/* A listener that stops would be taken for its connection. */
static bool
is_listeners_end(const struct estab_record *record)
{
	return record->remote.port == 0 && record->before == ESTAB_LISTEN &&
	    record->after == ESTAB_CLOSED;
}

void
watch_ladder_show(struct watch *watch)
{
	const uint64_t begun = watch->shown;

	if (watch->ladder == NULL)
		return;
	while (watch->shown < watch->trace.written) {
		const struct estab_record *const record =
		    estab_trace_get(&watch->trace, watch->shown++);

		if (record == NULL || is_listeners_end(record))
			continue; /* NULL: overwritten before we came */
		struct estab_record shifted = *record;

		shifted.time -= watch->began;
		view_ladder_record(watch->ladder, &shifted);
	}
	if (watch->shown > begun) {
		view_ladder_flush(watch->ladder);
		(void)fflush(stderr);
	}
}

/* ---- The capture -------------------------------------------------------- */

/* What to add to our clock to get the time of day. */
static int64_t
epoch(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * ESTAB_SECOND + now.tv_nsec - estab_clock();
}

bool
watch_capture_open(struct watch *watch, struct capture *capture,
    const char *path)
{
	if (view_pcap_format_of(path) == VIEW_PCAPNG && !need_trace(watch))
		return false;
	return capture_open(capture, path);
}

static void
tap(void *context, bool out, estab_time now, const uint8_t *packet,
    uint32_t bytes)
{
	struct watch *const watch = context;

	if (watch->all.path != NULL) {
		capture_note(&watch->all, &watch->trace);
		capture_packet(&watch->all, now, packet, bytes);
	}
	/* What arrives is told of in the comment of what answers it. */
	if (watch->sent.path != NULL) {
		capture_note(&watch->sent, &watch->trace);
		if (out)
			capture_packet(&watch->sent, now, packet, bytes);
	}
}

void
watch_capture_tap(struct watch *watch, struct loop *loop)
{
	const bool ethernet =
	    loop->line_count > 0 && loop->line[0].device->link.ethernet;
	/* A recording's time is the time of day. */
	const int64_t epoch_ns = loop->recording != NULL ? 0 : epoch();

	if (loop->recording != NULL)
		watch->began = loop_now(loop);
	if (watch->all.path != NULL)
		capture_begin(&watch->all, ethernet, epoch_ns);
	if (watch->sent.path != NULL)
		capture_begin(&watch->sent, ethernet, epoch_ns);
	loop->tap = tap;
	loop->tap_context = watch;
	if (watch->all.path == NULL && watch->sent.path == NULL)
		loop->tap = NULL;
}

const char *
watch_end(struct watch *watch)
{
	const char *cut = NULL;

	if (watch->ladder != NULL) {
		watch_ladder_show(watch);
		view_ladder_end(watch->ladder);
		view_ladder_free(watch->ladder);
	}
	free(watch->trace.record);
	if (!capture_close(&watch->all))
		cut = watch->all.path;
	if (!capture_close(&watch->sent))
		cut = watch->sent.path;
	*watch = (struct watch){ 0 };
	return cut;
}

/* ---- States ------------------------------------------------------------- */

static const char *
endpoint_text(const struct estab_endpoint *endpoint, char *text, size_t room)
{
	char address[ESTAB_ADDRESS_TEXT];
	const bool bare = estab_address_is_v4(&endpoint->address);

	estab_address_text(&endpoint->address, address);
	(void)snprintf(text, room, bare ? "%s:%u" : "[%s]:%u", address,
	    endpoint->port);
	return text;
}

void
watch_states(const struct estab_host *host, FILE *to)
{
	struct estab_status status;
	uint64_t cursor = 0;

	(void)fprintf(to, "%-12s %8s %8s  %-24s %s\n", "State", "Recv-Q",
	    "Send-Q", "Local", "Peer");
	while (estab_status_next(host, &cursor, &status) == 1) {
		char local[ESTAB_ADDRESS_TEXT + 10];
		char remote[ESTAB_ADDRESS_TEXT + 10];

		(void)fprintf(to, "%-12s %8u %8u  %-24s %s\n",
		    estab_state_name(status.state), status.receive_queued_bytes,
		    status.send_queued_bytes,
		    endpoint_text(&status.local, local, sizeof local),
		    status.kind == ESTAB_KIND_LISTENER ?
		        "*" :
		        endpoint_text(&status.remote, remote, sizeof remote));
	}
	(void)fputc('\n', to); /* the end of the table */
	(void)fflush(to);
}
