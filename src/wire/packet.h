/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet.h - the view that can show any nonsense.
 *
 * Where segment.h yields a meaning or nothing, this says what each field
 * holds, whether it makes sense or not, for traces, captures and the lab.
 */
#ifndef WIRE_PACKET_H
#define WIRE_PACKET_H

#include "wire/icmp.h"
#include "wire/segment.h"

/* One option as it stands there. */
struct packet_option {
	uint8_t kind;
	uint8_t length; /* the length byte; 0 where there is none: EOL, NOP */
	uint8_t offset; /* of its kind byte in the options */
	bool runs_over; /* its length leads beyond the options */
};

struct packet_view {
	enum wire_verdict ip_verdict;
	struct ip_packet ip;
	uint32_t captured_bytes;
	/* TCP, as far as the bytes go */
	bool has_tcp; /* at least the 20 fixed bytes are there */
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	uint8_t data_offset; /* in words, as it stands */
	uint8_t reserved;    /* 4 bits between offset and flags */
	uint8_t flags;       /* ESTAB_FIN ... ESTAB_CWR of trace.h */
	uint16_t wnd, checksum, up;
	bool checksum_good;  /* TCP's or ICMP's; false when bytes are missing */
	uint32_t text_bytes; /* by the length field, whether captured or not; 0
	                      * when the data offset is impossible */
	uint32_t text_offset;
	uint8_t option_count;  /* the last may be where reading had to end */
	uint8_t options_bytes; /* captured of them */
	struct packet_option option[TCP_OPTIONS_MAX];
	uint8_t options[TCP_OPTIONS_MAX]; /* as they stand */
	/* ICMP */
	bool has_icmp;
	struct icmp_message icmp;
};

/* Look at any bytes at all; never reads beyond them, never fails. */
void packet_view(const uint8_t *data, uint32_t bytes, struct packet_view *out);

#endif
