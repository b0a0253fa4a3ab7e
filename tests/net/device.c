/* SPDX-License-Identifier: BSD-2-Clause
 *
 * device.c - what may happen to the device under estab nc while it carries:
 * removed, down and up again, another MTU; each kind of link, IPv4 and IPv6.
 * test-timeout: 300
 */
#include <stdio.h>
#include <unistd.h>

#include "net/net.h"

#define MIB ((uint64_t)1024 * 1024)
#define SOON 5.0
#define PATIENCE 60.0

static const char *const kind[] = { "tun", "tap", "packet" };
#define KINDS (sizeof kind / sizeof kind[0])

/* A connection under way over one kind of link. */
static struct {
	const char *kind;
	bool pair; /* the kernel has an end of its own */
	struct nc nc;
	int fd;
	struct end estab, kernel;
} on;

/* How estab reaches the kernel over a kind of link. */
static void
choose_link(const char *name)
{
	static char options[256];

	on.kind = name;
	on.pair = strcmp(name, "packet") == 0;
	if (on.pair)
		net_make_pair();
	(void)snprintf(options, sizeof options,
	    "--link %s:estab0 --addr " ESTAB_V4 "/24 --addr " ESTAB_V6 "/64%s",
	    name,
	    on.pair ? "" : " --gateway " KERNEL_V4 " --gateway " KERNEL_V6);
	nc_link = options;
}

/* Every kind and family in turn, with a megabyte there. */
static bool
next(void)
{
	static size_t cell;
	const bool v6 = cell % 2 == 1, server = cell % 3 == 0;
	char text[128];
	int listener = -1;

	if (cell == 2 * KINDS) {
		cell = 0;
		return false;
	}
	net_need();
	print_message("over %s, IPv%d\n", kind[cell / 2], v6 ? 6 : 4);
	choose_link(kind[cell++ / 2]);
	if (!server)
		listener = kernel_listen(v6);
	(void)snprintf(text, sizeof text, "-v %s " PORT_TEXT,
	    server ? "-l" :
	        v6 ? KERNEL_V6 :
	             KERNEL_V4);
	on.nc = nc_start(false, text);
	if (server)
		nc_await(&on.nc, "listening");
	on.fd = server ? kernel_connect(v6) : kernel_accept(listener);
	assert_true(on.fd >= 0);
	on.estab = end_of_nc(&on.nc, 0);
	on.kernel = end_of_socket(on.fd, 0);
	send_some(&on.estab, MIB);
	receive_some(&on.kernel, MIB / 2, SOON);
	return true;
}

/* Four megabytes more each way, to the end. */
static void
carry_on(void)
{
	on.estab.send_bytes = on.estab.sent + 4 * MIB;
	on.kernel.send_bytes = on.kernel.sent + 4 * MIB;
	carry_both(&on.estab, &on.kernel, PATIENCE);
}

static void
done(int status)
{
	(void)close(on.fd);
	if (on.estab.closed)
		on.nc.in = -1;
	nc_ends(&on.nc, status, SOON);
	end_release(&on.estab);
	end_release(&on.kernel);
}

/* It has said this of the device, by the name it was given. */
static void
await_words(const char *words)
{
	char text[128];

	(void)snprintf(text, sizeof text, "estab nc: %s:estab0: %s\n", on.kind,
	    words);
	nc_await(&on.nc, text);
}

static void
a_device_that_is_removed_ends_it_in_words(void **unused)
{
	(void)unused;
	while (next()) {
		assert_int_equal(net_shell("ip link delete estab0"), 0);
		await_words("the device was removed: "
		            "start again when there is one");
		done(1);
	}
}

static void
a_device_that_goes_down_is_waited_for_in_words(void **unused)
{
	(void)unused;
	while (next()) {
		assert_int_equal(net_shell("ip link set estab0 down"), 0);
		/* A device can go down unseen while nothing is sent. */
		send_some(&on.estab, 1);
		await_words("the device is down, and everything waits: "
		            "ip link set estab0 up");
		nc_sleeps(&on.nc);
		assert_int_equal(net_shell("ip link set estab0 up"), 0);
		await_words("the device is up again");
		carry_on();
		done(0);
	}
}

static void
an_mtu_that_changes_under_way_loses_nothing(void **unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		while (next()) {
			char command[128];
			const char *const mtu = i == 0 ? "1300" : "9000";

			(void)snprintf(command, sizeof command,
			    "ip link set estab0 mtu %s%s%s", mtu,
			    on.pair ? " && ip link set kernel0 mtu " : "",
			    on.pair ? mtu : "");
			assert_int_equal(net_shell(command), 0);
			carry_on();
			done(0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_is_removed_ends_it_in_words),
		cmocka_unit_test(a_device_that_goes_down_is_waited_for_in_words),
		cmocka_unit_test(an_mtu_that_changes_under_way_loses_nothing),
	};

	return cmocka_run_group_tests(tests, net_enter, net_leave);
}
