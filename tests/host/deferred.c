/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ESTAB_DEFER: a SYN waits until the program says how it is to be answered.
 * One opening whatever is repeated, nothing on the wire before the answer,
 * and the program hears when the peer has given up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)1024 * 1024)

struct bed {
	struct lone *l;
	estab_conn listener;
};

static struct bed
bed_make(uint8_t version, const struct estab_config *config)
{
	struct bed bed = { .l = lone_create(version, ARENA, config) };

	bed.listener = lone_listen(bed.l, 4);
	assert_int_equal(estab_set(bed.l->host, bed.listener, ESTAB_DEFER, 1),
	    0);
	return bed;
}

static void
bed_end(struct bed *bed)
{
	struct estab_event event;

	(void)estab_release(bed->l->host, bed->listener);
	while (estab_event(bed->l->host, &event))
		;
	lone_check_empty(bed->l);
	lone_free(bed->l);
}

static void
put(struct bed *bed, uint16_t port, const struct segment *given)
{
	struct segment seg = *given;

	seg.from_port = port;
	seg.to_port = LONE_PORT;
	seg.wnd = 65535;
	lone_segment(bed->l, &seg, NULL);
}

static void
put_syn(struct bed *bed, uint16_t port)
{
	put(bed, port, &(struct segment){ .seq = LONE_PEER_ISS, .syn = true });
}

static void
put_rst(struct bed *bed, uint16_t port, uint32_t seq)
{
	put(bed, port, &(struct segment){ .seq = seq, .rst = true });
}

/* The one event there is. */
static struct estab_event
only_event(struct bed *bed)
{
	struct estab_event event, more;

	assert_int_equal(estab_event(bed->l->host, &event), 1);
	assert_int_equal(estab_event(bed->l->host, &more), 0);
	return event;
}

static estab_conn
pending(struct bed *bed, uint16_t port)
{
	struct estab_event event;

	put_syn(bed, port);
	assert_int_equal(bed->l->out_count, 0);
	event = only_event(bed);
	assert_int_equal(event.ready, ESTAB_PENDING);
	return event.conn;
}

static void
no_event(struct bed *bed)
{
	struct estab_event event;

	assert_int_equal(estab_event(bed->l->host, &event), 0);
}

static void
ended_with(struct bed *bed, estab_conn conn, int error)
{
	const struct estab_event event = only_event(bed);

	assert_true(event.conn == conn);
	assert_int_equal(event.ready, ESTAB_ERROR | ESTAB_ENDED);
	assert_int_equal(event.error, error);
	assert_int_equal(estab_answer(bed->l->host, conn, ESTAB_ANSWER_ACCEPT),
	    ESTAB_ESTALE);
}

static void
answer(struct bed *bed, estab_conn conn, enum estab_answer how)
{
	assert_int_equal(estab_answer(bed->l->host, conn, how), 0);
	lone_run(bed->l, 0);
}

/* For IPv4 and IPv6. */
#define EACH_VERSION(v) for (uint8_t v = 4; v <= 6; v += 2)

static void
a_syn_is_answered_when_the_program_takes_it(void **unused)
{
	(void)unused;
	EACH_VERSION(v)
	{
		struct bed bed = bed_make(v, NULL);
		const estab_conn conn = pending(&bed, 1000);
		struct estab_status status;
		struct peer p = { .port = 1000, .seq = LONE_PEER_ISS + 1 };
		estab_conn got;

		assert_int_equal(estab_status(bed.l->host, conn, &status), 0);
		assert_int_equal(status.state, ESTAB_SYN_RECEIVED);
		assert_int_equal(status.remote.port, 1000);
		answer(&bed, conn, ESTAB_ANSWER_ACCEPT);
		assert_int_equal(bed.l->out_count, 1);
		assert_true(bed.l->out[0].seg.syn && bed.l->out[0].seg.has_ack);
		assert_int_equal(bed.l->out[0].seg.ack, LONE_PEER_ISS + 1);
		p.ack = bed.l->out[0].seg.seq + 1;
		lone_ack(bed.l, &p);
		assert_int_equal(only_event(&bed).ready, ESTAB_ACCEPTABLE);
		assert_int_equal(estab_accept(bed.l->host, bed.listener, &got),
		    0);
		assert_int_equal(estab_abort(bed.l->host, got), 0);
		assert_int_equal(estab_release(bed.l->host, got), 0);
		bed_end(&bed);
	}
}

/* What the program has said yes to may come to nothing, and it must know. */
static void
an_opening_taken_that_ends_unfinished_is_told(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	estab_conn conn = pending(&bed, 1000);

	(void)unused;
	answer(&bed, conn, ESTAB_ANSWER_ACCEPT);
	put_rst(&bed, 1000, LONE_PEER_ISS + 1);
	ended_with(&bed, conn, ESTAB_ECONNRESET);
	conn = pending(&bed, 1001);
	answer(&bed, conn, ESTAB_ANSWER_ACCEPT);
	lone_run(bed.l, 62 * ESTAB_SECOND);
	no_event(&bed);
	lone_run(bed.l, 2 * ESTAB_SECOND);
	ended_with(&bed, conn, ESTAB_ETIMEDOUT);
	conn = pending(&bed, 1002);
	answer(&bed, conn, ESTAB_ANSWER_ACCEPT);
	assert_int_equal(estab_close(bed.l->host, bed.listener), 0);
	ended_with(&bed, conn, ESTAB_ECONNABORTED);
	bed_end(&bed);
}

/* W4: one opening, one question. */
static void
the_syn_again_makes_no_second_opening(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	const estab_conn conn = pending(&bed, 1000);

	(void)unused;
	for (int i = 0; i < 6; i++) {
		lone_run(bed.l, ESTAB_SECOND << i);
		assert_int_equal(bed.l->out_count, 0);
		put_syn(&bed, 1000);
		assert_int_equal(bed.l->out_count, 0);
		no_event(&bed);
	}
	answer(&bed, conn, ESTAB_ANSWER_ACCEPT);
	assert_int_equal(bed.l->out_count, 1);
	put_syn(&bed, 1000); /* from now on as ever (O7) */
	assert_int_equal(bed.l->out_count, 1);
	no_event(&bed);
	bed_end(&bed);
}

static void
a_syn_before_its_event_is_taken_is_one_question_too(void **unused)
{
	struct bed bed = bed_make(4, NULL);

	(void)unused;
	put_syn(&bed, 1000);
	put_syn(&bed, 1000);
	put_syn(&bed, 1000);
	assert_int_equal(only_event(&bed).ready, ESTAB_PENDING);
	bed_end(&bed);
}

/* W2: sequence number 0, ACK of the SYN, or nobody believes it. */
static void
refused_is_a_reset_that_the_peer_believes(void **unused)
{
	(void)unused;
	EACH_VERSION(v)
	{
		struct bed bed = bed_make(v, NULL);
		const estab_conn conn = pending(&bed, 1000);

		answer(&bed, conn, ESTAB_ANSWER_REFUSE);
		assert_int_equal(bed.l->out_count, 1);
		assert_true(bed.l->out[0].seg.rst && bed.l->out[0].seg.has_ack);
		assert_false(bed.l->out[0].seg.syn);
		assert_int_equal(bed.l->out[0].seg.seq, 0);
		assert_int_equal(bed.l->out[0].seg.ack, LONE_PEER_ISS + 1);
		no_event(&bed);
		assert_int_equal(estab_answer(bed.l->host, conn,
		                     ESTAB_ANSWER_REFUSE),
		    ESTAB_ESTALE);
		bed_end(&bed);
	}
}

static void
unreachable_is_icmp_that_quotes_the_syn(void **unused)
{
	(void)unused;
	EACH_VERSION(v)
	{
		struct bed bed = bed_make(v, NULL);
		const estab_conn conn = pending(&bed, 1000);
		const struct sent_packet *out;
		struct icmp_message m;

		answer(&bed, conn, ESTAB_ANSWER_UNREACHABLE);
		assert_int_equal(bed.l->out_count, 1);
		out = &bed.l->out[0];
		assert_int_equal(icmp_parse(out->packet + out->ip.header_bytes,
		                     out->ip.payload_bytes, v, &m),
		    WIRE_GOOD);
		assert_int_equal(m.kind, ICMP_UNREACHABLE_SOFT);
		assert_true(m.quotes_tcp);
		assert_int_equal(m.quoted_from.port, 1000);
		assert_int_equal(m.quoted_to.port, LONE_PORT);
		assert_memory_equal(&m.quoted_from.address, &out->ip.to, 16);
		assert_memory_equal(&m.quoted_to.address, &out->ip.from, 16);
		assert_int_equal(m.quoted_seq, LONE_PEER_ISS);
		no_event(&bed);
		bed_end(&bed);
	}
}

static void
no_answer_is_silence_and_the_next_syn_asks_anew(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	const estab_conn conn = pending(&bed, 1000);

	(void)unused;
	answer(&bed, conn, ESTAB_ANSWER_NONE);
	assert_int_equal(bed.l->out_count, 0);
	assert_true(pending(&bed, 1000) != conn);
	bed_end(&bed);
}

/* W11: the program must not go on for a peer who has left. */
static void
a_reset_of_the_peer_is_told(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	const estab_conn conn = pending(&bed, 1000);

	(void)unused;
	put_rst(&bed, 1000, LONE_PEER_ISS); /* not at RCV.NXT */
	put_rst(&bed, 1000, LONE_PEER_ISS + 2);
	no_event(&bed);
	put_rst(&bed, 1000, LONE_PEER_ISS + 1);
	assert_int_equal(bed.l->out_count, 0);
	ended_with(&bed, conn, ESTAB_ECONNRESET);
	bed_end(&bed);
}

static void
silence_of_the_peer_is_told_after_four_of_its_time_outs(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	const estab_conn conn = pending(&bed, 1000);

	(void)unused;
	lone_run(bed.l, 3900 * ESTAB_MS);
	no_event(&bed);
	put_syn(&bed, 1000);
	lone_run(bed.l, 7900 * ESTAB_MS);
	no_event(&bed);
	lone_run(bed.l, 200 * ESTAB_MS);
	assert_int_equal(bed.l->out_count, 0);
	ended_with(&bed, conn, ESTAB_ETIMEDOUT);
	bed_end(&bed);
}

static void
a_listener_that_closes_ends_what_waits(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	const estab_conn conn = pending(&bed, 1000);

	(void)unused;
	put_syn(&bed, 1001); /* nobody has heard of this one */
	assert_int_equal(estab_close(bed.l->host, bed.listener), 0);
	ended_with(&bed, conn, ESTAB_ECONNABORTED);
	bed_end(&bed);
}

/* Nothing of ours has left, so nothing can be acknowledged, and only the SYN
 * itself is the SYN. */
static void
what_is_not_the_syn_changes_nothing(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	const estab_conn conn = pending(&bed, 1000);
	struct estab_status before, after;

	(void)unused;
	assert_int_equal(estab_status(bed.l->host, conn, &before), 0);
	put(&bed, 1000,
	    &(struct segment){ .seq = LONE_PEER_ISS + 1,
	        .has_ack = true,
	        .ack = before.iss + 1 });
	assert_int_equal(bed.l->out_count, 1);
	assert_true(bed.l->out[0].seg.rst);
	put(&bed, 1000, &(struct segment){ .seq = 77, .syn = true });
	assert_int_equal(bed.l->out_count, 0);
	put(&bed, 1000, &(struct segment){ .seq = LONE_PEER_ISS + 1 });
	put(&bed, 1000, &(struct segment){ .seq = 1, .fin = true });
	assert_int_equal(bed.l->out_count, 0);
	no_event(&bed);
	assert_int_equal(estab_status(bed.l->host, conn, &after), 0);
	assert_memory_equal(&before, &after, sizeof before);
	bed_end(&bed);
}

/* A program that never looks keeps no more than the limit. */
static void
openings_that_wait_or_have_ended_are_bounded_together(void **unused)
{
	const struct estab_config config = { .half_open_max = 8 };
	struct bed bed = bed_make(4, &config);
	struct estab_event event;
	struct estab_memory memory;
	int ended = 0, asked = 0;

	(void)unused;
	for (uint16_t i = 0; i < 6; i++)
		(void)pending(&bed, (uint16_t)(1000 + i));
	for (uint16_t i = 0; i < 6; i++)
		put_rst(&bed, (uint16_t)(1000 + i), LONE_PEER_ISS + 1);
	for (uint16_t i = 0; i < 100; i++)
		put_syn(&bed, (uint16_t)(2000 + i));
	assert_int_equal(lone_counter(bed.l, ESTAB_COUNT_TCPReqQFullDrop), 98);
	estab_memory(bed.l->host, &memory);
	assert_int_equal(memory.half_open_count, 8);
	while (estab_event(bed.l->host, &event)) {
		ended += (event.ready & ESTAB_ENDED) != 0;
		asked += (event.ready & ESTAB_PENDING) != 0;
	}
	assert_int_equal(ended, 6);
	assert_int_equal(asked, 2);
	bed_end(&bed);
}

static void
only_an_opening_that_waits_can_be_answered(void **unused)
{
	struct bed bed = bed_make(4, NULL);
	const estab_conn conn = pending(&bed, 1000);
	int64_t value = 0;

	(void)unused;
	assert_int_equal(estab_get(bed.l->host, bed.listener, ESTAB_DEFER,
	                     &value),
	    0);
	assert_int_equal(value, 1);
	assert_int_equal(estab_answer(bed.l->host, bed.listener,
	                     ESTAB_ANSWER_ACCEPT),
	    ESTAB_EINVAL);
	assert_int_equal(estab_answer(bed.l->host, 0, ESTAB_ANSWER_ACCEPT),
	    ESTAB_ESTALE);
	assert_int_equal(estab_answer(bed.l->host, conn, (enum estab_answer)9),
	    ESTAB_EINVAL);
	answer(&bed, conn, ESTAB_ANSWER_ACCEPT);
	assert_int_equal(estab_answer(bed.l->host, conn, ESTAB_ANSWER_REFUSE),
	    ESTAB_EINVAL);
	bed_end(&bed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_answered_when_the_program_takes_it),
		cmocka_unit_test(an_opening_taken_that_ends_unfinished_is_told),
		cmocka_unit_test(the_syn_again_makes_no_second_opening),
		cmocka_unit_test(a_syn_before_its_event_is_taken_is_one_question_too),
		cmocka_unit_test(refused_is_a_reset_that_the_peer_believes),
		cmocka_unit_test(unreachable_is_icmp_that_quotes_the_syn),
		cmocka_unit_test(no_answer_is_silence_and_the_next_syn_asks_anew),
		cmocka_unit_test(a_reset_of_the_peer_is_told),
		cmocka_unit_test(
		    silence_of_the_peer_is_told_after_four_of_its_time_outs),
		cmocka_unit_test(a_listener_that_closes_ends_what_waits),
		cmocka_unit_test(what_is_not_the_syn_changes_nothing),
		cmocka_unit_test(
		    openings_that_wait_or_have_ended_are_bounded_together),
		cmocka_unit_test(only_an_opening_that_waits_can_be_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
