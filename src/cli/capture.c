/* SPDX-License-Identifier: BSD-2-Clause
 *
 * capture.c - a capture file of a live host, packet by packet.
 */
#include "cli/capture.h"

static void
write_file(void *context, const char *text, size_t n)
{
	struct capture *const capture = context;

	if (fwrite(text, 1, n, capture->file) < n)
		capture->failed = true;
}

bool
capture_open(struct capture *capture, const char *path)
{
	capture->file = fopen(path, "we");
	capture->path = capture->file != NULL ? path : NULL;
	return capture->file != NULL;
}

void
capture_begin(struct capture *capture, bool ethernet, int64_t epoch_ns)
{
	const struct view_out out = { write_file, capture };

	view_pcap_begin(&capture->pcap, &out,
	    view_pcap_format_of(capture->path), epoch_ns, ethernet);
}

void
capture_note(struct capture *capture, const struct estab_trace *trace)
{
	while (capture->noted < trace->written) {
		const struct estab_record *const record =
		    estab_trace_get(trace, capture->noted++);

		if (record != NULL)
			view_comment(&capture->said, record);
	}
}

void
capture_packet(struct capture *capture, estab_time now, const uint8_t *packet,
    uint32_t bytes)
{
	view_pcap_packet(&capture->pcap, now, packet, bytes,
	    capture->said.bytes > 0 ? capture->said.text : NULL);
	capture->said = (struct view_comment){ .bytes = 0 };
}

bool
capture_close(struct capture *capture)
{
	const bool whole = !capture->failed;

	return (capture->path == NULL || fclose(capture->file) == 0) && whole;
}
