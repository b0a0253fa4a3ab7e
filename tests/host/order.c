/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The order of service: in a batch what is under way comes before SYNs, and
 * SYNs get no more than half of what is answered between two outputs, which
 * is as much as the memory allows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)1024 * 1024)
#define BATCH 1100
#define TEXT 60000u

struct batch {
	struct estab_frame frame[BATCH];
	uint8_t packet[BATCH][80];
	size_t n;
};

static void
add(const struct lone *l, struct batch *batch, const struct segment *seg)
{
	const size_t n = batch->n++;

	batch->frame[n] = (struct estab_frame){ .span_count = 1 };
	batch->frame[n].span[0].data = batch->packet[n];
	batch->frame[n].span[0].length =
	    lone_packet(l, batch->packet[n], seg, NULL);
}

static struct segment
syn_of(uint16_t port)
{
	return (struct segment){ .from_port = port,
		.to_port = LONE_PORT,
		.seq = port,
		.syn = true,
		.wnd = 1000,
		.options = { .has_mss = true, .mss = 1400 } };
}

/* What left, in order: a SYN+ACK or not. */
static uint32_t
put_all(struct lone *l, const struct batch *batch, bool *syn, uint32_t max)
{
	struct estab_frame out[8];
	struct ip_packet ip;
	struct segment seg;
	uint32_t left = 0;
	int n;

	assert_int_equal(estab_input(l->host, batch->frame, batch->n, l->now),
	    batch->n);
	while ((n = estab_output(l->host, out, 8, l->now)) > 0)
		for (int i = 0; i < n && left < max; i++) {
			const struct estab_span *s = &out[i].span[0];

			assert_int_equal(ip_parse(s->data, s->length,
			                     estab_frame_bytes(&out[i]), &ip),
			    WIRE_GOOD);
			assert_int_equal(segment_parse(s->data + ip.header_bytes,
			                     s->length - ip.header_bytes,
			                     ip.payload_bytes, &seg),
			    WIRE_GOOD);
			syn[left++] = seg.syn;
		}
	return left;
}

static void
add_syns(const struct lone *l, struct batch *batch, uint16_t count)
{
	for (uint16_t n = 0; n < count; n++) {
		const struct segment s = syn_of((uint16_t)(1 + n));

		add(l, batch, &s);
	}
}

static uint32_t
how_many(const bool *syn, uint32_t left)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < left; i++)
		n += syn[i];
	return n;
}

static void
text_and_acks_come_before_syns_of_their_batch(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ARENA, NULL);
		const estab_conn listener = lone_listen(l, 4);
		static struct batch batch;
		struct segment text = { .to_port = LONE_PORT,
			.has_ack = true,
			.wnd = 65535,
			.text_len = 1 };
		struct peer p;
		bool syn[16];
		estab_conn conn;

		batch.n = 0;
		lone_open(l, listener, 99, &p);
		lone_segment(l,
		    &(struct segment){ .from_port = 98,
		        .to_port = LONE_PORT,
		        .seq = 98,
		        .syn = true,
		        .wnd = 1000 },
		    NULL);
		add_syns(l, &batch, 3);
		/* out of order: it is acknowledged at once */
		text.from_port = 99;
		text.seq = p.seq + 10;
		text.ack = p.ack;
		add(l, &batch, &text);
		/* the last ACK of a handshake */
		text.from_port = 98;
		text.text_len = 0;
		text.seq = 99;
		text.ack = l->out[0].seg.seq + 1;
		add(l, &batch, &text);
		assert_int_equal(put_all(l, &batch, syn, 16), 4);
		assert_false(syn[0]);
		assert_true(syn[1] && syn[2] && syn[3]);
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
		lone_free(l);
	}
}

static void
syns_get_half_of_the_answers_and_connections_the_rest(void **unused)
{
	static struct batch batch;
	static bool syn[BATCH];
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 4);
	struct segment text = { .from_port = 999,
		.to_port = LONE_PORT,
		.has_ack = true,
		.wnd = 65535,
		.text_len = 1 };
	struct peer p;
	uint32_t left;

	(void)unused;
	lone_open(l, listener, 999, &p);
	text.ack = p.ack;
	add_syns(l, &batch, 300);
	for (uint32_t n = 0; n < 100; n++) {
		text.seq = p.seq + 10 + n;
		add(l, &batch, &text);
	}
	left = put_all(l, &batch, syn, BATCH);
	assert_int_equal(how_many(syn, left), 128);
	assert_true(left - 128 >= 100);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynLate), 300 - 128);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPReplyMerged), 0);
	/* and the next turn begins anew */
	batch.n = 200;
	assert_int_equal(put_all(l, &batch, syn, BATCH), 128);
	lone_free(l);
}

/* The same packet behind a header of destination options (RFC 8200 4.6) that
 * says nothing. */
static void
put_extension(struct estab_frame *frame)
{
	static const uint8_t header[8] = { IP_PROTOCOL_TCP, 0, 1, 4 };
	struct estab_span *span = &frame->span[0];

	memmove(span->data + 48, span->data + 40, span->length - 40);
	memcpy(span->data + 40, header, sizeof header);
	span->data[6] = 60;
	span->data[5] += 8;
	span->length += 8;
}

/* A chain of headers before the SYN makes it none that comes first, or is not
 * counted. */
static void
a_syn_behind_extension_headers_is_one_of_them(void **unused)
{
	static struct batch batch;
	static bool syn[BATCH];
	struct lone *l = lone_create(6, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 4);
	struct segment text = { .from_port = 999,
		.to_port = LONE_PORT,
		.has_ack = true,
		.wnd = 65535,
		.text_len = 1 };
	struct peer p;
	uint32_t left;

	(void)unused;
	batch.n = 0;
	lone_open(l, listener, 999, &p);
	add_syns(l, &batch, 300);
	for (uint32_t n = 0; n < 300; n++)
		put_extension(&batch.frame[n]);
	text.seq = p.seq + 10;
	text.ack = p.ack;
	add(l, &batch, &text);
	left = put_all(l, &batch, syn, BATCH);
	assert_false(syn[0]);
	assert_int_equal(how_many(syn, left), 128);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynLate), 300 - 128);
	lone_free(l);
}

static void
add_strays(const struct lone *l, struct batch *batch, uint16_t count)
{
	for (uint16_t n = 0; n < count; n++) {
		const struct segment stray = { .from_port =
			                           (uint16_t)(1000 + n),
			.to_port = LONE_PORT,
			.has_ack = true };

		add(l, batch, &stray);
	}
}

/* Resets to strangers leave room for SYN+ACKs, as ACKs of connections do. */
static void
strays_cost_nobody_his_syn_ack(void **unused)
{
	static struct batch batch;
	static bool syn[BATCH];
	const struct segment opening = syn_of(5);

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ARENA, NULL);
		uint32_t left, syns = 0;

		batch.n = 0;
		(void)lone_listen(l, 4);
		add_strays(l, &batch, 1000);
		add(l, &batch, &opening);
		for (uint32_t turn = 1; turn <= 2; turn++) {
			left = put_all(l, &batch, syn, BATCH);
			syns += how_many(syn, left);
			assert_int_equal(left, 256 + 1);
			assert_int_equal(syns, turn);
			assert_int_equal(lone_counter(l,
			                     ESTAB_COUNT_TCPStrayLate),
			    turn * (1000 - 256));
		}
		lone_free(l);
	}
}

/* In calm a burst is no attack: of a batch this large each SYN gets its
 * record and its answer, where the host's memory has room for them. */
static void
a_burst_is_answered_as_far_as_memory_goes(void **unused)
{
	static const struct {
		size_t arena_bytes;
		uint32_t answered;
	} row[] = {
		{ ESTAB_ARENA_MIN, 128 },
		{ 1024 * (size_t)1024, 256 },
		{ 4 * 1024 * (size_t)1024, 1024 },
		{ 64 * 1024 * (size_t)1024, 1024 },
	};
	static struct batch batch;
	static bool syn[BATCH];

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct lone *l = lone_create(4, row[i].arena_bytes, NULL);
		struct estab_memory memory;

		batch.n = 0;
		(void)lone_listen(l, 4);
		add_syns(l, &batch, BATCH);
		for (uint32_t turn = 0; turn < 3; turn++)
			assert_int_equal(put_all(l, &batch, syn, BATCH),
			    row[i].answered);
		estab_memory(l->host, &memory);
		assert_int_equal(memory.half_open_count, row[i].answered);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynLate),
		    3 * (BATCH - row[i].answered));
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPReplyMerged),
		    0);
		lone_free(l);
	}
}

/* Text that came joined, of n segments and TEXT bytes. */
static void
add_joined(const struct lone *l, struct batch *batch,
    const struct segment *first, uint8_t text[TEXT + 100])
{
	struct estab_frame *frame = &batch->frame[batch->n];
	uint8_t *headers = batch->packet[batch->n++];
	const uint32_t bytes = lone_packet(l, text, first, NULL) - TEXT;

	memcpy(headers, text, bytes);
	*frame = (struct estab_frame){
		.span = { { headers, bytes }, { text, TEXT } },
		.span_count = 2,
		.checksum = ESTAB_CHECKSUM_VERIFIED,
		.segment_bytes = 100,
		.segment_count = TEXT / 100,
	};
}

/* It is acknowledged as the segments it was: there are more of these ACKs than
 * one turn has replies. */
static void
check_syn_ack_beside_acks(uint16_t strays)
{
	static uint8_t text[TEXT + 100];
	static struct batch batch;
	static bool syn[BATCH];
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 8);
	const struct segment opening = syn_of(5);
	uint32_t left, syns = 0;

	batch.n = 0;
	for (uint16_t port = 990; port < 996; port++) {
		struct segment seg = { .from_port = port,
			.to_port = LONE_PORT,
			.has_ack = true,
			.text_len = TEXT };
		struct peer p;

		lone_open(l, listener, port, &p);
		seg.seq = p.seq;
		seg.ack = p.ack;
		add_joined(l, &batch, &seg, text);
	}
	add_strays(l, &batch, strays);
	add(l, &batch, &opening);
	left = put_all(l, &batch, syn, BATCH);
	for (uint32_t n = 0; n < left; n++)
		syns += syn[n];
	assert_int_equal(syns, 1);
	assert_in_range(left, strays ? 385 : 257, strays ? 396 : 268);
	assert_true(lone_counter(l, ESTAB_COUNT_TCPReplyMerged) > 0);
	lone_free(l);
}

static void
acks_of_connections_cost_nobody_his_syn_ack(void **unused)
{
	(void)unused;
	check_syn_ack_beside_acks(0);
	check_syn_ack_beside_acks(300); /* and resets besides */
}

/* Switched off, each SYN is answered in its turn, as many as there are
 * answers. */
static void
switched_off_syns_keep_their_turn_and_are_not_halved(void **unused)
{
	const struct estab_config config = { .syns_last = ESTAB_OFF };
	static struct batch batch;
	static bool syn[BATCH];
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	const estab_conn listener = lone_listen(l, 4);
	struct segment text = { .from_port = 999,
		.to_port = LONE_PORT,
		.has_ack = true,
		.wnd = 65535,
		.text_len = 1 };
	struct peer p;

	(void)unused;
	batch.n = 0;
	lone_open(l, listener, 999, &p);
	for (uint16_t n = 0; n < 200; n++) {
		const struct segment s = syn_of((uint16_t)(1 + n));

		add(l, &batch, &s);
	}
	text.seq = p.seq + 10; /* out of order: its ACK leaves as it is */
	text.ack = p.ack;
	add(l, &batch, &text);
	assert_true(put_all(l, &batch, syn, BATCH) >= 200);
	assert_true(syn[0]);
	assert_true(syn[199]);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynLate), 0);
	lone_free(l);
}

/* What is for another host is dropped where it is read, and its turn is not
 * one of those that SYNs to us have. */
static void
a_syn_for_somebody_else_spends_no_turn(void **unused)
{
	static struct batch batch;
	static bool syn[BATCH];

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const uint32_t from = version == 4 ? 12 : 8;
		const uint32_t each = version == 4 ? 4 : 16;
		struct lone *l = lone_create(version, ESTAB_ARENA_MIN, NULL);
		uint8_t other[16];

		batch.n = 0;
		(void)lone_listen(l, 4);
		for (uint16_t n = 0; n < 300; n++) {
			const struct segment s = syn_of((uint16_t)(1 + n));
			uint8_t *at = batch.packet[batch.n] + from;

			add(l, &batch, &s);
			if (n == 299)
				break;
			/* the sums stay: from us, to the other */
			memcpy(other, at, each);
			memcpy(at, at + each, each);
			memcpy(at + each, other, each);
		}
		assert_int_equal(put_all(l, &batch, syn, BATCH), 1);
		assert_true(syn[0]);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynLate), 0);
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_acks_come_before_syns_of_their_batch),
		cmocka_unit_test(
		    syns_get_half_of_the_answers_and_connections_the_rest),
		cmocka_unit_test(a_syn_behind_extension_headers_is_one_of_them),
		cmocka_unit_test(strays_cost_nobody_his_syn_ack),
		cmocka_unit_test(a_burst_is_answered_as_far_as_memory_goes),
		cmocka_unit_test(acks_of_connections_cost_nobody_his_syn_ack),
		cmocka_unit_test(
		    switched_off_syns_keep_their_turn_and_are_not_halved),
		cmocka_unit_test(a_syn_for_somebody_else_spends_no_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
