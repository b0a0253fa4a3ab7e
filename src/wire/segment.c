/* SPDX-License-Identifier: BSD-2-Clause
 *
 * segment.c - the meaning of a TCP header (RFC 9293 3.1, 3.2; RFC 7323;
 * RFC 2018) <-> bytes.
 *
 * Nothing here decides: a rung of the ladder reads what the header said.
 */
#include "wire/segment.h"

#include "wire/bytes.h"

#define EOL 0
#define NOP 1
#define MSS 2
#define WSCALE 3
#define SACK_PERMITTED 4
#define SACK 5
#define TIME_STAMPS 8

/* ---- Options: arriving ------------------------------------------------- */

static void
take_sack(const uint8_t *at, uint8_t count, struct tcp_options *out)
{
	for (uint8_t i = 0; i < count; i++, at += 8) {
		out->sack[i].left = get32(at);
		out->sack[i].right = get32(at + 4);
	}
	out->sack_count = count;
}

/* An option that lies whole in the header.  One we know, but with a length
 * that is not its own, is as good as unknown. */
static void
take_option(const uint8_t *option, struct tcp_options *out)
{
	const uint8_t kind = option[0], length = option[1];

	if (kind == MSS && length == 4) {
		out->has_mss = true;
		out->mss = get16(option + 2);
	} else if (kind == WSCALE && length == 3) {
		out->has_wscale = true;
		out->wscale = option[2];
	} else if (kind == SACK_PERMITTED && length == 2) {
		out->sack_permitted = true;
	} else if (kind == SACK && length >= 10 && length % 8 == 2) {
		take_sack(option + 2, length / 8, out);
	} else if (kind == TIME_STAMPS && length == 10) {
		out->has_ts = true;
		out->tsval = get32(option + 2);
		out->tsecr = get32(option + 6);
	} else {
		out->unknown_count++;
	}
}

/* One pass; each step moves on by a byte at least (RFC 9293 3.1, MUST-5,
 * MUST-6, MUST-7). */
static void
parse_options(const uint8_t *at, uint32_t left, struct tcp_options *out)
{
	while (left > 0 && at[0] != EOL) {
		uint32_t length = 1;

		if (at[0] != NOP) {
			if (left < 2 || at[1] < 2 || at[1] > left) {
				out->bad = true;
				return;
			}
			take_option(at, out);
			length = at[1];
		}
		at += length;
		left -= length;
	}
}

enum wire_verdict
segment_parse(const uint8_t *data, uint32_t contiguous, uint32_t payload_bytes,
    struct segment *out)
{
	uint32_t header_bytes, options_bytes;

	if (payload_bytes < TCP_HEADER_BYTES)
		return WIRE_MALFORMED;
	if (contiguous < TCP_HEADER_BYTES)
		return WIRE_TRUNCATED;
	header_bytes = (uint32_t)(data[12] >> 4) * 4;
	if (header_bytes < TCP_HEADER_BYTES || header_bytes > payload_bytes)
		return WIRE_MALFORMED;
	if (header_bytes > contiguous)
		return WIRE_TRUNCATED;

	out->from_port = get16(data);
	out->to_port = get16(data + 2);
	out->seq = get32(data + 4);
	out->ack = get32(data + 8);
	out->flags = data[13];
	out->wnd = get16(data + 14);
	out->up = get16(data + 18);
	out->header_bytes = header_bytes;
	out->text_len = payload_bytes - header_bytes;
	out->len = out->text_len + out->syn + out->fin;
	out->segment_bytes = 0;
	out->segment_count = 1;
	out->ecn = 0;
	segment_no_options(&out->options);

	options_bytes = header_bytes - TCP_HEADER_BYTES;
	data += TCP_HEADER_BYTES;
	if (options_bytes == SEGMENT_TS_BYTES &&
	    get32(data) == SEGMENT_TS_ALONE) {
		out->options.has_ts = true;
		out->options.tsval = get32(data + 4);
		out->options.tsecr = get32(data + 8);
	} else if (options_bytes > 0) {
		parse_options(data, options_bytes, &out->options);
	}
	if (out->from_port == 0 || out->to_port == 0)
		return WIRE_MALFORMED;
	return WIRE_GOOD;
}

/* ---- Options: leaving -------------------------------------------------- */

/* Each kind takes whole words; SACK-permitted stands where time stamps would
 * have their two NOPs. */
static inline uint32_t
options_bytes_of(const struct tcp_options *options)
{
	const uint32_t ts = options->has_ts ? SEGMENT_TS_BYTES : 0;
	uint32_t bytes = ts;

	if ((options->has_mss | options->has_wscale | options->sack_permitted |
	        options->sack_count) == 0)
		return ts; /* as nearly always */
	if (options->sack_permitted && !options->has_ts)
		bytes += 4;
	if (options->has_mss)
		bytes += 4;
	if (options->has_wscale)
		bytes += 4;
	if (options->sack_count > 0)
		bytes += 4 + 8u * options->sack_count;
	return bytes;
}

uint32_t
segment_options_bytes(const struct tcp_options *options)
{
	return options_bytes_of(options);
}

static void
put_sack(uint8_t *at, const struct tcp_options *options)
{
	put32(at,
	    (uint32_t)NOP << 24 | (uint32_t)NOP << 16 | SACK << 8 |
	        (2 + 8u * options->sack_count));
	at += 4;
	for (uint8_t i = 0; i < options->sack_count; i++) {
		put32(at, options->sack[i].left);
		put32(at + 4, options->sack[i].right);
		at += 8;
	}
}

static void
put_options(uint8_t *at, const struct tcp_options *options)
{
	const uint32_t pair =
	    options->sack_permitted ? SACK_PERMITTED << 8 | 2 : NOP << 8 | NOP;

	if (options->has_mss) {
		put32(at, (uint32_t)MSS << 24 | 4u << 16 | options->mss);
		at += 4;
	}
	if (options->has_ts) {
		put32(at, pair << 16 | TIME_STAMPS << 8 | 10);
		put32(at + 4, options->tsval);
		put32(at + 8, options->tsecr);
		at += SEGMENT_TS_BYTES;
	} else if (options->sack_permitted) {
		put32(at, (uint32_t)NOP << 24 | (uint32_t)NOP << 16 | pair);
		at += 4;
	}
	if (options->has_wscale) {
		put32(at,
		    (uint32_t)NOP << 24 | (uint32_t)WSCALE << 16 | 3u << 8 |
		        options->wscale);
		at += 4;
	}
	if (options->sack_count > 0)
		put_sack(at, options);
}

uint32_t
segment_build(uint8_t *data, const struct segment *segment)
{
	const uint32_t options_bytes = options_bytes_of(&segment->options);
	const uint32_t header_bytes = TCP_HEADER_BYTES + options_bytes;

	if (options_bytes > TCP_OPTIONS_MAX)
		return 0;
	put32(data, (uint32_t)segment->from_port << 16 | segment->to_port);
	put32(data + 4, segment->seq);
	put32(data + 8, segment->ack);
	put32(data + 12,
	    header_bytes << 26 | (uint32_t)segment->flags << 16 |
	        (segment->wnd & 0xffff));
	put32(data + 16, segment->up);
	if (options_bytes > 0)
		put_options(data + TCP_HEADER_BYTES, &segment->options);
	return header_bytes;
}

void
segment_renumber(uint8_t *data, uint32_t seq)
{
	put32(data + 4, seq);
}
