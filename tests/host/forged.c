/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A stranger who is not on the path forges a SYN to a client that is opening,
 * its port guessed: it looks like a simultaneous open (RFC 9293 figure 7), and
 * must cost the opening nothing (docs/deviations.md).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)4 * 1024 * 1024)
#define FORGED 0xdead0000u /* the stranger's number; the server's wraps */
#define FIRST_LIMIT (1024 * 1024)

struct client {
	struct lone *l;
	estab_conn conn;
	uint32_t iss;
	struct segment syn; /* as it left first */
	uint32_t connected; /* how often it was told */
};

static struct client
connect_with(uint8_t version, const struct estab_config *config)
{
	struct client c = { .l = lone_create(version, ARENA, config) };
	const struct estab_endpoint local = { .port = LONE_PORT };
	const struct estab_endpoint remote = { lone_address(version, 1),
		LONE_PEER_PORT };

	assert_int_equal(estab_connect(c.l->host, &c.conn, &local, &remote), 0);
	assert_int_equal(estab_set(c.l->host, c.conn, ESTAB_RECEIVE_BYTES,
	                     FIRST_LIMIT),
	    0);
	lone_run(c.l, 0);
	assert_int_equal(c.l->out_count, 1);
	c.syn = c.l->out[0].seg;
	assert_true(c.syn.syn && !c.syn.has_ack && c.syn.options.wscale > 0);
	c.iss = c.syn.seq;
	return c;
}

static struct client
connect_from(uint8_t version)
{
	return connect_with(version, NULL);
}

static struct estab_status
status_of(const struct client *c)
{
	struct estab_status status;

	assert_int_equal(estab_status(c->l->host, c->conn, &status), 0);
	return status;
}

static void
is_in(const struct client *c, enum estab_state state)
{
	assert_int_equal(status_of(c).state, state);
}

static void
watch_events(struct client *c)
{
	struct estab_event event;

	while (estab_event(c->l->host, &event) > 0)
		if (event.ready & ESTAB_CONNECTED)
			c->connected++;
}

/* In the server's name, whoever sends it. */
static void
arrives(struct client *c, uint8_t flags, uint32_t seq, uint32_t ack,
    const struct tcp_options *options)
{
	struct segment seg = { .from_port = LONE_PEER_PORT,
		.to_port = LONE_PORT,
		.seq = seq,
		.ack = ack,
		.flags = flags,
		.wnd = 8000 };

	if (options)
		seg.options = *options;
	lone_segment(c->l, &seg, NULL);
	watch_events(c);
}

/* The client takes it for the server's, and answers. */
static void
forge_syn(struct client *c, const struct tcp_options *options)
{
	arrives(c, ESTAB_SYN, FORGED, 0, options);
	is_in(c, ESTAB_SYN_RECEIVED);
	assert_int_equal(c->l->out_count, 1);
	assert_true(c->l->out[0].seg.syn && c->l->out[0].seg.has_ack);
	assert_int_equal(c->l->out[0].seg.ack, FORGED + 1);
}

static void
answer(struct client *c, const struct tcp_options *options)
{
	arrives(c, ESTAB_SYN | ESTAB_ACK, LONE_PEER_ISS, c->iss + 1, options);
}

/* Both ways, over where the server's numbers wrap. */
static void
carries_text(struct client *c)
{
	static const char to[] = "for the server", from[] = "for the client";
	struct peer p = { .conn = c->conn,
		.port = LONE_PEER_PORT,
		.seq = LONE_PEER_ISS + 1,
		.ack = c->iss + 1 };
	char got[sizeof from];

	if (status_of(c).timestamps) {
		p.options.has_ts = true;
		p.options.tsval = 10;
	}
	for (int n = 0; n < 3; n++) {
		lone_text(c->l, &p, from, sizeof from);
		assert_int_equal(estab_receive(c->l->host, c->conn, got,
		                     sizeof got),
		    sizeof from);
		assert_memory_equal(got, from, sizeof from);
		assert_int_equal(estab_send(c->l->host, c->conn, to, sizeof to),
		    sizeof to);
		lone_run(c->l, 0);
		assert_int_equal(c->l->out_count, 1);
		assert_int_equal(c->l->out[0].seg.seq, p.ack);
		assert_int_equal(c->l->out[0].seg.ack, p.seq);
		assert_memory_equal(c->l->out[0].text, to, sizeof to);
		p.ack += sizeof to;
		lone_ack(c->l, &p);
	}
	assert_int_equal(status_of(c).snd_una, p.ack);
}

static void
end(struct client *c)
{
	(void)estab_abort(c->l->host, c->conn);
	assert_int_equal(estab_release(c->l->host, c->conn), 0);
	lone_run(c->l, 0);
	lone_check_empty(c->l);
	lone_free(c->l);
}

/* ---- The server's SYN+ACK ------------------------------------------------- */

static const struct tcp_options none = { .has_mss = false };
/* As a stranger would choose them: nothing later is as new. */
static const struct tcp_options lavish = { .has_mss = true,
	.mss = 100,
	.has_wscale = true,
	.wscale = 14,
	.has_ts = true,
	.tsval = 0x7fffffff };
static const struct tcp_options honest = { .has_mss = true,
	.mss = 1200,
	.has_wscale = true,
	.wscale = 5,
	.has_ts = true,
	.tsval = 9 };

/* What the connection is when nothing was forged. */
static struct estab_status
undisturbed(uint8_t version, const struct tcp_options *options)
{
	struct client c = connect_from(version);
	struct estab_status status;

	answer(&c, options);
	status = status_of(&c);
	end(&c);
	return status;
}

static void
is_as_undisturbed(const struct client *c, const struct tcp_options *options)
{
	const struct estab_status e = undisturbed(c->l->version, options);
	const struct estab_status s = status_of(c);

	assert_int_equal(s.state, ESTAB_ESTABLISHED);
	assert_int_equal(s.irs, LONE_PEER_ISS);
	assert_int_equal(s.rcv_nxt, LONE_PEER_ISS + 1);
	assert_int_equal(s.rcv_wnd, e.rcv_wnd);
	assert_int_equal(s.rcv_wnd_shift, e.rcv_wnd_shift);
	assert_int_equal(s.snd_una, c->iss + 1);
	assert_int_equal(s.snd_nxt, c->iss + 1);
	assert_int_equal(s.snd_wnd, 8000);
	assert_int_equal(s.snd_wnd_shift, e.snd_wnd_shift);
	assert_int_equal(s.snd_wl1, LONE_PEER_ISS);
	assert_int_equal(s.snd_wl2, c->iss + 1);
	assert_int_equal(s.mss_peer, e.mss_peer);
	assert_int_equal(s.mss, e.mss);
	assert_int_equal(s.timestamps, e.timestamps);
	assert_int_equal(s.window_scale, e.window_scale);
	assert_int_equal(s.cwnd_bytes, e.cwnd_bytes);
}

static void
the_answer_to_our_syn_supersedes_a_forged_one(void **unused)
{
	static const struct tcp_options *const options[][2] = {
		{ &none, &honest },
		{ &lavish, &honest },
		{ &lavish, &none },
		{ &none, &none },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		for (uint8_t version = 4; version <= 6; version += 2) {
			struct client c = connect_from(version);

			forge_syn(&c, options[i][0]);
			answer(&c, options[i][1]);
			assert_int_equal(c.l->out_count, 1);
			assert_int_equal(c.l->out[0].seg.flags, ESTAB_ACK);
			assert_int_equal(c.l->out[0].seg.ack,
			    LONE_PEER_ISS + 1);
			assert_int_equal(c.l->out[0].seg.seq, c.iss + 1);
			assert_int_equal(c.l->out[0].seg.options.has_ts,
			    options[i][1]->has_ts);
			assert_int_equal(c.l->out[0].seg.options.tsecr,
			    options[i][1]->tsval);
			is_as_undisturbed(&c, options[i][1]);
			carries_text(&c);
			assert_int_equal(c.connected, 1);
			end(&c);
		}
}

/* The scale our SYN said holds, whatever the program has asked for since, and
 * although the answer to the forged SYN had none. */
static void
our_own_scale_of_windows_is_that_of_our_syn(void **unused)
{
	struct client c = connect_from(4);

	(void)unused;
	forge_syn(&c, &none);
	assert_int_equal(estab_set(c.l->host, c.conn, ESTAB_RECEIVE_BYTES,
	                     64 * FIRST_LIMIT),
	    0);
	answer(&c, &honest);
	assert_int_equal(status_of(&c).rcv_wnd_shift, c.syn.options.wscale);
	end(&c);
}

static void
nothing_else_supersedes_it(void **unused)
{
	static const struct {
		uint8_t flags;
		uint32_t ack; /* beyond ISS */
	} row[] = {
		{ ESTAB_SYN, 0 },
		{ ESTAB_SYN, 1 },
		{ ESTAB_SYN | ESTAB_ACK, 0 },
		{ ESTAB_SYN | ESTAB_ACK, 2 },
		{ ESTAB_SYN | ESTAB_ACK | ESTAB_FIN, 1 },
		{ ESTAB_SYN | ESTAB_ACK | ESTAB_RST, 1 },
		{ ESTAB_ACK, 1 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct client c = connect_from(4);

		forge_syn(&c, &none);
		arrives(&c, row[i].flags, LONE_PEER_ISS, c.iss + row[i].ack,
		    NULL);
		is_in(&c, ESTAB_SYN_RECEIVED);
		assert_int_equal(status_of(&c).irs, FORGED);
		assert_int_equal(c.connected, 0);
		end(&c);
	}
}

/* Figure 7: what crossed was a SYN of the peer's. */
static void
a_simultaneous_open_is_what_it_was(void **unused)
{
	struct client c = connect_from(6);

	(void)unused;
	arrives(&c, ESTAB_SYN, LONE_PEER_ISS, 0, &honest);
	answer(&c, &honest);
	is_in(&c, ESTAB_SYN_RECEIVED);
	assert_int_equal(c.l->out_count, 1);
	assert_int_equal(c.l->out[0].seg.flags, ESTAB_ACK);
	arrives(&c, ESTAB_ACK, LONE_PEER_ISS + 1, c.iss + 1, &honest);
	is_in(&c, ESTAB_ESTABLISHED);
	carries_text(&c);
	assert_int_equal(c.connected, 1);
	end(&c);
}

/* ---- The server's reset ---------------------------------------------------- */

/* Until its time-out nothing leaves; then the SYN as it was. */
static void
sends_the_same_syn_at(struct client *c, estab_time due)
{
	const struct segment *again = &c->l->out[0].seg;

	assert_int_equal(status_of(c).retransmit_at, due);
	lone_run(c->l, due - c->l->now - 1);
	assert_int_equal(c->l->out_count, 0);
	lone_run(c->l, 1);
	assert_int_equal(c->l->out_count, 1);
	assert_int_equal(again->flags, ESTAB_SYN);
	assert_int_equal(again->seq, c->iss);
	assert_int_equal(again->ack, 0);
	assert_int_equal(again->wnd, c->syn.wnd);
	assert_int_equal(again->options.mss, c->syn.options.mss);
	assert_int_equal(again->options.wscale, c->syn.options.wscale);
	assert_int_equal(again->options.has_ts, c->syn.options.has_ts);
	assert_int_equal(again->options.tsecr, 0);
}

static void
a_reset_of_the_answer_takes_back_to_syn_sent(void **unused)
{
	static const struct {
		uint8_t flags;
		uint32_t ack; /* beyond ISS */
	} row[] = {
		{ ESTAB_RST, 0 },
		{ ESTAB_RST, 1 }, /* no ACK */
		{ ESTAB_RST | ESTAB_ACK, 0 },
		{ ESTAB_RST | ESTAB_ACK, 2 },
	};

	(void)unused;
	for (size_t i = 0; i < 2 * sizeof row / sizeof row[0]; i++) {
		struct client c = connect_from(i & 1 ? 6 : 4);
		const estab_time due = status_of(&c).retransmit_at;

		lone_run(c.l, 10 * ESTAB_MS);
		forge_syn(&c, i & 2 ? &lavish : &none);
		lone_run(c.l, 10 * ESTAB_MS);
		arrives(&c, row[i / 2].flags, FORGED + 1,
		    c.iss + row[i / 2].ack, NULL);
		assert_int_equal(c.l->out_count, 0);
		is_in(&c, ESTAB_SYN_SENT);
		assert_int_equal(status_of(&c).rcv_nxt, 0);
		assert_int_equal(status_of(&c).snd_wnd, 0);
		assert_int_equal(status_of(&c).error, 0);
		sends_the_same_syn_at(&c, due);
		assert_int_equal(c.connected, 0);
		answer(&c, &honest);
		is_as_undisturbed(&c, &honest);
		carries_text(&c);
		assert_int_equal(c.connected, 1);
		assert_int_equal(lone_counter(c.l, ESTAB_COUNT_ActiveOpens), 1);
		assert_int_equal(lone_counter(c.l, ESTAB_COUNT_AttemptFails),
		    0);
		end(&c);
	}
}

static void
a_reset_that_acknowledges_our_syn_refuses(void **unused)
{
	struct client c = connect_from(4);

	(void)unused;
	forge_syn(&c, &none);
	arrives(&c, ESTAB_RST | ESTAB_ACK, FORGED + 2, c.iss + 1, NULL);
	is_in(&c, ESTAB_SYN_RECEIVED); /* a challenge: not its number */
	arrives(&c, ESTAB_RST | ESTAB_ACK, FORGED + 1, c.iss + 1, NULL);
	is_in(&c, ESTAB_CLOSED);
	assert_int_equal(status_of(&c).error, ESTAB_ECONNREFUSED);
	assert_int_equal(lone_counter(c.l, ESTAB_COUNT_AttemptFails), 1);
	end(&c);
}

/* Where nobody listens, the server says so to the SYN. */
static void
who_is_back_in_syn_sent_can_be_refused(void **unused)
{
	struct client c = connect_from(4);

	(void)unused;
	forge_syn(&c, &lavish);
	arrives(&c, ESTAB_RST, FORGED + 1, 0, NULL);
	arrives(&c, ESTAB_RST | ESTAB_ACK, 0, c.iss + 1, NULL);
	is_in(&c, ESTAB_CLOSED);
	assert_int_equal(status_of(&c).error, ESTAB_ECONNREFUSED);
	end(&c);
}

/* An answer that has not left yet, because the link did not ask, leaves as
 * the SYN. */
static void
an_answer_that_waits_leaves_as_our_syn(void **unused)
{
	struct client c = connect_from(4);
	const struct segment forged[2] = {
		{ .from_port = LONE_PEER_PORT,
		    .to_port = LONE_PORT,
		    .seq = FORGED,
		    .syn = true },
		{ .from_port = LONE_PEER_PORT,
		    .to_port = LONE_PORT,
		    .seq = FORGED + 1,
		    .rst = true },
	};
	uint8_t packet[100];
	struct estab_frame frame = { .span = { { packet, 0 } },
		.span_count = 1 };

	(void)unused;
	for (int i = 0; i < 2; i++) {
		frame.span[0].length =
		    lone_packet(c.l, packet, &forged[i], NULL);
		assert_int_equal(estab_input(c.l->host, &frame, 1, c.l->now),
		    1);
	}
	is_in(&c, ESTAB_SYN_SENT);
	lone_run(c.l, 0);
	assert_int_equal(c.l->out_count, 1);
	assert_int_equal(c.l->out[0].seg.flags, ESTAB_SYN);
	assert_int_equal(c.l->out[0].seg.ack, 0);
	assert_int_equal(lone_counter(c.l, ESTAB_COUNT_RetransSegs), 1);
	end(&c);
}

/* ---- Again and again ------------------------------------------------------- */

/* The time at which the opening is given up, while every tick the stranger
 * forges a SYN; the server resets the answer after half a tick, or never. */
static estab_time
given_up_after(bool forges, bool resets)
{
	const struct estab_config config = { .syn_tries_max = 3 };
	struct client c = connect_with(4, &config);
	const int64_t half_tick = 50 * ESTAB_MS;
	estab_time over;

	while (status_of(&c).state != ESTAB_CLOSED && c.l->now < ESTAB_MINUTE) {
		if (forges)
			arrives(&c, ESTAB_SYN, FORGED, 0, &none);
		lone_run(c.l, half_tick);
		if (resets)
			arrives(&c, ESTAB_RST, FORGED + 1, 0, NULL);
		lone_run(c.l, half_tick);
	}
	assert_int_equal(status_of(&c).error, ESTAB_ETIMEDOUT);
	over = c.l->now;
	end(&c);
	return over;
}

static void
forging_without_end_does_not_put_off_the_time_out(void **unused)
{
	const estab_time undisturbed_over = given_up_after(false, false);

	(void)unused;
	assert_int_equal(given_up_after(true, false), undisturbed_over);
	assert_int_equal(given_up_after(true, true), undisturbed_over);
}

/* ---- A program that does not wait ------------------------------------------ */

/* It has written and closed before the handshake ended: all of it goes, and
 * the FIN. */
static void
sends_all_and_ends(struct client *c)
{
	const struct segment *last;

	is_in(c, ESTAB_FIN_WAIT_1);
	assert_true(c->l->out_count > 0);
	last = &c->l->out[c->l->out_count - 1].seg;
	assert_int_equal(last->seq, c->iss + 1);
	assert_int_equal(last->text_len, 5);
	assert_true(last->fin);
	assert_int_equal(last->ack, LONE_PEER_ISS + 1);
}

static void
what_was_written_and_closed_meanwhile_is_sent(void **unused)
{
	(void)unused;
	for (int reset = 0; reset < 2; reset++) {
		struct client c = connect_from(4);

		assert_int_equal(estab_send(c.l->host, c.conn, "hello", 5), 5);
		forge_syn(&c, &none);
		assert_int_equal(estab_close(c.l->host, c.conn), 0);
		is_in(&c, ESTAB_SYN_RECEIVED);
		if (reset) {
			arrives(&c, ESTAB_RST, FORGED + 1, 0, NULL);
			is_in(&c, ESTAB_SYN_SENT);
		}
		answer(&c, &honest);
		sends_all_and_ends(&c);
		end(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer_to_our_syn_supersedes_a_forged_one),
		cmocka_unit_test(our_own_scale_of_windows_is_that_of_our_syn),
		cmocka_unit_test(nothing_else_supersedes_it),
		cmocka_unit_test(a_simultaneous_open_is_what_it_was),
		cmocka_unit_test(a_reset_of_the_answer_takes_back_to_syn_sent),
		cmocka_unit_test(a_reset_that_acknowledges_our_syn_refuses),
		cmocka_unit_test(who_is_back_in_syn_sent_can_be_refused),
		cmocka_unit_test(an_answer_that_waits_leaves_as_our_syn),
		cmocka_unit_test(forging_without_end_does_not_put_off_the_time_out),
		cmocka_unit_test(what_was_written_and_closed_meanwhile_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
