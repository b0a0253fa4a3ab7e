/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet.c - estab on one end of a veth pair, by a packet socket, with the
 * kernel at the other end.
 * test-timeout: 300
 */
#include <stdio.h>
#include <unistd.h>

#include "net/net.h"

#define MIB ((uint64_t)1024 * 1024)
#define SOON 5.0
#define TIME_WAIT_SECONDS 10

/* The two ends of a connection on a new pair. */
struct open {
	struct nc nc;
	int fd;
	struct end estab, kernel;
};

static const char *
words_of_link(void)
{
	return "--link packet:estab0 --addr " ESTAB_V4 "/24 --addr " ESTAB_V6
	       "/64";
}

static struct open
open_with(bool v6, bool server, const char *options, uint64_t bytes)
{
	struct open open = { 0 };
	char text[256];
	int listener = -1;

	net_make_pair();
	if (!server)
		listener = kernel_listen(v6);
	(void)snprintf(text, sizeof text, "-v %s %s %s %s", options,
	    server ? "-l" :
	        v6 ? KERNEL_V6 :
	             KERNEL_V4,
	    server ? "" : PORT_TEXT, server ? PORT_TEXT : "");
	open.nc = nc_start(false, text);
	if (server)
		nc_await(&open.nc, "listening");
	open.fd = server ? kernel_connect(v6) : kernel_accept(listener);
	assert_true(open.fd >= 0);
	open.estab = end_of_nc(&open.nc, bytes);
	open.kernel = end_of_socket(open.fd, bytes);
	return open;
}

static void
done(struct open *open, int status)
{
	(void)close(open->fd);
	if (open->estab.closed)
		open->nc.in = -1;
	nc_ends(&open->nc, status, TIME_WAIT_SECONDS);
	end_release(&open->estab);
	end_release(&open->kernel);
}

static void
carry(bool v6, bool server, const char *options, uint64_t bytes)
{
	struct open open;

	net_need();
	open = open_with(v6, server, options, bytes);
	carry_both(&open.estab, &open.kernel, 60);
	done(&open, 0);
}

/* ---- Carrying ------------------------------------------------------------ */

static void
the_same_bytes_both_ways_v4(void **unused)
{
	(void)unused;
	carry(false, false, "", 16 * MIB);
	carry(false, true, "", 16 * MIB);
}

static void
the_same_bytes_both_ways_v6(void **unused)
{
	(void)unused;
	carry(true, false, "", 16 * MIB);
	carry(true, true, "", 16 * MIB);
}

/* Frames whose checksum nobody completed go through the impairment, too. */
static void
the_same_bytes_on_a_bad_link(void **unused)
{
	(void)unused;
	carry(false, false, "--impair loss=1%,reorder=1%,dup=1%,corrupt=1%",
	    MIB);
	carry(true, true, "--impair loss=1%,reorder=1%,dup=1%,corrupt=1%", MIB);
}

static void
a_smaller_mtu_of_our_own_is_kept_to(void **unused)
{
	(void)unused;
	carry(true, false, "--mtu 1280", MIB);
}

/* What the kernel left to nobody to complete is complete in the file. */
static void
a_capture_holds_whole_frames(void **unused)
{
	char capture[] = "/tmp/estab-packet-XXXXXX";
	char text[256];
	const int file = mkstemp(capture);

	(void)unused;
	assert_true(file >= 0);
	(void)close(file);
	(void)snprintf(text, sizeof text, "--pcap %s", capture);
	carry(false, false, text, MIB);
	(void)snprintf(text, sizeof text,
	    "tshark -o tcp.check_checksum:TRUE -r %s -Y "
	    "'tcp.checksum.status==0' 2>/dev/null | grep -q .",
	    capture);
	assert_int_equal(net_shell(text), 1);
	(void)snprintf(text, sizeof text,
	    "tshark -r %s -Y 'arp && eth' 2>/dev/null | grep -q .", capture);
	assert_int_equal(net_shell(text), 0);
	(void)unlink(capture);
}

/* ---- Interfaces and routers ---------------------------------------------- */

static void
an_interface_that_is_not_there_is_named(void **unused)
{
	struct nc nc;

	(void)unused;
	net_need();
	nc = nc_start(false, "-l " PORT_TEXT);
	nc_await(&nc, "packet:estab0: no such device");
	nc_ends(&nc, 1, SOON);
}

/* Everything beyond the prefix goes to the router, here the kernel. */
static void
a_peer_behind_a_router_is_reached(void **unused)
{
	static char link[256];

	(void)unused;
	net_need();
	(void)snprintf(link, sizeof link, "%s --gateway %s", words_of_link(),
	    KERNEL_V4);
	nc_link = link;
	net_make_pair();
	assert_int_equal(net_shell("ip addr add 10.77.0.1/32 dev lo"), 0);
	{
		const int listener = kernel_listen(false);
		struct open open = { .nc = nc_start(false,
			                 "-v 10.77.0.1 " PORT_TEXT) };

		open.fd = kernel_accept(listener);
		open.estab = end_of_nc(&open.nc, 1000);
		open.kernel = end_of_socket(open.fd, 1000);
		carry_both(&open.estab, &open.kernel, SOON);
		done(&open, 0);
	}
	nc_link = words_of_link();
	(void)net_shell("ip addr del 10.77.0.1/32 dev lo");
}

static int
enter(void **state)
{
	nc_link = words_of_link();
	return net_enter(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_both_ways_v4),
		cmocka_unit_test(the_same_bytes_both_ways_v6),
		cmocka_unit_test(the_same_bytes_on_a_bad_link),
		cmocka_unit_test(a_smaller_mtu_of_our_own_is_kept_to),
		cmocka_unit_test(a_capture_holds_whole_frames),
		cmocka_unit_test(an_interface_that_is_not_there_is_named),
		cmocka_unit_test(a_peer_behind_a_router_is_reached),
	};

	return cmocka_run_group_tests(tests, enter, net_leave);
}
