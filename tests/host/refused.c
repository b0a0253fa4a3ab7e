/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames that a link refuses: what they held counts as never sent, and leaves
 * again at once, alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/lone.h"

#define TRAIN 6u

static struct estab_frame frame[ESTAB_FRAMES_MAX];

static struct segment
segment_of(uint32_t i)
{
	struct ip_packet ip;
	struct segment seg;
	const struct estab_span *first = &frame[i].span[0];

	assert_int_equal(ip_parse(first->data, first->length,
	                     estab_frame_bytes(&frame[i]), &ip),
	    WIRE_GOOD);
	assert_int_equal(segment_parse(first->data + ip.header_bytes,
	                     first->length - ip.header_bytes, ip.payload_bytes,
	                     &seg),
	    WIRE_GOOD);
	return seg;
}

static uint32_t
leave(struct lone *l)
{
	const int n = estab_output(l->host, frame, ESTAB_FRAMES_MAX, l->now);

	assert_true(n >= 0);
	return (uint32_t)n;
}

/* The peer has opened, and TRAIN whole segments leave in a row. */
static struct lone *
create_train(struct peer *p, struct segment *train)
{
	static const uint8_t text[TRAIN * 2000];
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	struct estab_status status;
	uint32_t n;

	lone_open(l, lone_listen(l, 8), LONE_PEER_PORT, p);
	assert_int_equal(estab_status(l->host, p->conn, &status), 0);
	n = TRAIN * status.mss;
	assert_int_equal(estab_send(l->host, p->conn, text, n), n);
	assert_int_equal(leave(l), TRAIN);
	for (uint32_t i = 0; i < TRAIN; i++) {
		train[i] = segment_of(i);
		assert_int_equal(train[i].text_len, status.mss);
	}
	return l;
}

static void
check_counted(struct lone *l, const struct peer *p, uint64_t first,
    uint64_t again)
{
	struct estab_status status;

	/* The listener's SYN+ACK besides. */
	assert_int_equal(lone_counter(l, ESTAB_COUNT_OutSegs), first + 1);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_RetransSegs), again);
	assert_int_equal(estab_status(l->host, p->conn, &status), 0);
	assert_int_equal(status.segments_out, first + again);
	assert_int_equal(status.retransmits, again);
	assert_int_equal(status.bytes_retransmitted, again * status.mss);
}

/* Any of them, wherever it stands. */
static void
of_a_train_only_what_was_refused_leaves_again(void **unused)
{
	(void)unused;
	for (uint32_t refused = 1; refused < 1u << TRAIN; refused++) {
		struct segment train[TRAIN];
		struct peer p;
		struct lone *l = create_train(&p, train);
		uint32_t count = 0, n;

		for (uint32_t i = 0; i < TRAIN; i++)
			if (refused >> i & 1) {
				estab_output_refused(l->host, &frame[i]);
				count++;
			}
		check_counted(l, &p, TRAIN - count, 0);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPOutRefused),
		    count);
		n = leave(l);
		assert_int_equal(n, count);
		for (uint32_t i = 0, k = 0; i < TRAIN; i++) {
			struct segment seg;

			if (!(refused >> i & 1))
				continue;
			seg = segment_of(k++);
			assert_int_equal(seg.seq, train[i].seq);
			assert_int_equal(seg.text_len, train[i].text_len);
		}
		check_counted(l, &p, TRAIN, 0);
		p.ack = train[TRAIN - 1].seq + train[TRAIN - 1].text_len;
		lone_ack(l, &p);
		assert_int_equal(l->out_count, 0);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPInvariant), 0);
		lone_free(l);
	}
}

static void
what_is_refused_when_sent_again_is_counted_when_it_leaves(void **unused)
{
	struct segment train[TRAIN];
	struct peer p;
	struct lone *l = create_train(&p, train);

	(void)unused;
	l->now = estab_deadline(l->host);
	assert_int_equal(leave(l), 1);
	assert_int_equal(segment_of(0).seq, train[0].seq);
	check_counted(l, &p, TRAIN, 1);
	estab_output_refused(l->host, &frame[0]);
	check_counted(l, &p, TRAIN, 0);
	assert_int_equal(leave(l), 1);
	assert_int_equal(segment_of(0).seq, train[0].seq);
	check_counted(l, &p, TRAIN, 1);
	lone_free(l);
}

/* A reset, a SYN+ACK, and what is no segment. */
static void
what_is_of_no_connection_is_counted_as_not_sent(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const struct segment bad = { .from_port = LONE_PEER_PORT,
		.to_port = LONE_PORT + 1,
		.has_ack = true };
	const struct segment syn = { .from_port = LONE_PEER_PORT,
		.to_port = LONE_PORT,
		.syn = true };
	const struct segment *const comes[] = { &bad, &syn };
	uint8_t packet[200];
	struct estab_frame in = { .span = { { packet, 0 } }, .span_count = 1 };

	(void)unused;
	(void)lone_listen(l, 8);
	for (size_t i = 0; i < 2; i++) {
		in.span[0].length = lone_packet(l, packet, comes[i], NULL);
		assert_int_equal(estab_input(l->host, &in, 1, l->now), 1);
		assert_int_equal(leave(l), 1);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_OutSegs), 1);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_OutRsts), i == 0);
		estab_output_refused(l->host, &frame[0]);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_OutSegs), 0);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_OutRsts), 0);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPOutRefused),
		    i + 1);
	}
	estab_output_refused(l->host, &in); /* a segment: this is none */
	frame[0].span[0].data[9] = 17;
	estab_output_refused(l->host, &frame[0]);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_train_only_what_was_refused_leaves_again),
		cmocka_unit_test(
		    what_is_refused_when_sent_again_is_counted_when_it_leaves),
		cmocka_unit_test(what_is_of_no_connection_is_counted_as_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
