/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Duplicate address detection (RFC 4862 5.4; RFC 5227 2.1 for IPv4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/wired.h"

static enum estab_address_state
state_of(const struct lone *w)
{
	const struct estab_address own = wired_own(w);

	return (enum estab_address_state)estab_address_state(w->host, &own);
}

/* The probes of both families have left; the answers may come. */
static struct lone *
probing(uint8_t version)
{
	struct lone *w = wired_create(version, NULL, false);

	lone_run(w, 0);
	assert_int_equal(w->out_count, 2);
	for (int i = 0; i < 2; i++) {
		const struct sent_packet *f = &w->out[i];

		assert_true(f->is_message);
		assert_int_equal(f->message.kind, NEIGHBOUR_ASK);
		assert_true(ip_is_unspecified(&f->message.other));
		assert_true(ethernet_is_group(f->ethernet.to));
	}
	assert_int_equal(state_of(w), ESTAB_ADDRESS_TENTATIVE);
	return w;
}

static void
an_address_nobody_has_is_ours_after_a_second(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = probing(version);

		lone_run(w, ESTAB_SECOND - 1);
		assert_int_equal(state_of(w), ESTAB_ADDRESS_TENTATIVE);
		lone_run(w, 1);
		assert_int_equal(state_of(w), ESTAB_ADDRESS_OURS);
		assert_int_equal(wired_records(w, ESTAB_REASON_ADDRESS_OURS),
		    2);
		/* All are told. */
		assert_int_equal(w->out_count, 2);
		assert_int_equal(w->out[0].message.kind, NEIGHBOUR_ANSWER);
		assert_false(w->out[0].message.solicited);
		lone_run(w, ESTAB_MINUTE);
		assert_int_equal(w->out_count, 0);
		lone_free(w);
	}
}

/* What shows that another one has it, or will. */
static void
one_has_it(struct lone *w, int how)
{
	switch (how) {
	case 0:
		wired_answers(w, 2, 66, true);
		break;
	case 1:
		wired_answers(w, 2, 66, false);
		break;
	case 2:
		wired_asks(w, 0, 2);
		break;
	default:
		fail();
	}
}

static void
an_address_another_host_has_is_refused(void **unused)
{
	(void)unused;
	for (int i = 0; i < 6; i++) {
		const uint8_t version = i % 2 == 0 ? 4 : 6;
		struct lone *w = probing(version);
		const struct estab_endpoint local = { .address = wired_own(w),
			.port = LONE_PORT };
		const struct estab_endpoint remote = {
			.address = lone_address(version, 1),
			.port = LONE_PORT
		};
		const estab_conn waits = wired_connect(w, 1);
		uint64_t n;
		estab_conn conn;

		assert_int_equal(w->out_count, 0); /* nothing from it yet */
		one_has_it(w, i / 2);
		assert_int_equal(state_of(w), ESTAB_ADDRESS_DUPLICATE);
		n = w->trace->written - 1; /* behind it: who waited hears */
		while (estab_trace_get(w->trace, n)->mac[0] == 0)
			n--;
		assert_int_equal(estab_trace_get(w->trace, n)->reason,
		    ESTAB_REASON_ADDRESS_DUPLICATE);
		assert_int_equal(estab_trace_get(w->trace, n)->mac[5],
		    i / 2 == 2 ? 99 : 66);
		assert_int_equal(estab_connect(w->host, &conn, &local, &remote),
		    ESTAB_EDUPLICATE);
		assert_int_equal(estab_listen(w->host, &conn, &local, 1),
		    ESTAB_EDUPLICATE);
		assert_int_equal(lone_status(w, waits).state, ESTAB_CLOSED);
		assert_int_equal(lone_status(w, waits).error, ESTAB_EDUPLICATE);
		wired_asks(w, 7, 2);
		assert_int_equal(w->out_count, 0);
		lone_free(w);
	}
}

static void
what_connects_early_leaves_once_the_address_is_ours(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = probing(version);

		(void)wired_connect(w, 1);
		assert_int_equal(w->out_count, 0);
		wired_asks(w, 7, 2); /* a question, no probe: not answered */
		assert_int_equal(w->out_count, 0);
		assert_int_equal(state_of(w), ESTAB_ADDRESS_TENTATIVE);
		lone_run(w, ESTAB_SECOND + ESTAB_MS);
		assert_int_equal(w->out_count, 3);
		assert_int_equal(w->out[2].message.kind, NEIGHBOUR_ASK);
		wired_answers(w, 1, 1, true);
		assert_true(w->out[0].is_tcp);
		lone_free(w);
	}
}

static void
our_own_probe_that_comes_back_means_nothing(void **unused)
{
	struct lone *w = probing(6);
	uint8_t echo[2][1600];
	uint32_t bytes[2];

	(void)unused;
	for (int i = 0; i < 2; i++) {
		bytes[i] = ETHERNET_HEADER + w->out[i].bytes;
		memcpy(echo[i], w->out[i].frame, bytes[i]);
	}
	for (int i = 0; i < 2; i++)
		lone_put(w, echo[i], bytes[i]);
	lone_run(w, ESTAB_SECOND);
	assert_int_equal(state_of(w), ESTAB_ADDRESS_OURS);
	lone_free(w);
}

static void
a_claim_that_comes_later_is_noted_and_nothing_else(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = wired_create(version, NULL, true);

		wired_answers(w, 2, 66, false);
		wired_answers(w, 2, 66, true);
		assert_int_equal(w->out_count, 0);
		assert_int_equal(state_of(w), ESTAB_ADDRESS_OURS);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_AddressClaims), 2);
		assert_int_equal(wired_records(w, ESTAB_REASON_ADDRESS_CLAIMED),
		    2);
		wired_asks(w, 0, 2); /* a probe: it hears that we have it */
		assert_int_equal(w->out_count, 1);
		assert_int_equal(w->out[0].message.kind, NEIGHBOUR_ANSWER);
		lone_free(w);
	}
}

static void
without_probes_an_address_is_ours_at_once(void **unused)
{
	const struct estab_config config = { .address_probes = ESTAB_OFF };
	struct lone *w = wired_create(6, &config, false);

	(void)unused;
	assert_int_equal(state_of(w), ESTAB_ADDRESS_OURS);
	lone_run(w, ESTAB_MINUTE);
	assert_int_equal(w->out_count, 0);
	lone_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_nobody_has_is_ours_after_a_second),
		cmocka_unit_test(an_address_another_host_has_is_refused),
		cmocka_unit_test(what_connects_early_leaves_once_the_address_is_ours),
		cmocka_unit_test(our_own_probe_that_comes_back_means_nothing),
		cmocka_unit_test(a_claim_that_comes_later_is_noted_and_nothing_else),
		cmocka_unit_test(without_probes_an_address_is_ours_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
