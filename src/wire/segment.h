/* SPDX-License-Identifier: BSD-2-Clause
 *
 * segment.h - the meaning of a TCP header (RFC 9293 3.1) <-> bytes.
 *
 * The protocol reads struct segment and never sees a byte offset.  What a
 * header may hold beyond meaning is shown by packet.h.
 */
#ifndef WIRE_SEGMENT_H
#define WIRE_SEGMENT_H

#include "wire/ip.h"

#define TCP_HEADER_BYTES 20
#define TCP_HEADER_MAX 60
#define TCP_OPTIONS_MAX 40

#define SEGMENT_TS_ALONE UINT32_C(0x0101080a) /* NOP NOP TS: 7323 appendix A */
#define SEGMENT_TS_BYTES 12u

struct sack_block {
	uint32_t left, right; /* first number, and first beyond */
};

/* Options we speak; an unknown kind, or a known one of a length not its own,
 * is skipped and counted.  Of sack only sack_count are filled. */
struct tcp_options {
	bool has_mss, has_wscale, has_ts, sack_permitted;
	uint8_t wscale;     /* as sent; the rung limits it to 14 */
	uint8_t sack_count; /* 0..4 */
	uint8_t unknown_count;
	bool bad; /* length 0 or 1, or beyond the header: the segment is
	           * dropped (see docs/deviations.md) */
	uint16_t mss;
	uint32_t tsval, tsecr;
	struct sack_block sack[4];
};

/* All but the SACK blocks, which sack_count guards. */
static inline void
segment_no_options(struct tcp_options *options)
{
	memset(options, 0, offsetof(struct tcp_options, sack));
}

/* A segment: SEG.SEQ, SEG.ACK, SEG.LEN, SEG.WND, SEG.UP, the flags and
 * options, and where its text is. */
struct segment {
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	uint32_t len; /* numbers it takes: text, SYN and FIN */
	uint32_t wnd; /* as on the wire; scaling is the rung's */
	uint16_t up;
	union {
		struct {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ /* low bits first */
			bool fin : 1, syn : 1, rst : 1, psh : 1;
			bool has_ack : 1, urg : 1, ece : 1, cwr : 1;
#else
			bool cwr : 1, ece : 1, urg : 1, has_ack : 1;
			bool psh : 1, rst : 1, syn : 1, fin : 1;
#endif
		};
		uint8_t flags; /* all at once, as on the wire: ESTAB_FIN ... */
	};
	uint32_t text_len;
	uint32_t header_bytes; /* filled by segment_parse */
	/* of a super-segment; count >= 1 */
	uint16_t segment_bytes, segment_count;
	uint8_t ecn; /* two bits of the IP header it came in */
	struct tcp_options options;
	/* Of one that arrived: its text is at text_offset of the frame. */
	const struct estab_frame *frame;
	uint32_t text_offset;
};

/* A segment to be built, of which nothing is said yet. */
static inline void
segment_clear(struct segment *segment)
{
	memset(segment, 0, offsetof(struct segment, options));
	segment_no_options(&segment->options);
}

/* Parse a header of a transport payload of payload_bytes, contiguous of them
 * readable at data.  Options must be contiguous: WIRE_TRUNCATED if they are
 * not.  Reads neither checksum nor text; frame and text_offset are left to
 * the caller, segment_count is set to 1.  A data offset below 5 or beyond
 * the payload, and a port 0, is WIRE_MALFORMED. */
enum wire_verdict segment_parse(const uint8_t *data, uint32_t contiguous,
    uint32_t payload_bytes, struct segment *out);

/* Bytes segment_build will write for these options, padded to words; more
 * than TCP_OPTIONS_MAX when they do not fit (the builder then refuses). */
uint32_t segment_options_bytes(const struct tcp_options *options);

/* Write header and options with a zero checksum at data; returns its bytes,
 * or 0 when the options do not fit.  Time stamps stand alone as NOP NOP TS. */
uint32_t segment_build(uint8_t *data, const struct segment *segment);

/* Give a header that segment_build wrote another sequence number; a sum over
 * the header must be taken anew. */
void segment_renumber(uint8_t *data, uint32_t seq);

/* Where the checksum field is in a TCP header. */
#define TCP_CHECKSUM_OFFSET 16

#endif
