/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fate.c - what may happen to a device while it carries: removed, down and up
 * again, another MTU; each kind, v4 and v6.
 *
 * How often the loop sleeps is counted: this program has a ppoll of its own,
 * which the loop finds before the C library's.
 * test-timeout: 300
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/wire.h"

static uint32_t sleeps;

int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *wait,
    const sigset_t *mask)
{
	struct timespec left = { 0 };

	sleeps++;
	if (wait != NULL)
		left = *wait;
	return (int)syscall(SYS_ppoll, fds, n, wait != NULL ? &left : NULL,
	    mask, 8);
}

/* Every kind and family in turn: true, and a wire that has carried a third. */
static bool
next(struct wire **w)
{
	static const struct estab_config config = { .address_probes =
		                                        ESTAB_OFF };
	static int cell;
	static const char *const name[] = { "tun", "tap", "packet" };

	if (cell == 2 * WIRE_KINDS) {
		cell = 0;
		return false;
	}
	print_message("over %s, IPv%d\n", name[cell / 2],
	    cell % 2 == 0 ? 4 : 6);
	*w = wire_carrying((enum wire_kind)(cell / 2),
	    cell % 2 == 0 ? AF_INET : AF_INET6, cell % 3 == 0, &config);
	wire_carry(*w, WIRE_BYTES / 3);
	cell++;
	return true;
}

/* The host has text to send back. */
static void
load(struct wire *w)
{
	struct estab_span span;

	while (estab_receive_peek(w->host, w->conn, &span, 1) < 1) {
		wire_send_and_check(w, WIRE_BYTES);
		wire_turn(w);
	}
}

static void
a_device_that_is_removed_says_so_at_once(void **unused)
{
	struct wire *w;

	(void)unused;
	while (next(&w)) {
		load(w);
		wire_shell("ip link del " WIRE_NAME);
		sleeps = 0;
		while (w->failure == 0 && sleeps < 10) {
			wire_echo(w);
			wire_turn(w);
		}
		assert_int_equal(w->failure, -EBADFD);
		assert_ptr_equal(w->loop.failed, &w->loop.line[0]);
	}
}

static void
a_device_that_was_removed_while_down_says_so_soon(void **unused)
{
	struct wire *w;

	(void)unused;
	while (next(&w)) {
		load(w);
		wire_shell("ip link set " WIRE_NAME " down");
		wire_echo(w);
		while (!w->loop.line[0].down && w->failure == 0)
			wire_turn(w);
		wire_shell("ip link del " WIRE_NAME);
		sleeps = 0;
		while (w->failure == 0 && sleeps < 20)
			wire_turn_until(w, estab_clock() + ESTAB_SECOND);
		assert_int_equal(w->failure, -EBADFD);
	}
}

/* Down for a second, in which the loop is asked ten times, and a connection's
 * timers run; awake it would count thousands. */
static void
a_device_that_goes_down_is_waited_for_and_carries_again(void **unused)
{
	struct wire *w;

	(void)unused;
	while (next(&w)) {
		estab_time until;

		load(w);
		wire_shell("ip link set " WIRE_NAME " down");
		wire_echo(w);
		sleeps = 0;
		until = estab_clock() + ESTAB_SECOND;
		while (estab_clock() < until)
			wire_turn_until(w, until);
		assert_in_range(sleeps, 5, 60);
		assert_true(w->loop.line[0].down);
		wire_shell("ip link set " WIRE_NAME " up");
		wire_carry(w, WIRE_BYTES);
		assert_int_equal(w->failure, 0);
		assert_false(w->loop.line[0].down);
	}
}

/* Both ends, where there are two. */
static void
set_mtu(const struct wire *w, uint32_t mtu)
{
	char command[128];

	(void)snprintf(command, sizeof command,
	    "ip link set " WIRE_NAME " mtu %u%s%s", mtu,
	    w->kind == WIRE_PACKET ? " && ip link set kernel0 mtu " : "",
	    w->kind != WIRE_PACKET ? "" :
	        mtu == 1280        ? "1280" :
	                             "9000");
	wire_shell(command);
}

static void
an_mtu_that_sinks_under_way_loses_nothing(void **unused)
{
	struct wire *w;

	(void)unused;
	while (next(&w)) {
		load(w);
		set_mtu(w, 1280);
		wire_carry(w, WIRE_BYTES);
		assert_int_equal(w->failure, 0);
		if (w->kind == WIRE_PACKET)
			assert_int_equal(w->device.link.mtu, 1280);
	}
}

static void
an_mtu_that_rises_under_way_loses_nothing(void **unused)
{
	struct wire *w;

	(void)unused;
	while (next(&w)) {
		load(w);
		set_mtu(w, 9000);
		wire_carry(w, WIRE_BYTES);
		assert_int_equal(w->failure, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_is_removed_says_so_at_once),
		cmocka_unit_test(a_device_that_was_removed_while_down_says_so_soon),
		cmocka_unit_test(
		    a_device_that_goes_down_is_waited_for_and_carries_again),
		cmocka_unit_test(an_mtu_that_sinks_under_way_loses_nothing),
		cmocka_unit_test(an_mtu_that_rises_under_way_loses_nothing),
	};

	return cmocka_run_group_tests(tests, wire_enter, wire_leave);
}
