/* SPDX-License-Identifier: BSD-2-Clause
 *
 * neighbour.c - the kernel as neighbour on Ethernet: ARP and discovery on a
 * real wire.
 */
#include <stdio.h>

#include "kernel/wire.h"

static void
the_kernel_learns_our_mac_and_both_streams_arrive(void **unused)
{
	(void)unused;
	for (int i = 0; i < 8; i++) {
		const int family = i % 2 == 0 ? AF_INET : AF_INET6;
		struct wire *w =
		    wire_carrying(i / 4 == 0 ? WIRE_TAP : WIRE_PACKET, family,
		        i / 2 % 2 == 0, NULL);
		const uint8_t *mac = w->device.link.mac;
		char command[160];

		assert_true(w->device.link.ethernet);
		assert_int_equal(w->device.link.mtu, 1500);
		assert_int_equal(mac[0] & 3, 2); /* nobody's, and no group */
		wire_carry(w, WIRE_BYTES);
		assert_int_equal(w->failure, 0);
		(void)snprintf(command, sizeof command,
		    "ip neigh show | grep -q "
		    "'%s dev .* lladdr %02x:%02x:%02x:%02x:%02x:%02x'",
		    family == AF_INET ? "10.9.0.2" : "fd00:9::2", mac[0],
		    mac[1], mac[2], mac[3], mac[4], mac[5]);
		wire_shell(command);
	}
}

static void
an_address_that_the_kernel_has_is_refused(void **unused)
{
	/* The first may come before the kernel's end listens. */
	const struct estab_config config = { .address_probes = 3 };

	(void)unused;
	for (int i = 0; i < 4; i++) {
		const int family = i % 2 == 0 ? AF_INET : AF_INET6;
		struct wire *w =
		    wire_create(i / 2 == 0 ? WIRE_TAP : WIRE_PACKET, family,
		        &config);
		const struct estab_address ours = wire_own(family);

		assert_int_equal(estab_device_configure(i / 2 == 0 ? WIRE_NAME :
		                                                     "kernel0",
		                     &ours, family == AF_INET ? 24 : 64, 0, 0),
		    0);
		assert_int_equal(wire_address_state(w),
		    ESTAB_ADDRESS_DUPLICATE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_learns_our_mac_and_both_streams_arrive),
		cmocka_unit_test(an_address_that_the_kernel_has_is_refused),
	};

	return cmocka_run_group_tests(tests, wire_enter, wire_leave);
}
