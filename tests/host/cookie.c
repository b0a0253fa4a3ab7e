/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SYN cookies: one initial sequence number for calm and flood, options that
 * survive in it, keys that are shared and change, and what no cookie is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "tcp/tcp.h"

#define ARENA ((size_t)1024 * 1024)
#define PORT 4000
#define EPOCH (32 * ESTAB_SECOND)

static const struct estab_config always = { .syn_cookies =
	                                        ESTAB_COOKIES_ALWAYS };

static struct segment
syn_of(uint16_t port)
{
	return (struct segment){ .from_port = port,
		.to_port = LONE_PORT,
		.seq = LONE_PEER_ISS,
		.syn = true,
		.wnd = 65535,
		.options = { .has_mss = true,
		    .mss = 1460,
		    .has_wscale = true,
		    .wscale = 9,
		    .has_ts = true,
		    .tsval = 77 } };
}

/* What acknowledges the SYN+ACK that just left. */
static struct segment
ack_of(const struct lone *l, uint16_t port)
{
	const struct segment *syn_ack = &l->out[0].seg;

	assert_int_equal(l->out_count, 1);
	assert_true(syn_ack->syn && syn_ack->has_ack);
	return (struct segment){ .from_port = port,
		.to_port = LONE_PORT,
		.seq = syn_ack->ack,
		.ack = syn_ack->seq + 1,
		.has_ack = true,
		.wnd = 501,
		.options = { .has_ts = syn_ack->options.has_ts,
		    .tsval = 80,
		    .tsecr = syn_ack->options.tsval } };
}

static struct segment
shake_syn(struct lone *l, const struct segment *syn)
{
	lone_segment(l, syn, NULL);
	return ack_of(l, syn->from_port);
}

static uint32_t
half_opens(const struct lone *l)
{
	struct estab_memory memory;

	estab_memory(l->host, &memory);
	return memory.half_open_count;
}

static uint32_t
tcbs(const struct lone *l)
{
	struct estab_memory memory;

	estab_memory(l->host, &memory);
	return memory.tcb_count;
}

static uint64_t
records(const struct lone *l)
{
	struct estab_memory memory;

	estab_memory(l->host, &memory);
	return memory.record_bytes;
}

/* A mode by what fills the cache: a table of one record. */
static void
set_flood(struct lone *l, bool flood)
{
	struct tcp *tcp = (struct tcp *)(void *)l->host;

	tcp->config.syn_cookies =
	    flood ? ESTAB_COOKIES_ALWAYS : ESTAB_COOKIES_WHEN_FULL;
}

/* Battery C13: whatever order SYNs in calm and in flood come in, there is
 * one ISS, and the ACK of any answer connects. */
static void
one_iss_in_calm_and_flood_in_every_order(void **unused)
{
	(void)unused;
	for (uint32_t version = 4; version <= 6; version += 2)
		for (uint32_t order = 0; order < 16; order++) {
			struct lone *l =
			    lone_create((uint8_t)version, ARENA, NULL);
			const estab_conn listener = lone_listen(l, 4);
			const struct segment syn = syn_of(PORT);
			const uint32_t acked = order >> 2 & 3u;
			struct segment ack[4];
			estab_conn conn;

			for (uint32_t n = 0; n < 4; n++) {
				set_flood(l, n < 2 ? order >> n & 1u : n == 2);
				lone_run(l, 3 * ESTAB_MS);
				ack[n] = shake_syn(l, &syn);
				assert_int_equal(ack[n].ack, ack[0].ack);
				assert_int_equal(ack[n].options.tsecr & 63u,
				    ack[0].options.tsecr & 63u);
			}
			lone_segment(l, &ack[acked], NULL);
			assert_int_equal(l->out_count, 0);
			assert_int_equal(estab_accept(l->host, listener, &conn),
			    0);
			assert_int_equal(half_opens(l), 0);
			lone_free(l);
		}
}

/* The record is evicted, times out or never was: the ACK connects. */
static void
a_record_may_go_while_its_cookie_lives(void **unused)
{
	const struct estab_config config = { .half_open_max = 1,
		.syn_ack_tries_max = ESTAB_OFF };
	struct lone *l = lone_create(4, ARENA, &config);
	const estab_conn listener = lone_listen(l, 4);
	const struct segment syn = syn_of(PORT);
	const struct segment ack = shake_syn(l, &syn);
	estab_conn conn;

	(void)unused;
	assert_int_equal(half_opens(l), 1);
	lone_run(l, 20 * ESTAB_SECOND);
	assert_int_equal(half_opens(l), 0);
	lone_segment(l, &ack, NULL);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_SyncookiesRecv), 1);
	lone_free(l);
}

static void
after_a_reset_the_cookie_is_not_honoured(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const struct segment syn = syn_of(PORT);
	struct segment ack, rst;

	(void)unused;
	(void)lone_listen(l, 4);
	ack = shake_syn(l, &syn);
	rst = ack;
	rst.has_ack = false;
	rst.rst = true;
	lone_segment(l, &rst, NULL);
	assert_int_equal(half_opens(l), 0);
	lone_segment(l, &ack, NULL);
	assert_true(l->out_count == 1 && l->out[0].seg.rst);
	assert_int_equal(tcbs(l), 0);
	lone_free(l);
}

/* An answer of the last epoch to the same SYN, while its record has the ISS
 * of this one. */
static void
the_ack_of_the_epoch_before_is_taken_beside_a_record(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 4);
	const struct segment syn = syn_of(PORT);
	struct segment before, now;
	estab_conn conn;

	(void)unused;
	lone_run(l, EPOCH - 2 * ESTAB_SECOND);
	set_flood(l, true);
	before = shake_syn(l, &syn);
	lone_run(l, 2 * ESTAB_SECOND);
	set_flood(l, false);
	now = shake_syn(l, &syn);
	assert_true(now.ack != before.ack);
	assert_int_equal(half_opens(l), 1);
	lone_segment(l, &before, NULL);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(half_opens(l), 0);
	lone_free(l);
}

static struct estab_status
opened_from_cookie(struct lone *l, const struct segment *syn)
{
	const estab_conn listener = lone_listen(l, 4);
	struct estab_status status;
	struct segment ack = shake_syn(l, syn);
	estab_conn conn;

	assert_int_equal(half_opens(l), 0);
	lone_segment(l, &ack, NULL);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(estab_status(l->host, conn, &status), 0);
	assert_int_equal(estab_close(l->host, listener), 0);
	assert_int_equal(estab_release(l->host, listener), 0);
	assert_int_equal(status.state, ESTAB_ESTABLISHED);
	assert_int_equal(status.irs, LONE_PEER_ISS);
	return status;
}

/* Every window scale and the sizes of a SYN: exact with time stamps, never
 * more than offered without. */
static void
options_survive_in_the_cookie(void **unused)
{
	static const uint16_t sizes[] = { 0, 1, 64, 500, 536, 1219, 1452, 1460,
		9000, 65535 };

	(void)unused;
	for (uint32_t n = 0; n < 10 * 17 * 2; n++) {
		const bool stamps = n % 2;
		const uint32_t scale = n / 2 % 17; /* 15: too large; 16: none */
		const uint32_t most = scale > 14 ? 14 : scale;
		struct lone *l = lone_create(n % 3 ? 4 : 6, ARENA, &always);
		struct segment syn = syn_of(PORT);
		struct estab_status s;

		syn.options.has_ts = stamps;
		syn.options.has_wscale = scale < 16;
		syn.options.wscale = (uint8_t)scale;
		syn.options.mss = sizes[n / 34];
		syn.options.has_mss = n >= 34;
		s = opened_from_cookie(l, &syn);
		assert_int_equal(s.timestamps, stamps);
		assert_int_equal(s.window_scale, scale < 16);
		if (stamps && scale < 16)
			assert_int_equal(s.snd_wnd_shift, most);
		if (scale < 16)
			assert_true(s.snd_wnd_shift <= most &&
			    s.snd_wnd_shift + 4u >= most);
		assert_int_equal(s.snd_wnd,
		    501u << (scale < 16 ? s.snd_wnd_shift : 0));
		if (n >= 34)
			assert_true(s.mss_peer <= syn.options.mss ||
			    s.mss_peer == 64);
		assert_true(s.mss_peer >= 64);
		lone_free(l);
	}
}

static struct offer
round_trip(struct lone *l, const struct offer *in)
{
	struct tcp *tcp = (struct tcp *)(void *)l->host;
	struct arrival a = { .tuple = { .local = lone_address(4, 2),
		                 .remote = lone_address(4, 1),
		                 .local_port = 80,
		                 .remote_port = 99 } };
	struct offer out;

	cookie_honour(tcp);
	a.seg.seq = 8;
	a.seg.ack = cookie_make(tcp, &a.tuple, 7, in) + 1;
	a.seg.options.has_ts = (in->has & OFFER_TS) != 0;
	a.seg.options.tsecr = cookie_tsval(tcp, &a.tuple, in);
	assert_true(cookie_open(tcp, &a, &out));
	return out;
}

static void
sack_rides_in_the_iss_and_ecn_in_the_time_stamp(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);

	(void)unused;
	for (uint32_t n = 0; n < 16; n++) {
		const struct offer in = { .mss = 1460, .has = (uint8_t)n };
		const struct offer out = round_trip(l, &in);
		const uint32_t rides =
		    n & OFFER_TS ? n : n & ~(uint32_t)OFFER_ECN;

		assert_int_equal(out.has, rides);
		assert_int_equal(out.mss, 1460);
	}
	lone_free(l);
}

/* Each thing the MAC covers, changed by itself. */
static void
whatever_is_changed_it_is_no_cookie(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 8; n++) {
		struct lone *l = lone_create(4, ARENA, &always);
		struct segment syn = syn_of(PORT), ack;

		(void)lone_listen(l, 4);
		ack = shake_syn(l, &syn);
		switch (n) {
		case 0:
			ack.from_port++;
			break;
		case 1:
			ack.seq++;
			break;
		case 2:
			ack.ack ^= 0x80000000u;
			break;
		case 3:
			ack.ack ^= 2u; /* of the octet */
			break;
		case 4:
			ack.options.tsecr ^= 1u; /* its scale */
			break;
		case 5:
			ack.options.tsecr ^= 32u; /* ECN */
			break;
		case 6:
			ack.options.has_ts = false;
			break;
		case 7:
			((struct tcp *)(void *)l->host)->config.cookie_label =
			    1;
			break;
		default:
			break;
		}
		lone_segment(l, &ack, NULL);
		assert_int_equal(tcbs(l), 0);
		assert_true(l->out_count == 1 && l->out[0].seg.rst);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_SyncookiesFailed),
		    1);
		lone_free(l);
	}
}

static uint32_t
mac_of(struct lone *l, const struct tuple *tuple, uint32_t irs,
    const struct offer *offer)
{
	const struct tcp *tcp = (const struct tcp *)(const void *)l->host;

	return cookie_make(tcp, tuple, irs, offer) >> 8;
}

/* Of every bit of addresses, ports and the SYN's number, of the label, the
 * options and the epoch, the 24 bits are another's. */
static void
the_mac_covers_each_bit_of_what_it_names(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ARENA, NULL);
		struct estab_config *config =
		    &((struct tcp *)(void *)l->host)->config;
		const struct offer offer = { .mss = 1460 };
		struct offer other = offer;
		struct tuple t = { .local = lone_address(version, 2),
			.remote = lone_address(version, 1),
			.local_port = 80,
			.remote_port = 99 };
		const uint32_t mac = mac_of(l, &t, 7, &offer);

		for (uint32_t bit = version == 4 ? 96 : 0; bit < 128; bit++)
			for (uint32_t side = 0; side < 2; side++) {
				uint8_t *at =
				    side ? t.local.byte : t.remote.byte;

				at[bit / 8] ^= (uint8_t)(1u << bit % 8);
				assert_int_not_equal(mac_of(l, &t, 7, &offer),
				    mac);
				at[bit / 8] ^= (uint8_t)(1u << bit % 8);
			}
		for (uint32_t bit = 0; bit < 16; bit++) {
			t.local_port ^= (uint16_t)(1u << bit);
			assert_int_not_equal(mac_of(l, &t, 7, &offer), mac);
			t.local_port ^= (uint16_t)(1u << bit);
			t.remote_port ^= (uint16_t)(1u << bit);
			assert_int_not_equal(mac_of(l, &t, 7, &offer), mac);
			t.remote_port ^= (uint16_t)(1u << bit);
			config->cookie_label ^= 1u << bit;
			assert_int_not_equal(mac_of(l, &t, 7, &offer), mac);
			config->cookie_label ^= 1u << bit;
		}
		for (uint32_t bit = 0; bit < 32; bit++)
			assert_int_not_equal(mac_of(l, &t, 7 ^ 1u << bit,
			                         &offer),
			    mac);
		for (other.has = 1; other.has < 16; other.has++)
			assert_true(other.has == OFFER_ECN ||
			    mac_of(l, &t, 7, &other) != mac);
		other = (struct offer){ .mss = 536 };
		assert_int_not_equal(mac_of(l, &t, 7, &other), mac);
		assert_int_equal(mac_of(l, &t, 7, &offer), mac);
		lone_run(l, EPOCH);
		assert_int_not_equal(mac_of(l, &t, 7, &offer), mac);
		lone_free(l);
	}
}

/* The time stamp of a SYN+ACK was rounded down, by 63 ms at the most; no
 * measured round trip has that in it, with a record or without. */
static void
a_stamp_that_was_rounded_down_is_no_round_trip(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 64 * 2; n++) {
		struct lone *l = lone_create(4, ARENA, n % 2 ? &always : NULL);
		const estab_conn listener = lone_listen(l, 4);
		const struct segment syn = syn_of((uint16_t)(PORT + n));
		struct estab_status s;
		struct segment ack;
		estab_conn conn;

		lone_run(l, (int64_t)(n / 2) * ESTAB_MS);
		ack = shake_syn(l, &syn);
		lone_run(l, 10 * ESTAB_MS);
		lone_segment(l, &ack, NULL);
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
		assert_int_equal(estab_status(l->host, conn, &s), 0);
		assert_true(s.timestamps);
		if (n % 2)
			assert_int_equal(s.srtt_ns, 0);
		else
			assert_in_range(s.srtt_ns, 9 * ESTAB_MS, 11 * ESTAB_MS);
		lone_free(l);
	}
}

/* Battery C15: the same ACK again while open, and when its time is over. */
static void
a_cookie_opens_one_connection_and_none_when_it_is_old(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &always);
	const estab_conn listener = lone_listen(l, 16);
	const struct segment syn = syn_of(PORT);
	const struct segment ack = shake_syn(l, &syn);
	estab_conn conn;

	(void)unused;
	for (uint32_t n = 0; n < 100; n++)
		lone_segment(l, &ack, NULL);
	assert_int_equal(tcbs(l), 1);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_PassiveOpens), 1);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(estab_abort(l->host, conn), 0);
	assert_int_equal(estab_release(l->host, conn), 0);
	lone_run(l, 2 * EPOCH);
	(void)shake_syn(l, &syn); /* cookies are honoured, but not this one */
	lone_segment(l, &ack, NULL);
	assert_true(l->out_count == 1 && l->out[0].seg.rst);
	assert_int_equal(tcbs(l), 0);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_SyncookiesFailed), 1);
	lone_free(l);
}

/* And the server's TIME-WAIT takes it for what it is. */
/* Of an ACK nothing is remembered when its connection is over and our end did
 * not close first: sent again it opens another one, with the text it brings. */
static void
what_an_ack_brings_comes_again_with_it_until_it_is_old(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &always);
	const estab_conn listener = lone_listen(l, 16);
	const struct segment syn = syn_of(PORT);
	struct segment ack = shake_syn(l, &syn), fin = ack, last = ack;
	estab_conn conn;
	char byte;

	(void)unused;
	ack.text_len = 1;
	fin.seq += 1;
	fin.fin = true;
	last.seq += 2;
	last.ack++;
	for (uint64_t times = 1; times <= 2; times++) {
		lone_segment(l, &ack, "x");
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
		assert_int_equal(estab_receive(l->host, conn, &byte, 1), 1);
		assert_int_equal(byte, 'x');
		lone_segment(l, &fin, NULL);
		assert_int_equal(estab_close(l->host, conn), 0);
		lone_run(l, 0);
		lone_segment(l, &last, NULL);
		assert_int_equal(estab_release(l->host, conn), 0);
		assert_int_equal(tcbs(l), 0);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_PassiveOpens),
		    times);
	}
	lone_run(l, 2 * EPOCH);
	(void)shake_syn(l, &syn); /* cookies are honoured, but not this one */
	lone_segment(l, &ack, "x");
	assert_int_equal(lone_counter(l, ESTAB_COUNT_PassiveOpens), 2);
	lone_free(l);
}

static void
no_second_connection_while_the_first_is_in_time_wait(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &always);
	const estab_conn listener = lone_listen(l, 16);
	const struct segment syn = syn_of(PORT);
	const struct segment ack = shake_syn(l, &syn);
	struct segment fin = ack;
	estab_conn conn;

	(void)unused;
	lone_segment(l, &ack, NULL);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(estab_close(l->host, conn), 0);
	lone_run(l, 0);
	fin.ack++;
	fin.fin = true;
	lone_segment(l, &fin, NULL);
	assert_int_equal(estab_release(l->host, conn), 0);
	for (uint32_t n = 0; n < 100; n++)
		lone_segment(l, &ack, NULL);
	assert_int_equal(tcbs(l), 0);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_PassiveOpens), 1);
	lone_free(l);
}

/* Battery C16: of random ACKs as many are taken as there are patterns.  The
 * hash is cut to 16 bits where the MAC has 24, so that some are. */
static uint64_t
short_siphash(const uint8_t key[16], const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t x = key[0] + 1u;

	for (size_t i = 0; i < n; i++)
		x = (x ^ p[i]) * UINT64_C(0x100000001b3);
	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 32;
	return x & 0xffff00u; /* the top octet of the MAC is 0 */
}

static void
random_acks_are_taken_as_often_as_there_are_patterns(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	struct tcp *tcp = (struct tcp *)(void *)l->host;
	struct arrival a = { .tuple = { .local = lone_address(4, 2),
		                 .remote = lone_address(4, 1) } };
	uint64_t random = 88172645463325252u;
	uint32_t taken = 0, by_mss[8] = { 0 }, by_sack[2] = { 0 };
	const uint32_t tries = 1u << 23;
	struct offer offer;

	(void)unused;
	tcp->config.crypto.siphash = short_siphash;
	cookie_honour(tcp);
	for (uint32_t n = 0; n < tries; n++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		a.tuple.remote_port = (uint16_t)(random >> 48);
		a.seg.seq = (uint32_t)(random >> 24);
		a.seg.ack = (uint32_t)random & 0xffffffu; /* its top is 0 */
		a.seg.ack++;
		if (!cookie_open(tcp, &a, &offer))
			continue;
		taken++;
		by_sack[(offer.has & OFFER_SACK) != 0]++;
		for (uint32_t i = 0; i < 8; i++)
			by_mss[i] += offer.mss ==
			    (const uint16_t[]){ 64, 536, 1220, 1360, 1400, 1440,
				    1460, 8940 }[i];
	}
	/* 16 bits of MAC must fit: 128 in 2^23, give or take four sigma. */
	assert_in_range(taken, 128 - 45, 128 + 45);
	assert_in_range(by_sack[0], taken / 2 - 32, taken / 2 + 32);
	for (uint32_t i = 0; i < 8; i++)
		assert_in_range(by_mss[i], 2, 40);
	lone_free(l);
}

static void
half_open_costs_nothing_when_cookies_answer(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &always);
	uint64_t before;

	(void)unused;
	(void)lone_listen(l, 16);
	before = records(l);
	for (uint32_t n = 1; n < 5000; n++) {
		const struct segment syn = syn_of((uint16_t)n);

		lone_segment(l, &syn, NULL);
		assert_int_equal(l->out_count, 1); /* one reply a SYN */
	}
	assert_int_equal(records(l), before);
	lone_run(l, 300 * ESTAB_SECOND);
	assert_int_equal(l->out_count, 0); /* and never again */
	lone_free(l);
}

/* Towards an address that has proven nothing at most four bytes more. */
static void
a_reply_is_at_most_four_bytes_longer_than_its_syn(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 16; n++) {
		struct lone *l =
		    lone_create(n & 8 ? 6 : 4, ARENA, n & 1 ? &always : NULL);
		struct segment syn = syn_of(PORT);
		uint8_t packet[200];

		(void)lone_listen(l, 4);
		syn.options.has_mss = n & 1;
		syn.options.has_wscale = n & 2;
		syn.options.has_ts = n & 4;
		lone_segment(l, &syn, NULL);
		assert_int_equal(l->out_count, 1);
		assert_true(l->out[0].bytes <=
		    lone_packet(l, packet, &syn, NULL) + 4);
		lone_free(l);
	}
}

/* An ACK may be lost and text arrive before it: no reset while its cookie is
 * out, and the text in order opens. */
static void
text_that_overtakes_its_ack_is_not_reset(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &always);
	const estab_conn listener = lone_listen(l, 4);
	const struct segment syn = syn_of(PORT);
	struct segment text = shake_syn(l, &syn), later;
	estab_conn conn;
	uint8_t got[300];

	(void)unused;
	text.text_len = text.len = 100;
	later = text;
	later.seq += 100;
	lone_segment(l, &later, NULL);
	assert_int_equal(l->out_count, 0);
	lone_segment(l, &text, NULL);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(estab_receive(l->host, conn, got, sizeof got), 100);
	lone_free(l);
}

static void
with_cookies_off_no_ack_is_one(void **unused)
{
	const struct estab_config off = { .syn_cookies = ESTAB_OFF };
	struct lone *l = lone_create(4, ARENA, &off);
	const struct segment syn = syn_of(PORT);
	struct segment ack;

	(void)unused;
	(void)lone_listen(l, 4);
	ack = shake_syn(l, &syn);
	lone_run(l, 100 * ESTAB_SECOND); /* the record is gone */
	lone_segment(l, &ack, NULL);
	assert_true(l->out_count == 1 && l->out[0].seg.rst);
	assert_int_equal(tcbs(l), 0);
	lone_free(l);
}

#define LABEL_ARENA ((size_t)1 << 20)

static void
zeroes(void *context, void *bytes, size_t n)
{
	(void)context;
	memset(bytes, 0, n);
}

static void
a_label_has_sixteen_bits(void **unused)
{
	struct estab_config config = { .crypto = { .siphash =
		                                       estab_siphash_portable,
		                           .random = zeroes } };
	void *arena = aligned_alloc(ESTAB_ARENA_ALIGN, LABEL_ARENA);
	struct estab_host *host;

	(void)unused;
	assert_non_null(arena);
	config.cookie_label = 65535;
	assert_int_equal(estab_host_create(&host, arena, LABEL_ARENA, &config,
	                     0),
	    0);
	config.cookie_label = 65536;
	assert_int_equal(estab_host_create(&host, arena, LABEL_ARENA, &config,
	                     0),
	    ESTAB_EINVAL);
	free(arena);
}

/* How many are told to who reads a device (estab_input_syns) when this one has
 * come and nothing has left. */
static uint32_t
told_after(struct lone *l, const struct segment *seg)
{
	uint8_t packet[120];
	const struct estab_frame frame = {
		.span = { { packet, lone_packet(l, packet, seg, NULL) } },
		.span_count = 1,
	};
	uint32_t told;

	assert_int_equal(estab_input(l->host, &frame, 1, l->now), 1);
	told = estab_input_syns(l->host, NULL);
	lone_run(l, 0);
	return told;
}

/* Else a burst of handshakes that end would be read on to its end, and fill
 * the backlog before anybody is accepted. */
static void
an_ack_that_opens_is_no_stray(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &always);
	const struct segment syn = syn_of(PORT);
	struct segment ack;

	(void)unused;
	(void)lone_listen(l, 4);
	ack = shake_syn(l, &syn);
	assert_int_equal(told_after(l, &ack), 0);
	assert_int_equal(tcbs(l), 1);
	ack.from_port++;
	assert_int_equal(told_after(l, &ack), 1);
	assert_int_equal(tcbs(l), 1);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_iss_in_calm_and_flood_in_every_order),
		cmocka_unit_test(a_record_may_go_while_its_cookie_lives),
		cmocka_unit_test(after_a_reset_the_cookie_is_not_honoured),
		cmocka_unit_test(
		    the_ack_of_the_epoch_before_is_taken_beside_a_record),
		cmocka_unit_test(options_survive_in_the_cookie),
		cmocka_unit_test(sack_rides_in_the_iss_and_ecn_in_the_time_stamp),
		cmocka_unit_test(whatever_is_changed_it_is_no_cookie),
		cmocka_unit_test(the_mac_covers_each_bit_of_what_it_names),
		cmocka_unit_test(a_stamp_that_was_rounded_down_is_no_round_trip),
		cmocka_unit_test(
		    a_cookie_opens_one_connection_and_none_when_it_is_old),
		cmocka_unit_test(
		    what_an_ack_brings_comes_again_with_it_until_it_is_old),
		cmocka_unit_test(
		    no_second_connection_while_the_first_is_in_time_wait),
		cmocka_unit_test(
		    random_acks_are_taken_as_often_as_there_are_patterns),
		cmocka_unit_test(half_open_costs_nothing_when_cookies_answer),
		cmocka_unit_test(a_reply_is_at_most_four_bytes_longer_than_its_syn),
		cmocka_unit_test(text_that_overtakes_its_ack_is_not_reset),
		cmocka_unit_test(with_cookies_off_no_ack_is_one),
		cmocka_unit_test(a_label_has_sixteen_bits),
		cmocka_unit_test(an_ack_that_opens_is_no_stray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
