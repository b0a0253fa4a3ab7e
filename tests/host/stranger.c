/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A client, an honest server, and between them a stranger who sees neither's
 * packets but can put his own beside them: the SYN he forges to the client is
 * there before the server's answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "host/two.h"
#include "wire/checksum.h"

#define RECORDS (1u << 14)
#define STREAM 300000u
#define TO_CLIENT 1 /* direction */

/* How a story differs from others. */
struct plot {
	uint8_t version;
	bool syn_lost;  /* the client's first: the server resets the answer */
	bool no_record; /* the server answers by cookies alone */
	uint32_t times; /* a SYN each 7 ms */
};

/* What befalls the client's packets: of the first, if it is to be lost. */
static void
lose_the_first(void *lost, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct estab_fate *fate)
{
	(void)wire;
	(void)frame;
	(void)packet;
	(void)bytes;
	if (direction == TO_CLIENT || *(bool *)lost)
		return;
	*(bool *)lost = true;
	fate->lost = true;
}

static void
forge_syn(struct two *two, uint16_t client_port, uint32_t n)
{
	const struct estab_address from = two_address(two, 2);
	const struct estab_address to = two_address(two, 1);
	const struct segment syn = { .from_port = TWO_PORT,
		.to_port = client_port,
		.seq = 0x12340000u + n * 0x01000000u,
		.syn = true,
		.wnd = 100,
		.options = { .has_mss = true,
		    .mss = 80,
		    .has_ts = true,
		    .tsval = 0x7fffffff } };
	uint8_t packet[200], bytes[TCP_HEADER_MAX];
	const uint32_t length = segment_build(bytes, &syn);
	const uint16_t field =
	    checksum_finish(checksum_add(checksum_pseudo(&from, &to,
	                                     IP_PROTOCOL_TCP, length),
	        checksum_bytes(bytes, length), 0));

	memcpy(bytes + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	assert_int_equal(estab_world_inject(two->world, two->wire, TO_CLIENT,
	                     packet,
	                     lone_datagram(packet, &from, &to, IP_PROTOCOL_TCP,
	                         bytes, length)),
	    0);
}

static void
client_opens(struct two *two)
{
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint local = { .port = TWO_PORT };
	const struct estab_endpoint remote = { .address = two_address(two, 2),
		.port = TWO_PORT };

	assert_int_equal(estab_listen(two->host[1], &two->listener, &local, 5),
	    0);
	assert_int_equal(estab_connect(two->host[0], &two->conn[0], &any,
	                     &remote),
	    0);
}

/* How many changes of the client's state this was the reason of. */
static uint32_t
changes(const struct two *two, enum estab_reason reason)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i < two->trace.written; i++) {
		const struct estab_record *record =
		    estab_trace_get(&two->trace, i);

		n += record->type == ESTAB_RECORD_STATE && record->host == 0 &&
		    record->reason == reason;
	}
	return n;
}

static struct two *
play(const struct plot *plot)
{
	const struct estab_impairment wire = { .delay_ns = 10 * ESTAB_MS };
	const struct two_setup setup = {
		.version = plot->version,
		.seed = 7,
		.there = wire,
		.back = wire,
		.records = RECORDS,
		.config = { .syn_cookies =
		                plot->no_record ? ESTAB_COOKIES_ALWAYS : 0 },
	};
	struct two *two = two_create(&setup);
	bool lost = !plot->syn_lost;
	uint16_t port;

	estab_world_set_picker(two->world, lose_the_first, &lost);
	client_opens(two);
	port = two_status(two, 0).local.port;
	two->to_send = STREAM;
	two->closes = true;
	for (uint32_t n = 0; n < plot->times; n++) {
		forge_syn(two, port, n);
		two_run(two, (n + 1) * 7 * ESTAB_MS);
	}
	two_run(two, 20 * ESTAB_SECOND);
	assert_int_equal(two->error[0], 0);
	assert_int_equal(two->error[1], 0);
	assert_true(two_is_done(two));
	assert_true(two->trace.written < RECORDS);
	assert_true(changes(two, ESTAB_REASON_SYN_SENT_SYN) > 0);
	assert_int_equal(changes(two, ESTAB_REASON_SYN_SENT_SYN_ACK), 1);
	return two;
}

static void
the_servers_answer_opens_although_a_syn_was_forged(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 4; n++) {
		const struct plot plot = { .version = n & 1 ? 6 : 4,
			.no_record = n & 2,
			.times = 1 };
		struct two *two = play(&plot);

		assert_int_equal(changes(two, ESTAB_REASON_SYN_SUPERSEDED), 1);
		assert_int_equal(changes(two, ESTAB_REASON_RST_NOT_OF_SYN), 0);
		two_free(two);
	}
}

/* The server has no SYN yet when the client answers the stranger's. */
static void
the_servers_reset_of_what_was_forged_ends_nothing(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 4; n++) {
		const struct plot plot = { .version = n & 1 ? 6 : 4,
			.syn_lost = true,
			.no_record = n & 2,
			.times = 1 };
		struct two *two = play(&plot);

		assert_int_equal(changes(two, ESTAB_REASON_SYN_SUPERSEDED), 0);
		assert_int_equal(changes(two, ESTAB_REASON_RST_NOT_OF_SYN), 1);
		two_free(two);
	}
}

/* For three seconds: through two time-outs of the SYN. */
static void
nor_does_forging_again_and_again(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 4; n++) {
		const struct plot plot = { .version = n & 1 ? 6 : 4,
			.syn_lost = n & 2,
			.times = 430 };

		two_free(play(&plot));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_servers_answer_opens_although_a_syn_was_forged),
		cmocka_unit_test(the_servers_reset_of_what_was_forged_ends_nothing),
		cmocka_unit_test(nor_does_forging_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
