/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TCP_INFO, in Linux's layout.
 */
#include "socket/twin.h"

#include <linux/tcp.h>

/* The numbers of <netinet/tcp.h>. */
enum { ESTABLISHED = 1, FIN_WAIT_2 = 5, CLOSE_WAIT = 8, LISTEN = 10 };

static void
settle_late_acks(void)
{
	for (int i = 0; i < 6; i++)
		twin->settle();
}

static void
tcp_info_tells_the_state_and_what_was_sent(void **unused)
{
	struct pair p = pair_open();
	struct tcp_info info;
	socklen_t length = sizeof info;

	(void)unused;
	wants(0, twin->getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &info, &length));
	assert_int_equal(info.tcpi_state, ESTABLISHED);
	assert_int_equal(info.tcpi_snd_mss,
	    option_of(p.c, IPPROTO_TCP, TCP_MAXSEG));
	assert_true((info.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0);
	assert_int_equal(info.tcpi_snd_cwnd, 10);
	assert_int_equal(info.tcpi_unacked, 0);
	assert_true(info.tcpi_rtt > 0);
	assert_true(info.tcpi_rto >= 200000);
	length = sizeof info;
	wants(0, twin->getsockopt(p.l, IPPROTO_TCP, TCP_INFO, &info, &length));
	assert_int_equal(info.tcpi_state, LISTEN);
	wants(5, twin->send(p.c, "hello", 5, 0));
	settle_late_acks();
	length = sizeof info;
	wants(0, twin->getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &info, &length));
	/* Linux counts its SYN among the bytes that were acknowledged. */
	assert_int_equal(info.tcpi_bytes_acked, twin->is_kernel ? 6 : 5);
	assert_int_equal(info.tcpi_bytes_sent, 5);
	assert_int_equal(info.tcpi_bytes_received, 0);
	assert_int_equal(info.tcpi_snd_ssthresh, INT32_MAX);
	wants(0, twin->shutdown(p.c, SHUT_WR));
	settle_late_acks();
	length = sizeof info;
	wants(0, twin->getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &info, &length));
	assert_int_equal(info.tcpi_state, FIN_WAIT_2);
	length = sizeof info;
	wants(0, twin->getsockopt(p.s, IPPROTO_TCP, TCP_INFO, &info, &length));
	assert_int_equal(info.tcpi_state, CLOSE_WAIT);
	length = 1;
	wants(0, twin->getsockopt(p.s, IPPROTO_TCP, TCP_INFO, &info, &length));
	assert_int_equal(length, 1);
	pair_close(&p);
}

/* The fields that docs/sockets.md calls measured, and no others, have
 * anything but 0 after a transfer with a loss. */
static void
tcp_info_is_zero_where_nothing_is_measured(void **unused)
{
#define FIELD(name) memset(&info.tcpi_##name, 0, sizeof info.tcpi_##name)
	struct pair p = pair_open();
	static char text[65536];
	const struct tcp_info zero = { 0 };
	struct tcp_info info;
	socklen_t length = sizeof info;

	(void)unused;
	if (twin->is_kernel) {
		pair_close(&p);
		return;
	}
	wants(1, twin->send(p.s, "x", 1, 0));
	twin_cut(true);
	wants(sizeof text, twin->send(p.c, text, sizeof text, 0));
	twin_wait(300 * ESTAB_MS);
	twin_cut(false);
	twin_wait(ESTAB_SECOND);
	memset(&info, 0xff, sizeof info);
	wants(0, twin->getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &info, &length));
	assert_int_equal(length, sizeof info);
	assert_true(info.tcpi_rtt >= 2000 && info.tcpi_rtt < 50000);
	assert_true(info.tcpi_total_retrans > 0);
	assert_true(info.tcpi_bytes_retrans > 0);
	assert_int_equal(info.tcpi_bytes_acked, sizeof text);
	assert_int_equal(info.tcpi_bytes_received, 1);
	assert_int_equal(info.tcpi_bytes_sent,
	    sizeof text + info.tcpi_bytes_retrans);
	FIELD(state);
	FIELD(ca_state);
	FIELD(retransmits);
	FIELD(backoff);
	FIELD(options);
	info.tcpi_snd_wscale = info.tcpi_rcv_wscale = 0;
	FIELD(rto);
	FIELD(ato);
	FIELD(snd_mss);
	FIELD(rcv_mss);
	FIELD(advmss);
	FIELD(unacked);
	FIELD(lost);
	FIELD(retrans);
	FIELD(reordering);
	FIELD(pmtu);
	FIELD(rtt);
	FIELD(rttvar);
	FIELD(snd_ssthresh);
	FIELD(snd_cwnd);
	FIELD(rcv_space);
	FIELD(total_retrans);
	FIELD(bytes_acked);
	FIELD(bytes_received);
	FIELD(segs_out);
	FIELD(segs_in);
	FIELD(notsent_bytes);
	FIELD(bytes_sent);
	FIELD(bytes_retrans);
	FIELD(snd_wnd);
	assert_memory_equal(&info, &zero, sizeof zero);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(tcp_info_tells_the_state_and_what_was_sent),
		twin_test(tcp_info_is_zero_where_nothing_is_measured),
	};

	return TWIN_RUN(tests);
}
