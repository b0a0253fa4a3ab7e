/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab_capture.c - the capture file of estab lab: each packet with why it left,
 * what the wire did to it, and what its receiver made of it.
 *
 * The last is known only later, so a world's packets are kept until it ends.
 */
#include "cli/lab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct packet {
	uint32_t frame; /* its number; a copy has the same */
	uint32_t bytes;
	uint8_t *data;
	char *comment; /* NULL: nothing is said of it yet */
	estab_time time, arrival;
	bool arrived;
};

struct lab_capture {
	const char *path;
	FILE *file;
	struct view_pcap pcap;
	struct packet *packet; /* of this world, by rising frame */
	size_t count, room;
	struct view_comment said[SCRIPT_HOSTS_MAX]; /* not of a packet yet */
	bool memory_out;
};

static void
write_file(void *context, const char *text, size_t n)
{
	(void)fwrite(text, 1, n, context);
}

struct lab_capture *
lab_capture_open(const char *path)
{
	struct lab_capture *const capture = calloc(1, sizeof *capture);

	if (capture != NULL)
		capture->file = fopen(path, "wbe");
	if (capture == NULL || capture->file == NULL) {
		cli_say("estab lab", "--pcap %s: %s", path, strerror(errno));
		free(capture);
		return NULL;
	}
	capture->path = path;
	view_pcap_begin(&capture->pcap,
	    &(struct view_out){ write_file, capture->file },
	    view_pcap_format_of(path), 0, false);
	return capture;
}

bool
lab_capture_close(struct lab_capture *capture)
{
	const bool whole = ferror(capture->file) == 0 && !capture->memory_out;
	const bool closed = fclose(capture->file) == 0;

	if (!whole || !closed)
		cli_say("estab lab", "--pcap %s: the capture is not whole: %s",
		    capture->path,
		    strerror(capture->memory_out ? ENOMEM : errno));
	free(capture->packet);
	free(capture);
	return whole && closed;
}

/* ---- Packets ------------------------------------------------------------- */

void
lab_capture_packet(struct lab_capture *capture, const struct lab_packet *seen)
{
	struct packet *packet;

	if (capture->count == capture->room) {
		const size_t room = capture->room * 2 + 64;
		struct packet *const more =
		    reallocarray(capture->packet, room, sizeof *more);

		if (more == NULL) {
			capture->memory_out = true;
			return;
		}
		capture->packet = more;
		capture->room = room;
	}
	packet = &capture->packet[capture->count];
	*packet = (struct packet){
		.frame = seen->frame,
		.bytes = seen->bytes,
		.data = malloc(seen->bytes),
		.time = seen->time,
		.arrival = seen->arrival,
	};
	if (packet->data == NULL) {
		capture->memory_out = true;
		return;
	}
	memcpy(packet->data, seen->data, seen->bytes);
	capture->count++;
}

/* The first packet of that number, or count. */
static size_t
first_of(const struct lab_capture *capture, uint32_t frame)
{
	size_t low = 0, high = capture->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (capture->packet[middle].frame < frame)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The packet, or copy, that arrives now; or the first, when it leaves. */
static struct packet *
find(const struct lab_capture *capture, const struct estab_record *record)
{
	const bool arrives = record->type != ESTAB_RECORD_WIRE;
	size_t i = first_of(capture, record->frame);
	struct packet *held = NULL;

	for (; i < capture->count && capture->packet[i].frame == record->frame;
	     i++) {
		struct packet *const packet = &capture->packet[i];

		if (!arrives ||
		    (!packet->arrived && packet->arrival == record->time))
			return packet;
		if (!packet->arrived && packet->arrival == ESTAB_NEVER)
			held = packet;
	}
	return held;
}

/* ---- Words about them ---------------------------------------------------- */

static const char *
fate_text(uint8_t fate)
{
	if ((fate & ESTAB_FATE_LOST) != 0)
		return "lost on the wire";
	if ((fate & ESTAB_FATE_QUEUE_FULL) != 0)
		return "dropped before the wire: its queue is full";
	if ((fate & ESTAB_FATE_TOO_BIG) != 0)
		return "too big for the wire";
	if ((fate & ESTAB_FATE_HELD) != 0)
		return "held back on the wire";
	if ((fate & ESTAB_FATE_CORRUPTED) != 0)
		return "one bit flipped on the wire";
	if ((fate & ESTAB_FATE_FORGED) != 0)
		return "forged: no host sent it";
	if ((fate & ESTAB_FATE_DUPLICATED) != 0)
		return "duplicated on the wire";
	if ((fate & ESTAB_FATE_REORDERED) != 0)
		return "overtaken on the wire";
	return NULL;
}

/* Say lines of a packet, behind what has been said. */
static void
say(struct lab_capture *capture, struct packet *packet, const char *lines)
{
	const size_t had =
	    packet->comment != NULL ? strlen(packet->comment) : 0;
	char *const more = realloc(packet->comment, had + strlen(lines) + 2);

	if (more == NULL) {
		capture->memory_out = true;
		return;
	}
	(void)sprintf(more + had, "%s%s", had > 0 ? "\n" : "", lines);
	packet->comment = more;
}

void
lab_capture_record(struct lab_capture *capture,
    const struct estab_record *record)
{
	struct view_comment *const said =
	    &capture->said[record->host % SCRIPT_HOSTS_MAX];
	const bool wire = record->type == ESTAB_RECORD_WIRE;
	const char *const fate = wire ? fate_text(record->fate) : NULL;
	const bool verdict = record->type == ESTAB_RECORD_IN ||
	    record->type == ESTAB_RECORD_ICMP ||
	    record->type == ESTAB_RECORD_DROP;
	struct packet *packet;

	if (!wire) {
		said->who = (char)('A' + record->host % SCRIPT_HOSTS_MAX);
		view_comment(said, record);
	}
	packet = wire || verdict ? find(capture, record) : NULL;
	if (packet == NULL)
		return;
	packet->arrived = verdict;
	/* Of a forged one its alleged sender knows nothing. */
	if (said->bytes > 0 && (record->fate & ESTAB_FATE_FORGED) == 0) {
		say(capture, packet, said->text);
		*said = (struct view_comment){ .bytes = 0 };
	}
	if (fate != NULL)
		say(capture, packet, fate);
}

void
lab_capture_world(struct lab_capture *capture)
{
	for (size_t i = 0; i < capture->count; i++) {
		struct packet *const packet = &capture->packet[i];

		view_pcap_packet(&capture->pcap, packet->time, packet->data,
		    packet->bytes, packet->comment);
		free(packet->data);
		free(packet->comment);
	}
	capture->count = 0;
	memset(capture->said, 0, sizeof capture->said);
}
