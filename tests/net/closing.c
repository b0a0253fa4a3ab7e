/* SPDX-License-Identifier: BSD-2-Clause
 *
 * closing.c - every way a connection ends, with the kernel at the other end.
 * test-timeout: 300
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"

#define MIB ((uint64_t)1024 * 1024)
#define SOON 5.0   /* seconds: long enough for what happens at once */
#define LATER 30.0 /* where segments are lost */
#define HELLO 1000 /* bytes each way, so that the connection is in use */

/* A connection: estab connects (or listens), both have said hello. */
struct open {
	struct nc nc;
	int fd;
	struct end estab, kernel;
};

static struct open
open_with(bool server, const char *options)
{
	struct open open = { 0 };
	char text[256];
	int listener = server ? -1 : kernel_listen(false);

	(void)snprintf(text, sizeof text, "-v %s %s %s", options,
	    server ? "-l" : KERNEL_V4, PORT_TEXT);
	open.nc = nc_start(false, text);
	if (server)
		nc_await(&open.nc, "listening");
	open.fd = server ? kernel_connect(false) : kernel_accept(listener);
	assert_true(open.fd >= 0);
	open.estab = end_of_nc(&open.nc, 0);
	open.kernel = end_of_socket(open.fd, 0);
	send_some(&open.estab, HELLO);
	receive_some(&open.kernel, HELLO, LATER);
	send_some(&open.kernel, HELLO);
	receive_some(&open.estab, HELLO, LATER);
	return open;
}

/* The program must end so; its standard input may be closed already. */
static void
done(struct open *open, int status)
{
	if (open->estab.closed)
		open->nc.in = -1;
	if (open->fd >= 0)
		(void)close(open->fd);
	nc_ends(&open->nc, status, SOON);
	end_release(&open->estab);
	end_release(&open->kernel);
}

/* ---- In the regular way ------------------------------------------------- */

static void
estab_closes_first_and_is_in_time_wait(void **unused)
{
	(void)unused;
	net_need();
	for (int server = 0; server <= 1; server++) {
		struct open open = open_with(server == 1, "");

		close_sending(&open.estab);
		receive_end(&open.kernel, SOON);
		kernel_await(open.fd, TCP_CLOSE_WAIT);
		close_sending(&open.kernel);
		receive_end(&open.estab, SOON);
		nc_await(&open.nc, "TIME-WAIT");
		/* The kernel has had the last ACK: it holds nothing more. */
		kernel_await(open.fd, TCP_CLOSE);
		done(&open, 0);
	}
}

static void
the_kernel_closes_first_and_estab_leaves(void **unused)
{
	(void)unused;
	net_need();
	for (int server = 0; server <= 1; server++) {
		struct open open = open_with(server == 1, "");

		close_sending(&open.kernel);
		receive_end(&open.estab, SOON);
		kernel_await(open.fd, TCP_FIN_WAIT2);
		close_sending(&open.estab);
		receive_end(&open.kernel, SOON);
		assert_int_equal(nc_wait(&open.nc, 0.15), 0);
		assert_false(nc_said(&open.nc, "TIME-WAIT"));
		assert_int_equal(kernel_count("time-wait"), 1 + server);
		(void)close(open.fd);
		(void)close(open.nc.words);
		(void)close(open.nc.out);
		end_release(&open.estab);
		end_release(&open.kernel);
	}
}

static void
both_close_at_once_and_are_in_closing(void **unused)
{
	struct open open;

	(void)unused;
	net_need();
	/* A quarter of a second each way: the FINs cross. */
	open = open_with(false, "--trace --impair delay=250ms");
	close_sending(&open.estab);
	close_sending(&open.kernel);
	receive_end(&open.kernel, SOON);
	receive_end(&open.estab, SOON);
	nc_await(&open.nc, "CLOSING");
	nc_await(&open.nc, "TIME-WAIT");
	done(&open, 0);
}

static void
half_closed_estab_still_receives(void **unused)
{
	struct open open;

	(void)unused;
	net_need();
	open = open_with(false, "");
	close_sending(&open.estab);
	receive_end(&open.kernel, SOON);
	/* estab is in FIN-WAIT-2 with a living program: no hurry. */
	(void)usleep(300000);
	open.kernel.send_bytes += MIB;
	carry_both(&open.estab, &open.kernel, SOON);
	assert_int_equal(open.estab.received, MIB + HELLO);
	done(&open, 0);
}

static void
half_closed_by_the_kernel_estab_still_sends(void **unused)
{
	struct open open;

	(void)unused;
	net_need();
	open = open_with(true, "");
	close_sending(&open.kernel);
	receive_end(&open.estab, SOON);
	(void)usleep(300000);
	open.estab.send_bytes += MIB;
	carry_both(&open.estab, &open.kernel, SOON);
	assert_int_equal(open.kernel.received, MIB + HELLO);
	done(&open, 0);
}

static void
a_repeated_fin_is_answered_from_time_wait(void **unused)
{
	struct open open;

	(void)unused;
	net_need();
	open = open_with(false, "");
	close_sending(&open.estab);
	receive_end(&open.kernel, SOON);
	/* The next packet of estab's is lost: its last ACK. */
	assert_int_equal(
	    net_shell("nft 'add table inet t; add chain inet t in { type "
	              "filter hook input priority 0; }; add rule inet t in tcp "
	              "dport " PORT_TEXT " numgen inc mod 100000 < 1 counter "
	              "drop'"),
	    0);
	close_sending(&open.kernel);
	receive_end(&open.estab, SOON);
	kernel_await(open.fd, TCP_LAST_ACK);
	kernel_await(open.fd, TCP_CLOSE);
	assert_int_equal(net_shell("nft list table inet t | "
	                           "grep -q 'packets 1 '"),
	    0);
	done(&open, 0);
}

static void
closing_survives_loss(void **unused)
{
	(void)unused;
	net_need();
	/* Whatever each seed loses: SYN, FIN, last ACK. */
	for (int seed = 1; seed <= 6; seed++) {
		char options[64];
		struct open open;

		(void)snprintf(options, sizeof options,
		    "--impair loss=10%% --seed %d", seed);
		open = open_with(seed % 2 == 0, options);
		open.kernel.answers = true;
		carry_both(&open.estab, &open.kernel, LATER);
		open.nc.in = -1;
		(void)close(open.fd);
		nc_ends(&open.nc, 0, LATER);
		end_release(&open.estab);
		end_release(&open.kernel);
	}
}

/* ---- By reset ----------------------------------------------------------- */

static void
a_reset_of_the_kernels_is_told(void **unused)
{
	(void)unused;
	net_need();
	for (int server = 0; server <= 1; server++) {
		struct open open = open_with(server == 1, "");
		const struct linger at_once = { .l_onoff = 1 };

		assert_int_equal(setsockopt(open.fd, SOL_SOCKET, SO_LINGER,
		                     &at_once, sizeof at_once),
		    0);
		(void)close(open.fd);
		open.fd = -1;
		nc_await(&open.nc, "reset by the peer");
		done(&open, 1);
	}
}

static void
interrupted_estab_resets_the_kernel(void **unused)
{
	static const int by[] = { SIGINT, SIGTERM, SIGHUP };

	(void)unused;
	net_need();
	for (size_t i = 0; i < 3; i++) {
		struct open open = open_with(i == 1, "");
		struct pollfd wait = { .fd = open.fd, .events = POLLIN };
		char byte;

		assert_int_equal(kill(open.nc.pid, by[i]), 0);
		assert_int_equal(poll(&wait, 1, 2000), 1);
		assert_int_equal(read(open.fd, &byte, 1), -1);
		assert_int_equal(errno, ECONNRESET);
		done(&open, 128 + by[i]);
	}
}

static void
a_reader_who_leaves_resets_the_connection(void **unused)
{
	struct open open;
	struct pollfd wait;
	char byte;

	(void)unused;
	net_need();
	open = open_with(false, "");
	(void)close(open.nc.out);
	open.nc.out = -1;
	send_some(&open.kernel, HELLO);
	nc_await(&open.nc, "standard output: Broken pipe");
	wait = (struct pollfd){ .fd = open.fd, .events = POLLIN };
	assert_int_equal(poll(&wait, 1, 2000), 1);
	assert_int_equal(read(open.fd, &byte, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	done(&open, 1);
}

/* ---- Never opened ------------------------------------------------------- */

static void
a_refused_connection_says_so_at_once(void **unused)
{
	struct nc nc;

	(void)unused;
	net_need();
	nc = nc_start(false, KERNEL_V4 " " PORT_TEXT);
	nc_await(&nc, KERNEL_V4 " port " PORT_TEXT ": connection refused");
	nc_ends(&nc, 1, 0.5);
	nc = nc_start(false, KERNEL_V6 " " PORT_TEXT);
	nc_await(&nc, KERNEL_V6 " port " PORT_TEXT ": connection refused");
	nc_ends(&nc, 1, 0.5);
}

static void
estab_refuses_where_nobody_listens(void **unused)
{
	struct nc nc;

	(void)unused;
	net_need();
	nc = nc_start(false, "-v -l 1");
	nc_await(&nc, "listening");
	assert_int_equal(kernel_connect(false), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(kernel_connect(true), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(kill(nc.pid, SIGINT), 0);
	nc_ends(&nc, 128 + SIGINT, SOON);
}

static void
one_family_only_refuses_the_other(void **unused)
{
	struct nc nc;
	int fd;

	(void)unused;
	net_need();
	nc = nc_start(false, "-v -l -6 " PORT_TEXT);
	nc_await(&nc, "listening");
	assert_int_equal(kernel_connect(false), -1);
	assert_int_equal(errno, ECONNREFUSED);
	fd = kernel_connect(true);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)close(nc.in);
	nc.in = -1;
	nc_ends(&nc, 0, SOON);
}

static void
a_second_connection_is_refused_without_k(void **unused)
{
	struct open open;

	(void)unused;
	net_need();
	open = open_with(true, "");
	assert_int_equal(kernel_connect(false), -1);
	assert_int_equal(errno, ECONNREFUSED);
	carry_both(&open.estab, &open.kernel, SOON);
	done(&open, 0);
}

/* A filter before the kernel's port; afterwards it is as if never there. */
static void
filter(bool on)
{
	assert_int_equal(
	    net_shell(on ?
	            "nft 'add table inet t; add chain inet t in { type filter "
	            "hook input priority 0; }; add rule inet t in tcp dport "
	            "" PORT_TEXT " counter drop'" :
	            "nft delete table inet t"),
	    0);
}

static void
a_filtered_port_is_given_up_after_w(void **unused)
{
	const double begun = net_seconds();
	struct nc nc;
	int listener;

	(void)unused;
	net_need();
	listener = kernel_listen(false);
	filter(true);
	nc = nc_start(false, "-w 4 " KERNEL_V4 " " PORT_TEXT);
	nc_await(&nc, ""); /* it lives */
	assert_int_equal(nc_wait(&nc, 6), 1);
	assert_true(nc_said(&nc, "no answer in 4 s (-w)"));
	assert_true(net_seconds() - begun > 3.9);
	/* At 0, 1 and 3 seconds: RFC 6298 with its 1 s to begin with. */
	assert_int_equal(net_shell("nft list table inet t | "
	                           "grep -q 'packets 3 '"),
	    0);
	filter(false);
	(void)close(nc.in);
	(void)close(nc.out);
	(void)close(nc.words);
	(void)close(listener);
}

/* ---- nc's own ----------------------------------------------------------- */

static void
where_nothing_moves_w_seconds_end_it(void **unused)
{
	struct open open;
	char byte;

	(void)unused;
	net_need();
	open = open_with(true, "-w 1");
	nc_await(&open.nc, "nothing moved for 1 s (-w)");
	(void)usleep(50000);
	assert_int_equal(read(open.fd, &byte, 1), -1);
	assert_int_equal(errno, ECONNRESET);
	done(&open, 1);
}

static void
k_serves_one_connection_after_another(void **unused)
{
	char bytes[16];
	struct nc nc;

	(void)unused;
	net_need();
	nc = nc_start(false, "-v -l -k " PORT_TEXT);
	nc_await(&nc, "listening");
	(void)close(nc.in);
	nc.in = -1;
	for (int i = 0; i < 3; i++) {
		const int fd = kernel_connect(i == 1);
		const char sent = (char)('a' + i);
		struct pollfd wait = { .fd = nc.out, .events = POLLIN };

		assert_true(fd >= 0);
		assert_int_equal(write(fd, &sent, 1), 1);
		assert_int_equal(poll(&wait, 1, 2000), 1);
		assert_int_equal(read(nc.out, bytes, sizeof bytes), 1);
		assert_int_equal(bytes[0], sent);
		assert_int_equal(read(fd, bytes, 1), 0); /* its FIN */
		(void)close(fd);
	}
	assert_int_equal(kill(nc.pid, SIGTERM), 0);
	nc_ends(&nc, 128 + SIGTERM, SOON);
}

static void
lingering_time_wait_is_ended_by_hand(void **unused)
{
	struct open open;

	(void)unused;
	net_need();
	open = open_with(false, "--linger-time-wait");
	open.kernel.answers = true; /* who closes first stays */
	carry_both(&open.estab, &open.kernel, SOON);
	nc_await(&open.nc, "TIME-WAIT for 2");
	(void)usleep(1500000); /* more than an RTO */
	assert_int_equal(kill(open.nc.pid, SIGUSR1), 0);
	nc_await(&open.nc, "\nTIME-WAIT ");
	assert_int_equal(kill(open.nc.pid, SIGINT), 0);
	nc_await(&open.nc, "TIME-WAIT ended by hand");
	done(&open, 0);
}

static void
waiting_takes_no_processor_time(void **unused)
{
	struct open open;

	(void)unused;
	net_need();
	open = open_with(true, "");
	nc_sleeps(&open.nc);
	/* Our reader does not read: the window closes in time. */
	while (open.kernel.sent < 16 * MIB) {
		struct pollfd wait = { .fd = open.fd, .events = POLLOUT };

		if (poll(&wait, 1, 500) == 0)
			break;
		send_some(&open.kernel, 4096);
	}
	assert_true(open.kernel.sent < 16 * MIB);
	nc_sleeps(&open.nc);
	receive_some(&open.estab, open.kernel.sent - HELLO, LATER);
	close_sending(&open.kernel);
	receive_end(&open.estab, SOON);
	nc_sleeps(&open.nc);
	close_sending(&open.estab);
	receive_end(&open.kernel, SOON);
	done(&open, 0);
}

static void
files_are_carried_as_pipes_are(void **unused)
{
	char options[256];
	struct end kernel;
	struct nc nc;
	int fd;

	(void)unused;
	net_need();
	assert_int_equal(net_shell("head -c 3000000 /dev/urandom "
	                           ">/tmp/estab-net-$PPID.in"),
	    0);
	(void)snprintf(options, sizeof options,
	    "-v -l " PORT_TEXT " </tmp/estab-net-%d.in >/tmp/estab-net-%d.out",
	    (int)getpid(), (int)getpid());
	nc = nc_start(false, options);
	nc_await(&nc, "listening");
	fd = kernel_connect(false);
	assert_true(fd >= 0);
	kernel = end_of_socket(fd, 0);
	/* What comes goes back: an echo by hand. */
	for (uint64_t total = 0;;) {
		static char data[65536];
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t got;

		assert_int_equal(poll(&wait, 1, 5000), 1);
		got = read(fd, data, sizeof data);
		assert_true(got >= 0);
		if (got == 0) {
			assert_int_equal(total, 3000000);
			break;
		}
		total += (uint64_t)got;
		for (ssize_t put = 0; put < got;) {
			const ssize_t n =
			    write(fd, data + put, (size_t)(got - put));

			put += n > 0 ? n : 0;
		}
	}
	close_sending(&kernel);
	nc_ends(&nc, 0, SOON);
	(void)close(fd);
	end_release(&kernel);
	assert_int_equal(net_shell("cd /tmp && cmp estab-net-$PPID.in "
	                           "estab-net-$PPID.out"),
	    0);
	(void)net_shell("rm -f /tmp/estab-net-$PPID.in "
	                "/tmp/estab-net-$PPID.out");
}

/* tshark's verdict on a capture: the exit status of a shell pipe. */
static int
tshark(const char *capture, const char *rest)
{
	char command[512];

	(void)snprintf(command, sizeof command,
	    "tshark -r %s -o tcp.check_checksum:TRUE "
	    "-d tcp.port==" PORT_TEXT ",data %s",
	    capture, rest);
	return net_shell(command);
}

static void
a_capture_holds_every_packet_whole(void **unused)
{
	char capture[] = "/tmp/estab-net-XXXXXX";
	const int file = mkstemp(capture);
	char options[64];
	struct open open;

	(void)unused;
	net_need();
	assert_true(file >= 0);
	(void)snprintf(options, sizeof options, "--pcap %s", capture);
	open = open_with(false, options);
	open.kernel.send_bytes += MIB;
	carry_both(&open.estab, &open.kernel, SOON);
	done(&open, 0);
	assert_int_equal(tshark(capture,
	                     "-T fields -e tcp.len 2>/dev/null | "
	                     "awk '{n += $1} END "
	                     "{exit n != 1048576 + 2000}'"),
	    0);
	assert_int_equal(tshark(capture,
	                     "-Y '_ws.malformed || tcp.checksum.status==0' "
	                     "2>/dev/null | grep -q ."),
	    1);
	/* The file has no suffix, so it is pcapng, and says what happened. */
	assert_int_equal(tshark(capture,
	                     "-T fields -e frame.comment 2>/dev/null | "
	                     "grep -q 'SYN-SENT -> ESTABLISHED: '"),
	    0);
	(void)unlink(capture);
	(void)close(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estab_closes_first_and_is_in_time_wait),
		cmocka_unit_test(the_kernel_closes_first_and_estab_leaves),
		cmocka_unit_test(both_close_at_once_and_are_in_closing),
		cmocka_unit_test(half_closed_estab_still_receives),
		cmocka_unit_test(half_closed_by_the_kernel_estab_still_sends),
		cmocka_unit_test(a_repeated_fin_is_answered_from_time_wait),
		cmocka_unit_test(closing_survives_loss),
		cmocka_unit_test(a_reset_of_the_kernels_is_told),
		cmocka_unit_test(interrupted_estab_resets_the_kernel),
		cmocka_unit_test(a_reader_who_leaves_resets_the_connection),
		cmocka_unit_test(a_refused_connection_says_so_at_once),
		cmocka_unit_test(estab_refuses_where_nobody_listens),
		cmocka_unit_test(one_family_only_refuses_the_other),
		cmocka_unit_test(a_second_connection_is_refused_without_k),
		cmocka_unit_test(a_filtered_port_is_given_up_after_w),
		cmocka_unit_test(where_nothing_moves_w_seconds_end_it),
		cmocka_unit_test(k_serves_one_connection_after_another),
		cmocka_unit_test(lingering_time_wait_is_ended_by_hand),
		cmocka_unit_test(a_capture_holds_every_packet_whole),
		cmocka_unit_test(waiting_takes_no_processor_time),
		cmocka_unit_test(files_are_carried_as_pipes_are),
	};

	return cmocka_run_group_tests(tests, net_enter, net_leave);
}
