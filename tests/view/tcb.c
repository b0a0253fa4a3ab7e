/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tcb.c - control blocks as printed: each kind shows what it holds, in both
 * languages, within the columns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"

static const struct view_symbols symbols = {
	.own = { .symbol = { { "x", STORY_X } }, .count = 1 },
	.peer = { .symbol = { { "y", STORY_Y } }, .count = 1 },
};

static struct estab_endpoint
endpoint(uint8_t last, uint16_t port)
{
	return (struct estab_endpoint){
		.address.byte = { [10] = 0xff, 0xff, 10, 0, 0, last },
		.port = port,
	};
}

static struct estab_status
an_open_connection(void)
{
	return (struct estab_status){
		.conn = UINT64_C(0x100000007),
		.kind = ESTAB_KIND_TCB,
		.state = ESTAB_ESTABLISHED,
		.local = endpoint(1, 49152),
		.remote = endpoint(2, 80),
		.table_bucket = 1234,
		.iss = STORY_X,
		.snd_una = STORY_X + 101,
		.snd_nxt = STORY_X + 1561,
		.snd_max = STORY_X + 1561,
		.snd_wnd = 65535,
		.snd_wl1 = STORY_Y + 1,
		.snd_wl2 = STORY_X + 101,
		.irs = STORY_Y,
		.rcv_nxt = STORY_Y + 1,
		.rcv_wnd = 1048576,
		.mss = 1448,
		.mss_peer = 1460,
		.path_mtu = 1500,
		.snd_wnd_shift = 7,
		.rcv_wnd_shift = 5,
		.timestamps = true,
		.window_scale = true,
		.cwnd_bytes = 14480,
		.ssthresh_bytes = UINT32_MAX,
		.srtt_ns = 20123456,
		.rttvar_ns = ESTAB_MS,
		.rto_ns = 220123456,
		.send_queued_bytes = 1460,
		.receive_reorder_bytes = 2920,
		.reorder_ranges = 2,
		.retransmit_records = 1,
		.memory_bytes = 12345678,
		.retransmit_at = 5 * ESTAB_SECOND,
		.persist_at = ESTAB_NEVER,
		.ack_at = 4 * ESTAB_SECOND + 40 * ESTAB_MS,
		.keepalive_at = ESTAB_NEVER,
		.time_wait_at = ESTAB_NEVER,
		.user_timeout_at = ESTAB_NEVER,
		.bytes_sent = 1560,
		.bytes_acked = 100,
		.segments_out = 4,
		.segments_in = 2,
	};
}

static void
print(struct look *look, const struct estab_status *status,
    const struct view_symbols *names, struct view_style style)
{
	const struct view_out out = look_out(look);

	view_tcb(&out, &style, "A", status, names, 4 * ESTAB_SECOND);
}

static void
check_golden(const struct estab_status *status,
    const struct view_symbols *names, struct view_style style, const char *name)
{
	struct look look;

	print(&look, status, names, style);
	look_is_golden(&look, name);
	assert_in_range(look_columns(look.text), 1, 100);
	look_free(&look);
}

static void
a_control_block_looks_as_its_golden_file(void **unused)
{
	const struct estab_status status = an_open_connection();
	const struct view_style english = { .zh = false };
	const struct view_style chinese = { .zh = true };

	(void)unused;
	check_golden(&status, &symbols, english, "tcb");
	check_golden(&status, &symbols, chinese, "tcb.zh");
	check_golden(&status, NULL, english, "tcb.plain");
}

static void
each_kind_shows_what_it_holds_alone(void **unused)
{
	struct estab_status status = an_open_connection();
	const struct view_style style = { .zh = false };
	struct look look;

	(void)unused;
	status.kind = ESTAB_KIND_HALF_OPEN;
	status.state = ESTAB_SYN_RECEIVED;
	print(&look, &status, &symbols, style);
	assert_non_null(strstr(look.text, "half-open record"));
	assert_non_null(strstr(look.text, "ISS "));
	assert_non_null(strstr(look.text, "retransmission"));
	assert_null(strstr(look.text, "cwnd"));
	assert_null(strstr(look.text, "send buffer"));
	assert_null(strstr(look.text, "SND.WND"));
	look_free(&look);

	status.kind = ESTAB_KIND_TIME_WAIT;
	status.state = ESTAB_TIME_WAIT;
	status.retransmit_at = status.ack_at = ESTAB_NEVER;
	status.time_wait_at = 244 * ESTAB_SECOND;
	print(&look, &status, &symbols, style);
	assert_non_null(strstr(look.text, "2 MSL  in 240 s\n"));
	assert_null(strstr(look.text, "cwnd"));
	assert_null(strstr(look.text, "ISS "));
	look_free(&look);

	status.kind = ESTAB_KIND_LISTENER;
	status.state = ESTAB_LISTEN;
	status.backlog = 128;
	print(&look, &status, NULL, style);
	assert_non_null(strstr(look.text, "backlog"));
	assert_null(strstr(look.text, "10.0.0.2"));
	assert_null(strstr(look.text, "timers"));
	look_free(&look);

	status.kind = ESTAB_KIND_NONE;
	status.state = ESTAB_CLOSED;
	print(&look, &status, NULL, style);
	assert_string_equal(look.text, "A  CLOSED  no record\n");
	look_free(&look);
}

static void
no_timer_is_told_when_none_runs(void **unused)
{
	struct estab_status status = an_open_connection();
	struct look look;

	(void)unused;
	status.retransmit_at = status.ack_at = ESTAB_NEVER;
	print(&look, &status, NULL, (struct view_style){ .zh = false });
	assert_non_null(strstr(look.text, "none runs"));
	assert_null(strstr(look.text, " in 1 s"));
	look_free(&look);
}

static void
two_long_addresses_get_a_line_of_their_own(void **unused)
{
	struct estab_status status = an_open_connection();
	struct look look;

	(void)unused;
	memset(&status.local.address, 0x12, sizeof status.local.address);
	memset(&status.remote.address, 0x34, sizeof status.remote.address);
	for (int columns = 80; columns <= 100; columns += 20) {
		print(&look, &status, &symbols,
		    (struct view_style){ .columns = columns });
		assert_non_null(strstr(look.text,
		    "\n  [1212:1212:1212:1212:1212:1212:1212:1212]:49152"));
		look_free(&look);
	}
}

static void
what_is_wrong_is_said(void **unused)
{
	struct estab_status status = an_open_connection();
	struct look look;

	(void)unused;
	status.error = ESTAB_ECONNRESET;
	status.orphan = true;
	status.fin_sent = true;
	print(&look, &status, NULL, (struct view_style){ .zh = false });
	assert_non_null(strstr(look.text, "connection reset by the peer"));
	assert_non_null(strstr(look.text,
	    "FIN sent; orphan: no program holds it"));
	look_free(&look);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_control_block_looks_as_its_golden_file),
		cmocka_unit_test(each_kind_shows_what_it_holds_alone),
		cmocka_unit_test(no_timer_is_told_when_none_runs),
		cmocka_unit_test(two_long_addresses_get_a_line_of_their_own),
		cmocka_unit_test(what_is_wrong_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
